"""The ledger: the only functions that change money.

Each takes the caller's id, which is the idempotency key for ever: the same id with the same
arguments returns the first transfer and moves nothing; with other arguments it is refused.
"""

from dataclasses import replace

from host.core import outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.wallet.chain import link
from host.wallet.errors import (
    AccountNotFoundError,
    AlreadyReversedError,
    CurrencyMismatchError,
    HoldExceededError,
    HoldResolvedError,
    InsufficientFundsError,
    SameAccountError,
    TransferNotFoundError,
)
from host.wallet.events import TransferPosted
from host.wallet.model import (
    Account,
    ChainHead,
    Place,
    Purpose,
    Transfer,
    TransferKind,
    TransferOrder,
)
from host.wallet.repository import ledger


def open_account(tx: Tx, place: Place, *, now_ms: int) -> None:
    """Open the account at ``place``; opening it again changes nothing."""
    ledger.open_account(tx, place, now_ms=now_ms)


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
        id=transfer_id,
        kind=TransferKind.SINGLE,
        debit_id=debit_id,
        credit_id=credit_id,
        money=money,
        purpose=purpose,
        actor_id=actor_id,
        reference=reference,
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
    now_ms: int,
) -> Transfer:
    """Reserve ``money`` for a transfer that ``post_held`` makes or ``void_held`` gives up."""
    order = TransferOrder(
        id=transfer_id,
        kind=TransferKind.PENDING,
        debit_id=debit_id,
        credit_id=credit_id,
        money=money,
        purpose=purpose,
        actor_id=actor_id,
        reference=reference,
    )
    return _post(tx, order, now_ms=now_ms)


def post_held(
    tx: Tx, transfer_id: str, *, pending_id: str, amount_minor: int | None = None, now_ms: int
) -> Transfer:
    """Move what ``pending_id`` reserved, or a part of it; the rest is free again."""
    held = _held(tx, pending_id)
    money = held.money if amount_minor is None else Money(amount_minor, held.money.currency)
    return _resolve(tx, transfer_id, held, TransferKind.POST, money, now_ms=now_ms)


def void_held(tx: Tx, transfer_id: str, *, pending_id: str, now_ms: int) -> Transfer:
    """Give up a reservation: the money is free again."""
    held = _held(tx, pending_id)
    return _resolve(tx, transfer_id, held, TransferKind.VOID, held.money, now_ms=now_ms)


def reverse_transfer(
    tx: Tx, transfer_id: str, *, reverses_id: str, actor_id: str, now_ms: int
) -> Transfer:
    """Move the money of a transfer back, as a new transfer that names the old one."""
    original = ledger.find_transfer(tx, reverses_id)
    if original is None:
        raise TransferNotFoundError("There is no transfer with this id.")
    order = TransferOrder(
        id=transfer_id,
        kind=TransferKind.SINGLE,
        debit_id=original.order.credit_id,
        credit_id=original.order.debit_id,
        money=original.money,
        purpose=Purpose.REVERSAL,
        actor_id=actor_id,
        reference=original.order.reference,
        reverses_id=reverses_id,
    )
    return _post(tx, order, now_ms=now_ms)


def _held(tx: Tx, pending_id: str) -> Transfer:
    held = ledger.find_transfer(tx, pending_id)
    if held is None or held.order.kind is not TransferKind.PENDING:
        raise TransferNotFoundError("There is no held transfer with this id.")
    return held


def _resolve(
    tx: Tx, transfer_id: str, held: Transfer, kind: TransferKind, money: Money, *, now_ms: int
) -> Transfer:
    order = replace(held.order, id=transfer_id, kind=kind, money=money, pending_id=held.id)
    return _post(tx, order, held=held, now_ms=now_ms)


