"""SQL that reads the journal for the people it belongs to."""

from host.core.db import Row, Tx
from host.core.money import Currency
from host.wallet.model import Day, EscrowStatus, Purpose, StatementLine

_DAY_MS = 24 * 3600 * 1000
# Beyond every journal row and every moment: the first page has no row to continue after.
SEQ_END = TIME_END_MS = 2**62


def find_lines(
    tx: Tx, account_id: str, *, before_seq: int, since_ms: int, until_ms: int, limit: int
) -> list[StatementLine]:
    """Return the entries of an account in a span of time, before ``before_seq``, newest first."""
    rows = tx.rows(
        "SELECT t.id, e.seq, t.created_at_ms, t.purpose, e.change_minor, e.balance_minor,"
        " t.currency, t.reference, t.actor_id, o.owner_id AS other_id,"
        " COALESCE(m.memo, '') AS memo, x.status AS escrow_status, x.brand_id"
        " FROM wallet_entry e"
        " JOIN wallet_transfer t ON t.seq = e.seq"
        " JOIN wallet_account o ON o.id ="
        " CASE WHEN t.debit_id = e.account_id THEN t.credit_id ELSE t.debit_id END"
        " LEFT JOIN wallet_memo m ON m.transfer_id = t.id"
        " LEFT JOIN wallet_escrow x ON x.order_id = t.reference"
        " WHERE e.account_id = :id AND e.seq < :before"
        " AND t.created_at_ms >= :since AND t.created_at_ms < :until"
        " ORDER BY e.seq DESC LIMIT :limit",
        id=account_id,
        before=before_seq,
        since=since_ms,
        until=until_ms,
        limit=limit,
    )
    return [_line(row) for row in rows]


def find_span(
    tx: Tx, account_id: str, *, since_ms: int, until_ms: int, after_seq: int, limit: int
) -> list[StatementLine]:
    """Return the entries of an account in a span of time, after ``after_seq``, oldest first.

    The journal's times never go back, so the span is one of rows, found by the index on time.
    """
    rows = tx.rows(
        "SELECT t.id, e.seq, t.created_at_ms, t.purpose, e.change_minor, e.balance_minor,"
        " t.currency, t.reference, t.actor_id, '' AS other_id, '' AS memo, NULL AS escrow_status,"
        " NULL AS brand_id FROM wallet_entry e JOIN wallet_transfer t ON t.seq = e.seq"
        " WHERE e.account_id = :id AND e.seq > :after"
        " AND e.seq >= COALESCE((SELECT seq FROM wallet_transfer WHERE created_at_ms >= :since"
        " ORDER BY created_at_ms, seq LIMIT 1), :end)"
        " AND e.seq < COALESCE((SELECT seq FROM wallet_transfer WHERE created_at_ms >= :until"
        " ORDER BY created_at_ms, seq LIMIT 1), :end)"
        " ORDER BY e.seq LIMIT :limit",
        id=account_id,
        after=after_seq,
        since=since_ms,
        until=until_ms,
        end=SEQ_END,
        limit=limit,
    )
    return [_line(row) for row in rows]


def find_line(tx: Tx, transfer_id: str, account_id: str) -> StatementLine | None:
    """Return one entry of an account."""
    row = tx.row(
        "SELECT t.id, e.seq, t.created_at_ms, t.purpose, e.change_minor, e.balance_minor,"
        " t.currency, t.reference, t.actor_id, o.owner_id AS other_id,"
        " COALESCE(m.memo, '') AS memo, x.status AS escrow_status, x.brand_id"
        " FROM wallet_transfer t"
        " JOIN wallet_entry e ON e.seq = t.seq AND e.account_id = :account"
        " JOIN wallet_account o ON o.id ="
        " CASE WHEN t.debit_id = e.account_id THEN t.credit_id ELSE t.debit_id END"
        " LEFT JOIN wallet_memo m ON m.transfer_id = t.id"
        " LEFT JOIN wallet_escrow x ON x.order_id = t.reference"
        " WHERE t.id = :id",
        id=transfer_id,
        account=account_id,
    )
    return None if row is None else _line(row)


def find_days(tx: Tx, account_id: str, *, since_ms: int, until_ms: int) -> list[Day]:
    """Return what came and went on each day that had entries; day 1 begins at ``since_ms``."""
    rows = tx.rows(
        "SELECT (t.created_at_ms - :since) / :day_ms AS day,"
        " SUM(CASE WHEN e.change_minor > 0 THEN e.change_minor ELSE 0 END) AS in_minor,"
        " SUM(CASE WHEN e.change_minor < 0 THEN -e.change_minor ELSE 0 END) AS out_minor"
        " FROM wallet_entry e JOIN wallet_transfer t ON t.seq = e.seq"
        # The first row of the month by the index on time, so that older entries are not read.
        " WHERE e.account_id = :id AND e.seq >= COALESCE((SELECT seq FROM wallet_transfer"
        " WHERE created_at_ms >= :since ORDER BY created_at_ms, seq LIMIT 1), 0)"
        " AND t.created_at_ms >= :since AND t.created_at_ms < :until GROUP BY 1 ORDER BY 1",
        id=account_id,
        since=since_ms,
        until=until_ms,
        day_ms=_DAY_MS,
    )
    return [Day(int(row["day"]) + 1, int(row["in_minor"]), int(row["out_minor"])) for row in rows]


def balance_at(tx: Tx, account_id: str, *, at_ms: int) -> int:
    """Return the posted balance of an account as it was at a past moment."""
    row = tx.row(
        "SELECT balance_minor FROM wallet_entry WHERE account_id = :id AND seq <="
        " (SELECT seq FROM wallet_transfer WHERE created_at_ms <= :at"
        " ORDER BY created_at_ms DESC, seq DESC LIMIT 1)"
        " ORDER BY seq DESC LIMIT 1",
        id=account_id,
        at=at_ms,
    )
    return 0 if row is None else int(row["balance_minor"])


def _line(row: Row) -> StatementLine:
    status = row["escrow_status"]
    return StatementLine(
        transfer_id=row["id"],
        seq=row["seq"],
        at_ms=row["created_at_ms"],
        purpose=Purpose(row["purpose"]),
        change_minor=row["change_minor"],
        balance_minor=row["balance_minor"],
        currency=Currency(row["currency"]),
        reference=row["reference"],
        other_id=row["other_id"],
        actor_id=row["actor_id"],
        memo=row["memo"],
        escrow_status=None if status is None else EscrowStatus(status),
        brand_id=row["brand_id"],
    )
