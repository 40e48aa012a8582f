"""The SQL of orders and their lines."""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from host.core.db import Row, Tx, expand
from host.core.money import Currency
from host.core.paging import Cursor
from host.market.model import (
    Bill,
    Kind,
    Line,
    Order,
    OrderCounts,
    ShipTo,
    Status,
)

_ORDER = (
    "SELECT id, number, brand_id, buyer_id, kind, status, currency, total_minor, fee_bps,"
    " fee_minor, source, recipient, phone, place, carrier, tracking, pickup_code, bill_period,"
    " bill_reference, bill_due_at_ms, created_at_ms, paid_at_ms, sent_at_ms, received_at_ms,"
    " ended_at_ms, refunded_minor FROM market_order"
)

_LINE = (
    "SELECT order_id, position, product_id, name, cover_id, quantity, unit_price_minor,"
    " refunded_minor FROM market_order_line"
)


def find_order(tx: Tx, order_id: str) -> Order | None:
    """Return an order with its lines."""
    row = tx.row(_ORDER + " WHERE id = :id", id=order_id)
    return None if row is None else _with_lines(tx, [row])[0]


def find_orders(tx: Tx, order_ids: Sequence[str]) -> list[Order]:
    """Return the orders with these ids."""
    sql, params = expand(_ORDER + " WHERE id IN (:ids)", ids=order_ids)
    return _with_lines(tx, tx.rows(sql, **params))


def lock_order(tx: Tx, order_id: str) -> Order | None:
    """Read an order and hold it: every change of an order begins here."""
    rows = tx.lock_rows(_ORDER + " WHERE id = :id ORDER BY id", id=order_id)
    return _with_lines(tx, rows)[0] if rows else None


def find_bill_order_id(tx: Tx, brand_id: str, buyer_id: str, reference: str) -> str | None:
    """Return the order that carries a biller's own number."""
    row = tx.row(
        "SELECT id FROM market_order WHERE brand_id = :brand_id AND buyer_id = :buyer_id"
        " AND bill_reference = :reference AND bill_reference <> ''",
        brand_id=brand_id,
        buyer_id=buyer_id,
        reference=reference,
    )
    return None if row is None else str(row["id"])


def is_number_taken(tx: Tx, number: str) -> bool:
    """Tell whether an order has this number."""
    return tx.row("SELECT 1 AS one FROM market_order WHERE number = :n", n=number) is not None


def list_buyer_orders(tx: Tx, buyer_id: str, *, before: Cursor | None, limit: int) -> list[Order]:
    """Return a person's orders, newest first."""
    at_ms, last_id = before or (2**62, "")
    rows = tx.rows(
        _ORDER + " WHERE buyer_id = :buyer_id AND (created_at_ms, id) < (:at_ms, :id)"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        buyer_id=buyer_id,
        at_ms=at_ms,
        id=last_id,
        limit=limit,
    )
    return _with_lines(tx, rows)


def list_buyer_orders_of_brand(
    tx: Tx, buyer_id: str, brand_id: str, *, before: Cursor | None, limit: int
) -> list[Order]:
    """Return what a person ordered from one shop, newest first."""
    at_ms, last_id = before or (2**62, "")
    rows = tx.rows(
        _ORDER + " WHERE buyer_id = :buyer_id AND brand_id = :brand_id"
        " AND (created_at_ms, id) < (:at_ms, :id)"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        buyer_id=buyer_id,
        brand_id=brand_id,
        at_ms=at_ms,
        id=last_id,
        limit=limit,
    )
    return _with_lines(tx, rows)


def list_brand_orders(
    tx: Tx, brand_id: str, statuses: Sequence[Status], *, before: Cursor | None, limit: int
) -> list[Order]:
    """Return a shop's orders in these states, newest first."""
    at_ms, last_id = before or (2**62, "")
    sql, params = expand(
        _ORDER + " WHERE brand_id = :brand_id AND status IN (:statuses)"
        " AND (created_at_ms, id) < (:at_ms, :id)"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        statuses=[str(status) for status in statuses],
    )
    rows = tx.rows(sql, brand_id=brand_id, at_ms=at_ms, id=last_id, limit=limit, **params)
    return _with_lines(tx, rows)


def count_brand_orders(tx: Tx, brand_id: str, *, currency: Currency, since_ms: int) -> OrderCounts:
    """Return what waits in a shop, and what was paid in ``currency`` since ``since_ms``."""
    row = tx.row(
        "SELECT"
        " coalesce(sum(CASE WHEN status = 'paid' AND kind <> 'virtual' THEN 1 ELSE 0 END), 0)"
        " AS to_send,"
        " coalesce(sum(CASE WHEN status IN ('shipped', 'ready') THEN 1 ELSE 0 END), 0)"
        " AS in_transit,"
        " coalesce(sum(CASE WHEN paid_at_ms >= :since AND status <> 'refunded' THEN 1 ELSE 0 END),"
        " 0) AS today_count,"
        " coalesce(sum(CASE WHEN paid_at_ms >= :since AND status <> 'refunded'"
        " AND currency = :currency THEN total_minor ELSE 0 END), 0) AS today_minor"
        " FROM market_order WHERE brand_id = :brand_id",
        since=since_ms,
        currency=currency,
        brand_id=brand_id,
    )
    asked = tx.row(
        "SELECT count(*) AS n FROM market_refund r JOIN market_order o ON o.id = r.order_id"
        " WHERE o.brand_id = :brand_id AND r.status = 'asked'",
        brand_id=brand_id,
    )
    assert row is not None
    assert asked is not None
    return OrderCounts(
        int(row["to_send"]),
        int(row["in_transit"]),
        int(asked["n"]),
        int(row["today_count"]),
        int(row["today_minor"]),
    )


