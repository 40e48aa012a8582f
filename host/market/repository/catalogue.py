"""The SQL of products and address books."""

from collections.abc import Sequence
from typing import Any

from host.core.db import Row, Tx, expand
from host.core.money import Currency
from host.core.paging import Cursor
from host.market.model import (
    Address,
    Kind,
    Product,
    ProductStatus,
)

_PRODUCT = (
    "SELECT id, brand_id, sku, name, description, kind, price_minor, currency, stock, cover_id,"
    " status, created_at_ms, updated_at_ms FROM market_product"
)

_ADDRESS = (
    "SELECT id, person_id, label, recipient, phone, place, used_at_ms, created_at_ms"
    " FROM market_address"
)


def find_products(tx: Tx, product_ids: Sequence[str]) -> dict[str, Product]:
    """Return the products with these ids."""
    sql, params = expand(_PRODUCT + " WHERE id IN (:ids)", ids=product_ids)
    return {row["id"]: _product(row) for row in tx.rows(sql, **params)}


def lock_products(tx: Tx, product_ids: Sequence[str]) -> dict[str, Product]:
    """Read products and hold them.

    In the order of their ids, so that two orders cannot wait for each other.
    """
    sql, params = expand(_PRODUCT + " WHERE id IN (:ids) ORDER BY id", ids=product_ids)
    return {row["id"]: _product(row) for row in tx.lock_rows(sql, **params)}


def find_products_by_sku(tx: Tx, brand_id: str, skus: Sequence[str]) -> dict[str, Product]:
    """Return the products of a shop by their SKUs."""
    sql, params = expand(_PRODUCT + " WHERE brand_id = :brand_id AND sku IN (:skus)", skus=skus)
    rows = tx.rows(sql, brand_id=brand_id, **params)
    return {row["sku"]: _product(row) for row in rows}


def list_brand_products(
    tx: Tx, brand_id: str, *, on_sale_only: bool, after: Cursor | None, limit: int
) -> list[Product]:
    """Return a shop's products in the order they were added."""
    at_ms, last_id = after or (-1, "")
    statuses = ["on_sale"] if on_sale_only else ["on_sale", "paused"]
    sql, params = expand(
        _PRODUCT + " WHERE brand_id = :brand_id AND status IN (:statuses)"
        " AND (created_at_ms, id) > (:at_ms, :id) ORDER BY created_at_ms, id LIMIT :limit",
        statuses=statuses,
    )
    rows = tx.rows(sql, brand_id=brand_id, at_ms=at_ms, id=last_id, limit=limit, **params)
    return [_product(row) for row in rows]


def find_brand_currency(tx: Tx, brand_id: str) -> Currency | None:
    """Return the currency in which a shop sold last, else the one of its newest product."""
    row = tx.row(
        "SELECT currency, paid_at_ms AS at_ms FROM market_order"
        " WHERE brand_id = :brand_id AND paid_at_ms IS NOT NULL"
        " UNION ALL SELECT currency, 0 - 1 FROM market_product WHERE brand_id = :brand_id"
        " ORDER BY at_ms DESC LIMIT 1",
        brand_id=brand_id,
    )
    return None if row is None else Currency(row["currency"])


def search_products(tx: Tx, words: str, *, before: Cursor | None, limit: int) -> list[Product]:
    """Return products on sale whose name, description or SKU holds ``words``, newest first."""
    at_ms, last_id = before or (2**62, "")
    rows = tx.rows(
        _PRODUCT + " WHERE status = 'on_sale' AND (created_at_ms, id) < (:at_ms, :id)"
        " AND (lower(name) LIKE :like ESCAPE '\\' OR lower(description) LIKE :like ESCAPE '\\')"
        " ORDER BY created_at_ms DESC, id DESC LIMIT :limit",
        like=_like(words),
        at_ms=at_ms,
        id=last_id,
        limit=limit,
    )
    return [_product(row) for row in rows]


