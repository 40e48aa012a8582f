"""Rails: money comes in and goes out once, whatever the rail answers."""

import asyncio

import pytest

from host import subscriptions
from host.core.db import Database
from host.core.deps import Deps
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.wallet import service
from host.wallet.chores import ask_rails
from host.wallet.errors import InsufficientFundsError, TransferNotFoundError
from host.wallet.model import (
    cash_place,
    in_transit_place,
    merchant_place,
    outgoing_place,
    owed_place,
    rail_place,
)
from host.wallet.rail_model import RailAnswer, RailOperation, RailState
from host.wallet.rails import (
    DECLINED_MINOR,
    LATE_DONE_MINOR,
    LATE_FAILED_MINOR,
    SILENT_MINOR,
    SandboxRail,
)
from host.wallet.service import entry, rail, settling
from tests.conftest import START_MS
from tests.wallet import make

ANN = make.cash("ann")
OUTGOING = outgoing_place("sandbox", make.CNY).id
SETTLED = rail_place("sandbox", make.CNY).id
TRANSIT = in_transit_place("sandbox", make.CNY).id


class CountingRail(SandboxRail):
    """The sandbox, and how often it was given an order."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, operation: RailOperation) -> RailAnswer:
        """Count, then do as the sandbox does."""
        self.sent.append(operation.id)
        await asyncio.sleep(0)
        return await super().send(operation)


async def top_up(
    db: Database, amount_minor: int, key: str = "k1", via: SandboxRail | None = None
) -> RailOperation:
    """Top Ann's wallet up."""
    return await entry.top_up(
        db,
        via or SandboxRail(),
        key=key,
        person_id="ann",
        money=Money(amount_minor, make.CNY),
        now_ms=START_MS,
    )


async def withdraw(db: Database, amount_minor: int, key: str = "k1") -> RailOperation:
    """Send Ann's money out, with a PIN that was right."""
    intent = rail.withdrawal_intent(
        entry.withdrawal_id("ann", key),
        rail="sandbox",
        person_id="ann",
        money=Money(amount_minor, make.CNY),
    )
    return await entry.withdraw(
        db,
        SandboxRail(),
        key=key,
        person_id="ann",
        money=Money(amount_minor, make.CNY),
        confirmation_id=await db.write(make.confirmed, intent),
        now_ms=START_MS,
    )


async def test_a_top_up_settles_at_once(db: Database) -> None:
    """The person has it, and the rail's account owes it."""
    done = await top_up(db, 50_000)

    assert RailState.DONE == done.state
    assert [(50_000, 0), (-50_000, 0)] == await make.stands(db, ANN, TRANSIT)
    assert [] == await make.breaks(db)


async def test_the_same_key_tops_up_once(db: Database) -> None:
    """Ten taps at once: one order to the rail, one credit."""
    counting = CountingRail()

    await asyncio.gather(*(top_up(db, 50_000, via=counting) for _ in range(10)))

    assert 1 == len(counting.sent)
    assert [(50_000, 0)] == await make.stands(db, ANN)


async def test_the_same_key_with_another_amount_is_refused(db: Database) -> None:
    """A key belongs to one order."""
    await top_up(db, 50_000)

    with pytest.raises(IdempotencyKeyReusedError):
        await top_up(db, 50_001)

    assert [(50_000, 0)] == await make.stands(db, ANN)


async def test_one_key_of_two_people_is_two_orders(db: Database) -> None:
    """Keys are each person's own (AB-013)."""
    await top_up(db, 50_000)
    await entry.top_up(
        db,
        SandboxRail(),
        key="k1",
        person_id="bob",
        money=Money(700, make.CNY),
        now_ms=START_MS,
    )

    assert [(50_000, 0), (700, 0)] == await make.stands(db, ANN, make.cash("bob"))


async def test_a_declined_top_up_moves_nothing(db: Database) -> None:
    """The order is kept with the reason."""
    failed = await top_up(db, DECLINED_MINOR)

    assert (RailState.FAILED, "declined") == (failed.state, failed.reason)
    assert [(0, 0)] == await make.stands(db, ANN)
    assert [] == await make.breaks(db)


