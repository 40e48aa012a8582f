"""Adjustments: one person proposes a transfer with a reason, another approves it, and it is posted.

The book refuses what it always refuses: an adjustment cannot overdraw an account, mix currencies or
touch what is closed.  Both steps stand in the audit log.
"""

import dataclasses

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.money import Money
from host.core.text import clean_text
from host.identity import service as identity
from host.review import service as review
from host.treasury import repository
from host.treasury.errors import (
    AdjustmentDecidedError,
    AdjustmentNotFoundError,
    AdjustmentRefusedError,
    SecondPersonError,
)
from host.treasury.model import Adjustment, AdjustmentStatus, Break
from host.treasury.service import suspense
from host.treasury.service.breaks import NOTE_LENGTH_MAX, access_break
from host.wallet import service as wallet
from host.wallet.model import (
    Account,
    AccountKind,
    Purpose,
    cash_place,
    exchange_place,
    promo_place,
)
from host.wallet.service import books

REASON_LENGTH_MIN = 10


def propose_adjustment(tx: Tx, new: Adjustment) -> Adjustment:
    """Propose a transfer; nothing moves.  The same id with the same words changes nothing.

    An account is named by its id, or as ``@handle``: that person's cash.
    """
    identity.require_admin(tx, new.proposed_by)
    reason = clean_text(new.reason, length_max=NOTE_LENGTH_MAX)
    if len(reason) < REASON_LENGTH_MIN:
        raise AdjustmentRefusedError("Say why in ten signs or more.")
    wanted = dataclasses.replace(
        new,
        reason=reason,
        debit_id=_account(tx, new.debit_id, new).id,
        credit_id=_account(tx, new.credit_id, new).id,
    )
    earlier = repository.lock_adjustment(tx, new.id)
    if earlier is not None:
        return _check_same(earlier, wanted)
    if wanted.debit_id == wanted.credit_id:
        raise AdjustmentRefusedError("Money cannot be moved from an account to itself.")
    if wanted.break_id is not None:
        found = access_break(tx, wanted.break_id, actor_id=new.proposed_by)
        _check_empties(found, wanted)
    repository.insert_adjustment(tx, wanted)
    _log(tx, wanted, "adjustment_proposed", new.proposed_by, now_ms=new.proposed_at_ms)
    return wanted


def approve_adjustment(tx: Tx, adjustment_id: str, *, actor_id: str, now_ms: int) -> Adjustment:
    """Post what another admin proposed; approving it again changes nothing."""
    adjustment = _access(tx, adjustment_id, actor_id=actor_id)
    if (adjustment.status, adjustment.decided_by) == (AdjustmentStatus.APPROVED, actor_id):
        return adjustment
    _check_open(adjustment)
    _check_second(tx, adjustment, actor_id)
    if adjustment.break_id is not None:
        found = access_break(tx, adjustment.break_id, actor_id=actor_id)
        _check_empties(found, adjustment)
        repository.close_break(
            tx, found.id, actor_id=actor_id, closing=adjustment.reason, now_ms=now_ms
        )
    wallet.post_transfer(
        tx,
        f"adjustment:{adjustment.id}",
        debit_id=adjustment.debit_id,
        credit_id=adjustment.credit_id,
        money=adjustment.money,
        purpose=Purpose.ADJUSTMENT,
        actor_id=actor_id,
        reference=adjustment.id,
        now_ms=now_ms,
    )
    return _decide(tx, adjustment, AdjustmentStatus.APPROVED, actor_id, now_ms=now_ms)


def decline_adjustment(tx: Tx, adjustment_id: str, *, actor_id: str, now_ms: int) -> Adjustment:
    """Turn it down, or take one's own back; nothing moves."""
    adjustment = _access(tx, adjustment_id, actor_id=actor_id)
    if (adjustment.status, adjustment.decided_by) == (AdjustmentStatus.DECLINED, actor_id):
        return adjustment
    _check_open(adjustment)
    return _decide(tx, adjustment, AdjustmentStatus.DECLINED, actor_id, now_ms=now_ms)


