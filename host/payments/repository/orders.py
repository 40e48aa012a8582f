"""Orders and refunds."""

import msgspec

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.payments.model import (
    Capture,
    Mode,
    Order,
    Refund,
    RefundStatus,
    Status,
    Style,
)

# Beyond every order: the first page has none to continue after.
TIME_END_MS = 2**62
_ORDER = (
    "SELECT id, brand_id, mode, out_trade_no, fingerprint, key_id, style, program_id, openid,"
    " description, metadata, notify_url, capture, amount_minor, currency, status, close_reason,"
    " payer_id, fee_bps, captured_minor, fee_minor, refunded_minor, fee_refunded_minor,"
    " refund_count, created_at_ms, expires_at_ms, paid_at_ms, hold_ends_at_ms, late_at_ms,"
    " captured_at_ms, closed_at_ms FROM payments_order"
)
_REFUND = (
    "SELECT id, order_id, brand_id, mode, out_refund_no, fingerprint, amount_minor,"
    " fee_refunded_minor, currency, reason, status, due_at_ms, created_by, created_at_ms,"
    " ended_at_ms FROM payments_refund"
)


def insert_order(tx: Tx, order: Order) -> bool:
    """Store a new order; False when its number is taken."""
    added = tx.run(
        "INSERT INTO payments_order (id, brand_id, mode, out_trade_no, fingerprint, key_id, style,"
        " program_id, openid, description, metadata, notify_url, capture, amount_minor, currency,"
        " status, fee_bps, created_at_ms, expires_at_ms) VALUES (:id, :brand_id, :mode,"
        " :out_trade_no, :fingerprint, :key_id, :style, :program_id, :openid, :description,"
        " :metadata, :notify_url, :capture, :amount_minor, :currency, :status, :fee_bps,"
        " :created_at_ms, :expires_at_ms) ON CONFLICT (brand_id, mode, out_trade_no) DO NOTHING",
        id=order.id,
        brand_id=order.brand_id,
        mode=order.mode.value,
        out_trade_no=order.out_trade_no,
        fingerprint=order.fingerprint,
        key_id=order.key_id,
        style=order.style.value,
        program_id=order.program_id,
        openid=order.openid,
        description=order.description,
        metadata=msgspec.json.encode(order.metadata).decode(),
        notify_url=order.notify_url,
        capture=order.capture.value,
        amount_minor=order.money.amount_minor,
        currency=order.currency,
        status=order.status.value,
        fee_bps=order.fee_bps,
        created_at_ms=order.created_at_ms,
        expires_at_ms=order.expires_at_ms,
    )
    return added == 1


def find_order(tx: Tx, order_id: str) -> Order | None:
    """Return the order with this id."""
    row = tx.row(f"{_ORDER} WHERE id = :id", id=order_id)
    return None if row is None else _order(row)


def lock_order(tx: Tx, order_id: str) -> Order | None:
    """Return an order and hold it until the transaction ends."""
    rows = tx.lock_rows(f"{_ORDER} WHERE id = :id ORDER BY id", id=order_id)
    return _order(rows[0]) if rows else None


def find_order_by_number(tx: Tx, brand_id: str, mode: Mode, out_trade_no: str) -> Order | None:
    """Return the merchant's order with their own number."""
    row = tx.row(
        f"{_ORDER} WHERE brand_id = :brand_id AND mode = :mode AND out_trade_no = :number",
        brand_id=brand_id,
        mode=mode.value,
        number=out_trade_no,
    )
    return None if row is None else _order(row)


def list_orders(
    tx: Tx,
    brand_id: str,
    mode: Mode,
    *,
    status: Status | None,
    number: str,
    before: tuple[int, str] | None,
    limit: int,
) -> list[Order]:
    """Return a merchant's orders, newest first."""
    before_ms, before_id = before or (TIME_END_MS, "")
    rows = tx.rows(
        f"{_ORDER} WHERE brand_id = :brand_id AND mode = :mode"
        " AND (CAST(:status AS TEXT) IS NULL OR status = :status)"
        " AND (CAST(:number AS TEXT) IS NULL OR out_trade_no = :number)"
        " AND (created_at_ms, id) < (:before_ms, :before_id)"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        brand_id=brand_id,
        mode=mode.value,
        status=None if status is None else status.value,
        number=number or None,
        before_ms=before_ms,
        before_id=before_id,
        limit=limit,
    )
    return [_order(row) for row in rows]