@pytest.mark.parametrize(
    ("amount_minor", "later", "balance_minor"),
    [
        (LATE_DONE_MINOR, RailState.DONE, LATE_DONE_MINOR),
        (LATE_FAILED_MINOR, RailState.FAILED, 0),
        (SILENT_MINOR, RailState.UNKNOWN, 0),
    ],
)
async def test_an_unknown_outcome_is_asked_about_and_never_ordered_again(
    db: Database, amount_minor: int, later: RailState, balance_minor: int
) -> None:
    """A rail that times out may have done it: the host asks, under the same id (AB-074)."""
    counting = CountingRail()
    first = await top_up(db, amount_minor, via=counting)
    assert RailState.UNKNOWN == first.state
    assert [(0, 0)] == await make.stands(db, ANN)

    second = await top_up(db, amount_minor, via=counting)

    assert later == second.state
    assert 1 == len(counting.sent)
    assert [(balance_minor, 0)] == await make.stands(db, ANN)
    assert [] == await make.breaks(db)


async def test_what_waits_is_settled_in_the_background(db: Database, deps: Deps) -> None:
    """An order of which nobody asks is asked about by the host."""
    await top_up(db, LATE_DONE_MINOR)
    await top_up(db, SILENT_MINOR, key="k2")

    assert ask_rails in subscriptions.all_chores()
    assert 1 == await ask_rails(deps, now_ms=START_MS + 60_000)
    assert [(LATE_DONE_MINOR, 0)] == await make.stands(db, ANN)


async def test_a_withdrawal_leaves(db: Database) -> None:
    """The person has less, and so the rail's account owes less."""
    await top_up(db, 50_000)

    done = await withdraw(db, 20_000)

    assert RailState.DONE == done.state
    assert [(30_000, 0), (20_000, 0)] == await make.stands(db, ANN, OUTGOING)
    assert [] == await make.breaks(db)


async def test_a_withdrawal_on_its_way_is_reserved(db: Database) -> None:
    """Until the rail answers, the money is neither gone nor spendable."""
    await top_up(db, 100_000)

    await withdraw(db, SILENT_MINOR)

    balance = await db.read(service.balance, "ann", make.CNY)
    assert (100_000 - SILENT_MINOR, SILENT_MINOR) == (
        balance.available_minor,
        balance.reserved_minor,
    )
    with pytest.raises(InsufficientFundsError):
        await withdraw(db, 50_000, key="k2")
    assert [] == await make.breaks(db)


async def test_a_declined_withdrawal_is_free_again(db: Database) -> None:
    """Nothing is lost."""
    await top_up(db, 100_000)

    await withdraw(db, DECLINED_MINOR)

    assert [(100_000, 0)] == await make.stands(db, ANN)
    assert [] == await make.breaks(db)


async def test_an_answer_that_comes_twice_counts_once(db: Database) -> None:
    """A rail that reports success twice, then failure, has given money once (AB-073)."""
    done = await top_up(db, 50_000)

    for state in (RailState.DONE, RailState.FAILED):
        await db.write(rail.record_answer, done.id, RailAnswer(state), now_ms=START_MS)

    assert [(50_000, 0)] == await make.stands(db, ANN)
    assert [] == await make.breaks(db)


async def test_an_answer_to_nothing_moves_nothing(db: Database) -> None:
    """An unknown reference is refused."""
    with pytest.raises(TransferNotFoundError):
        await db.write(rail.record_answer, "nothing", RailAnswer(RailState.DONE), now_ms=START_MS)


async def test_somebody_elses_order_looks_like_none(db: Database) -> None:
    """Ids cannot be probed."""
    done = await top_up(db, 50_000)

    with pytest.raises(TransferNotFoundError):
        await db.read(rail.access_operation, done.id, actor_id="bob")


async def returned(db: Database, operation_id: str) -> RailOperation:
    """Let the rail take back what it did, twice: call-backs come as often as they like."""
    answer = RailAnswer(RailState.RETURNED, reason="account closed")
    await db.write(rail.record_answer, operation_id, answer, now_ms=START_MS)
    return await db.write(rail.record_answer, operation_id, answer, now_ms=START_MS)


async def settled(db: Database, operation_id: str, *, is_return: bool = False) -> None:
    """Let the rail's statement show it, twice."""
    for _ in range(2):
        await db.write(
            settling.settle_operation, operation_id, is_return=is_return, now_ms=START_MS
        )


