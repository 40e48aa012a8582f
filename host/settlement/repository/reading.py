"""SQL that reads earnings and refunds for files and pages."""

from host.core.db import Row, Tx
from host.core.money import Currency
from host.settlement.money_model import Coming, TradeRow


def find_trade(
    tx: Tx, brand_id: str, *, since_ms: int, until_ms: int, after: tuple[int, str], limit: int
) -> list[TradeRow]:
    """Return what was earned and given back in a span of time, oldest first, after a row."""
    rows = tx.rows(
        "SELECT at_ms, row_id, what, source_kind, source_id, refund_id, currency, amount_minor,"
        " fee_minor FROM ("
        " SELECT at_ms, 'e:' || source_kind || ':' || source_id AS row_id, 'payment' AS what,"
        " source_kind, source_id, '' AS refund_id, currency, gross_minor AS amount_minor,"
        " fee_minor FROM settlement_earning WHERE brand_id = :brand_id"
        " AND at_ms >= :since AND at_ms < :until"
        " UNION ALL"
        " SELECT at_ms, 'r:' || id, 'refund', source_kind, source_id, refund_id, currency,"
        " -amount_minor, -fee_minor FROM settlement_refund WHERE brand_id = :brand_id"
        " AND at_ms >= :since AND at_ms < :until) AS rows"
        " WHERE (at_ms, row_id) > (:after_ms, :after_id) ORDER BY at_ms, row_id LIMIT :limit",
        brand_id=brand_id,
        since=since_ms,
        until=until_ms,
        after_ms=after[0],
        after_id=after[1],
        limit=limit,
    )
    return [_trade(row) for row in rows]


def find_coming(tx: Tx, brand_id: str, *, limit: int) -> list[Coming]:
    """Return what will become available and when, soonest first."""
    rows = tx.rows(
        "SELECT currency, due_at_ms, SUM(amount_minor) AS amount_minor, count(*) AS items"
        " FROM settlement_item WHERE brand_id = :brand_id AND batch_id IS NULL"
        " GROUP BY currency, due_at_ms ORDER BY due_at_ms, currency LIMIT :limit",
        brand_id=brand_id,
        limit=limit,
    )
    return [
        Coming(Currency(row["currency"]), row["due_at_ms"], row["amount_minor"], row["items"])
        for row in rows
    ]


def _trade(row: Row) -> TradeRow:
    return TradeRow(
        at_ms=row["at_ms"],
        row_id=row["row_id"],
        what=row["what"],
        source_kind=row["source_kind"],
        source_id=row["source_id"],
        refund_id=row["refund_id"],
        currency=Currency(row["currency"]),
        amount_minor=row["amount_minor"],
        fee_minor=row["fee_minor"],
    )
