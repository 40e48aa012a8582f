"""The outbox: events are stored with the change they tell of, and delivered at least once.

Each event's subscribers and the mark "delivered" are one transaction; a failure is counted in a
transaction of its own, backs off, and after ten attempts the event is parked for a person to look
at (``hutong outbox list --failed``).  A subscriber may run twice: it uses ``event.id`` as a key.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from host.core.db import Database, Row, Tx
from host.core.ids import new_ids

logger = logging.getLogger(__name__)

ATTEMPT_COUNT_MAX = 10
BACK_OFF_MS_MAX = 10 * 60 * 1000
# The relay is woken by each commit that published; the poll is the safety net.
POLL_S = 1.0
TOPIC = "outbox"


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in the past tense.  Its payload is flat: strings and whole numbers."""

    name: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it lies in the outbox."""

    id: str
    name: str
    payload: Mapping[str, Any]
    created_at_ms: int
    attempt_count: int = 0


Subscriber = Callable[[Tx, StoredEvent], None]
Subscriptions = Mapping[str, Sequence[Subscriber]]


def publish(tx: Tx, event: Event, *, now_ms: int) -> str:
    """Store ``event`` in the caller's transaction and return its id."""
    (event_id,) = publish_all(tx, [event], now_ms=now_ms)
    return event_id


def publish_all(tx: Tx, events: Sequence[Event], *, now_ms: int) -> list[str]:
    """Store ``events`` in the caller's transaction and return their ids."""
    if not events:
        return []
    ids = new_ids(len(events))
    tx.run_many(
        "INSERT INTO core_outbox (id, name, payload, created_at_ms, next_attempt_at_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (event_id, event.name, msgspec.json.encode(event).decode(), now_ms, now_ms)
            for event_id, event in zip(ids, events, strict=True)
        ],
    )
    tx.signal(TOPIC, ids[-1], "")
    return ids


async def deliver_next(db: Database, subscriptions: Subscriptions, *, now_ms: int) -> bool:
    """Deliver the first event that is due; False when none is."""
    event = await db.read(_find_due, now_ms=now_ms)
    if event is None:
        return False
    try:
        await db.write(_deliver, event.id, subscriptions, now_ms=now_ms)
    except Exception as error:
        # Whatever a subscriber did wrong must not stop the others' events: it is counted.
        logger.exception("event %s (%s) was not delivered", event.name, event.id)
        await db.write(_count_failure, event, reason=type(error).__name__, now_ms=now_ms)
    return True


async def relay(db: Database, subscriptions: Subscriptions, *, clock: Callable[[], int]) -> None:
    """Deliver events until cancelled."""
    wake = asyncio.Event()
    db.listen(TOPIC, lambda _: wake.set(), elsewhere=lambda _: wake.set())
    while True:
        while await deliver_next(db, subscriptions, now_ms=clock()):
            pass
        try:
            async with asyncio.timeout(POLL_S):
                await wake.wait()
        except TimeoutError:
            continue
        wake.clear()


def find_parked(tx: Tx) -> list[StoredEvent]:
    """Return the events that a person must look at, oldest first, at most 100."""
    rows = tx.rows(
        "SELECT id, name, payload, created_at_ms, attempt_count FROM core_outbox"
        " WHERE parked_at_ms IS NOT NULL AND delivered_at_ms IS NULL ORDER BY seq LIMIT 100"
    )
    return [_event(row) for row in rows]


def find_waiting(tx: Tx) -> list[StoredEvent]:
    """Return the events that wait for their next attempt, oldest first, at most 100."""
    rows = tx.rows(
        "SELECT id, name, payload, created_at_ms, attempt_count FROM core_outbox"
        " WHERE parked_at_ms IS NULL AND delivered_at_ms IS NULL ORDER BY seq LIMIT 100"
    )
    return [_event(row) for row in rows]


def retry_parked(tx: Tx, *, now_ms: int) -> int:
    """Let every parked event be tried again and return how many."""
    return tx.run(
        "UPDATE core_outbox SET parked_at_ms = NULL, attempt_count = 0, next_attempt_at_ms = :now"
        " WHERE parked_at_ms IS NOT NULL AND delivered_at_ms IS NULL",
        now=now_ms,
    )


def _find_due(tx: Tx, *, now_ms: int) -> StoredEvent | None:
    row = tx.row(
        "SELECT id, name, payload, created_at_ms, attempt_count FROM core_outbox"
        " WHERE delivered_at_ms IS NULL AND parked_at_ms IS NULL AND next_attempt_at_ms <= :now"
        " ORDER BY next_attempt_at_ms, seq LIMIT 1",
        now=now_ms,
    )
    return None if row is None else _event(row)


def _deliver(tx: Tx, event_id: str, subscriptions: Subscriptions, *, now_ms: int) -> None:
    row = tx.claim_row(
        "SELECT id, name, payload, created_at_ms, attempt_count FROM core_outbox"
        " WHERE id = :id AND delivered_at_ms IS NULL",
        id=event_id,
    )
    if row is None:  # another process was faster
        return
    event = _event(row)
    for subscriber in subscriptions.get(event.name, ()):
        subscriber(tx, event)
    tx.run("UPDATE core_outbox SET delivered_at_ms = :now WHERE id = :id", now=now_ms, id=event.id)


def _count_failure(tx: Tx, event: StoredEvent, *, reason: str, now_ms: int) -> None:
    attempt_count = event.attempt_count + 1
    wait_ms = min(BACK_OFF_MS_MAX, 1000 * 2**attempt_count)
    tx.run(
        "UPDATE core_outbox SET attempt_count = :count, next_attempt_at_ms = :next_ms,"
        " last_error = :reason, parked_at_ms = :parked_ms WHERE id = :id",
        count=attempt_count,
        next_ms=now_ms + wait_ms,
        reason=reason,
        parked_ms=now_ms if attempt_count >= ATTEMPT_COUNT_MAX else None,
        id=event.id,
    )


def _event(row: Row) -> StoredEvent:
    return StoredEvent(
        id=row["id"],
        name=row["name"],
        payload=msgspec.json.decode(row["payload"]),
        created_at_ms=row["created_at_ms"],
        attempt_count=row["attempt_count"],
    )
