"""From paid to received: what the shop does, what the buyer confirms."""

import hmac

from host.core import outbox
from host.core.db import Tx
from host.core.text import clean_line
from host.market import repository
from host.market.errors import OrderRefusedError, OrderStateError, PickupCodeError
from host.market.events import OrderClosed, OrderReady, OrderReceived, OrderShipped
from host.market.model import (
    CLOSE_AFTER_MS,
    PAID_OUT,
    Kind,
    Order,
    Status,
    Timer,
    TimerKind,
)
from host.market.service.changes import change_order, restart_timer
from host.market.service.disputes import drop_dispute
from host.market.service.money import release
from host.market.service.orders import lock_own_order, lock_sale
from host.market.service.refunds import find_open_refund, withdraw_refund

CARRIER_CHARS_MAX = 40
TRACKING_CHARS_MAX = 64


def ship_order(
    tx: Tx, order_id: str, *, actor_id: str, carrier: str, tracking: str, now_ms: int
) -> Order:
    """Say that a parcel is on its way.  Again with other words corrects them."""
    order = lock_sale(tx, order_id, actor_id=actor_id)
    carrier = clean_line(carrier, length_max=CARRIER_CHARS_MAX)
    tracking = clean_line(tracking, length_max=TRACKING_CHARS_MAX)
    if not carrier:
        raise OrderRefusedError("Write who carries the parcel, such as SF Express.")
    if not tracking:
        raise OrderRefusedError("Write the tracking number, so that the buyer can follow it.")
    if order.status is Status.SHIPPED:
        return change_order(tx, order, carrier=carrier, tracking=tracking)
    _check_may_send(tx, order, Kind.GOODS)

    sent = change_order(
        tx, order, status=Status.SHIPPED, carrier=carrier, tracking=tracking, sent_at_ms=now_ms
    )
    restart_timer(tx, sent)
    event = OrderShipped(order.id, order.brand_id, order.buyer_id, carrier, tracking)
    outbox.publish(tx, event, now_ms=now_ms)
    return sent


def mark_ready(tx: Tx, order_id: str, *, actor_id: str, now_ms: int) -> Order:
    """Say that something waits in the shop to be collected."""
    order = lock_sale(tx, order_id, actor_id=actor_id)
    if order.status is Status.READY:
        return order
    _check_may_send(tx, order, Kind.PICKUP)

    ready = change_order(tx, order, status=Status.READY, sent_at_ms=now_ms)
    restart_timer(tx, ready)
    outbox.publish(tx, OrderReady(order.id, order.brand_id, order.buyer_id), now_ms=now_ms)
    return ready


def collect_order(tx: Tx, order_id: str, *, actor_id: str, code: str, now_ms: int) -> Order:
    """Hand over in the shop against the code on the buyer's screen.

    The code is what proves that the buyer was there; callers limit how often it may be tried.
    """
    order = lock_sale(tx, order_id, actor_id=actor_id)
    if order.status in PAID_OUT:
        return order
    if order.kind is not Kind.PICKUP or not order.is_held:
        raise OrderStateError("This order is not waiting to be collected.")
    if not hmac.compare_digest(order.pickup_code.encode(), code.strip().encode()):
        raise PickupCodeError("This is not the code of the order. Ask to see the buyer's screen.")
    return receive(tx, order, said_by="shop", now_ms=now_ms)


def confirm_receipt(tx: Tx, order_id: str, *, actor_id: str, now_ms: int) -> Order:
    """The buyer has everything: the shop gets its money.  Confirming again changes nothing."""
    order = lock_own_order(tx, order_id, actor_id=actor_id)
    if order.status in PAID_OUT:
        return order
    if not order.can_confirm:
        raise OrderStateError("There is nothing to confirm: this order is not on its way.")
    return receive(tx, order, said_by="buyer", now_ms=now_ms)


def receive(tx: Tx, order: Order, *, said_by: str, now_ms: int) -> Order:
    """Release the money of a locked order to the shop, less the platform's fee."""
    fee_minor = release(tx, order, now_ms=now_ms)
    withdraw_refund(tx, order, now_ms=now_ms)
    drop_dispute(tx, order, now_ms=now_ms)
    received = change_order(
        tx, order, status=Status.RECEIVED, fee_minor=fee_minor, received_at_ms=now_ms
    )
    repository.stop_timers(tx, order.id)
    repository.set_timer(tx, Timer(order.id, TimerKind.CLOSE, now_ms + CLOSE_AFTER_MS))
    event = OrderReceived(order.id, order.brand_id, order.buyer_id, said_by, fee_minor)
    outbox.publish(tx, event, now_ms=now_ms)
    return received


def close_order(tx: Tx, order: Order, *, now_ms: int) -> Order:
    """End a received order that the caller has locked."""
    closed = change_order(tx, order, status=Status.CLOSED, ended_at_ms=now_ms)
    repository.stop_timers(tx, order.id)
    outbox.publish(tx, OrderClosed(order.id, order.brand_id, order.buyer_id), now_ms=now_ms)
    return closed


def _check_may_send(tx: Tx, order: Order, kind: Kind) -> None:
    if order.kind is not kind:
        raise OrderStateError("This order reaches its buyer in another way.")
    if order.status is not Status.PAID:
        raise OrderStateError("Only an order that is paid and not shipped yet can be shipped.")
    if find_open_refund(tx, order.id) is not None:
        raise OrderStateError("The buyer asks for the money back. Answer that first.")
