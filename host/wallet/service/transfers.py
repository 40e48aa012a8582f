"""The ledger: the only functions that change money.

Each takes the caller's id, which is the idempotency key for ever: the same id with the same
arguments returns the first transfer and moves nothing; with other arguments it is refused.
"""

from collections.abc import Sequence

from host.core import outbox
from host.core.db import Tx, only
from host.core.errors import AppError
from host.core.ids import derived_id
from host.core.money import Money
from host.wallet.book import Book, Step
from host.wallet.errors import AccountNotEmptyError, AccountNotFoundError
from host.wallet.events import TransferPosted
from host.wallet.model import (
    Place,
    Posting,
    PostRequest,
    Purpose,
    Resolution,
    Reversal,
    Transfer,
    TransferKind,
    TransferOrder,
)
from host.wallet.repository import ledger

# What one sweep ends of holds whose time is over.
_EXPIRED_COUNT_MAX = 100


def lock_ledger(tx: Tx) -> None:
    """Take the lock that every posting takes, so that nothing is posted while the caller reads.

    Locks that the caller needs besides come after it.
    """
    ledger.lock_chain(tx)


def ledger_time(tx: Tx) -> int:
    """Return when the last transfer was posted: never earlier than the one before it."""
    return ledger.find_head(tx).at_ms


def open_account(tx: Tx, place: Place, *, now_ms: int) -> None:
    """Open the account at ``place``; opening it again changes nothing."""
    ledger.open_account(tx, place, now_ms=now_ms)


def close_account(tx: Tx, account_id: str, *, now_ms: int) -> None:
    """Close an empty account for ever: a control account whose business has ended."""
    ledger.lock_chain(tx)
    account = ledger.lock_accounts(tx, [account_id]).get(account_id)
    if account is None:
        raise AccountNotFoundError("There is no account with this id.")
    if account.closed_at_ms is not None:
        return
    if account.balance_minor or account.debits_pending_minor or account.credits_pending_minor:
        raise AccountNotEmptyError("This account still holds money. Move it out first.")
    ledger.close_account(tx, account_id, now_ms=now_ms)


def post_transfer(
    tx: Tx,
    transfer_id: str,
    *,
    debit_id: str,
    credit_id: str,
    money: Money,
    purpose: Purpose,
    actor_id: str,
    reference: str = "",
    now_ms: int,
) -> Transfer:
    """Move ``money`` from one account to another, once."""
    order = TransferOrder(
        transfer_id,
        TransferKind.SINGLE,
        debit_id,
        credit_id,
        money,
        purpose,
        actor_id,
        reference,
    )
    return _post(tx, order, now_ms=now_ms)


def hold_transfer(
    tx: Tx,
    transfer_id: str,
    *,
    debit_id: str,
    credit_id: str,
    money: Money,
    purpose: Purpose,
    actor_id: str,
    reference: str = "",
    expires_at_ms: int | None = None,
    now_ms: int,
) -> Transfer:
    """Reserve ``money`` for a transfer that ``post_held`` makes or ``void_held`` gives up.

    From ``expires_at_ms`` on it can be given up only, and the next sweep does that.
    """
    order = TransferOrder(
        transfer_id,
        TransferKind.PENDING,
        debit_id,
        credit_id,
        money,
        purpose,
        actor_id,
        reference,
        expires_at_ms=expires_at_ms,
    )
    return _post(tx, order, now_ms=now_ms)


def post_held(
    tx: Tx, transfer_id: str, *, pending_id: str, amount_minor: int | None = None, now_ms: int
) -> Transfer:
    """Move what ``pending_id`` reserved, or a part of it; the rest is free again."""
    asked = Resolution(transfer_id, TransferKind.POST, pending_id, amount_minor)
    return _post(tx, asked, now_ms=now_ms)


def void_held(tx: Tx, transfer_id: str, *, pending_id: str, now_ms: int) -> Transfer:
    """Give up a reservation: the money is free again."""
    return _post(tx, Resolution(transfer_id, TransferKind.VOID, pending_id), now_ms=now_ms)


def expire_held(tx: Tx, *, now_ms: int) -> int:
    """Give up the holds whose time is over, each with a row that says so; return how many."""
    expired = ledger.find_expired(tx, now_ms=now_ms, limit=_EXPIRED_COUNT_MAX)
    requests = [
        PostRequest((Resolution(expiry_id(i), TransferKind.VOID, i, is_expiry=True),), now_ms)
        for i in expired
    ]
    return sum(not isinstance(result, AppError) for result in post_together(tx, requests))


