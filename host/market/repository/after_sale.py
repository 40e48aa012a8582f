"""The SQL of requests for money back, and of timers."""

from collections.abc import Sequence
from typing import Any

from host.core.db import Row, Tx, expand
from host.market.model import (
    Refund,
    RefundStatus,
    Timer,
    TimerKind,
)

_REFUND = (
    "SELECT id, order_id, reason, status, answer, asked_at_ms, answered_at_ms FROM market_refund"
)


def find_refunds(tx: Tx, order_ids: Sequence[str]) -> list[Refund]:
    """Return the requests about these orders, oldest first."""
    sql, params = expand(_REFUND + " WHERE order_id IN (:ids) ORDER BY asked_at_ms", ids=order_ids)
    return [_refund(row) for row in tx.rows(sql, **params)]


def list_asked_order_ids(tx: Tx, brand_id: str, *, limit: int) -> list[str]:
    """Return the orders of a shop whose buyers wait for an answer, the oldest request first."""
    rows = tx.rows(
        "SELECT r.order_id FROM market_refund r JOIN market_order o ON o.id = r.order_id"
        " WHERE o.brand_id = :brand_id AND r.status = 'asked' ORDER BY r.asked_at_ms LIMIT :limit",
        brand_id=brand_id,
        limit=limit,
    )
    return [row["order_id"] for row in rows]


def save_refund(tx: Tx, refund: Refund) -> None:
    """Insert a request, or write its answer."""
    tx.run(
        "INSERT INTO market_refund (id, order_id, reason, status, answer, asked_at_ms,"
        " answered_at_ms) VALUES (:id, :order_id, :reason, :status, :answer, :asked_at_ms,"
        " :answered_at_ms) ON CONFLICT (id) DO UPDATE SET status = excluded.status,"
        " answer = excluded.answer, answered_at_ms = excluded.answered_at_ms",
        **{name: getattr(refund, name) for name in Refund.__slots__},
    )


def set_timer(tx: Tx, timer: Timer) -> None:
    """Let ``timer.kind`` happen to an order at a time; replaces an earlier one of that kind."""
    tx.run(
        "INSERT INTO market_timer (order_id, kind, due_at_ms) VALUES (:order_id, :kind, :due)"
        " ON CONFLICT (order_id, kind) DO UPDATE SET due_at_ms = excluded.due_at_ms",
        order_id=timer.order_id,
        kind=timer.kind,
        due=timer.due_at_ms,
    )


def stop_timers(tx: Tx, order_id: str) -> None:
    """Let nothing more happen to an order by itself."""
    tx.run("DELETE FROM market_timer WHERE order_id = :order_id", order_id=order_id)


def find_timers(tx: Tx, order_id: str) -> list[Timer]:
    """Return what will happen to an order by itself, soonest first."""
    rows = tx.rows(
        "SELECT order_id, kind, due_at_ms FROM market_timer WHERE order_id = :order_id"
        " ORDER BY due_at_ms",
        order_id=order_id,
    )
    return [_timer(row) for row in rows]


def list_due_timers(tx: Tx, *, now_ms: int, limit: int) -> list[Timer]:
    """Return the timers that have come, oldest first."""
    rows = tx.rows(
        "SELECT order_id, kind, due_at_ms FROM market_timer WHERE due_at_ms <= :now"
        " ORDER BY due_at_ms, order_id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [_timer(row) for row in rows]


def _refund(row: Row) -> Refund:
    fields: dict[str, Any] = dict(row)
    return Refund(**(fields | {"status": RefundStatus(row["status"])}))


def _timer(row: Row) -> Timer:
    return Timer(row["order_id"], TimerKind(row["kind"]), row["due_at_ms"])


def is_refund_id_taken(tx: Tx, refund_id: str) -> bool:
    """Tell whether a request has this id."""
    return tx.row("SELECT 1 AS one FROM market_refund WHERE id = :id", id=refund_id) is not None
