"""Rails: money comes in and goes out once, whatever the rail answers."""

import asyncio

import pytest

from host import subscriptions
from host.core.db import Tx
from host.core.deps import Deps
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.core.sqlite import SqliteDatabase
from host.wallet import service
from host.wallet.chores import ask_rails
from host.wallet.errors import InsufficientFundsError, TransferNotFoundError
from host.wallet.model import RailAnswer, RailOperation, RailState, rail_place
from host.wallet.rails import (
    DECLINED_MINOR,
    LATE_DONE_MINOR,
    LATE_FAILED_MINOR,
    SILENT_MINOR,
    SandboxRail,
)
from host.wallet.service import entry, rail
from tests.conftest import START_MS
from tests.wallet import make

ANN = make.cash("ann")
OUTSIDE = rail_place("sandbox", make.CNY).id


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
    db: SqliteDatabase, amount_minor: int, key: str = "k1", via: SandboxRail | None = None
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


async def withdraw(db: SqliteDatabase, amount_minor: int, key: str = "k1") -> RailOperation:
    """Send Ann's money out, with a PIN that was right."""

    def confirmed(tx: Tx) -> str:
        tx.run(
            "INSERT INTO wallet_pin_attempt (id, person_id, status, begun_at_ms)"
            " VALUES (:id, 'ann', 'right', 0) ON CONFLICT (id) DO NOTHING",
            id=f"attempt-{key}",
        )
        return f"attempt-{key}"

    return await entry.withdraw(
        db,
        SandboxRail(),
        key=key,
        person_id="ann",
        money=Money(amount_minor, make.CNY),
        pin_attempt_id=await db.write(confirmed),
        now_ms=START_MS,
    )


async def test_a_top_up_settles_at_once(db: SqliteDatabase) -> None:
    """The person has it, and the rail's account owes it."""
    done = await top_up(db, 50_000)

    assert RailState.DONE == done.state
    assert [(50_000, 0), (-50_000, 0)] == await make.stands(db, ANN, OUTSIDE)
    assert [] == await make.breaks(db)


async def test_the_same_key_tops_up_once(db: SqliteDatabase) -> None:
    """Ten taps at once: one order to the rail, one credit."""
    counting = CountingRail()

    await asyncio.gather(*(top_up(db, 50_000, via=counting) for _ in range(10)))

    assert 1 == len(counting.sent)
    assert [(50_000, 0)] == await make.stands(db, ANN)


async def test_the_same_key_with_another_amount_is_refused(db: SqliteDatabase) -> None:
    """A key belongs to one order."""
    await top_up(db, 50_000)

    with pytest.raises(IdempotencyKeyReusedError):
        await top_up(db, 50_001)

    assert [(50_000, 0)] == await make.stands(db, ANN)


async def test_one_key_of_two_people_is_two_orders(db: SqliteDatabase) -> None:
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


async def test_a_declined_top_up_moves_nothing(db: SqliteDatabase) -> None:
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
    db: SqliteDatabase, amount_minor: int, later: RailState, balance_minor: int
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


async def test_what_waits_is_settled_in_the_background(db: SqliteDatabase, deps: Deps) -> None:
    """An order of which nobody asks is asked about by the host."""
    await top_up(db, LATE_DONE_MINOR)
    await top_up(db, SILENT_MINOR, key="k2")

    assert ask_rails in subscriptions.all_chores()
    assert 1 == await ask_rails(deps, now_ms=START_MS + 60_000)
    assert [(LATE_DONE_MINOR, 0)] == await make.stands(db, ANN)


async def test_a_withdrawal_leaves(db: SqliteDatabase) -> None:
    """The person has less, and so the rail's account owes less."""
    await top_up(db, 50_000)

    done = await withdraw(db, 20_000)

    assert RailState.DONE == done.state
    assert [(30_000, 0), (-30_000, 0)] == await make.stands(db, ANN, OUTSIDE)
    assert [] == await make.breaks(db)


async def test_a_withdrawal_on_its_way_is_reserved(db: SqliteDatabase) -> None:
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


async def test_a_declined_withdrawal_is_free_again(db: SqliteDatabase) -> None:
    """Nothing is lost."""
    await top_up(db, 100_000)

    await withdraw(db, DECLINED_MINOR)

    assert [(100_000, 0)] == await make.stands(db, ANN)
    assert [] == await make.breaks(db)


async def test_an_answer_that_comes_twice_counts_once(db: SqliteDatabase) -> None:
    """A rail that reports success twice, then failure, has given money once (AB-073)."""
    done = await top_up(db, 50_000)

    for state in (RailState.DONE, RailState.FAILED):
        await db.write(rail.record_answer, done.id, RailAnswer(state), now_ms=START_MS)

    assert [(50_000, 0)] == await make.stands(db, ANN)
    assert [] == await make.breaks(db)


async def test_an_answer_to_nothing_moves_nothing(db: SqliteDatabase) -> None:
    """An unknown reference is refused."""
    with pytest.raises(TransferNotFoundError):
        await db.write(rail.record_answer, "nothing", RailAnswer(RailState.DONE), now_ms=START_MS)


async def test_somebody_elses_order_looks_like_none(db: SqliteDatabase) -> None:
    """Ids cannot be probed."""
    done = await top_up(db, 50_000)

    with pytest.raises(TransferNotFoundError):
        await db.read(rail.access_operation, done.id, actor_id="bob")