def save_order(tx: Tx, order: Order) -> None:
    """Write what may change in an order."""
    changed = tx.run(
        "UPDATE payments_order SET status = :status, close_reason = :close_reason,"
        " payer_id = :payer_id, fee_bps = :fee_bps, captured_minor = :captured_minor,"
        " fee_minor = :fee_minor, refunded_minor = :refunded_minor,"
        " fee_refunded_minor = :fee_refunded_minor, refund_count = :refund_count,"
        " paid_at_ms = :paid_at_ms, hold_ends_at_ms = :hold_ends_at_ms, late_at_ms = :late_at_ms,"
        " captured_at_ms = :captured_at_ms, closed_at_ms = :closed_at_ms WHERE id = :id",
        id=order.id,
        status=order.status.value,
        close_reason=order.close_reason,
        payer_id=order.payer_id,
        fee_bps=order.fee_bps,
        captured_minor=order.captured_minor,
        fee_minor=order.fee_minor,
        refunded_minor=order.refunded_minor,
        fee_refunded_minor=order.fee_refunded_minor,
        refund_count=order.refund_count,
        paid_at_ms=order.paid_at_ms,
        hold_ends_at_ms=order.hold_ends_at_ms,
        late_at_ms=order.late_at_ms,
        captured_at_ms=order.captured_at_ms,
        closed_at_ms=order.closed_at_ms,
    )
    assert changed == 1, "the order was locked"