def _access(tx: Tx, adjustment_id: str, *, actor_id: str) -> Adjustment:
    identity.require_admin(tx, actor_id)
    found = repository.lock_adjustment(tx, adjustment_id)
    if found is None:
        raise AdjustmentNotFoundError("There is no such adjustment. Open the list again.")
    return found


def _account(tx: Tx, name: str, new: Adjustment) -> Account:
    if name.startswith("@"):
        person = identity.access_person_by_handle(tx, name.removeprefix("@"))
        name = cash_place(person.id, new.money.currency).id
    currency = new.money.currency
    # Opened by the first money for it: currencies are exchanged, and bonuses given, out of these.
    for own in (exchange_place(currency), promo_place(currency)):
        if name == own.id:
            wallet.open_account(tx, own, now_ms=new.proposed_at_ms)
    account = books.find_account(tx, name)
    if account is None or account.kind is AccountKind.CONTROL or account.closed_at_ms is not None:
        raise AdjustmentRefusedError(
            "%(name)s is no open account. Name one by its id, or a person as @handle.", name=name
        )
    if account.currency != new.money.currency:
        raise AdjustmentRefusedError("Both accounts and the amount must have one currency.")
    return account


def _check_same(earlier: Adjustment, wanted: Adjustment) -> Adjustment:
    asked = (wanted.debit_id, wanted.credit_id, wanted.money, wanted.reason, wanted.proposed_by)
    told = (earlier.debit_id, earlier.credit_id, earlier.money, earlier.reason, earlier.proposed_by)
    if asked != told:
        raise IdempotencyKeyReusedError("This id belongs to another adjustment. Use a new id.")
    return earlier


def _check_empties(found: Break, adjustment: Adjustment) -> None:
    """An adjustment of a break moves exactly what stands in suspense for it."""
    side = suspense.suspense_side(found).id
    named = adjustment.debit_id if found.suspended_minor > 0 else adjustment.credit_id
    if not found.suspended_minor or named != side:
        raise AdjustmentRefusedError("An adjustment of a break moves money out of its suspense.")
    if adjustment.money != Money(abs(found.suspended_minor), found.currency):
        raise AdjustmentRefusedError("An adjustment of a break moves all that stands in suspense.")


def _check_open(adjustment: Adjustment) -> None:
    if adjustment.status is not AdjustmentStatus.PROPOSED:
        raise AdjustmentDecidedError("Somebody has decided this already. Open the list again.")


def _check_second(tx: Tx, adjustment: Adjustment, actor_id: str) -> None:
    if adjustment.proposed_by == actor_id:
        raise SecondPersonError("You proposed this. Ask another admin to approve it.")
    for account_id in (adjustment.debit_id, adjustment.credit_id):
        account = books.find_account(tx, account_id)
        if account is not None and account.owner_id == actor_id:
            raise SecondPersonError("This changes your own money. Ask another admin to approve it.")


def _decide(
    tx: Tx, adjustment: Adjustment, status: AdjustmentStatus, actor_id: str, *, now_ms: int
) -> Adjustment:
    repository.decide_adjustment(tx, adjustment.id, status=status, actor_id=actor_id, now_ms=now_ms)
    _log(tx, adjustment, f"adjustment_{status.value}", actor_id, now_ms=now_ms)
    return dataclasses.replace(adjustment, status=status, decided_by=actor_id, decided_at_ms=now_ms)


def _log(tx: Tx, adjustment: Adjustment, action: str, actor_id: str, *, now_ms: int) -> None:
    review.append_audit(
        tx,
        actor_id=actor_id,
        action=action,
        subject=adjustment.id,
        detail={
            "amount_minor": adjustment.money.amount_minor,
            "currency": adjustment.money.currency,
            "debit": adjustment.debit_id,
            "credit": adjustment.credit_id,
            "reason": adjustment.reason,
        },
        now_ms=now_ms,
    )
