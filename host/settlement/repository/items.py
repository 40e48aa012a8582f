"""SQL of earnings, items and batches."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.settlement.model import Batch, Earning, Item, ItemKind, Source


def insert_earning(tx: Tx, earning: Earning) -> None:
    """Note what came in from a source."""
    tx.run(
        "INSERT INTO settlement_earning (source_kind, source_id, brand_id, currency, gross_minor,"
        " fee_minor, due_at_ms, at_ms) VALUES (:kind, :id, :brand_id, :currency, :gross, :fee,"
        " :due, :at)",
        kind=earning.source.kind,
        id=earning.source.id,
        brand_id=earning.brand_id,
        currency=earning.currency,
        gross=earning.gross.amount_minor,
        fee=earning.fee_minor,
        due=earning.due_at_ms,
        at=earning.at_ms,
    )


def lock_earning(tx: Tx, source: Source) -> Earning | None:
    """Return an earning and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT source_kind, source_id, brand_id, currency, gross_minor, fee_minor,"
        " refunded_minor, fee_returned_minor, split_minor, due_at_ms, at_ms"
        " FROM settlement_earning WHERE source_kind = :kind AND source_id = :id",
        kind=source.kind,
        id=source.id,
    )
    return _earning(rows[0]) if rows else None


def find_earning(tx: Tx, source: Source) -> Earning | None:
    """Return an earning."""
    row = tx.row(
        "SELECT source_kind, source_id, brand_id, currency, gross_minor, fee_minor,"
        " refunded_minor, fee_returned_minor, split_minor, due_at_ms, at_ms"
        " FROM settlement_earning WHERE source_kind = :kind AND source_id = :id",
        kind=source.kind,
        id=source.id,
    )
    return None if row is None else _earning(row)


def add_to_earning(
    tx: Tx,
    source: Source,
    *,
    refunded_minor: int = 0,
    fee_returned_minor: int = 0,
    split_minor: int = 0,
) -> None:
    """Note what went elsewhere; the CHECKs of the table are the bounds."""
    tx.run(
        "UPDATE settlement_earning SET refunded_minor = refunded_minor + :refunded,"
        " fee_returned_minor = fee_returned_minor + :fee, split_minor = split_minor + :split"
        " WHERE source_kind = :kind AND source_id = :id",
        kind=source.kind,
        id=source.id,
        refunded=refunded_minor,
        fee=fee_returned_minor,
        split=split_minor,
    )


def insert_item(tx: Tx, item: Item) -> None:
    """Add to what a merchant waits for, or take from it."""
    tx.run(
        "INSERT INTO settlement_item (id, brand_id, currency, kind, source_kind, source_id,"
        " amount_minor, due_at_ms, at_ms) VALUES (:id, :brand_id, :currency, :kind, :source_kind,"
        " :source_id, :amount, :due, :at)",
        id=item.id,
        brand_id=item.brand_id,
        currency=item.currency,
        kind=item.kind,
        source_kind=item.source.kind,
        source_id=item.source.id,
        amount=item.amount_minor,
        due=item.due_at_ms,
        at=item.at_ms,
    )


def waiting_of_source(tx: Tx, source: Source, brand_id: str) -> int:
    """Return how much of an earning is still pending."""
    row = tx.row(
        "SELECT COALESCE(SUM(amount_minor), 0) AS total FROM settlement_item"
        " WHERE source_kind = :kind AND source_id = :id AND brand_id = :brand_id"
        " AND batch_id IS NULL",
        kind=source.kind,
        id=source.id,
        brand_id=brand_id,
    )
    assert row is not None, "an aggregate always gives a row"
    return int(row["total"])


