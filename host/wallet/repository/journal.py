"""SQL of the audit: it reads everything, and believes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from host.core.db import Row, Tx
from host.wallet.model import Transfer
from host.wallet.repository.ledger import as_transfer

_CHUNK_ROWS = 2000
# More breaks of one kind than this say nothing new.
BREAKS_COUNT_MAX = 20


@dataclass(frozen=True, slots=True)
class StoredSums:
    """What an account row claims: posted and pending on both sides."""

    id: str
    kind: str
    currency: str
    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int


def each_transfer(tx: Tx) -> Iterator[Transfer]:
    """Yield the journal in order, in chunks, so that its size does not matter."""
    after = -1
    while True:
        rows = tx.rows(
            "SELECT seq, id, kind, debit_id, credit_id, amount_minor, currency, purpose, reference,"
            " actor_id, pending_id, reverses_id, expires_at_ms, created_at_ms, hash"
            " FROM wallet_transfer WHERE seq > :after ORDER BY seq LIMIT :limit",
            after=after,
            limit=_CHUNK_ROWS,
        )
        yield from map(as_transfer, rows)
        if len(rows) < _CHUNK_ROWS:
            return
        after = rows[-1]["seq"]


def each_account(tx: Tx) -> Iterator[StoredSums]:
    """Yield what every account claims, in chunks."""
    after = ""
    while True:
        rows = tx.rows(
            "SELECT id, kind, currency, debits_posted_minor, credits_posted_minor,"
            " debits_pending_minor, credits_pending_minor FROM wallet_account"
            " WHERE id > :after ORDER BY id LIMIT :limit",
            after=after,
            limit=_CHUNK_ROWS,
        )
        yield from (StoredSums(*row.values()) for row in rows)
        if len(rows) < _CHUNK_ROWS:
            return
        after = rows[-1]["id"]


def find_entries(tx: Tx, prefix: str) -> list[Row]:
    """Return the entries of accounts whose id begins with ``prefix``, in the journal's order."""
    return tx.rows(
        "SELECT e.seq, CASE WHEN t.debit_id = e.account_id THEN 1 ELSE 2 END AS side,"
        " e.account_id, e.change_minor, t.currency, t.reference"
        " FROM wallet_entry e JOIN wallet_transfer t ON t.seq = e.seq"
        " WHERE e.account_id >= :prefix AND e.account_id < :beyond ORDER BY e.seq, 2"
        " LIMIT 100000",
        prefix=prefix,
        beyond=prefix[:-1] + chr(ord(prefix[-1]) + 1),
    )


def has_accounts_beside(tx: Tx, prefix: str) -> bool:
    """Tell whether there is an account whose id does not begin with ``prefix``."""
    beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    row = tx.row(
        "SELECT 1 AS one FROM wallet_account WHERE id < :prefix OR id >= :beyond LIMIT 1",
        prefix=prefix,
        beyond=beyond,
    )
    return row is not None


def sum_debits(tx: Tx) -> dict[str, int]:
    """Return what all accounts of each currency were debited, by currency."""
    rows = tx.rows(
        "SELECT currency, SUM(debits_posted_minor) AS sum_minor FROM wallet_account"
        " GROUP BY currency HAVING SUM(debits_posted_minor) > 0 ORDER BY currency"
    )
    return {row["currency"]: int(row["sum_minor"]) for row in rows}


