"""Endpoints, notices, their deliveries and the log of attempts."""

from collections.abc import Sequence

from host.core.db import Row, Tx, expand
from host.core.ids import new_id
from host.payments.model import Attempt, Delivery, Endpoint, EventKind, Mode, Notice

_ENDPOINT = (
    "SELECT id, brand_id, mode, url, scope, secret_number, old_secret_until_ms, created_at_ms"
    " FROM payments_endpoint"
)
_NOTICE = (
    "SELECT id, brand_id, mode, order_id, mandate_id, kind, body, created_at_ms FROM payments_event"
)
_DELIVERY = (
    "SELECT id, event_id, endpoint_id, status, attempt_count, left_over_count,"
    " next_attempt_at_ms FROM payments_delivery"
)


def insert_endpoint(tx: Tx, endpoint: Endpoint) -> None:
    """Store an endpoint, or take one that was removed back."""
    tx.run(
        "INSERT INTO payments_endpoint (id, brand_id, mode, url, scope, created_at_ms)"
        " VALUES (:id, :brand_id, :mode, :url, :scope, :at_ms)"
        " ON CONFLICT (brand_id, mode, url) DO UPDATE SET removed_at_ms = NULL, scope = :scope",
        id=endpoint.id,
        brand_id=endpoint.brand_id,
        mode=endpoint.mode.value,
        url=endpoint.url,
        scope=endpoint.scope,
        at_ms=endpoint.created_at_ms,
    )


def find_endpoint(tx: Tx, endpoint_id: str) -> Endpoint | None:
    """Return the endpoint with this id."""
    row = tx.row(f"{_ENDPOINT} WHERE id = :id AND removed_at_ms IS NULL", id=endpoint_id)
    return None if row is None else _endpoint(row)


def find_endpoints(tx: Tx, brand_id: str, mode: Mode) -> list[Endpoint]:
    """Return where a merchant hears what happened."""
    rows = tx.rows(
        f"{_ENDPOINT} WHERE brand_id = :brand_id AND mode = :mode AND removed_at_ms IS NULL"
        " ORDER BY created_at_ms, id LIMIT 50",
        brand_id=brand_id,
        mode=mode.value,
    )
    return [_endpoint(row) for row in rows]


def set_secret_number(tx: Tx, endpoint_id: str, *, number: int, old_until_ms: int) -> None:
    """Give an endpoint its next secret."""
    tx.run(
        "UPDATE payments_endpoint SET secret_number = :number, old_secret_until_ms = :until"
        " WHERE id = :id",
        id=endpoint_id,
        number=number,
        until=old_until_ms,
    )


def set_removed(tx: Tx, endpoint_id: str, *, now_ms: int) -> None:
    """Tell an endpoint nothing any more."""
    tx.run(
        "UPDATE payments_endpoint SET removed_at_ms = :now"
        " WHERE id = :id AND removed_at_ms IS NULL",
        id=endpoint_id,
        now=now_ms,
    )
    tx.run(
        "UPDATE payments_delivery SET status = 'given_up'"
        " WHERE endpoint_id = :id AND status = 'waiting'",
        id=endpoint_id,
    )


def insert_notice(tx: Tx, notice: Notice) -> None:
    """Store what happened."""
    tx.run(
        "INSERT INTO payments_event (id, brand_id, mode, order_id, mandate_id, kind, body,"
        " created_at_ms) VALUES (:id, :brand_id, :mode, :order_id, :mandate_id, :kind, :body,"
        " :at_ms)",
        id=notice.id,
        brand_id=notice.brand_id,
        mode=notice.mode.value,
        order_id=notice.order_id,
        mandate_id=notice.mandate_id,
        kind=notice.kind.value,
        body=notice.body,
        at_ms=notice.created_at_ms,
    )


def find_notice(tx: Tx, notice_id: str) -> Notice | None:
    """Return the notice with this id."""
    row = tx.row(f"{_NOTICE} WHERE id = :id", id=notice_id)
    return None if row is None else _notice(row)


def list_notices(
    tx: Tx, brand_id: str, mode: Mode, *, before: tuple[int, str] | None, limit: int
) -> list[Notice]:
    """Return what a merchant was told, newest first."""
    before_ms, before_id = before or (2**62, "")
    rows = tx.rows(
        f"{_NOTICE} WHERE brand_id = :brand_id AND mode = :mode"
        " AND (created_at_ms, id) < (:before_ms, :before_id)"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        brand_id=brand_id,
        mode=mode.value,
        before_ms=before_ms,
        before_id=before_id,
        limit=limit,
    )
    return [_notice(row) for row in rows]


