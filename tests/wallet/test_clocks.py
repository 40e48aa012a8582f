"""Clocks that jump, and a host that was away: the ledger's own time decides, once."""

import pytest

from host.core.errors import AppError
from host.core.money import Money
from host.core.sqlite import SqliteDatabase
from host.serve import catch_up
from host.wallet import service
from host.wallet.model import Purpose
from tests.conftest import START_MS
from tests.wallet import make

END_MS = START_MS + 2_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


async def hold(db: SqliteDatabase, key: str, minor: int) -> None:
    """Reserve some of Ann's money for Bob, for two seconds."""
    await db.write(
        service.hold_transfer,
        key,
        debit_id=make.cash("ann"),
        credit_id=make.cash("bob"),
        money=Money(minor, make.CNY),
        purpose=Purpose.SEND,
        actor_id="ann",
        expires_at_ms=END_MS,
        now_ms=START_MS,
    )


async def capture(db: SqliteDatabase, *, now_ms: int) -> bool:
    """Tell whether what was reserved could still be had."""
    try:
        await db.write(service.post_held, f"p{now_ms}", pending_id="h1", now_ms=now_ms)
    except AppError:
        return False
    return True


@pytest.mark.parametrize(
    ("moments", "is_captured"),
    [
        ([END_MS - 100], True),
        ([END_MS], False),
        ([END_MS + 100], False),
        # An hour back after the end was seen, and in time after a step back.
        ([END_MS + 100, END_MS + 100 - HOUR_MS], False),
        ([END_MS - 100 - HOUR_MS, END_MS - 100], True),
        # A day ahead, and corrected: it was over, and stays so.
        ([START_MS + DAY_MS, START_MS + 100], False),
    ],
)
async def test_a_hold_is_captured_or_expires_and_never_both(
    db: SqliteDatabase, moments: list[int], *, is_captured: bool
) -> None:
    """Whatever the clock does between the sweep and the capture (AB-028)."""
    await make.wallet(db, "ann", 100)
    await make.wallet(db, "bob")
    await hold(db, "h1", 70)

    seen = []
    for now_ms in moments:
        # The clock of another transfer is heard by the ledger as well.
        await make.send(db, make.cash("ann"), make.cash("bob"), 1, f"k{now_ms}", now_ms=now_ms)
        seen += [await capture(db, now_ms=now_ms)]
        await db.write(service.expire_held, now_ms=now_ms)

    assert is_captured == any(seen)
    rows = await db.read(
        lambda tx: tx.rows(
            "SELECT created_at_ms, pending_id FROM wallet_transfer ORDER BY seq",
        )
    )
    assert 1 == sum(row["pending_id"] == "h1" for row in rows)
    times = [row["created_at_ms"] for row in rows]
    assert sorted(times) == times
    assert [] == await make.breaks(db)


async def test_what_ended_while_the_host_was_away_is_free_before_anybody_spends(
    db: SqliteDatabase,
) -> None:
    """Each hold ends with one row, before the host serves (AB-029)."""
    await make.wallet(db, "ann", 1_000)
    await make.wallet(db, "bob")
    for n in range(250):
        await hold(db, f"h{n}", 4)

    for _ in range(2):
        await catch_up(db, now_ms=lambda: END_MS + HOUR_MS)

    await make.send(db, make.cash("ann"), make.cash("bob"), 1_000, "k1", now_ms=END_MS + HOUR_MS)
    rows = await db.read(
        lambda tx: tx.rows("SELECT pending_id FROM wallet_transfer WHERE purpose = 'expiry'")
    )
    assert (250, 250) == (len(rows), len({row["pending_id"] for row in rows}))
    assert [] == await make.breaks(db)