def find_due_brands(tx: Tx, *, now_ms: int, limit: int) -> list[tuple[str, Currency]]:
    """Return whose money can be set free, and in which currency."""
    rows = tx.rows(
        "SELECT brand_id, currency FROM settlement_item WHERE batch_id IS NULL"
        " AND due_at_ms <= :now GROUP BY brand_id, currency HAVING SUM(amount_minor) >= 0"
        " ORDER BY brand_id, currency LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [(row["brand_id"], Currency(row["currency"])) for row in rows]


def sum_due(tx: Tx, brand_id: str, currency: Currency, *, now_ms: int) -> tuple[int, int, str]:
    """Return the sum of what is due, how many items those are, and the first one's id."""
    row = tx.row(
        "SELECT COALESCE(SUM(amount_minor), 0) AS total, count(*) AS items,"
        " COALESCE(MIN(id), '') AS first_id FROM settlement_item WHERE brand_id = :brand_id"
        " AND currency = :currency AND batch_id IS NULL AND due_at_ms <= :now",
        brand_id=brand_id,
        currency=currency,
        now=now_ms,
    )
    assert row is not None, "an aggregate always gives a row"
    return int(row["total"]), int(row["items"]), row["first_id"]


def insert_batch(tx: Tx, batch: Batch) -> None:
    """Note a batch."""
    tx.run(
        "INSERT INTO settlement_batch (id, brand_id, currency, amount_minor, item_count, at_ms)"
        " VALUES (:id, :brand_id, :currency, :amount, :items, :at)",
        id=batch.id,
        brand_id=batch.brand_id,
        currency=batch.currency,
        amount=batch.amount_minor,
        items=batch.item_count,
        at=batch.at_ms,
    )


def give_batch(tx: Tx, batch: Batch, *, now_ms: int) -> None:
    """Put everything that is due into a batch."""
    changed = tx.run(
        "UPDATE settlement_item SET batch_id = :id WHERE brand_id = :brand_id"
        " AND currency = :currency AND batch_id IS NULL AND due_at_ms <= :now",
        id=batch.id,
        brand_id=batch.brand_id,
        currency=batch.currency,
        now=now_ms,
    )
    assert changed == batch.item_count, "items are added under the ledger's lock"


def find_batches(tx: Tx, brand_id: str, *, limit: int) -> list[Batch]:
    """Return a brand's batches, newest first."""
    rows = tx.rows(
        "SELECT id, brand_id, currency, amount_minor, item_count, at_ms FROM settlement_batch"
        " WHERE brand_id = :brand_id ORDER BY at_ms DESC, id DESC LIMIT :limit",
        brand_id=brand_id,
        limit=limit,
    )
    return [_batch(row) for row in rows]


def find_batch(tx: Tx, batch_id: str) -> Batch | None:
    """Return a batch."""
    row = tx.row(
        "SELECT id, brand_id, currency, amount_minor, item_count, at_ms FROM settlement_batch"
        " WHERE id = :id",
        id=batch_id,
    )
    return None if row is None else _batch(row)


def find_items(tx: Tx, batch_id: str, *, limit: int) -> list[Item]:
    """Return what a batch consists of, oldest first."""
    rows = tx.rows(
        "SELECT id, brand_id, currency, kind, source_kind, source_id, amount_minor, due_at_ms,"
        " at_ms, batch_id FROM settlement_item WHERE batch_id = :id ORDER BY at_ms, id"
        " LIMIT :limit",
        id=batch_id,
        limit=limit,
    )
    return [_item(row) for row in rows]


def _earning(row: Row) -> Earning:
    return Earning(
        source=Source(row["source_kind"], row["source_id"]),
        brand_id=row["brand_id"],
        gross=Money(row["gross_minor"], Currency(row["currency"])),
        fee_minor=row["fee_minor"],
        refunded_minor=row["refunded_minor"],
        fee_returned_minor=row["fee_returned_minor"],
        split_minor=row["split_minor"],
        due_at_ms=row["due_at_ms"],
        at_ms=row["at_ms"],
    )


def _item(row: Row) -> Item:
    return Item(
        id=row["id"],
        brand_id=row["brand_id"],
        currency=Currency(row["currency"]),
        kind=ItemKind(row["kind"]),
        source=Source(row["source_kind"], row["source_id"]),
        amount_minor=row["amount_minor"],
        due_at_ms=row["due_at_ms"],
        at_ms=row["at_ms"],
        batch_id=row["batch_id"],
    )


def _batch(row: Row) -> Batch:
    return Batch(
        id=row["id"],
        brand_id=row["brand_id"],
        currency=Currency(row["currency"]),
        amount_minor=row["amount_minor"],
        item_count=row["item_count"],
        at_ms=row["at_ms"],
    )
