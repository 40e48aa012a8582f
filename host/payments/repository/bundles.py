"""Bundles: orders that are paid together."""

from collections.abc import Sequence

from host.core.db import Tx


def insert_bundle(
    tx: Tx, bundle_id: str, order_ids: Sequence[str], *, brand_id: str, key_id: str, now_ms: int
) -> None:
    """Store a bundle; one of the same orders is the same bundle."""
    added = tx.run(
        "INSERT INTO payments_bundle (id, brand_id, key_id, created_at_ms)"
        " VALUES (:id, :brand_id, :key_id, :now) ON CONFLICT DO NOTHING",
        id=bundle_id,
        brand_id=brand_id,
        key_id=key_id,
        now=now_ms,
    )
    if added:
        tx.run_many(
            "INSERT INTO payments_bundle_order (bundle_id, order_id) VALUES (?, ?)",
            [(bundle_id, order_id) for order_id in order_ids],
        )


def find_order_ids(tx: Tx, bundle_id: str) -> list[str]:
    """Return the orders of a bundle, in the order in which they are locked."""
    rows = tx.rows(
        "SELECT order_id FROM payments_bundle_order WHERE bundle_id = :id"
        " ORDER BY order_id LIMIT 50",
        id=bundle_id,
    )
    return [str(row["order_id"]) for row in rows]