def save_order(tx: Tx, order: Order) -> None:
    """Insert an order, or write what may change of it.  Lines are written by ``save_lines``."""
    tx.run(
        "INSERT INTO market_order (id, number, brand_id, buyer_id, kind, status, currency,"
        " total_minor, fee_bps, fee_minor, source, recipient, phone, place, carrier, tracking,"
        " pickup_code, bill_period, bill_reference, bill_due_at_ms, created_at_ms, paid_at_ms,"
        " sent_at_ms, received_at_ms, ended_at_ms, refunded_minor)"
        " VALUES (:id, :number, :brand_id, :buyer_id, :kind, :status, :currency,"
        " :total_minor, :fee_bps, :fee_minor, :source, :recipient, :phone, :place, :carrier,"
        " :tracking, :pickup_code, :bill_period, :bill_reference, :bill_due_at_ms,"
        " :created_at_ms, :paid_at_ms, :sent_at_ms, :received_at_ms, :ended_at_ms,"
        " :refunded_minor)"
        " ON CONFLICT (id) DO UPDATE SET status = excluded.status,"
        " total_minor = excluded.total_minor, fee_bps = excluded.fee_bps,"
        " fee_minor = excluded.fee_minor, recipient = excluded.recipient,"
        " phone = excluded.phone, place = excluded.place, carrier = excluded.carrier,"
        " tracking = excluded.tracking, pickup_code = excluded.pickup_code,"
        " paid_at_ms = excluded.paid_at_ms, sent_at_ms = excluded.sent_at_ms,"
        " received_at_ms = excluded.received_at_ms, ended_at_ms = excluded.ended_at_ms,"
        " refunded_minor = excluded.refunded_minor",
        **_order_params(order),
    )


def save_lines(tx: Tx, order: Order) -> None:
    """Write the lines of an order that is not paid yet."""
    for line in order.lines:
        tx.run(
            "INSERT INTO market_order_line (order_id, position, product_id, name, cover_id,"
            " quantity, unit_price_minor, refunded_minor) VALUES (:order_id, :position,"
            " :product_id, :name, :cover_id, :quantity, :unit_price_minor, :refunded_minor)"
            " ON CONFLICT (order_id, position) DO UPDATE SET name = excluded.name,"
            " cover_id = excluded.cover_id, unit_price_minor = excluded.unit_price_minor",
            order_id=order.id,
            **{name: getattr(line, name) for name in Line.__slots__},
        )


def add_line_refund(tx: Tx, order_id: str, position: int, amount_minor: int) -> None:
    """Note that money of a line went back; the table's CHECK is the bound."""
    tx.run(
        "UPDATE market_order_line SET refunded_minor = refunded_minor + :amount"
        " WHERE order_id = :id AND position = :position",
        id=order_id,
        position=position,
        amount=amount_minor,
    )


def _with_lines(tx: Tx, rows: Sequence[Row]) -> list[Order]:
    sql, params = expand(
        _LINE + " WHERE order_id IN (:ids) ORDER BY order_id, position",
        ids=[row["id"] for row in rows],
    )
    lines: dict[str, list[Line]] = {}
    for row in tx.rows(sql, **params):
        lines.setdefault(row["order_id"], []).append(
            Line(**{name: row[name] for name in Line.__slots__})
        )
    return [_order(row, tuple(lines.get(row["id"], ()))) for row in rows]


def _order(row: Row, lines: tuple[Line, ...]) -> Order:
    return Order(
        id=row["id"],
        number=row["number"],
        brand_id=row["brand_id"],
        buyer_id=row["buyer_id"],
        kind=Kind(row["kind"]),
        status=Status(row["status"]),
        currency=Currency(row["currency"]),
        total_minor=row["total_minor"],
        fee_bps=row["fee_bps"],
        fee_minor=row["fee_minor"],
        source=row["source"],
        ship_to=ShipTo(row["recipient"], row["phone"], row["place"]),
        carrier=row["carrier"],
        tracking=row["tracking"],
        pickup_code=row["pickup_code"],
        bill=Bill(row["bill_period"], row["bill_reference"], row["bill_due_at_ms"]),
        created_at_ms=row["created_at_ms"],
        paid_at_ms=row["paid_at_ms"],
        sent_at_ms=row["sent_at_ms"],
        received_at_ms=row["received_at_ms"],
        ended_at_ms=row["ended_at_ms"],
        refunded_minor=row["refunded_minor"],
        lines=lines,
    )


def _order_params(order: Order) -> dict[str, Any]:
    nested = {"ship_to", "bill", "lines"}
    plain = {name: getattr(order, name) for name in Order.__slots__ if name not in nested}
    recipient, phone, place = astuple(order.ship_to)
    period, reference, due_at_ms = astuple(order.bill)
    return plain | {
        "recipient": recipient,
        "phone": phone,
        "place": place,
        "bill_period": period,
        "bill_reference": reference,
        "bill_due_at_ms": due_at_ms,
    }
