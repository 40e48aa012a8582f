"""Passers-by of the last weeks, so that the merchant's figures have something to say.

They have no accounts: a figure knows of a person nothing but that it was not the same one twice.
"""

import asyncio
import random

from host.core.db import Tx
from host.demo.people import SHOPS, Shop
from host.demo.programs import read_app_id
from host.demo.story import Lane
from host.insights import service as insights
from host.insights.model import Report

_DAYS_COUNT = 30
# By weekday, from the day on which the Unix epoch began, a Thursday.
_VISITORS = (22, 26, 41, 38, 7, 15, 19)


async def visit(lane: Lane) -> None:
    """Let people look at the teas, day after day."""
    shop = SHOPS[0]
    app_id = await asyncio.to_thread(read_app_id, shop)
    for day in range(_DAYS_COUNT, 0, -1):
        await lane.deps.db.write(
            _visit_for_a_day,
            app_id,
            shop,
            secret_key=lane.deps.settings.secret_key,
            now_ms=lane.at(days=day),
        )
    while await lane.deps.db.write(insights.sweep, now_ms=lane.start_ms):
        pass


def _visit_for_a_day(tx: Tx, app_id: str, shop: Shop, *, secret_key: str, now_ms: int) -> None:
    day = now_ms // 86_400_000
    chance = random.Random(day)  # noqa: S311  (the demo is the same each time)
    skus = [ware.sku for ware in shop.wares]
    weights = [9, 6, 4] + [1] * (len(skus) - 3)
    for number in range(_VISITORS[day % 7] + chance.randrange(6)):
        person_id = f"passer-by {number}"
        for _ in range(chance.choice((1, 1, 2))):
            insights.count_opening(tx, app_id, person_id, secret_key=secret_key, now_ms=now_ms)
        seen = chance.choices(skus, weights, k=chance.randrange(4))
        reports = [Report("viewed_product", {"sku": sku}) for sku in seen]
        insights.count_reports(tx, app_id, person_id, reports, secret_key=secret_key, now_ms=now_ms)
