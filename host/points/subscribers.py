"""Points follow the money: given when a shop has it, taken back when some of it went back.

Every event is only a reason to look again, so one that comes twice gives nothing twice.
"""

from host.core.db import Tx
from host.core.outbox import StoredEvent, Subscriber
from host.payments import service as payments
from host.points import service

_ORDER, _PAYMENT = "order", "payment"


def give_for_order(tx: Tx, event: StoredEvent) -> None:
    """Give points for an order whose money was released."""
    _look(tx, event, is_new=True)


def take_back_for_order(tx: Tx, event: StoredEvent) -> None:
    """Take back the points of what was refunded."""
    _look(tx, event, is_new=False)


def follow_payment(tx: Tx, event: StoredEvent) -> None:
    """Give and take back for an order of a merchant's server; a test is none."""
    order = payments.find_order(tx, str(event.payload["order_id"]))
    if order is None or order.payer_id is None or event.payload["mode"] != "live":
        return
    service.reckon(
        tx,
        _PAYMENT,
        order.id,
        person_id=order.payer_id,
        is_new=True,
        now_ms=event.created_at_ms,
    )


def _look(tx: Tx, event: StoredEvent, *, is_new: bool) -> None:
    service.reckon(
        tx,
        _ORDER,
        str(event.payload["order_id"]),
        person_id=str(event.payload["buyer_id"]),
        is_new=is_new,
        now_ms=event.created_at_ms,
    )


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "market.order_received": (give_for_order,),
    "market.order_refunded": (take_back_for_order,),
    "market.order_part_refunded": (take_back_for_order,),
    "payments.changed": (follow_payment,),
}