def find_notices_of_order(tx: Tx, order_id: str) -> list[Notice]:
    """Return what was told of one order, oldest first."""
    rows = tx.rows(
        f"{_NOTICE} WHERE order_id = :id ORDER BY created_at_ms, id LIMIT 200", id=order_id
    )
    return [_notice(row) for row in rows]


def insert_delivery(tx: Tx, delivery: Delivery) -> None:
    """Let a notice be sent to an endpoint."""
    tx.run(
        "INSERT INTO payments_delivery (id, event_id, endpoint_id, status, left_over_count,"
        " next_attempt_at_ms) VALUES (:id, :event_id, :endpoint_id, :status, :left_over, :next)"
        " ON CONFLICT (event_id, endpoint_id) DO NOTHING",
        id=delivery.id,
        event_id=delivery.notice_id,
        endpoint_id=delivery.endpoint_id,
        status=delivery.status,
        left_over=delivery.left_over_count,
        next=delivery.next_attempt_at_ms,
    )


def find_due(tx: Tx, *, now_ms: int, limit: int) -> list[Delivery]:
    """Return deliveries whose next attempt is due, the longest waiting first."""
    rows = tx.rows(
        f"{_DELIVERY} WHERE status = 'waiting' AND next_attempt_at_ms <= :now"
        " ORDER BY next_attempt_at_ms, id LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [_delivery(row) for row in rows]


def lock_delivery(tx: Tx, delivery_id: str) -> Delivery | None:
    """Return a delivery and hold it until the transaction ends."""
    rows = tx.lock_rows(f"{_DELIVERY} WHERE id = :id ORDER BY id", id=delivery_id)
    return _delivery(rows[0]) if rows else None


def find_deliveries(tx: Tx, notice_ids: Sequence[str]) -> list[Delivery]:
    """Return the deliveries of notices."""
    sql, params = expand(f"{_DELIVERY} WHERE event_id IN (:ids) ORDER BY id", ids=notice_ids)
    return [_delivery(row) for row in tx.rows(sql, **params)]


def save_delivery(tx: Tx, delivery: Delivery) -> None:
    """Write how a delivery stands."""
    tx.run(
        "UPDATE payments_delivery SET status = :status, attempt_count = :count,"
        " left_over_count = :left_over, next_attempt_at_ms = :next WHERE id = :id",
        id=delivery.id,
        status=delivery.status,
        count=delivery.attempt_count,
        left_over=delivery.left_over_count,
        next=delivery.next_attempt_at_ms,
    )


def insert_attempt(tx: Tx, attempt: Attempt) -> None:
    """Add a line to the log."""
    tx.run(
        "INSERT INTO payments_attempt (id, delivery_id, at_ms, took_ms, http_status, outcome)"
        " VALUES (:id, :delivery_id, :at_ms, :took_ms, :http_status, :outcome)",
        id=new_id(),
        delivery_id=attempt.delivery_id,
        at_ms=attempt.at_ms,
        took_ms=attempt.took_ms,
        http_status=attempt.http_status,
        outcome=attempt.outcome[:200],
    )


def find_attempts(tx: Tx, delivery_ids: Sequence[str]) -> list[Attempt]:
    """Return what became of each attempt, oldest first."""
    sql, params = expand(
        "SELECT delivery_id, at_ms, took_ms, http_status, outcome FROM payments_attempt"
        " WHERE delivery_id IN (:ids) ORDER BY at_ms, id LIMIT 1000",
        ids=delivery_ids,
    )
    return [
        Attempt(
            row["delivery_id"], row["at_ms"], row["took_ms"], row["http_status"], row["outcome"]
        )
        for row in tx.rows(sql, **params)
    ]


def _endpoint(row: Row) -> Endpoint:
    return Endpoint(
        row["id"],
        row["brand_id"],
        Mode(row["mode"]),
        row["url"],
        row["scope"],
        row["secret_number"],
        row["old_secret_until_ms"],
        row["created_at_ms"],
    )


def _notice(row: Row) -> Notice:
    return Notice(
        row["id"],
        row["brand_id"],
        Mode(row["mode"]),
        row["order_id"],
        EventKind(row["kind"]),
        row["body"],
        row["created_at_ms"],
        row["mandate_id"],
    )


def _delivery(row: Row) -> Delivery:
    return Delivery(
        row["id"],
        row["event_id"],
        row["endpoint_id"],
        row["status"],
        row["attempt_count"],
        row["left_over_count"],
        row["next_attempt_at_ms"],
    )
