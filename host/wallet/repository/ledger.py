"""SQL of accounts, transfers, entries and the head of the chain."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
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
    " debits_pending_minor, credits_pending_minor FROM wallet_account WHERE id = :id"
)


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


def lock_accounts(tx: Tx, a: str, b: str) -> dict[str, Account]:
    """Read two accounts and hold them until the transaction ends.

    Always in the order of their ids, so that two opposite transfers cannot wait for each other.
    One by one: ``IN`` with ``ORDER BY`` takes SQLite three times as long.
    """
    found = {}
    for account_id in sorted((a, b)):
        for row in tx.lock_rows(_ACCOUNT, id=account_id):
            found[account_id] = _account(row)
    return found


def find_account(tx: Tx, account_id: str) -> Account | None:
    """Return an account as it stands."""
    row = tx.row(_ACCOUNT, id=account_id)
    return None if row is None else _account(row)


def find_accounts_of(tx: Tx, owner_id: str, kind: AccountKind) -> list[Account]:
    """Return the accounts of one owner, by currency."""
    rows = tx.rows(
        "SELECT id, owner_id, kind, currency, debits_posted_minor, credits_posted_minor,"
        " debits_pending_minor, credits_pending_minor FROM wallet_account"
        " WHERE owner_id = :owner_id AND kind = :kind ORDER BY currency LIMIT 100",
        owner_id=owner_id,
        kind=kind,
    )
    return [_account(row) for row in rows]


def add_debits(tx: Tx, account_id: str, *, posted_minor: int, pending_minor: int) -> None:
    """Add to what was taken from an account; its CHECKs refuse what takes it below its floor."""
    changed = tx.run(
        "UPDATE wallet_account SET debits_posted_minor = debits_posted_minor + :posted,"
        " debits_pending_minor = debits_pending_minor + :pending WHERE id = :id",
        id=account_id,
        posted=posted_minor,
        pending=pending_minor,
    )
    assert changed == 1, "the account was locked, so it is there"


def add_credits(tx: Tx, account_id: str, *, posted_minor: int, pending_minor: int) -> None:
    """Add to what was given to an account."""
    changed = tx.run(
        "UPDATE wallet_account SET credits_posted_minor = credits_posted_minor + :posted,"
        " credits_pending_minor = credits_pending_minor + :pending WHERE id = :id",
        id=account_id,
        posted=posted_minor,
        pending=pending_minor,
    )
    assert changed == 1, "the account was locked, so it is there"


def insert_transfer(tx: Tx, transfer: Transfer) -> None:
    """Add a row to the journal and move the head of the chain to it."""
    order = transfer.order
    tx.run(
        "INSERT INTO wallet_transfer (seq, id, kind, debit_id, credit_id, amount_minor, currency,"
        " purpose, reference, actor_id, pending_id, reverses_id, created_at_ms, hash)"
        " VALUES (:seq, :id, :kind, :debit_id, :credit_id, :amount_minor, :currency,"
        " :purpose, :reference, :actor_id, :pending_id, :reverses_id, :created_at_ms, :hash)",
        seq=transfer.seq,
        id=order.id,
        # Plain strings: the driver looks for an adapter for every other type, each time.
        kind=order.kind.value,
        debit_id=order.debit_id,
        credit_id=order.credit_id,
        amount_minor=order.money.amount_minor,
        currency=order.money.currency,
        purpose=order.purpose.value,
        reference=order.reference,
        actor_id=order.actor_id,
        pending_id=order.pending_id,
        reverses_id=order.reverses_id,
        created_at_ms=transfer.created_at_ms,
        hash=transfer.hash,
    )
    tx.run(
        "UPDATE wallet_chain SET seq = :seq, hash = :hash, at_ms = :at_ms WHERE id = 1",
        seq=transfer.seq,
        hash=transfer.hash,
        at_ms=transfer.created_at_ms,
    )


def insert_entries(tx: Tx, transfer: Transfer, *, debit_after: int, credit_after: int) -> None:
    """Write both sides of posted money, each with the balance after it."""
    tx.run(
        "INSERT INTO wallet_entry (account_id, seq, change_minor, balance_minor)"
        " VALUES (:debit_id, :seq, -:amount, :debit_after),"
        " (:credit_id, :seq, :amount, :credit_after)",
        seq=transfer.seq,
        amount=transfer.money.amount_minor,
        debit_id=transfer.order.debit_id,
        credit_id=transfer.order.credit_id,
        debit_after=debit_after,
        credit_after=credit_after,
    )


def find_transfer(tx: Tx, transfer_id: str) -> Transfer | None:
    """Return the journal row with the caller's id."""
    row = tx.row(
        "SELECT seq, id, kind, debit_id, credit_id, amount_minor, currency, purpose, reference,"
        " actor_id, pending_id, reverses_id, created_at_ms, hash FROM wallet_transfer"
        " WHERE id = :id",
        id=transfer_id,
    )
    return None if row is None else as_transfer(row)


def is_resolved(tx: Tx, pending_id: str) -> bool:
    """Tell whether held money was posted or voided."""
    return (
        tx.row("SELECT seq FROM wallet_transfer WHERE pending_id = :id", id=pending_id) is not None
    )


def is_reversed(tx: Tx, transfer_id: str) -> bool:
    """Tell whether a transfer was reversed."""
    return (
        tx.row("SELECT seq FROM wallet_transfer WHERE reverses_id = :id", id=transfer_id)
        is not None
    )


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
        money=Money(row["amount_minor"], Currency(row["currency"])),
        purpose=Purpose(row["purpose"]),
        actor_id=row["actor_id"],
        reference=row["reference"],
        pending_id=row["pending_id"],
        reverses_id=row["reverses_id"],
    )
    return Transfer(order, row["seq"], row["created_at_ms"], row["hash"])


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
    )