def find_due_orders(tx: Tx, *, now_ms: int, limit: int) -> list[str]:
    """Return orders whose time is over, and test orders that are paid late."""
    rows = tx.rows(
        "SELECT id FROM payments_order WHERE"
        " (status = 'created' AND (expires_at_ms <= :now OR late_at_ms <= :now))"
        " OR (status = 'held' AND hold_ends_at_ms <= :now) ORDER BY id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [str(row["id"]) for row in rows]


def put_admission(tx: Tx, order_id: str, person_id: str, *, now_ms: int) -> None:
    """Let a person pay an order that is not for everybody; once is enough."""
    tx.run(
        "INSERT INTO payments_admission (order_id, person_id, admitted_at_ms)"
        " VALUES (:order_id, :person_id, :now) ON CONFLICT DO NOTHING",
        order_id=order_id,
        person_id=person_id,
        now=now_ms,
    )


def is_admitted(tx: Tx, order_id: str, person_id: str) -> bool:
    """Tell whether a mini-program has led the person to the order's cashier."""
    row = tx.row(
        "SELECT 1 AS yes FROM payments_admission"
        " WHERE order_id = :order_id AND person_id = :person_id",
        order_id=order_id,
        person_id=person_id,
    )
    return row is not None


def insert_refund(tx: Tx, refund: Refund) -> None:
    """Store a new refund."""
    tx.run(
        "INSERT INTO payments_refund (id, order_id, brand_id, mode, out_refund_no, fingerprint,"
        " amount_minor, fee_refunded_minor, currency, reason, status, due_at_ms, created_by,"
        " created_at_ms, ended_at_ms) VALUES (:id, :order_id, :brand_id, :mode, :out_refund_no,"
        " :fingerprint, :amount_minor, :fee_minor, :currency, :reason, :status, :due_at_ms, :by,"
        " :created_at_ms, :ended_at_ms)",
        id=refund.id,
        order_id=refund.order_id,
        brand_id=refund.brand_id,
        mode=refund.mode.value,
        out_refund_no=refund.out_refund_no,
        fingerprint=refund.fingerprint,
        amount_minor=refund.money.amount_minor,
        fee_minor=refund.fee_refunded_minor,
        currency=refund.money.currency,
        reason=refund.reason,
        status=refund.status.value,
        due_at_ms=refund.due_at_ms,
        by=refund.created_by,
        created_at_ms=refund.created_at_ms,
        ended_at_ms=refund.ended_at_ms,
    )


def find_refund(tx: Tx, refund_id: str) -> Refund | None:
    """Return the refund with this id."""
    row = tx.row(f"{_REFUND} WHERE id = :id", id=refund_id)
    return None if row is None else _refund(row)


def find_refund_by_number(tx: Tx, brand_id: str, mode: Mode, out_refund_no: str) -> Refund | None:
    """Return the merchant's refund with their own number."""
    row = tx.row(
        f"{_REFUND} WHERE brand_id = :brand_id AND mode = :mode AND out_refund_no = :number",
        brand_id=brand_id,
        mode=mode.value,
        number=out_refund_no,
    )
    return None if row is None else _refund(row)


def find_refunds(tx: Tx, order_id: str) -> list[Refund]:
    """Return the refunds of an order, oldest first."""
    rows = tx.rows(
        f"{_REFUND} WHERE order_id = :order_id ORDER BY created_at_ms, id LIMIT 100",
        order_id=order_id,
    )
    return [_refund(row) for row in rows]


def end_refund(tx: Tx, refund_id: str, *, status: RefundStatus, now_ms: int) -> bool:
    """End a pending refund; False when it has ended already."""
    changed = tx.run(
        "UPDATE payments_refund SET status = :status, ended_at_ms = :now, due_at_ms = NULL"
        " WHERE id = :id AND status = 'pending'",
        id=refund_id,
        status=status.value,
        now=now_ms,
    )
    return changed == 1


def find_due_refunds(tx: Tx, *, now_ms: int, limit: int) -> list[Refund]:
    """Return pending refunds whose time has come."""
    rows = tx.rows(
        f"{_REFUND} WHERE due_at_ms <= :now AND status = 'pending' ORDER BY id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [_refund(row) for row in rows]


def _order(row: Row) -> Order:
    return Order(
        id=row["id"],
        brand_id=row["brand_id"],
        mode=Mode(row["mode"]),
        out_trade_no=row["out_trade_no"],
        fingerprint=row["fingerprint"],
        key_id=row["key_id"],
        style=Style(row["style"]),
        program_id=row["program_id"],
        openid=row["openid"],
        description=row["description"],
        metadata=msgspec.json.decode(row["metadata"]),
        notify_url=row["notify_url"],
        capture=Capture(row["capture"]),
        money=Money(row["amount_minor"], Currency(row["currency"])),
        created_at_ms=row["created_at_ms"],
        expires_at_ms=row["expires_at_ms"],
        status=Status(row["status"]),
        close_reason=row["close_reason"],
        payer_id=row["payer_id"],
        fee_bps=row["fee_bps"],
        captured_minor=row["captured_minor"],
        fee_minor=row["fee_minor"],
        refunded_minor=row["refunded_minor"],
        fee_refunded_minor=row["fee_refunded_minor"],
        refund_count=row["refund_count"],
        paid_at_ms=row["paid_at_ms"],
        hold_ends_at_ms=row["hold_ends_at_ms"],
        late_at_ms=row["late_at_ms"],
        captured_at_ms=row["captured_at_ms"],
        closed_at_ms=row["closed_at_ms"],
    )


def _refund(row: Row) -> Refund:
    return Refund(
        id=row["id"],
        order_id=row["order_id"],
        brand_id=row["brand_id"],
        mode=Mode(row["mode"]),
        out_refund_no=row["out_refund_no"],
        fingerprint=row["fingerprint"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        fee_refunded_minor=row["fee_refunded_minor"],
        reason=row["reason"],
        status=RefundStatus(row["status"]),
        created_by=row["created_by"],
        created_at_ms=row["created_at_ms"],
        due_at_ms=row["due_at_ms"],
        ended_at_ms=row["ended_at_ms"],
    )
