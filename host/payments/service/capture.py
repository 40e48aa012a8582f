"""Capture: the merchant gets what is held, or a part of it, or gives it up."""

from dataclasses import replace

from host.core.db import Tx
from host.payments.errors import CaptureTooLargeError, PaymentStateError
from host.payments.model import (
    Caller,
    Capture,
    CloseReason,
    EventKind,
    KeyRole,
    Order,
    Status,
)
from host.payments.service import money
from host.payments.service.orders import change, close, lock_order

_BPS = 10_000


def capture_order(
    tx: Tx, out_trade_no: str, *, caller: Caller, amount_minor: int | None, now_ms: int
) -> Order:
    """Take what is held, once; what is not taken is the payer's again at once.

    Capturing the same amount again changes nothing and returns the order.
    """
    order = lock_order(tx, out_trade_no, caller=caller, role=KeyRole.TAKE)
    taken_minor = order.money.amount_minor if amount_minor is None else amount_minor
    if order.status is Status.PAID and order.capture is Capture.MANUAL:
        if taken_minor == order.captured_minor:
            return order
        raise PaymentStateError(
            "This payment was captured with another amount.", captured_minor=order.captured_minor
        )
    _check_held(order)
    if taken_minor > order.money.amount_minor:
        raise CaptureTooLargeError(
            "More was to be captured than is held.", held_minor=order.money.amount_minor
        )
    return capture(tx, order, amount_minor=taken_minor, now_ms=now_ms)


def void_order(tx: Tx, out_trade_no: str, *, caller: Caller, now_ms: int) -> Order:
    """Give up what is held; doing it again changes nothing."""
    order = lock_order(tx, out_trade_no, caller=caller, role=KeyRole.TAKE)
    if order.close_reason == CloseReason.VOIDED.value:
        return order
    _check_held(order)
    return give_up(tx, order, CloseReason.VOIDED, now_ms=now_ms)


def give_up(tx: Tx, order: Order, reason: CloseReason, *, now_ms: int) -> Order:
    """Let a locked, held order's money be the payer's again."""
    if order.is_live:
        money.release(tx, order, now_ms=now_ms)
    return close(tx, order, reason, now_ms=now_ms)


def capture(tx: Tx, order: Order, *, amount_minor: int, now_ms: int) -> Order:
    """Take a locked, held order's money, less the platform's fee."""
    fee_minor = amount_minor * order.fee_bps // _BPS
    if order.is_live:
        money.capture(tx, order, amount_minor=amount_minor, fee_minor=fee_minor, now_ms=now_ms)
    captured = replace(
        order,
        status=Status.PAID,
        captured_minor=amount_minor,
        fee_minor=fee_minor,
        captured_at_ms=now_ms,
        hold_ends_at_ms=None,
    )
    return change(tx, captured, EventKind.PAID, now_ms=now_ms)


def _check_held(order: Order) -> None:
    if order.status is not Status.HELD:
        raise PaymentStateError(
            "This payment is %(status)s; only money that is held can be captured or given up.",
            status=order.status.value,
        )
