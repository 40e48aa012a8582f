"""SQL of accounts, transfers, entries and the head of the chain."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from host.core.db import Row, Tx, Value, expand
from host.core.money import Currency, quantity
from host.wallet.model import (
    Account,
    AccountKind,
    ChainHead,
    Place,
    Purpose,
    Transfer,
    TransferKind,
    TransferOrder,
)

_ACCOUNT = (
    "SELECT id, owner_id, kind, currency, debits_posted_minor, credits_posted_minor,"
    " debits_pending_minor, credits_pending_minor, closed_at_ms, frozen FROM wallet_account"
)
_TRANSFER = (
    "SELECT seq, id, kind, debit_id, credit_id, amount_minor, currency, purpose, reference,"
    " actor_id, pending_id, reverses_id, expires_at_ms, created_at_ms, hash FROM wallet_transfer"
)


_CHANGE = {
    "account_id": str,
    "debits_posted": int,
    "credits_posted": int,
    "debits_pending": int,
    "credits_pending": int,
}


def open_account(tx: Tx, place: Place, *, now_ms: int) -> None:
    """Open the account at ``place`` unless it is open."""
    tx.run(
        "INSERT INTO wallet_account (id, owner_id, kind, currency, created_at_ms)"
        " VALUES (:id, :owner_id, :kind, :currency, :now_ms) ON CONFLICT (id) DO NOTHING",
        id=place.id,
        owner_id=place.owner_id,
        kind=place.kind,
        currency=place.currency,
        now_ms=now_ms,
    )


def open_accounts(tx: Tx, places: Collection[Place], *, now_ms: int) -> None:
    """Open those of many accounts that are not open."""
    sql, params = expand(
        "SELECT id FROM wallet_account WHERE id IN (:ids)", ids=[place.id for place in places]
    )
    known = {row["id"] for row in tx.rows(sql, **params)}
    for place in sorted((p for p in places if p.id not in known), key=lambda place: place.id):
        open_account(tx, place, now_ms=now_ms)


def lock_chain(tx: Tx) -> ChainHead:
    """Read the head of the chain and hold it until the transaction ends.

    Every posting begins here.  It is one queue for the whole ledger, which the chain needs anyway,
    and it makes the order of all other locks irrelevant: no two postings can wait for each other.
    """
    (row,) = tx.lock_rows("SELECT seq, hash, at_ms FROM wallet_chain WHERE id = 1")
    return ChainHead(row["seq"], row["hash"], row["at_ms"])


def find_head(tx: Tx) -> ChainHead:
    """Read the head of the chain without holding it."""
    (row,) = tx.rows("SELECT seq, hash, at_ms FROM wallet_chain WHERE id = 1")
    return ChainHead(row["seq"], row["hash"], row["at_ms"])


def lock_accounts(tx: Tx, account_ids: Collection[str]) -> dict[str, Account]:
    """Read accounts and hold them until the transaction ends.

    Always in the order of their ids, so that two transactions cannot wait for each other.
    """
    sql, params = expand(_ACCOUNT + " WHERE id IN (:ids) ORDER BY id", ids=sorted(account_ids))
    return {row["id"]: _account(row) for row in tx.lock_rows(sql, **params)}


def find_account(tx: Tx, account_id: str) -> Account | None:
    """Return an account as it stands."""
    row = tx.row(_ACCOUNT + " WHERE id = :id", id=account_id)
    return None if row is None else _account(row)


def find_accounts_of(tx: Tx, owner_id: str, kind: AccountKind) -> list[Account]:
    """Return the accounts of one owner, by currency."""
    rows = tx.rows(
        _ACCOUNT + " WHERE owner_id = :owner_id AND kind = :kind ORDER BY currency LIMIT 100",
        owner_id=owner_id,
        kind=kind,
    )
    return [_account(row) for row in rows]


def add_to_accounts(tx: Tx, changes: Mapping[str, Sequence[int]]) -> None:
    """Add to what accounts were debited and credited, posted and pending, in this order.

    Their CHECKs refuse what takes one below its floor.
    """
    changed = tx.run_set(
        "UPDATE wallet_account SET"
        " debits_posted_minor = debits_posted_minor + given.debits_posted,"
        " credits_posted_minor = credits_posted_minor + given.credits_posted,"
        " debits_pending_minor = debits_pending_minor + given.debits_pending,"
        " credits_pending_minor = credits_pending_minor + given.credits_pending"
        " FROM given WHERE wallet_account.id = given.account_id",
        _CHANGE,
        [(account_id, *changes[account_id]) for account_id in sorted(changes)],
    )
    assert changed == len(changes), "the accounts were locked, so they are there"


def insert_transfers(tx: Tx, transfers: Iterable[Transfer]) -> None:
    """Add rows to the journal."""
    tx.run_many(
        "INSERT INTO wallet_transfer (seq, id, kind, debit_id, credit_id, amount_minor, currency,"
        " purpose, reference, actor_id, pending_id, reverses_id, expires_at_ms, created_at_ms,"
        " hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_values(transfer) for transfer in transfers],
    )


def move_head(tx: Tx, head: ChainHead) -> None:
    """Move the head of the chain to the last row that was added."""
    tx.run(
        "UPDATE wallet_chain SET seq = :seq, hash = :hash, at_ms = :at_ms WHERE id = 1",
        seq=head.seq,
        hash=head.hash,
        at_ms=head.at_ms,
    )


def insert_entries(tx: Tx, entries: Sequence[tuple[str, int, int, int]]) -> None:
    """Write sides of posted money: account, row of the journal, change, balance after it."""
    tx.run_many(
        "INSERT INTO wallet_entry (account_id, seq, change_minor, balance_minor)"
        " VALUES (?, ?, ?, ?)",
        entries,
    )


def close_account(tx: Tx, account_id: str, *, now_ms: int) -> None:
    """Close an account; its CHECK refuses while it holds or awaits anything."""
    tx.run("UPDATE wallet_account SET closed_at_ms = :at WHERE id = :id", id=account_id, at=now_ms)


def find_transfer(tx: Tx, transfer_id: str) -> Transfer | None:
    """Return the journal row with the caller's id."""
    row = tx.row(_TRANSFER + " WHERE id = :id", id=transfer_id)
    return None if row is None else as_transfer(row)


