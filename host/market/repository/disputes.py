"""The SQL of disputes, their evidence, and of refunds in parts."""

from collections.abc import Sequence
from typing import Any

from host.core.db import Row, Tx, expand
from host.market.dispute_model import (
    Decision,
    Dispute,
    DisputeStatus,
    Evidence,
    PartRefund,
    Side,
)

_DISPUTE = (
    "SELECT d.id, d.order_id, d.status, d.reason, d.opened_at_ms, d.answer_by_ms,"
    " d.answered_at_ms, d.decision, d.refund_minor, d.decided_reason, d.ended_at_ms"
    " FROM market_dispute d"
)


def find_dispute(tx: Tx, dispute_id: str) -> Dispute | None:
    """Return a dispute."""
    row = tx.row(_DISPUTE + " WHERE d.id = :id", id=dispute_id)
    return None if row is None else _dispute(row)


def find_running(tx: Tx, order_id: str) -> Dispute | None:
    """Return the dispute of an order that has not ended.  The order's lock guards it."""
    row = tx.row(
        _DISPUTE + " WHERE d.order_id = :id AND d.status IN ('open', 'answered')", id=order_id
    )
    return None if row is None else _dispute(row)


def find_of_orders(tx: Tx, order_ids: Sequence[str]) -> list[Dispute]:
    """Return the disputes about these orders, oldest first."""
    sql, params = expand(
        _DISPUTE + " WHERE d.order_id IN (:ids) ORDER BY d.opened_at_ms, d.id", ids=order_ids
    )
    return [_dispute(row) for row in tx.rows(sql, **params)]


def list_of_brand(tx: Tx, brand_id: str, *, limit: int) -> list[Dispute]:
    """Return a shop's disputes, those that run first, then the newest."""
    rows = tx.rows(
        _DISPUTE + " JOIN market_order o ON o.id = d.order_id WHERE o.brand_id = :brand_id"
        " ORDER BY CASE WHEN d.ended_at_ms IS NULL THEN 0 ELSE 1 END, d.opened_at_ms DESC, d.id"
        " LIMIT :limit",
        brand_id=brand_id,
        limit=limit,
    )
    return [_dispute(row) for row in rows]


def list_running(tx: Tx, *, limit: int) -> list[Dispute]:
    """Return every dispute that has not ended, the oldest first."""
    rows = tx.rows(
        _DISPUTE + " WHERE d.status IN ('open', 'answered') ORDER BY d.opened_at_ms, d.id"
        " LIMIT :limit",
        limit=limit,
    )
    return [_dispute(row) for row in rows]


def save_dispute(tx: Tx, dispute: Dispute) -> None:
    """Insert a dispute, or write how it went on."""
    tx.run(
        "INSERT INTO market_dispute (id, order_id, status, reason, opened_at_ms, answer_by_ms,"
        " answered_at_ms, decision, refund_minor, decided_reason, ended_at_ms) VALUES (:id,"
        " :order_id, :status, :reason, :opened_at_ms, :answer_by_ms, :answered_at_ms, :decision,"
        " :refund_minor, :decided_reason, :ended_at_ms) ON CONFLICT (id) DO UPDATE SET"
        " status = excluded.status, answered_at_ms = excluded.answered_at_ms,"
        " decision = excluded.decision, refund_minor = excluded.refund_minor,"
        " decided_reason = excluded.decided_reason, ended_at_ms = excluded.ended_at_ms",
        **{name: getattr(dispute, name) for name in Dispute.__slots__},
    )


def insert_evidence(tx: Tx, evidence: Evidence) -> None:
    """Add what a side shows."""
    tx.run(
        "INSERT INTO market_evidence (id, dispute_id, side, person_id, text, media_id, at_ms)"
        " VALUES (:id, :dispute_id, :side, :person_id, :text, :media_id, :at_ms)",
        **{name: getattr(evidence, name) for name in Evidence.__slots__},
    )


def find_evidence(tx: Tx, dispute_id: str) -> list[Evidence]:
    """Return what both sides have shown, oldest first."""
    rows = tx.rows(
        "SELECT id, dispute_id, side, person_id, text, media_id, at_ms FROM market_evidence"
        " WHERE dispute_id = :id ORDER BY at_ms, id LIMIT 100",
        id=dispute_id,
    )
    return [_evidence(row) for row in rows]


def has_evidence(tx: Tx, evidence_id: str) -> bool:
    """Tell whether anything shown has this id."""
    return tx.row("SELECT 1 AS one FROM market_evidence WHERE id = :id", id=evidence_id) is not None


def insert_part(tx: Tx, part: PartRefund) -> None:
    """Note that some of an order's money went back."""
    tx.run(
        "INSERT INTO market_part_refund (id, order_id, position, amount_minor, reason, actor_id,"
        " at_ms) VALUES (:id, :order_id, :position, :amount_minor, :reason, :actor_id, :at_ms)",
        **{name: getattr(part, name) for name in PartRefund.__slots__},
    )


def find_part(tx: Tx, part_id: str) -> PartRefund | None:
    """Return a refund of a part."""
    row = tx.row(
        "SELECT id, order_id, position, amount_minor, reason, actor_id, at_ms"
        " FROM market_part_refund WHERE id = :id",
        id=part_id,
    )
    return None if row is None else PartRefund(**dict(row))


def find_parts_of(tx: Tx, order_id: str) -> list[PartRefund]:
    """Return what went back of an order in parts, oldest first."""
    rows = tx.rows(
        "SELECT id, order_id, position, amount_minor, reason, actor_id, at_ms"
        " FROM market_part_refund WHERE order_id = :id ORDER BY at_ms, id LIMIT 100",
        id=order_id,
    )
    return [PartRefund(**dict(row)) for row in rows]


def _dispute(row: Row) -> Dispute:
    fields: dict[str, Any] = dict(row)
    decision = None if row["decision"] is None else Decision(row["decision"])
    return Dispute(**(fields | {"status": DisputeStatus(row["status"]), "decision": decision}))


def _evidence(row: Row) -> Evidence:
    fields: dict[str, Any] = dict(row)
    return Evidence(**(fields | {"side": Side(row["side"])}))
