"""Refunds: money back in parts, each an object of its own with the merchant's own number."""

import hashlib
from dataclasses import dataclass, replace

from host.core.db import Tx
from host.core.ids import new_id
from host.core.money import Money
from host.core.text import clean_text
from host.payments.errors import (
    PaymentRefundNotFoundError,
    PaymentStateError,
    RefundTooLateError,
    TooManyRefundsError,
    TradeNumberUsedError,
)
from host.payments.model import (
    REASON_LENGTH_MAX,
    REFUND_COUNT_MAX,
    REFUND_MS_MAX,
    Caller,
    EventKind,
    KeyRole,
    Order,
    Refund,
    RefundStatus,
    Status,
)
from host.payments.repository import keys as audit
from host.payments.repository import orders as repository
from host.payments.sandbox import LATE_MS, Fault, fault_of
from host.payments.service import money
from host.payments.service.keys import check_role
from host.payments.service.orders import access_order, change, lock_order
from host.settlement.errors import RefundTooLargeError


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """What a merchant gives back."""

    out_trade_no: str
    out_refund_no: str
    amount_minor: int
    reason: str = ""


def refund(tx: Tx, ask: RefundAsk, *, caller: Caller, now_ms: int) -> tuple[Refund, Order]:
    """Give money back, once per number; the same ask returns the refund that was made.

    A refusal uses up no number: what was refused may be sent again as it is.
    """
    order = lock_order(tx, ask.out_trade_no, caller=caller, role=KeyRole.FULL)
    made = _new_refund(order, ask, by=caller.key_id, now_ms=now_ms)
    earlier = repository.find_refund_by_number(tx, caller.brand_id, caller.mode, ask.out_refund_no)
    if earlier is not None:
        if earlier.fingerprint != made.fingerprint:
            raise TradeNumberUsedError(
                "The number %(number)s belongs to another refund of yours. Use a new one.",
                number=ask.out_refund_no,
            )
        return earlier, order
    _check(order, ask.amount_minor, now_ms=now_ms)

    if order.is_live:
        fee_minor = money.give_back(
            tx, order, made.id, amount_minor=ask.amount_minor, now_ms=now_ms
        )
        made = replace(made, fee_refunded_minor=fee_minor)
    repository.insert_refund(tx, made)
    audit.note(
        tx,
        order.brand_id,
        actor=made.created_by,
        act="refunded",
        subject=order.out_trade_no,
        now_ms=now_ms,
    )
    counted = replace(
        order,
        refunded_minor=order.refunded_minor + ask.amount_minor,
        fee_refunded_minor=order.fee_refunded_minor + made.fee_refunded_minor,
        refund_count=order.refund_count + 1,
    )
    if made.status is RefundStatus.PENDING:
        repository.save_order(tx, counted)
        return made, counted
    return made, change(tx, counted, EventKind.REFUNDED, refund=made, now_ms=now_ms)


def end_pending(tx: Tx, pending: Refund, *, now_ms: int) -> None:
    """End a test refund that was said to come late, or to fail."""
    order = repository.lock_order(tx, pending.order_id)
    assert order is not None, "a refund names its order"
    is_failing = fault_of(order) is Fault.REFUND_FAILS
    status = RefundStatus.FAILED if is_failing else RefundStatus.SUCCEEDED
    if not repository.end_refund(tx, pending.id, status=status, now_ms=now_ms):
        return
    ended = replace(pending, status=status, ended_at_ms=now_ms, due_at_ms=None)
    if is_failing:
        # What was not given back may be given back again; the count stays.
        order = replace(
            order,
            refunded_minor=order.refunded_minor - pending.money.amount_minor,
            fee_refunded_minor=order.fee_refunded_minor - pending.fee_refunded_minor,
        )
    kind = EventKind.REFUND_FAILED if is_failing else EventKind.REFUNDED
    change(tx, order, kind, refund=ended, now_ms=now_ms)


def access_refund(tx: Tx, out_refund_no: str, *, caller: Caller) -> tuple[Refund, Order]:
    """Return a refund of the merchant with its order."""
    check_role(caller, KeyRole.READ)
    found = repository.find_refund_by_number(tx, caller.brand_id, caller.mode, out_refund_no)
    if found is None:
        raise PaymentRefundNotFoundError("You have no refund with this number.")
    order = repository.find_order(tx, found.order_id)
    assert order is not None, "a refund names its order"
    return found, order


def list_refunds(tx: Tx, out_trade_no: str, *, caller: Caller) -> tuple[Order, list[Refund]]:
    """Return the refunds of one payment."""
    order = access_order(tx, out_trade_no, caller=caller)
    return order, repository.find_refunds(tx, order.id)


def _new_refund(order: Order, ask: RefundAsk, *, by: str, now_ms: int) -> Refund:
    reason = clean_text(ask.reason, length_max=REASON_LENGTH_MAX)
    is_late = fault_of(order) in {Fault.REFUND_FAILS, Fault.REFUND_LATE}
    parts = (order.id, str(ask.amount_minor), reason)
    return Refund(
        id="rf" + new_id().replace("-", ""),
        order_id=order.id,
        brand_id=order.brand_id,
        mode=order.mode,
        out_refund_no=ask.out_refund_no,
        fingerprint=hashlib.sha256("\0".join(parts).encode()).hexdigest(),
        money=Money(ask.amount_minor, order.currency),
        fee_refunded_minor=_fee_part(order, ask.amount_minor),
        reason=reason,
        status=RefundStatus.PENDING if is_late else RefundStatus.SUCCEEDED,
        created_by=by,
        created_at_ms=now_ms,
        due_at_ms=now_ms + LATE_MS if is_late else None,
        ended_at_ms=None if is_late else now_ms,
    )


def _fee_part(order: Order, amount_minor: int) -> int:
    """Return what the platform gives back of its fee: in proportion, and all of it at the end.

    Counted from the sum of all refunds, so that many small ones give back what one large one would.
    """
    if not order.captured_minor:
        return 0
    given_minor = min(order.refunded_minor + amount_minor, order.captured_minor)
    due_minor = order.fee_minor * given_minor // order.captured_minor
    return min(max(due_minor - order.fee_refunded_minor, 0), amount_minor)


def _check(order: Order, amount_minor: int, *, now_ms: int) -> None:
    if order.status is not Status.PAID or order.captured_at_ms is None:
        raise PaymentStateError(
            "This payment is %(status)s; only what is paid can be given back.",
            status=order.status.value,
        )
    if now_ms - order.captured_at_ms > REFUND_MS_MAX:
        raise RefundTooLateError("A payment can be given back within a year. This one is older.")
    if order.refund_count >= REFUND_COUNT_MAX:
        raise TooManyRefundsError("A payment has at most %(max)s refunds.", max=REFUND_COUNT_MAX)
    if amount_minor > order.left_minor:
        raise RefundTooLargeError(
            "That is more than is left of this payment.",
            left_minor=order.left_minor,
            currency=order.currency,
        )
