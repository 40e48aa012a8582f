"""The list of abuses of a wallet: each line is the rule of a test that says so, or says why not."""

import ast
import asyncio
import json
import re
from functools import cache
from pathlib import Path

from host.core.db import Tx
from host.core.ids import new_id
from host.core.sqlite import SqliteDatabase
from host.market import service as market
from host.market.errors import OutOfStockError
from host.market.service import LineAsk
from tests.conftest import START_MS
from tests.market import make
from tests.wallet import make as wallet_make

TESTS = Path(__file__).parents[1]
LIST = TESTS / "data" / "wallet_abuse_cases.jsonl"
DAY_MS = 24 * 3600 * 1000
_CASE = re.compile(r"\bAB-\d{3}\b")

# What the product does not do yet, so that nobody can abuse it.
NO_FEATURE = {
    "AB-058": "there are no group-buys",
    "AB-059": "there are no referrals that earn a commission",
}


@cache
def named_cases() -> dict[str, list[str]]:
    """Return the tests that name each case in their own sentence."""
    found: dict[str, list[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if not node.name.startswith("test_"):
                continue
            for case in _CASE.findall(ast.get_docstring(node) or ""):
                found.setdefault(case, []).append(f"{path.relative_to(TESTS)}::{node.name}")
    return found


def test_every_case_of_the_list_has_a_test() -> None:
    """A line of the list is named by a test, or stands above with what is missing for it."""
    listed = [json.loads(line)["id"] for line in LIST.read_text(encoding="utf-8").splitlines()]
    named = named_cases()

    assert 49 == len(set(listed)) == len(listed)
    assert [] == [case for case in listed if case not in named and case not in NO_FEATURE]
    assert [] == sorted(named.keys() & NO_FEATURE.keys()), "the feature is here: take it off"


async def test_two_hundred_checkouts_of_the_last_tea(db: SqliteDatabase) -> None:
    """AB-056: no checkout takes stock, one payment does; what half of them abandon comes back once.

    On the shelf + sold is what there was, at every step.
    """
    lane = await make.lane(db, 100_000_000)
    tea = await make.product(lane, stock=1)
    orders = [
        await db.write(
            market.create_order,
            new_id(),
            buyer_id=lane.buyer_id,
            brand_id=lane.brand_id,
            lines=[LineAsk(tea.id, 1)],
            source="",
            now_ms=START_MS + n * 1000,
        )
        for n in range(200)
    ]
    assert 1 == await stock_of(db, tea.id)

    paid = await asyncio.gather(
        *(make.pay(lane, order.id) for order in orders[:50]), return_exceptions=True
    )

    won = [one for one in paid if not isinstance(one, BaseException)]
    assert (1, 49) == (len(won), sum(isinstance(one, OutOfStockError) for one in paid))
    assert 0 == await stock_of(db, tea.id)
    for at_ms in (START_MS + DAY_MS, START_MS + 2 * DAY_MS):
        while await db.write(market.sweep, now_ms=at_ms):
            pass
        assert 0 == await stock_of(db, tea.id)
    assert [] == await wallet_make.breaks(db)


async def stock_of(db: SqliteDatabase, product_id: str) -> int:
    """Return what is on the shelf."""

    def read(tx: Tx) -> int:
        row = tx.row("SELECT stock FROM market_product WHERE id = :id", id=product_id)
        assert row is not None
        return int(row["stock"])

    return await db.read(read)
