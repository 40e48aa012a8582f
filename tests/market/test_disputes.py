"""Disputes and refunds in parts: nobody gets money twice, and time alone moves none."""

import asyncio

import pytest

from host.core.errors import AppError, IdempotencyKeyReusedError
from host.core.ids import new_id
from host.core.sqlite import SqliteDatabase
from host.market import service
from host.market.dispute_model import Decision, Dispute, DisputeStatus
from host.market.errors import (
    DisputeEndedError,
    DisputeNotFoundError,
    OrderNotFoundError,
    OrderRefusedError,
    OrderStateError,
    PartTooLargeError,
)
from host.market.model import DAY_MS, Order, Status
from host.settlement import service as settlement
from host.settlement.errors import MerchantShortError
from tests.conftest import START_MS
from tests.market import make
from tests.market.make import Lane
from tests.settlement.make import spend_all


async def shipped(lane: Lane, *, count: int = 1, fee_bps: int = 100) -> Order:
    """Buy and send tea for 100.00 each."""
    tea = await make.product(lane, price_minor=10_000, sku=new_id()[-12:])
    order = await make.paid_order(lane, tea, count, fee_bps=fee_bps)
    return await make.ship(lane, order.id)


async def dispute(lane: Lane, order: Order, *, now_ms: int = START_MS) -> Dispute:
    """Open a dispute as the buyer."""
    return await lane.db.write(
        service.open_dispute,
        new_id(),
        order_id=order.id,
        actor_id=lane.buyer_id,
        reason="It is not tea.",
        now_ms=now_ms,
    )


async def answer(lane: Lane, order: Order, *, actor_id: str = "") -> Dispute:
    """Answer as the shop."""
    return await lane.db.write(
        service.answer_dispute,
        new_id(),
        order_id=order.id,
        actor_id=actor_id or lane.seller_id,
        text="It is.",
        now_ms=START_MS + 1,
    )


async def decide(
    lane: Lane, opened: Dispute, decision: Decision, refund_minor: int = 0, *, days: int = 3
) -> Dispute:
    """Decide as the admin."""
    decided, _ = await lane.db.write(
        service.decide_dispute,
        opened.id,
        decision=decision,
        refund_minor=refund_minor,
        reason="Looked at both.",
        now_ms=START_MS + days * DAY_MS,
    )
    return decided


async def part(
    lane: Lane, order: Order, amount: int, key: str, *, position: int = 0, actor_id: str = ""
) -> Order:
    """Give back money of a line as the shop."""
    return await lane.db.write(
        service.refund_line,
        key,
        order_id=order.id,
        actor_id=actor_id or lane.seller_id,
        position=position,
        amount_minor=amount,
        reason="One was broken",
        now_ms=START_MS,
    )


async def confirm(lane: Lane, order: Order) -> Order:
    """Confirm receipt."""
    return await lane.db.write(
        service.confirm_receipt, order.id, actor_id=lane.buyer_id, now_ms=START_MS
    )


@pytest.mark.parametrize(
    ("decision", "back", "money", "status"),
    [
        # 100.00 were paid, the fee is one in a hundred of what the shop keeps.
        (Decision.RELEASE, 0, (90_000, 0, 9_900), Status.RECEIVED),
        (Decision.REFUND, 0, (100_000, 0, 0), Status.REFUNDED),
        (Decision.PART, 4_000, (94_000, 0, 5_940), Status.RECEIVED),
    ],
)
@pytest.mark.parametrize("is_received", [False, True])
async def test_an_admin_decides_once(
    lane: Lane,
    decision: Decision,
    back: int,
    money: tuple[int, int, int],
    status: Status,
    *,
    is_received: bool,
) -> None:
    """Held or already the shop's, the same money ends at the same place; a second word is none."""
    order = await shipped(lane)
    if is_received:
        await confirm(lane, order)
    opened = await dispute(lane, order)
    with pytest.raises(OrderStateError, match="still has time"):
        await decide(lane, opened, decision, back, days=2)
    await answer(lane, order)

    decided = await asyncio.gather(*(decide(lane, opened, decision, back) for _ in range(5)))

    assert {DisputeStatus.DECIDED} == {one.status for one in decided}
    assert (money, status) == (await make.money(lane), (await make.read(lane, order.id)).status)
    for other in set(Decision) - {decision}:
        with pytest.raises(DisputeEndedError):
            await decide(lane, opened, other, 1)
    with pytest.raises(OrderStateError):
        await dispute(lane, order)
    assert [] == await make.breaks(lane)