def find_transfers(tx: Tx, transfer_ids: Collection[str]) -> dict[str, Transfer]:
    """Return the journal rows with these ids, by id."""
    sql, params = expand(_TRANSFER + " WHERE id IN (:ids)", ids=tuple(transfer_ids))
    return {row["id"]: as_transfer(row) for row in tx.rows(sql, **params)}


def find_resolved(tx: Tx, pending_ids: Collection[str]) -> set[str]:
    """Return which of these holds were posted or given up."""
    sql, params = expand(
        "SELECT pending_id FROM wallet_transfer WHERE pending_id IN (:ids)", ids=sorted(pending_ids)
    )
    return {row["pending_id"] for row in tx.rows(sql, **params)}


def find_reversed(tx: Tx, transfer_ids: Collection[str]) -> set[str]:
    """Return which of these transfers were reversed."""
    sql, params = expand(
        "SELECT reverses_id FROM wallet_transfer WHERE reverses_id IN (:ids)",
        ids=sorted(transfer_ids),
    )
    return {row["reverses_id"] for row in tx.rows(sql, **params)}


def find_expired(tx: Tx, *, now_ms: int, limit: int) -> list[str]:
    """Return holds whose time is over and that nobody has resolved, the oldest first."""
    rows = tx.rows(
        "SELECT h.id FROM wallet_transfer h"
        " LEFT JOIN wallet_transfer r ON r.pending_id = h.id"
        " WHERE h.expires_at_ms <= :now AND r.seq IS NULL ORDER BY h.expires_at_ms LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [row["id"] for row in rows]


def insert_memo(tx: Tx, transfer_id: str, memo: str) -> None:
    """Keep what the sender wrote."""
    tx.run(
        "INSERT INTO wallet_memo (transfer_id, memo) VALUES (:id, :memo)"
        " ON CONFLICT (transfer_id) DO NOTHING",
        id=transfer_id,
        memo=memo,
    )


def as_transfer(row: Row) -> Transfer:
    """Return a journal row as a value."""
    order = TransferOrder(
        id=row["id"],
        kind=TransferKind(row["kind"]),
        debit_id=row["debit_id"],
        credit_id=row["credit_id"],
        money=quantity(row["amount_minor"], Currency(row["currency"])),
        purpose=Purpose(row["purpose"]),
        actor_id=row["actor_id"],
        reference=row["reference"],
        pending_id=row["pending_id"],
        reverses_id=row["reverses_id"],
        expires_at_ms=row["expires_at_ms"],
    )
    return Transfer(order, row["seq"], row["created_at_ms"], row["hash"])


def _values(transfer: Transfer) -> tuple[Value, ...]:
    order = transfer.order
    return (
        transfer.seq,
        order.id,
        # Plain strings: the driver looks for an adapter for every other type, each time.
        str(order.kind),
        order.debit_id,
        order.credit_id,
        order.money.amount_minor,
        order.money.currency,
        str(order.purpose),
        order.reference,
        order.actor_id,
        order.pending_id,
        order.reverses_id,
        order.expires_at_ms,
        transfer.created_at_ms,
        transfer.hash,
    )


def _account(row: Row) -> Account:
    return Account(
        id=row["id"],
        owner_id=row["owner_id"],
        kind=AccountKind(row["kind"]),
        currency=Currency(row["currency"]),
        debits_posted_minor=row["debits_posted_minor"],
        credits_posted_minor=row["credits_posted_minor"],
        debits_pending_minor=row["debits_pending_minor"],
        credits_pending_minor=row["credits_pending_minor"],
        closed_at_ms=row["closed_at_ms"],
        frozen=row["frozen"],
    )
