"""Money back: asked by the buyer, answered by the shop, decided by time when it does not answer."""

from collections.abc import Sequence
from dataclasses import replace

from host.core import outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.text import clean_text
from host.market import repository
from host.market.errors import OrderRefusedError, OrderStateError
from host.market.events import OrderRefunded, RefundAsked, RefundDeclined
from host.market.model import (
    ANSWER_REFUND_WITHIN_MS,
    Order,
    Refund,
    RefundStatus,
    Status,
    Timer,
    TimerKind,
)
from host.market.repository import disputes
from host.market.service.changes import AFTER_DECLINED_MS, change_order, check_key, restart_timer
from host.market.service.disputes import settle_dispute
from host.market.service.orders import access_either_side, lock_own_order, lock_sale
from host.wallet import service as wallet

REASON_CHARS_MAX = 500
# What the shop has not let out of its hands goes back on the shelf.
_STILL_IN_SHOP = frozenset({Status.PAID, Status.READY})


def ask_refund(
    tx: Tx, refund_id: str, *, order_id: str, actor_id: str, reason: str, now_ms: int
) -> Refund:
    """Ask for the money of an order back, while it is held.

    A shop that is late to send has no say: the money goes back at once.
    """
    order = lock_own_order(tx, order_id, actor_id=actor_id)
    reason = clean_text(reason, length_max=REASON_CHARS_MAX)
    if not reason:
        raise OrderRefusedError("Write what is wrong, in 500 characters at most.")
    for earlier in repository.find_refunds(tx, [order.id]):
        if earlier.id == refund_id or earlier.status is RefundStatus.ASKED:
            return earlier
    if not order.is_held:
        raise OrderStateError("The money of this order is not held any more. Write to the shop.")
    if disputes.find_running(tx, order.id) is not None:
        raise OrderStateError("You have opened a dispute: an admin decides about the money.")
    if repository.is_refund_id_taken(tx, refund_id):
        raise IdempotencyKeyReusedError("This id belongs to another request. Use a new id.")

    check_key(refund_id)
    refund = Refund(refund_id, order.id, reason, RefundStatus.ASKED, "", now_ms, None)
    repository.save_refund(tx, refund)
    event = RefundAsked(order.id, order.brand_id, order.buyer_id, refund.id)
    outbox.publish(tx, event, now_ms=now_ms)
    if order.send_by_ms is not None and now_ms > order.send_by_ms:
        pay_back(tx, order, said_by="timer", now_ms=now_ms)
        return repository.find_refunds(tx, [order.id])[-1]
    repository.stop_timers(tx, order.id)
    repository.set_timer(
        tx, Timer(order.id, TimerKind.ACCEPT_REFUND, now_ms + ANSWER_REFUND_WITHIN_MS)
    )
    return refund


def accept_refund(tx: Tx, order_id: str, *, actor_id: str, now_ms: int) -> Order:
    """Give the money back, asked or not.  Again changes nothing."""
    order = lock_sale(tx, order_id, actor_id=actor_id)
    if order.status is Status.REFUNDED:
        return order
    if not order.is_held:
        raise OrderStateError("The money of this order is not held any more.")
    return pay_back(tx, order, said_by="shop", now_ms=now_ms)


def decline_refund(tx: Tx, order_id: str, *, actor_id: str, answer: str, now_ms: int) -> Refund:
    """Say no, and why; the buyer is told."""
    order = lock_sale(tx, order_id, actor_id=actor_id)
    refund = find_open_refund(tx, order.id)
    if refund is None:
        raise OrderStateError("Nobody asks for the money of this order back.")
    answer = clean_text(answer, length_max=REASON_CHARS_MAX)
    if not answer:
        raise OrderRefusedError("Tell the buyer why, in 500 characters at most.")

    declined = _answer(tx, refund, RefundStatus.DECLINED, answer, now_ms)
    restart_timer(tx, order, earliest_ms=now_ms + AFTER_DECLINED_MS)
    event = RefundDeclined(order.id, order.brand_id, order.buyer_id, refund.id)
    outbox.publish(tx, event, now_ms=now_ms)
    return declined


def list_refunds(tx: Tx, order_id: str, *, actor_id: str) -> list[Refund]:
    """Return the requests about an order, for its buyer and its shop."""
    order = access_either_side(tx, order_id, actor_id=actor_id)
    return repository.find_refunds(tx, [order.id])


def find_asking(tx: Tx, orders: Sequence[Order]) -> frozenset[str]:
    """Return the ids of those ``orders`` whose buyers wait for an answer."""
    refunds = repository.find_refunds(tx, [order.id for order in orders])
    return frozenset(r.order_id for r in refunds if r.status is RefundStatus.ASKED)


def find_open_refund(tx: Tx, order_id: str) -> Refund | None:
    """Return the request that waits for an answer."""
    for refund in repository.find_refunds(tx, [order_id]):
        if refund.status is RefundStatus.ASKED:
            return refund
    return None


def pay_back(tx: Tx, order: Order, *, said_by: str, now_ms: int) -> Order:
    """Return the held money of a locked order to its buyer."""
    wallet.refund_escrow(tx, order.id, now_ms=now_ms)
    if order.status in _STILL_IN_SHOP:
        for line in order.lines:
            if line.product_id is not None:
                repository.add_to_stock(tx, line.product_id, line.quantity)
    asked = find_open_refund(tx, order.id)
    if asked is not None:
        _answer(tx, asked, RefundStatus.ACCEPTED, "", now_ms)

    refunded = change_order(
        tx, order, status=Status.REFUNDED, refunded_minor=order.total_minor, ended_at_ms=now_ms
    )
    repository.stop_timers(tx, order.id)
    settle_dispute(tx, refunded, now_ms=now_ms)
    event = OrderRefunded(order.id, order.brand_id, order.buyer_id, said_by)
    outbox.publish(tx, event, now_ms=now_ms)
    return refunded


def withdraw_refund(tx: Tx, order: Order, *, now_ms: int) -> None:
    """End an open request because the buyer confirmed receipt after all."""
    asked = find_open_refund(tx, order.id)
    if asked is not None:
        _answer(tx, asked, RefundStatus.WITHDRAWN, "", now_ms)


def _answer(tx: Tx, refund: Refund, status: RefundStatus, answer: str, now_ms: int) -> Refund:
    answered = replace(refund, status=status, answer=answer, answered_at_ms=now_ms)
    repository.save_refund(tx, answered)
    return answered
