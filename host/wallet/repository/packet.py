"""SQL of red packets."""

from collections.abc import Collection, Sequence

from host.core.db import Row, Tx, expand
from host.core.money import Currency, Money
from host.wallet.people_model import OpenedShare, Packet, PacketKind, PacketStatus

_PACKET = (
    "SELECT id, sender_id, circle_id, kind, currency, total_minor, share_count, opened_count,"
    " opened_minor, returned_minor, greeting, status, created_at_ms, expires_at_ms, ended_at_ms"
    " FROM wallet_packet"
)


def insert_packet(tx: Tx, packet: Packet, shares: Sequence[int]) -> None:
    """Write a packet with what lies in it, the top share first."""
    tx.run(
        "INSERT INTO wallet_packet (id, sender_id, circle_id, kind, currency, total_minor,"
        " share_count, greeting, status, created_at_ms, expires_at_ms)"
        " VALUES (:id, :sender_id, :circle_id, :kind, :currency, :total_minor, :share_count,"
        " :greeting, :status, :created_at_ms, :expires_at_ms)",
        id=packet.id,
        sender_id=packet.sender_id,
        circle_id=packet.circle_id,
        kind=packet.kind,
        currency=packet.money.currency,
        total_minor=packet.money.amount_minor,
        share_count=packet.share_count,
        greeting=packet.greeting,
        status=packet.status,
        created_at_ms=packet.created_at_ms,
        expires_at_ms=packet.expires_at_ms,
    )
    tx.run_many(
        "INSERT INTO wallet_packet_share (packet_id, position, amount_minor) VALUES (?, ?, ?)",
        [(packet.id, position, minor) for position, minor in enumerate(shares)],
    )


def lock_packet(tx: Tx, packet_id: str) -> Packet | None:
    """Return a packet and let nobody else open it until the transaction ends."""
    rows = tx.lock_rows(_PACKET + " WHERE id = :id", id=packet_id)
    return _packet(rows[0]) if rows else None


def find_packet(tx: Tx, packet_id: str) -> Packet | None:
    """Return a packet."""
    row = tx.row(_PACKET + " WHERE id = :id", id=packet_id)
    return None if row is None else _packet(row)


def find_packets(tx: Tx, packet_ids: Collection[str]) -> dict[str, Packet]:
    """Return packets by id."""
    sql, params = expand(_PACKET + " WHERE id IN (:ids)", ids=sorted(packet_ids))
    return {row["id"]: _packet(row) for row in tx.rows(sql, **params)}


def lock_due(tx: Tx, *, now_ms: int, limit: int) -> list[Packet]:
    """Return packets whose day is over and hold them, in the order of their ids."""
    rows = tx.lock_rows(
        _PACKET + " WHERE status = 'open' AND expires_at_ms <= :now ORDER BY id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [_packet(row) for row in rows]


def count_open(tx: Tx, sender_id: str) -> int:
    """Return how many packets of a person still hold something."""
    row = tx.row(
        "SELECT COUNT(*) AS n FROM wallet_packet WHERE status = 'open' AND sender_id = :id",
        id=sender_id,
    )
    assert row is not None, "an aggregate always gives a row"
    return int(row["n"])


def find_opened(tx: Tx, packet_id: str) -> list[OpenedShare]:
    """Return who opened a packet and what they found, in that order."""
    rows = tx.rows(
        "SELECT person_id, amount_minor, opened_at_ms FROM wallet_packet_share"
        " WHERE packet_id = :id AND person_id IS NOT NULL ORDER BY position LIMIT 100",
        id=packet_id,
    )
    return [_opened(row) for row in rows]


def find_own(tx: Tx, packet_id: str, person_id: str) -> OpenedShare | None:
    """Return what a person found in a packet."""
    row = tx.row(
        "SELECT person_id, amount_minor, opened_at_ms FROM wallet_packet_share"
        " WHERE packet_id = :id AND person_id = :person",
        id=packet_id,
        person=person_id,
    )
    return None if row is None else _opened(row)


def take_top(tx: Tx, packet_id: str, *, position: int, person_id: str, now_ms: int) -> int:
    """Give the top share of a locked packet to a person and return what lies in it."""
    row = tx.row(
        "UPDATE wallet_packet_share SET person_id = :person, opened_at_ms = :now"
        " WHERE packet_id = :id AND position = :position AND person_id IS NULL"
        " RETURNING amount_minor",
        id=packet_id,
        position=position,
        person=person_id,
        now=now_ms,
    )
    assert row is not None, "the packet was locked and has this share"
    return int(row["amount_minor"])


def save_packet(tx: Tx, packet: Packet) -> None:
    """Write where a locked packet stands now."""
    tx.run(
        "UPDATE wallet_packet SET opened_count = :opened_count, opened_minor = :opened_minor,"
        " returned_minor = :returned_minor, status = :status, ended_at_ms = :ended_at_ms"
        " WHERE id = :id AND status = 'open'",
        id=packet.id,
        opened_count=packet.opened_count,
        opened_minor=packet.opened_minor,
        returned_minor=packet.returned_minor,
        status=packet.status,
        ended_at_ms=packet.ended_at_ms,
    )


def _opened(row: Row) -> OpenedShare:
    return OpenedShare(row["person_id"], row["amount_minor"], row["opened_at_ms"])


def _packet(row: Row) -> Packet:
    return Packet(
        id=row["id"],
        sender_id=row["sender_id"],
        circle_id=row["circle_id"],
        kind=PacketKind(row["kind"]),
        money=Money(row["total_minor"], Currency(row["currency"])),
        share_count=row["share_count"],
        opened_count=row["opened_count"],
        opened_minor=row["opened_minor"],
        returned_minor=row["returned_minor"],
        greeting=row["greeting"],
        status=PacketStatus(row["status"]),
        created_at_ms=row["created_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        ended_at_ms=row["ended_at_ms"],
    )