async def test_a_returned_withdrawal_is_the_persons_again(db: Database) -> None:
    """Success, then a return days later: new entries put the money back, once (AB-074)."""
    came_in = await top_up(db, 50_000)
    went_out = await withdraw(db, 20_000)

    back = await returned(db, went_out.id)

    assert (RailState.RETURNED, "account closed") == (back.state, back.reason)
    assert [(50_000, 0), (-70_000, 0), (20_000, 0)] == await make.stands(db, ANN, TRANSIT, OUTGOING)
    await settled(db, came_in.id)
    await settled(db, went_out.id)
    await settled(db, went_out.id, is_return=True)
    assert [(-50_000, 0), (0, 0), (0, 0)] == await make.stands(db, SETTLED, TRANSIT, OUTGOING)
    assert [] == await make.breaks(db)


@pytest.mark.parametrize("spent_minor", [0, 30_000, 50_000])
async def test_a_returned_top_up_takes_what_is_there_and_the_rest_is_owed(
    db: Database, spent_minor: int
) -> None:
    """What the person has spent is nobody else's loss in silence: it stands in an account."""
    came_in = await top_up(db, 50_000)
    await make.wallet(db, "bob")
    if spent_minor:
        await make.send(db, ANN, make.cash("bob"), spent_minor, "spent")

    await returned(db, came_in.id)

    owed = owed_place("sandbox", make.CNY).id
    assert [(0, 0), (spent_minor, 0), (-spent_minor, 0)] == await make.stands(
        db, ANN, make.cash("bob"), owed
    )
    assert [] == await make.breaks(db)


async def test_a_brand_is_paid_out_once_and_gets_back_what_is_returned(db: Database) -> None:
    """The owner may be a brand: its earnings are reserved, leave, and come back (AB-074)."""
    earned = merchant_place("teahouse", make.CNY)
    await db.write(make.open_with, earned, 30_000)

    async def pay_out(amount_minor: int = 20_000) -> RailOperation:
        return await db.write(
            rail.begin_payout,
            "payout-1",
            rail="sandbox",
            brand_id="teahouse",
            money=Money(amount_minor, make.CNY),
            actor_id="laoma",
            now_ms=START_MS,
        )

    ordered = await pay_out()
    assert ordered == await pay_out()
    with pytest.raises(IdempotencyKeyReusedError):
        await pay_out(20_001)
    assert [(30_000, 20_000)] == await make.stands(db, earned.id)
    await entry.run_operation(db, SandboxRail(), ordered, now_ms=START_MS)
    assert [(10_000, 0)] == await make.stands(db, earned.id)

    await returned(db, ordered.id)

    assert [(30_000, 0)] == await make.stands(db, earned.id)
    assert [] == await make.breaks(db)


async def test_a_payout_that_timed_out_is_asked_about_and_leaves_once(db: Database) -> None:
    """It had done it when it fell silent: ten retries at once, one payout (AB-074)."""
    counting = CountingRail()
    earned = merchant_place("teahouse", make.CNY)
    await db.write(make.open_with, earned, 2 * LATE_DONE_MINOR)
    ordered = await db.write(
        rail.begin_payout,
        "payout-1",
        rail="sandbox",
        brand_id="teahouse",
        money=Money(LATE_DONE_MINOR, make.CNY),
        actor_id="laoma",
        now_ms=START_MS,
    )
    first = await entry.run_operation(db, counting, ordered, now_ms=START_MS)
    assert (RailState.UNKNOWN, (2 * LATE_DONE_MINOR, LATE_DONE_MINOR)) == (
        first.state, (await make.stands(db, earned.id))[0],
    )  # fmt: skip

    answers = await asyncio.gather(
        *(entry.run_operation(db, counting, first, now_ms=START_MS) for _ in range(10))
    )

    assert {RailState.DONE} == {answer.state for answer in answers}
    assert ["payout-1"] == counting.sent
    assert [(LATE_DONE_MINOR, 0)] == await make.stands(db, earned.id)
    assert [] == await make.breaks(db)


async def test_a_rail_pays_out_no_more_than_came_in_through_it(db: Database) -> None:
    """Money that came in elsewhere cannot leave here."""
    await db.write(make.open_with, cash_place("ann", make.CNY), 50_000, rail="other")

    with pytest.raises(InsufficientFundsError):
        await withdraw(db, 20_000)