async def test_a_refund_in_full_ends_the_dispute(lane: Lane) -> None:
    """AB-050: disputed, refunded by the shop, then decided for the buyer: the money comes once."""
    for is_received in (False, True):
        order = await shipped(lane)
        if is_received:
            await confirm(lane, order)
        opened = await dispute(lane, order)
        if is_received:
            await part(lane, order, 10_000, new_id())
        else:
            await lane.db.write(
                service.accept_refund, order.id, actor_id=lane.seller_id, now_ms=START_MS
            )

        with pytest.raises(DisputeEndedError):
            await decide(lane, opened, Decision.REFUND)

        assert (100_000, 0, 0) == await make.money(lane)
        (known,) = await lane.db.read(service.list_disputes, order.id, actor_id=lane.buyer_id)
        assert DisputeStatus.SETTLED == known.status
    assert [] == await make.breaks(lane)


async def test_no_clock_releases_what_is_disputed(lane: Lane) -> None:
    """AB-053: eleven days forward and back with a dispute open; after it the clock runs once."""
    order = await shipped(lane)
    await dispute(lane, order)

    for days in (11, 0, 11, -11, 40):
        await lane.db.write(service.sweep, now_ms=START_MS + days * DAY_MS)
    assert (90_000, 10_000, 0) == await make.money(lane)
    with pytest.raises(OrderStateError, match="dispute"):
        await lane.db.write(
            service.ask_refund, new_id(), order_id=order.id, actor_id=lane.buyer_id,
            reason="Please", now_ms=START_MS,
        )  # fmt: skip

    await lane.db.write(
        service.withdraw_dispute, order.id, actor_id=lane.buyer_id, now_ms=START_MS + 20 * DAY_MS
    )
    await lane.db.write(service.sweep, now_ms=START_MS + 22 * DAY_MS)
    assert (90_000, 10_000, 0) == await make.money(lane)
    for days in (23, 12, 24):
        await lane.db.write(service.sweep, now_ms=START_MS + days * DAY_MS)
    assert (90_000, 0, 9_900) == await make.money(lane)
    assert [] == await make.breaks(lane)


async def test_confirming_receipt_ends_it(lane: Lane) -> None:
    """The buyer has the tea after all: the shop is paid, and there is nothing to decide."""
    order = await shipped(lane)
    opened = await dispute(lane, order)

    await confirm(lane, order)

    with pytest.raises(DisputeEndedError):
        await decide(lane, opened, Decision.REFUND)
    assert (90_000, 0, 9_900) == await make.money(lane)


async def test_a_decision_waits_until_the_shop_has_the_money(
    lane: Lane, db: SqliteDatabase
) -> None:
    """AB-047: a shop that has paid everything out is short; the dispute stays open meanwhile."""
    order = await shipped(lane)
    await confirm(lane, order)
    opened = await dispute(lane, order)
    await lane.db.write(settlement.sweep, now_ms=START_MS + 2 * DAY_MS)
    await spend_all(db, lane.brand_id)

    with pytest.raises(MerchantShortError):
        await decide(lane, opened, Decision.REFUND)
    (known,) = await lane.db.read(service.list_disputes, order.id, actor_id=lane.buyer_id)
    assert DisputeStatus.OPEN == known.status

    await confirm(lane, await shipped(lane, count=2))
    await decide(lane, opened, Decision.REFUND)
    assert (80_000, 0, 9_900) == await make.money(lane)
    assert [] == await make.breaks(lane)


