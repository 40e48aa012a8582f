"""The way from a page to the people behind it."""

from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.handler import Handler
from host.bridge.visit import Visit
from host.core.db import Tx
from host.core.errors import NotFoundError
from host.market import service as market


async def support_open(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person write; an order must be theirs and of this merchant."""
    if args["order_id"] is not None:
        await visit.deps.db.read(_check_order, args["order_id"], visit=visit)
    ask(visit, number, "support.open", args)


def _check_order(tx: Tx, order_id: str, *, visit: Visit) -> None:
    order = market.access_order(tx, order_id, actor_id=visit.person_id)
    if order.brand_id != visit.brand_id:
        raise NotFoundError("You have no order with this id.")


HANDLERS: Mapping[str, Handler] = {"support.open": support_open}