def expiry_id(pending_id: str) -> str:
    """Return the id of the row that ends a hold whose time is over."""
    return derived_id("wallet.expiry", pending_id)


def reverse_transfer(
    tx: Tx, transfer_id: str, *, reverses_id: str, actor_id: str, now_ms: int
) -> Transfer:
    """Move the money of a transfer back, as a new transfer that names the old one."""
    return _post(tx, Reversal(transfer_id, reverses_id, actor_id), now_ms=now_ms)


def post_linked(tx: Tx, postings: Sequence[Posting], *, now_ms: int) -> list[Transfer]:
    """Post a chain: all of ``postings`` in their order, or none of them."""
    return only(post_together(tx, [PostRequest(tuple(postings), now_ms)]))


def post_together(tx: Tx, requests: Sequence[PostRequest]) -> list[list[Transfer] | AppError]:
    """Post what many callers asked for, in order; a refused request changes nothing.

    For ``Database.write_together``: everything is read once, judged in memory and written once,
    so that a request costs a fraction of what it would alone.
    """
    book = _open_book(tx, requests)
    results: list[list[Transfer] | AppError] = []
    for request in requests:
        try:
            results.append(book.take(request.postings, now_ms=request.now_ms))
        except AppError as refusal:
            results.append(refusal)
    if book.steps:
        _write(tx, book)
    return results


def _post(tx: Tx, posting: Posting, *, now_ms: int) -> Transfer:
    (transfer,) = only(post_together(tx, [PostRequest((posting,), now_ms)]))
    return transfer


def _open_book(tx: Tx, requests: Sequence[PostRequest]) -> Book:
    """Read everything that the postings name, and hold it until the transaction ends."""
    head = ledger.lock_chain(tx)
    transfer_ids, account_ids = set(), set()
    pending_ids, reversed_ids = set(), set()
    for request in requests:
        for posting in request.postings:
            transfer_ids.add(posting.id)
            if isinstance(posting, TransferOrder):
                account_ids.add(posting.debit_id)
                account_ids.add(posting.credit_id)
            elif isinstance(posting, Resolution):
                pending_ids.add(posting.pending_id)
            else:
                reversed_ids.add(posting.reverses_id)
    transfers = ledger.find_transfers(tx, transfer_ids | pending_ids | reversed_ids)
    for named_id in pending_ids | reversed_ids:
        if named_id in transfers:
            account_ids |= {transfers[named_id].order.debit_id, transfers[named_id].order.credit_id}
    return Book(
        head,
        ledger.lock_accounts(tx, account_ids),
        transfers,
        ledger.find_resolved(tx, pending_ids) if pending_ids else set(),
        ledger.find_reversed(tx, reversed_ids) if reversed_ids else set(),
    )


def _write(tx: Tx, book: Book) -> None:
    """Write the steps: rows, balances, entries, the head of the chain, and what others hear."""
    changes: dict[str, list[int]] = {}
    entries: list[tuple[str, int, int, int]] = []
    events: list[TransferPosted] = []
    for step in book.steps:
        seq, posted, pending = step.transfer.seq, step.posted_minor, step.pending_minor
        debit = changes.setdefault(step.debit.id, [0, 0, 0, 0])
        debit[0] += posted
        debit[2] += pending
        credit = changes.setdefault(step.credit.id, [0, 0, 0, 0])
        credit[1] += posted
        credit[3] += pending
        if posted:
            entries.append((step.debit.id, seq, -posted, step.debit_after_minor))
            entries.append((step.credit.id, seq, posted, step.credit_after_minor))
            events.append(_event(step))
    ledger.insert_transfers(tx, [step.transfer for step in book.steps])
    ledger.add_to_accounts(tx, changes)
    ledger.insert_entries(tx, entries)
    ledger.move_head(tx, book.head)
    outbox.publish_all(tx, events, now_ms=book.head.at_ms)


def _event(step: Step) -> TransferPosted:
    order = step.transfer.order
    return TransferPosted(
        transfer_id=order.id,
        purpose=str(order.purpose),
        reference=order.reference,
        payer_id=step.debit.owner_id,
        payee_id=step.credit.owner_id,
        amount_minor=order.money.amount_minor,
        currency=order.money.currency,
    )