def _post(tx: Tx, order: TransferOrder, *, held: Transfer | None = None, now_ms: int) -> Transfer:
    """Lock, check, change, tell: the one path into the journal."""
    head = ledger.lock_chain(tx)
    earlier = ledger.find_transfer(tx, order.id)
    if earlier is not None:
        if earlier.order != order:
            raise IdempotencyKeyReusedError(
                "This id belongs to another transfer. Use a new id.", transfer_id=order.id
            )
        return earlier

    debit, credit = _both_sides(tx, order)
    _check_resolution(tx, order, held)
    _check_reversal(tx, order)
    if held is None:
        _check_may_move(debit, credit, order.money)

    transfer = _next(head, order, now_ms=now_ms)
    ledger.insert_transfer(tx, transfer)
    posted_minor, pending_minor = _effect(order, held)
    ledger.add_debits(tx, debit.id, posted_minor=posted_minor, pending_minor=pending_minor)
    ledger.add_credits(tx, credit.id, posted_minor=posted_minor, pending_minor=pending_minor)
    if posted_minor:
        ledger.insert_entries(
            tx,
            transfer,
            debit_after=debit.balance_minor - posted_minor,
            credit_after=credit.balance_minor + posted_minor,
        )
        _tell(tx, transfer, debit, credit, now_ms=now_ms)
    return transfer


def _next(head: ChainHead, order: TransferOrder, *, now_ms: int) -> Transfer:
    """Chain the row onto the head.  The time of the ledger never steps back, clocks do."""
    seq, at_ms = head.seq + 1, max(now_ms, head.at_ms)
    return Transfer(order, seq, at_ms, link(head.hash, seq, order, at_ms))


def _effect(order: TransferOrder, held: Transfer | None) -> tuple[int, int]:
    """Return what the row adds to posted and to pending, on the debit and the credit side alike."""
    amount_minor = order.money.amount_minor
    if order.kind is TransferKind.SINGLE:
        return amount_minor, 0
    if order.kind is TransferKind.PENDING:
        return 0, amount_minor
    assert held is not None, "a resolution names what it resolves"
    if order.kind is TransferKind.POST:
        return amount_minor, -held.money.amount_minor
    return 0, -held.money.amount_minor


def _both_sides(tx: Tx, order: TransferOrder) -> tuple[Account, Account]:
    if order.debit_id == order.credit_id:
        raise SameAccountError("Money cannot be moved from an account to itself.")
    locked = ledger.lock_accounts(tx, order.debit_id, order.credit_id)
    if len(locked) != 2:  # noqa: PLR2004  (a transfer has two sides)
        raise AccountNotFoundError("There is no account with this id.")
    debit, credit = locked[order.debit_id], locked[order.credit_id]
    if not debit.currency == credit.currency == order.money.currency:
        raise CurrencyMismatchError("The two accounts and the amount must have one currency.")
    return debit, credit


def _check_may_move(debit: Account, credit: Account, money: Money) -> None:
    if not debit.can_give(money.amount_minor) or not credit.can_take(money.amount_minor):
        raise InsufficientFundsError(
            "The balance is too low. Top up, or choose a smaller amount.",
            amount_minor=money.amount_minor,
            currency=money.currency,
        )


def _check_resolution(tx: Tx, order: TransferOrder, held: Transfer | None) -> None:
    if held is None:
        return
    if ledger.is_resolved(tx, held.id):
        raise HoldResolvedError("This hold was already posted or given up.")
    if order.money.amount_minor > held.money.amount_minor:
        raise HoldExceededError("This is more than was held. Ask for the held amount or less.")


def _check_reversal(tx: Tx, order: TransferOrder) -> None:
    if order.reverses_id is None:
        return
    original = ledger.find_transfer(tx, order.reverses_id)
    assert original is not None, "reverse_transfer read it"
    if original.order.kind not in {TransferKind.SINGLE, TransferKind.POST}:
        raise AlreadyReversedError("Nothing was moved by this transfer, so nothing can go back.")
    if original.order.reverses_id is not None:
        raise AlreadyReversedError("A reversal cannot be reversed. Post a new transfer.")
    if ledger.is_reversed(tx, original.id):
        raise AlreadyReversedError("This transfer was already reversed.")


def _tell(tx: Tx, transfer: Transfer, debit: Account, credit: Account, *, now_ms: int) -> None:
    event = TransferPosted(
        transfer_id=transfer.id,
        purpose=transfer.order.purpose.value,
        reference=transfer.order.reference,
        payer_id=debit.owner_id,
        payee_id=credit.owner_id,
        amount_minor=transfer.money.amount_minor,
        currency=transfer.money.currency,
    )
    outbox.publish(tx, event, now_ms=now_ms)
