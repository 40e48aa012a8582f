"""SQL of money that waits for its receiver."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.wallet.people_model import Offer, OfferStatus


def insert_offer(tx: Tx, offer: Offer) -> None:
    """Note that money was sent."""
    tx.run(
        "INSERT INTO wallet_offer (id, sender_id, receiver_id, amount_minor, currency, memo,"
        " status, posted_id, created_at_ms, expires_at_ms, ended_at_ms)"
        " VALUES (:id, :sender_id, :receiver_id, :amount_minor, :currency, :memo, :status,"
        " :posted_id, :created_at_ms, :expires_at_ms, :ended_at_ms)",
        id=offer.id,
        sender_id=offer.sender_id,
        receiver_id=offer.receiver_id,
        amount_minor=offer.money.amount_minor,
        currency=offer.money.currency,
        memo=offer.memo,
        status=offer.status,
        posted_id=offer.posted_id,
        created_at_ms=offer.created_at_ms,
        expires_at_ms=offer.expires_at_ms,
        ended_at_ms=offer.ended_at_ms,
    )


def lock_offer(tx: Tx, offer_id: str) -> Offer | None:
    """Return what was sent under this id and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, sender_id, receiver_id, amount_minor, currency, memo, status, posted_id,"
        " created_at_ms, expires_at_ms, ended_at_ms FROM wallet_offer WHERE id = :id",
        id=offer_id,
    )
    return _offer(rows[0]) if rows else None


def find_offer(tx: Tx, offer_id: str) -> Offer | None:
    """Return what was sent under this id."""
    row = tx.row(
        "SELECT id, sender_id, receiver_id, amount_minor, currency, memo, status, posted_id,"
        " created_at_ms, expires_at_ms, ended_at_ms FROM wallet_offer WHERE id = :id",
        id=offer_id,
    )
    return None if row is None else _offer(row)


def find_waiting(tx: Tx, person_id: str, *, limit: int) -> list[Offer]:
    """Return what waits for a person or was sent by them and waits, oldest first."""
    rows = tx.rows(
        "SELECT id, sender_id, receiver_id, amount_minor, currency, memo, status, posted_id,"
        " created_at_ms, expires_at_ms, ended_at_ms FROM wallet_offer"
        " WHERE status = 'waiting' AND (receiver_id = :id OR sender_id = :id)"
        " ORDER BY expires_at_ms, id LIMIT :limit",
        id=person_id,
        limit=limit,
    )
    return [_offer(row) for row in rows]


def count_waiting(tx: Tx, sender_id: str) -> int:
    """Return how much of what a person sent waits."""
    row = tx.row(
        "SELECT COUNT(*) AS n FROM wallet_offer WHERE status = 'waiting' AND sender_id = :id",
        id=sender_id,
    )
    assert row is not None, "an aggregate always gives a row"
    return int(row["n"])


def lock_due(tx: Tx, *, now_ms: int, limit: int) -> list[Offer]:
    """Return what waited too long and hold it, in the order of its ids."""
    rows = tx.lock_rows(
        "SELECT id, sender_id, receiver_id, amount_minor, currency, memo, status, posted_id,"
        " created_at_ms, expires_at_ms, ended_at_ms FROM wallet_offer"
        " WHERE status = 'waiting' AND expires_at_ms <= :now ORDER BY id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [_offer(row) for row in rows]


def end_offer(tx: Tx, offer: Offer) -> None:
    """Note how it ended."""
    changed = tx.run(
        "UPDATE wallet_offer SET status = :status, posted_id = :posted, ended_at_ms = :now"
        " WHERE id = :id AND status = 'waiting'",
        id=offer.id,
        status=offer.status,
        posted=offer.posted_id,
        now=offer.ended_at_ms,
    )
    assert changed == 1, "the offer was locked and waiting"


def is_automatic(tx: Tx, person_id: str) -> bool:
    """Tell whether a person takes money from contacts without being asked."""
    row = tx.row("SELECT 1 AS one FROM wallet_receiving WHERE person_id = :id", id=person_id)
    return row is not None


def set_automatic(tx: Tx, person_id: str, *, now_ms: int) -> None:
    """Note that a person takes money without being asked."""
    tx.run(
        "INSERT INTO wallet_receiving (person_id, automatic_at_ms) VALUES (:id, :now)"
        " ON CONFLICT (person_id) DO NOTHING",
        id=person_id,
        now=now_ms,
    )


def clear_automatic(tx: Tx, person_id: str) -> None:
    """Note that a person is asked each time."""
    tx.run("DELETE FROM wallet_receiving WHERE person_id = :id", id=person_id)


def _offer(row: Row) -> Offer:
    return Offer(
        id=row["id"],
        sender_id=row["sender_id"],
        receiver_id=row["receiver_id"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        memo=row["memo"],
        status=OfferStatus(row["status"]),
        posted_id=row["posted_id"],
        created_at_ms=row["created_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        ended_at_ms=row["ended_at_ms"],
    )
