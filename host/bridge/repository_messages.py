"""SQL of service messages."""

import msgspec

from host.bridge.model import SentMessage, Subscription
from host.core.db import Row, Tx, expand

_SUBSCRIPTION = (
    "SELECT person_id, program_id, topic, act_id, changed_at_ms, stopped_at_ms"
    " FROM bridge_subscription"
)
_MESSAGE = (
    "SELECT id, person_id, program_id, topic, act_id, page, query, sent_at_ms FROM bridge_message"
)


def put_subscription(tx: Tx, subscription: Subscription) -> None:
    """Store what a person wants, or wants no more."""
    tx.run(
        "INSERT INTO bridge_subscription (person_id, program_id, topic, act_id, changed_at_ms,"
        " stopped_at_ms) VALUES (:person_id, :program_id, :topic, :act_id, :changed_at_ms,"
        " :stopped_at_ms) ON CONFLICT (person_id, program_id, topic) DO UPDATE SET"
        " act_id = excluded.act_id, changed_at_ms = excluded.changed_at_ms,"
        " stopped_at_ms = excluded.stopped_at_ms",
        **{name: getattr(subscription, name) for name in Subscription.__slots__},
    )


def lock_subscription(tx: Tx, person_id: str, program_id: str, topic: str) -> Subscription | None:
    """Return a topic of a person, and hold it."""
    rows = tx.lock_rows(
        f"{_SUBSCRIPTION} WHERE person_id = :person AND program_id = :program AND topic = :topic",
        person=person_id,
        program=program_id,
        topic=topic,
    )
    return Subscription(**rows[0]) if rows else None


def find_subscriptions(tx: Tx, person_id: str) -> list[Subscription]:
    """Return what a person has subscribed to and not stopped."""
    rows = tx.rows(
        f"{_SUBSCRIPTION} WHERE person_id = :person AND stopped_at_ms IS NULL"
        " ORDER BY program_id, topic LIMIT 500",
        person=person_id,
    )
    return [Subscription(**row) for row in rows]


def find_stopped(tx: Tx, person_id: str) -> set[tuple[str, str]]:
    """Return program and topic of everything that a person has stopped."""
    rows = tx.rows(
        f"{_SUBSCRIPTION} WHERE person_id = :person AND stopped_at_ms IS NOT NULL", person=person_id
    )
    return {(row["program_id"], row["topic"]) for row in rows}


def delete_subscriptions(tx: Tx, person_id: str, program_id: str) -> None:
    """Forget what a person has subscribed to; what they have stopped stays stopped."""
    tx.run(
        "DELETE FROM bridge_subscription WHERE person_id = :person AND program_id = :program"
        " AND stopped_at_ms IS NULL",
        person=person_id,
        program=program_id,
    )


def insert_message(tx: Tx, message: SentMessage) -> None:
    """Note a message."""
    tx.run(
        "INSERT INTO bridge_message (id, person_id, program_id, topic, act_id, page, query,"
        " sent_at_ms) VALUES (:id, :person, :program, :topic, :act, :page, :query, :at)",
        id=message.id,
        person=message.person_id,
        program=message.program_id,
        topic=message.topic,
        act=message.act_id,
        page=message.page,
        query=msgspec.json.encode(message.query).decode(),
        at=message.sent_at_ms,
    )


def find_messages(tx: Tx, ids: list[str]) -> list[SentMessage]:
    """Return messages by id."""
    sql, params = expand(_MESSAGE + " WHERE id IN (:ids)", ids=ids)
    return [_message(row) for row in tx.rows(sql, **params)]


def count_messages(tx: Tx, act_id: str, program_id: str) -> int:
    """Return how many messages have followed from an order or an answer."""
    row = tx.row(
        "SELECT COUNT(*) AS n FROM bridge_message WHERE act_id = :act AND program_id = :program",
        act=act_id,
        program=program_id,
    )
    return 0 if row is None else int(row["n"])


def delete_old_messages(tx: Tx, *, before_ms: int) -> int:
    """Forget messages that are too old to be counted; their words stay in the chat."""
    return tx.run("DELETE FROM bridge_message WHERE sent_at_ms < :at", at=before_ms)


def _message(row: Row) -> SentMessage:
    return SentMessage(**{**row, "query": msgspec.json.decode(row["query"])})