async def test_who_may_dispute_and_until_when(lane: Lane) -> None:
    """The buyer alone, 30 days after receipt, once at a time; not what was never paid."""
    order = await shipped(lane)
    with pytest.raises(OrderNotFoundError):
        await lane.db.write(
            service.open_dispute, new_id(), order_id=order.id, actor_id=lane.seller_id,
            reason="x", now_ms=START_MS,
        )  # fmt: skip
    with pytest.raises(OrderNotFoundError):
        await answer(lane, order, actor_id=lane.buyer_id)
    with pytest.raises(DisputeNotFoundError):
        await answer(lane, order)
    unpaid = await make.order(lane, await make.product(lane, sku="X", stock=None))
    with pytest.raises(OrderStateError):
        await dispute(lane, unpaid)
    await confirm(lane, order)
    with pytest.raises(OrderStateError, match="30 days"):
        await dispute(lane, order, now_ms=START_MS + 31 * DAY_MS)
    assert await dispute(lane, order) == await dispute(lane, order)


async def test_both_sides_show_what_they_have(lane: Lane) -> None:
    """Twenty things a side, each once; nobody else sees or shows anything."""
    order = await shipped(lane)
    opened = await dispute(lane, order)
    stranger_id = await lane.db.write(make.put_person, "eve")

    async def show(actor_id: str, key: str, text: str = "Look") -> object:
        return await lane.db.write(
            service.add_evidence, key, order_id=order.id, actor_id=actor_id, text=text,
            media_id=None, now_ms=START_MS,
        )  # fmt: skip

    for n in range(20):
        await show(lane.buyer_id, f"buyer-{n:04}")
        await show(lane.buyer_id, f"buyer-{n:04}")
    await show(lane.seller_id, "seller-0001")
    with pytest.raises(OrderStateError):
        await show(lane.buyer_id, "buyer-more")
    with pytest.raises(OrderRefusedError):
        await show(lane.seller_id, "seller-0002", " ")
    with pytest.raises(OrderNotFoundError):
        await show(stranger_id, "stranger-1")

    _, _, shown = await lane.db.read(service.read_case, opened.id)
    assert ["buyer"] * 20 + ["shop"] == sorted(str(one.side) for one in shown)


@pytest.mark.parametrize("is_received", [False, True])
async def test_a_line_goes_back_in_parts(lane: Lane, *, is_received: bool) -> None:
    """Bounded by the line and the order; by one id once; the fee of what is left is the fee."""
    order = await shipped(lane, count=2)
    if is_received:
        await confirm(lane, order)

    for _ in range(3):
        await part(lane, order, 5_000, "part-0001")
    with pytest.raises(IdempotencyKeyReusedError):
        await part(lane, order, 5_001, "part-0001")
    wrong: list[tuple[int, int, type[AppError]]] = [
        (15_001, 0, PartTooLargeError),
        (0, 0, PartTooLargeError),
        (-1, 0, PartTooLargeError),
        (1, 7, OrderRefusedError),
    ]
    for amount, position, refusal in wrong:
        with pytest.raises(refusal):
            await part(lane, order, amount, "part-0002", position=position)
    with pytest.raises(OrderNotFoundError):
        await part(lane, order, 1, "part-0002", actor_id=lane.buyer_id)
    if not is_received:
        await confirm(lane, order)
    assert (85_000, 0, 14_850) == await make.money(lane)

    ended = await part(lane, order, 15_000, "part-0003")

    assert (Status.REFUNDED, 20_000) == (ended.status, ended.refunded_minor)
    assert (100_000, 0, 0) == await make.money(lane)
    with pytest.raises(PartTooLargeError):
        await part(lane, order, 1, "part-0004")
    assert [] == await make.breaks(lane)