def find_unpaired_transfers(tx: Tx) -> list[Row]:
    """Return posted transfers that do not have exactly their two entries."""
    return tx.rows(
        "SELECT t.seq, t.id FROM wallet_transfer t"
        " LEFT JOIN wallet_entry d ON d.account_id = t.debit_id AND d.seq = t.seq"
        " LEFT JOIN wallet_entry c ON c.account_id = t.credit_id AND c.seq = t.seq"
        " WHERE t.kind IN ('single', 'post') AND (d.change_minor IS NULL"
        " OR c.change_minor IS NULL OR d.change_minor <> -t.amount_minor"
        " OR c.change_minor <> t.amount_minor) ORDER BY t.seq LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def find_stray_entries(tx: Tx) -> list[Row]:
    """Return entries that no posted transfer accounts for."""
    return tx.rows(
        "SELECT e.seq, e.account_id FROM wallet_entry e"
        " LEFT JOIN wallet_transfer t ON t.seq = e.seq"
        " WHERE t.seq IS NULL OR t.kind NOT IN ('single', 'post')"
        " OR e.account_id NOT IN (t.debit_id, t.credit_id) ORDER BY e.seq LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def find_wrong_balances(tx: Tx) -> list[Row]:
    """Return entries whose running balance is not the sum of the changes so far."""
    return tx.rows(
        "SELECT seq, account_id, balance_minor, summed FROM ("
        "SELECT seq, account_id, balance_minor, SUM(change_minor)"
        " OVER (PARTITION BY account_id ORDER BY seq) AS summed FROM wallet_entry) AS running"
        " WHERE balance_minor <> summed ORDER BY seq LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def find_wrong_escrows(tx: Tx) -> list[Row]:
    """Return orders whose control account does not hold what it must: all, or nothing."""
    return tx.rows(
        "SELECT e.order_id, e.status, e.amount_minor,"
        " a.credits_posted_minor - a.debits_posted_minor AS held_minor"
        " FROM wallet_escrow e JOIN wallet_account a ON a.id = e.account_id"
        " WHERE a.credits_posted_minor - a.debits_posted_minor <>"
        " CASE WHEN e.status = 'funded' THEN e.amount_minor - e.refunded_minor ELSE 0 END"
        " OR a.credits_posted_minor <> e.amount_minor OR a.currency <> e.currency"
        " ORDER BY e.order_id LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def find_orphan_controls(tx: Tx) -> list[Row]:
    """Return control accounts that hold money of no order."""
    return tx.rows(
        "SELECT a.id FROM wallet_account a LEFT JOIN wallet_escrow e ON e.account_id = a.id"
        " WHERE a.id LIKE 'escrow:%' AND e.order_id IS NULL AND a.credits_posted_minor > 0"
        " ORDER BY a.id LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def find_wrong_operations(tx: Tx) -> list[Row]:
    """Return orders to rails whose state and journal tell different stories."""
    return tx.rows(
        "SELECT o.id, o.state FROM wallet_rail_operation o"
        " LEFT JOIN wallet_transfer p ON p.id = 'rail:' || o.id || ':post'"
        " WHERE (o.state IN ('done', 'returned')) <> (p.id IS NOT NULL)"
        " OR (o.state = 'returned') <> (EXISTS (SELECT 1 FROM wallet_transfer r"
        " WHERE r.id IN ('rail:' || o.id || ':return', 'rail:' || o.id || ':owed')))"
        " OR (p.id IS NOT NULL AND (p.amount_minor <> o.amount_minor OR p.currency <> o.currency))"
        " ORDER BY o.id LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def find_wrong_offers(tx: Tx) -> list[Row]:
    """Return transfers to people whose hold and whose state tell different stories."""
    return tx.rows(
        "SELECT o.id, o.status FROM wallet_offer o"
        " LEFT JOIN wallet_transfer h ON h.id = o.id"
        " LEFT JOIN wallet_transfer r ON r.pending_id = o.id"
        " WHERE h.id IS NULL OR h.amount_minor <> o.amount_minor OR h.currency <> o.currency"
        " OR (o.status = 'waiting') <> (h.kind = 'pending' AND r.id IS NULL)"
        " OR (o.status = 'accepted') <> (COALESCE(r.kind, h.kind) IN ('post', 'single'))"
        " ORDER BY o.id LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def find_wrong_packets(tx: Tx) -> list[Row]:
    """Return red packets whose shares, sums and control account do not agree."""
    return tx.rows(
        "SELECT p.id, p.status, p.total_minor FROM wallet_packet p"
        " LEFT JOIN wallet_account a ON a.id = 'packet:' || p.id || ':' || p.currency"
        " LEFT JOIN (SELECT packet_id, SUM(amount_minor) AS all_minor,"
        " SUM(CASE WHEN person_id IS NULL THEN 0 ELSE amount_minor END) AS opened_minor,"
        " COUNT(*) AS n FROM wallet_packet_share GROUP BY packet_id) s ON s.packet_id = p.id"
        " WHERE a.id IS NULL OR s.n IS NULL OR s.n <> p.share_count"
        " OR s.all_minor <> p.total_minor OR s.opened_minor <> p.opened_minor"
        " OR a.credits_posted_minor <> p.total_minor"
        " OR a.debits_posted_minor <> p.opened_minor + p.returned_minor"
        " OR (p.status = 'open') <> (a.closed_at_ms IS NULL)"
        " ORDER BY p.id LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def find_wrong_splits(tx: Tx) -> list[Row]:
    """Return split bills whose control account did not pass on exactly what was paid."""
    return tx.rows(
        "SELECT r.id, r.status FROM wallet_request r"
        " LEFT JOIN wallet_account a ON a.id = 'split:' || r.id || ':' || r.currency"
        " LEFT JOIN (SELECT request_id, SUM(CASE WHEN status = 'paid' THEN amount_minor ELSE 0 END)"
        " AS paid_minor FROM wallet_request_share GROUP BY request_id) s ON s.request_id = r.id"
        " WHERE r.kind = 'split' AND (a.id IS NULL OR a.credits_posted_minor <> s.paid_minor"
        " OR a.debits_posted_minor <> s.paid_minor"
        " OR (r.status = 'open') <> (a.closed_at_ms IS NULL))"
        " ORDER BY r.id LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )


def sum_kinds(tx: Tx) -> list[Row]:
    """Return the posted debits and credits of each kind of account, by currency."""
    return tx.rows(
        "SELECT currency, kind, SUM(debits_posted_minor) AS debits_minor,"
        " SUM(credits_posted_minor) AS credits_minor FROM wallet_account"
        " GROUP BY currency, kind ORDER BY currency, kind LIMIT 100"
    )