def search_brand_products(
    tx: Tx, brand_id: str, words: str, *, after: Cursor | None, limit: int
) -> list[Product]:
    """Return a shop's products on sale that hold ``words``, in the order they were added."""
    at_ms, last_id = after or (-1, "")
    rows = tx.rows(
        _PRODUCT + " WHERE brand_id = :brand_id AND status = 'on_sale'"
        " AND (created_at_ms, id) > (:at_ms, :id)"
        " AND (lower(name) LIKE :like ESCAPE '\\' OR lower(description) LIKE :like ESCAPE '\\'"
        " OR lower(sku) LIKE :like ESCAPE '\\') ORDER BY created_at_ms, id LIMIT :limit",
        brand_id=brand_id,
        like=_like(words),
        at_ms=at_ms,
        id=last_id,
        limit=limit,
    )
    return [_product(row) for row in rows]


def _like(words: str) -> str:
    """Return the pattern that finds ``words`` as they are written, whatever signs they hold."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped.lower()}%"


def save_product(tx: Tx, product: Product) -> None:
    """Insert a product, or write what may change of it."""
    tx.run(
        "INSERT INTO market_product (id, brand_id, sku, name, description, kind, price_minor,"
        " currency, stock, cover_id, status, created_at_ms, updated_at_ms)"
        " VALUES (:id, :brand_id, :sku, :name, :description, :kind, :price_minor,"
        " :currency, :stock, :cover_id, :status, :created_at_ms, :updated_at_ms)"
        " ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, name = excluded.name,"
        " description = excluded.description, kind = excluded.kind,"
        " price_minor = excluded.price_minor, currency = excluded.currency,"
        " stock = excluded.stock, cover_id = excluded.cover_id, status = excluded.status,"
        " updated_at_ms = excluded.updated_at_ms",
        **{name: getattr(product, name) for name in Product.__slots__},
    )


def add_to_stock(tx: Tx, product_id: str, quantity: int) -> None:
    """Change counted stock by ``quantity``; uncounted stock stays uncounted."""
    tx.run(
        "UPDATE market_product SET stock = stock + :quantity WHERE id = :id AND stock IS NOT NULL",
        quantity=quantity,
        id=product_id,
    )


def list_addresses(tx: Tx, person_id: str, *, limit: int) -> list[Address]:
    """Return a person's address book, the one used last first."""
    rows = tx.rows(
        _ADDRESS + " WHERE person_id = :person_id AND removed_at_ms IS NULL"
        " ORDER BY used_at_ms DESC, id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )
    return [_address(row) for row in rows]


def find_address(tx: Tx, address_id: str) -> Address | None:
    """Return an address that was not removed."""
    row = tx.row(_ADDRESS + " WHERE id = :id AND removed_at_ms IS NULL", id=address_id)
    return None if row is None else _address(row)


def insert_address(tx: Tx, address: Address) -> None:
    """Add to an address book, once per id."""
    tx.run(
        "INSERT INTO market_address (id, person_id, label, recipient, phone, place, used_at_ms,"
        " created_at_ms) VALUES (:id, :person_id, :label, :recipient, :phone, :place,"
        " :used_at_ms, :created_at_ms) ON CONFLICT (id) DO NOTHING",
        **{name: getattr(address, name) for name in Address.__slots__},
    )


def mark_address_used(tx: Tx, address_id: str, *, now_ms: int) -> None:
    """Put an address first in its book."""
    tx.run("UPDATE market_address SET used_at_ms = :now WHERE id = :id", now=now_ms, id=address_id)


def remove_address(tx: Tx, address_id: str, *, now_ms: int) -> None:
    """Take an address out of its book; orders keep their copy."""
    tx.run(
        "UPDATE market_address SET removed_at_ms = :now WHERE id = :id", now=now_ms, id=address_id
    )


def _product(row: Row) -> Product:
    fields: dict[str, Any] = dict(row)
    fields |= {"kind": Kind(row["kind"]), "status": ProductStatus(row["status"])}
    return Product(**fields)


def _address(row: Row) -> Address:
    return Address(**{name: row[name] for name in Address.__slots__})
