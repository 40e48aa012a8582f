"""The book: the accounts and journal rows that some postings touch, judged in memory.

Everything that decides whether money may move is here, without a database: one posting, a chain of
them that stands or falls together, or what hundreds of callers queued while the last commit ran.
The repository reads a book from the open transaction, holding what it read, and writes the steps
that were taken; the CHECKs of the tables judge the result once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money, quantity
from host.wallet.chain import link
from host.wallet.errors import (
    AccountClosedError,
    AccountFrozenError,
    AccountNotFoundError,
    AlreadyReversedError,
    CurrencyMismatchError,
    HoldExceededError,
    HoldExpiredError,
    HoldNotExpiredError,
    HoldResolvedError,
    InsufficientFundsError,
    SameAccountError,
    TransferNotFoundError,
)
from host.wallet.model import (
    Account,
    ChainHead,
    Posting,
    Purpose,
    Resolution,
    Reversal,
    Transfer,
    TransferKind,
    TransferOrder,
)


class Step(msgspec.Struct, frozen=True, gc=False):
    """One new journal row and what it did: enough to write it, and to take it back."""

    transfer: Transfer
    debit: Account
    credit: Account
    posted_minor: int
    # Negative when a reservation ends.
    pending_minor: int
    debit_after_minor: int
    credit_after_minor: int
    head_before: ChainHead


@dataclass(slots=True)
class Book:
    """What was read, and the steps taken since."""

    head: ChainHead
    accounts: dict[str, Account]
    transfers: dict[str, Transfer]
    # Ids of the holds that a row resolves, and of the transfers that a row reverses.
    resolved: set[str]
    reversed: set[str]
    steps: list[Step] = field(default_factory=list)

    def take(self, postings: Sequence[Posting], *, now_ms: int) -> list[Transfer]:
        """Take ``postings`` as a chain: all of them, or none and the refusal of the first."""
        mark, new_count = len(self.steps), 0
        taken: list[Transfer] = []
        try:
            for posting in postings:
                transfer, is_new = self._take_one(posting, now_ms=now_ms)
                taken.append(transfer)
                new_count += is_new
            _check_whole(new_count, len(taken))
        except Exception:
            self._take_back(mark)
            raise
        return taken

    def _take_one(self, posting: Posting, *, now_ms: int) -> tuple[Transfer, bool]:
        """Check, then change; a posting that was taken before is answered as it was."""
        order, held = self._order(posting)
        earlier = self.transfers.get(order.id)
        if earlier is not None:
            if earlier.order != order:
                raise IdempotencyKeyReusedError(
                    "This id belongs to another transfer. Use a new id.", transfer_id=order.id
                )
            return earlier, False
        debit, credit = self._both_sides(order)
        _check_open(debit, credit)
        if held is not None:
            self._check_resolution(order, held, now_ms=now_ms)
        elif order.reverses_id is not None:
            self._check_reversal(order.reverses_id)
        if held is None:
            _check_may_move(debit, credit, order.money)
        return self._step(order, held, debit, credit, now_ms=now_ms), True

    def _order(self, posting: Posting) -> tuple[TransferOrder, Transfer | None]:
        """Return the journal row that is asked for, and the hold that it resolves."""
        if isinstance(posting, TransferOrder):
            return posting, None
        if isinstance(posting, Resolution):
            held = self.transfers.get(posting.pending_id)
            if held is None or held.order.kind is not TransferKind.PENDING:
                raise TransferNotFoundError("There is no held transfer with this id.")
            return _resolution(posting, held), held
        return self._reversal(posting), None

    def _reversal(self, posting: Reversal) -> TransferOrder:
        original = self.transfers.get(posting.reverses_id)
        if original is None:
            raise TransferNotFoundError("There is no transfer with this id.")
        return TransferOrder(
            id=posting.id,
            kind=TransferKind.SINGLE,
            debit_id=original.order.credit_id,
            credit_id=original.order.debit_id,
            money=original.money,
            purpose=Purpose.REVERSAL,
            actor_id=posting.actor_id,
            reference=original.order.reference,
            reverses_id=posting.reverses_id,
        )

    def _both_sides(self, order: TransferOrder) -> tuple[Account, Account]:
        if order.debit_id == order.credit_id:
            raise SameAccountError("Money cannot be moved from an account to itself.")
        debit, credit = self.accounts.get(order.debit_id), self.accounts.get(order.credit_id)
        if debit is None or credit is None:
            raise AccountNotFoundError("There is no account with this id.")
        if not debit.currency == credit.currency == order.money.currency:
            raise CurrencyMismatchError("The two accounts and the amount must have one currency.")
        return debit, credit

    def _check_resolution(self, order: TransferOrder, held: Transfer, *, now_ms: int) -> None:
        if held.id in self.resolved:
            raise HoldResolvedError("This hold was already posted or given up.")
        if order.money.amount_minor > held.money.amount_minor:
            raise HoldExceededError("This is more than was held. Ask for the held amount or less.")
        until_ms = held.order.expires_at_ms
        is_over = until_ms is not None and max(now_ms, self.head.at_ms) >= until_ms
        if is_over and order.kind is TransferKind.POST:
            raise HoldExpiredError("This hold is over. Ask the payer again.")
        if not is_over and order.purpose is Purpose.EXPIRY:
            raise HoldNotExpiredError("This hold is not over yet. Give it up instead.")

    def _check_reversal(self, reverses_id: str) -> None:
        original = self.transfers[reverses_id]
        if original.order.kind not in {TransferKind.SINGLE, TransferKind.POST}:
            raise AlreadyReversedError(
                "Nothing was moved by this transfer, so nothing can go back."
            )
        if original.order.reverses_id is not None:
            raise AlreadyReversedError("A reversal cannot be reversed. Post a new transfer.")
        if reverses_id in self.reversed:
            raise AlreadyReversedError("This transfer was already reversed.")

    def _step(
        self,
        order: TransferOrder,
        held: Transfer | None,
        debit: Account,
        credit: Account,
        *,
        now_ms: int,
    ) -> Transfer:
        """Chain the row onto the head.  The time of the ledger never steps back, clocks do."""
        head = self.head
        seq, at_ms = head.seq + 1, max(now_ms, head.at_ms)
        transfer = Transfer(order, seq, at_ms, link(head.hash, seq, order, at_ms))
        posted_minor, pending_minor = effect(order, held)
        debit.debits_posted_minor += posted_minor
        debit.debits_pending_minor += pending_minor
        credit.credits_posted_minor += posted_minor
        credit.credits_pending_minor += pending_minor
        self.steps.append(
            Step(
                transfer,
                debit,
                credit,
                posted_minor,
                pending_minor,
                debit.balance_minor,
                credit.balance_minor,
                head,
            )
        )
        self.head = ChainHead(seq, transfer.hash, at_ms)
        self.transfers[order.id] = transfer
        if order.pending_id is not None:
            self.resolved.add(order.pending_id)
        if order.reverses_id is not None:
            self.reversed.add(order.reverses_id)
        return transfer

    def _take_back(self, mark: int) -> None:
        """Undo the steps after ``mark``, the last one first."""
        while len(self.steps) > mark:
            step = self.steps.pop()
            order = step.transfer.order
            step.debit.debits_posted_minor -= step.posted_minor
            step.debit.debits_pending_minor -= step.pending_minor
            step.credit.credits_posted_minor -= step.posted_minor
            step.credit.credits_pending_minor -= step.pending_minor
            self.head = step.head_before
            del self.transfers[order.id]
            self.resolved.discard(order.pending_id or "")
            self.reversed.discard(order.reverses_id or "")


def effect(order: TransferOrder, held: Transfer | None) -> tuple[int, int]:
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


def _resolution(posting: Resolution, held: Transfer) -> TransferOrder:
    minor = posting.amount_minor
    return msgspec.structs.replace(
        held.order,
        id=posting.id,
        kind=posting.kind,
        money=held.money if minor is None else quantity(minor, held.money.currency),
        purpose=Purpose.EXPIRY if posting.is_expiry else held.order.purpose,
        actor_id="platform" if posting.is_expiry else held.order.actor_id,
        pending_id=held.id,
        expires_at_ms=None,
    )


def _check_whole(new_count: int, count: int) -> None:
    if 0 < new_count < count:
        raise IdempotencyKeyReusedError(
            "A part of this chain was posted before, without the rest. Use new ids."
        )


def _check_open(debit: Account, credit: Account) -> None:
    if debit.closed_at_ms is not None or credit.closed_at_ms is not None:
        raise AccountClosedError("This account is closed. Nothing moves in or out of it any more.")


def _check_may_move(debit: Account, credit: Account, money: Money) -> None:
    if debit.frozen or credit.frozen:
        _check_not_frozen(debit, credit)
    if not debit.can_give(money.amount_minor) or not credit.can_take(money.amount_minor):
        raise InsufficientFundsError(
            "The balance is too low. Top up, or choose a smaller amount.",
            amount_minor=money.amount_minor,
            currency=money.currency,
        )


def _check_not_frozen(debit: Account, credit: Account) -> None:
    """Refuse what is new.  What was reserved before is resolved as it would have been."""
    if debit.frozen in {"debit", "both"}:
        raise AccountFrozenError("This wallet is frozen: no money leaves it. It says why.")
    if credit.frozen in {"credit", "both"}:
        raise AccountFrozenError("The receiver cannot take money at the moment.")
