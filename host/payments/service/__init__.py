"""The use cases of payments.  Other domains import this package and nothing below it."""

from host.core.db import Tx
from host.payments.model import SIGNATURE_MS_MAX, CloseReason, Order, Status
from host.payments.repository import keys as keys_repository
from host.payments.repository import orders as repository
from host.payments.service.capture import give_up
from host.payments.service.orders import close
from host.payments.service.paying import SignedCall, admit_payer, pay_late
from host.payments.service.refunds import end_pending

__all__ = ["Order", "SignedCall", "admit_payer", "find_order", "sweep"]

_DUE_COUNT_MAX = 100


def find_order(tx: Tx, order_id: str) -> Order | None:
    """Return an order by the host's own id.  For other domains, which know whom they may tell."""
    return repository.find_order(tx, order_id)


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Do what has become due: close the unpaid, give up holds, end test payments that come late."""
    due = repository.find_due_orders(tx, now_ms=now_ms, limit=_DUE_COUNT_MAX)
    for order_id in due:
        order = repository.lock_order(tx, order_id)
        if order is not None:
            _end(tx, order, now_ms=now_ms)
    refunds = repository.find_due_refunds(tx, now_ms=now_ms, limit=_DUE_COUNT_MAX)
    for refund in refunds:
        end_pending(tx, refund, now_ms=now_ms)
    forgotten = keys_repository.delete_nonces(tx, before_ms=now_ms - 3 * SIGNATURE_MS_MAX)
    return len(due) + len(refunds) + forgotten


def _end(tx: Tx, order: Order, *, now_ms: int) -> None:
    if order.status is Status.HELD:
        if order.hold_ends_at_ms is not None and now_ms >= order.hold_ends_at_ms:
            give_up(tx, order, CloseReason.HOLD_EXPIRED, now_ms=now_ms)
    elif order.status is Status.CREATED:
        if order.late_at_ms is not None and now_ms >= order.late_at_ms:
            pay_late(tx, order, now_ms=now_ms)
        elif now_ms >= order.expires_at_ms:
            close(tx, order, CloseReason.EXPIRED, now_ms=now_ms)
