"""Builders for the tests of points: a shop with a programme, and orders that give some."""

from host.core.db import Tx
from host.core.money import Money
from host.points import service
from host.points.model import Programme, issued_place, points_place
from host.settlement import service as settlement
from host.wallet import service as wallet
from tests.conftest import START_MS
from tests.market.make import Lane
from tests.settlement.make import pay_in
from tests.wallet.make import CNY


def programme(
    tx: Tx,
    at: Lane,
    *,
    is_on: bool = True,
    earn_minor: int = 100,
    worth_minor: int = 100,
    months: int | None = None,
    now_ms: int = START_MS,
) -> Programme:
    """Let the shop give a point for every 1.00, a hundred of which are worth 1.00."""
    return service.set_programme(
        tx,
        at.brand_id,
        actor_id=at.seller_id,
        is_on=is_on,
        earn=Money(earn_minor, CNY),
        worth=Money(worth_minor, CNY),
        expiry_months=months,
        now_ms=now_ms,
    )


def buy(tx: Tx, at: Lane, source_id: str, amount_minor: int, *, now_ms: int = START_MS) -> None:
    """Pay the shop for an order, whose money it has, and hear of it twice."""
    pay_in(
        tx,
        source_id,
        amount_minor,
        brand_id=at.brand_id,
        payer_id=at.buyer_id,
        source_kind="order",
        now_ms=now_ms,
    )
    for _ in range(2):
        look(tx, at, source_id, is_new=True, now_ms=now_ms)


def look(tx: Tx, at: Lane, source_id: str, *, is_new: bool = False, now_ms: int = START_MS) -> None:
    """Do what an event about an order does."""
    service.reckon(tx, "order", source_id, person_id=at.buyer_id, is_new=is_new, now_ms=now_ms)


def refund(tx: Tx, at: Lane, source_id: str, refund_id: str, amount_minor: int) -> None:
    """Give a part of an order's money back, and hear of it twice."""
    settlement.record_refund(
        tx,
        source_kind="order",
        source_id=source_id,
        refund_id=refund_id,
        brand_id=at.brand_id,
        payer_id=at.buyer_id,
        money=Money(amount_minor, CNY),
        now_ms=START_MS,
    )
    for _ in range(2):
        look(tx, at, source_id)


def redeem(tx: Tx, at: Lane, key: str, points: int) -> int:
    """Turn points into money, and return how much."""
    made = service.redeem(
        tx, key, brand_id=at.brand_id, person_id=at.buyer_id, points=points, now_ms=START_MS
    )
    return made.amount_minor


def has(tx: Tx, at: Lane) -> tuple[int, int]:
    """Return the buyer's points and what the shop has given out."""
    held = wallet.posted(tx, points_place(at.brand_id, at.buyer_id))
    return held, -wallet.posted(tx, issued_place(at.brand_id))
