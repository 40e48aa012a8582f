"""Events: delivered with their change, at least once, and never in each other's way."""

from dataclasses import dataclass
from typing import ClassVar

from host.core import outbox
from host.core.db import Tx
from host.core.outbox import Event, StoredEvent
from host.core.sqlite import SqliteDatabase

NOW_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class TeaPicked(Event):
    """Somebody picked tea."""

    name: ClassVar[str] = "test.tea_picked"

    leaves: int


def remember(tx: Tx, event: StoredEvent) -> None:
    """Keep one row per event."""
    tx.run(
        "INSERT INTO core_rate (key, window_at_ms, used_count) VALUES (:id, 0, :n)"
        " ON CONFLICT DO NOTHING",
        id=event.id,
        n=event.payload["leaves"],
    )


def explode(tx: Tx, event: StoredEvent) -> None:
    """Do half of the work, then fail."""
    remember(tx, event)
    raise RuntimeError(event.name)


def counts(tx: Tx) -> list[int]:
    """Return what was remembered."""
    rows = tx.rows("SELECT used_count FROM core_rate ORDER BY used_count")
    return [row["used_count"] for row in rows]


async def test_an_event_reaches_its_subscriber_once(db: SqliteDatabase) -> None:
    """After delivery nothing is due."""
    await db.write(outbox.publish, TeaPicked(3), now_ms=NOW_MS)
    subscriptions = {"test.tea_picked": (remember,)}

    assert await outbox.deliver_next(db, subscriptions, now_ms=NOW_MS)
    assert not await outbox.deliver_next(db, subscriptions, now_ms=NOW_MS)
    assert [3] == await db.read(counts)


async def test_a_failing_subscriber_leaves_nothing_and_is_tried_later(db: SqliteDatabase) -> None:
    """Its half work is undone, the next event goes first, the third try succeeds."""
    await db.write(outbox.publish, TeaPicked(1), now_ms=NOW_MS)
    await db.write(outbox.publish, TeaPicked(2), now_ms=NOW_MS + 1)

    assert await outbox.deliver_next(db, {"test.tea_picked": (explode,)}, now_ms=NOW_MS + 1)
    assert [] == await db.read(counts)
    assert await outbox.deliver_next(db, {"test.tea_picked": (remember,)}, now_ms=NOW_MS + 1)
    assert [2] == await db.read(counts)
    assert not await outbox.deliver_next(db, {"test.tea_picked": (remember,)}, now_ms=NOW_MS + 1)
    assert await outbox.deliver_next(db, {"test.tea_picked": (remember,)}, now_ms=NOW_MS + 9000)
    assert [1, 2] == await db.read(counts)


async def test_a_poison_event_is_parked_and_can_be_retried(db: SqliteDatabase) -> None:
    """After ten attempts a person has to look."""
    await db.write(outbox.publish, TeaPicked(1), now_ms=NOW_MS)
    at_ms = NOW_MS
    for _ in range(outbox.ATTEMPT_COUNT_MAX):
        assert await outbox.deliver_next(db, {"test.tea_picked": (explode,)}, now_ms=at_ms)
        at_ms += outbox.BACK_OFF_MS_MAX

    assert not await outbox.deliver_next(db, {"test.tea_picked": (explode,)}, now_ms=at_ms)
    assert ["test.tea_picked"] == [e.name for e in await db.read(outbox.find_parked)]
    assert 1 == await db.write(outbox.retry_parked, now_ms=at_ms)
    assert await outbox.deliver_next(db, {"test.tea_picked": (remember,)}, now_ms=at_ms)
    assert [] == await db.read(outbox.find_parked)
