"""What follows from an order: words and a card in the buyer's chat, hints for open pages.

Delivery is at least once.  A notice carries an id that follows from the event, so the chat keeps
one; a hint that comes twice makes a page read twice.
"""

from host.brands import service as brands
from host.chat import service as chat
from host.core import live
from host.core.db import Tx
from host.core.i18n import gettext
from host.core.ids import derived_id
from host.core.money import format_money
from host.core.outbox import StoredEvent, Subscriber
from host.identity import service as identity
from host.market import service
from host.market.dispute_model import Decision, DisputeStatus
from host.market.model import Kind, Order

CHANGED = "market.order_changed"


def hint_order_changed(tx: Tx, event: StoredEvent) -> None:
    """Let the open pages of buyer and shop read the order again."""
    order = service.read_order(tx, str(event.payload["order_id"]))
    people = {order.buyer_id, *brands.find_member_ids(tx, order.brand_id)}
    payload = {"order_id": order.id, "brand_id": order.brand_id, "status": str(order.status)}
    live.publish(tx, people, CHANGED, {**payload}, now_ms=event.created_at_ms)


def tell_bill_came(tx: Tx, event: StoredEvent) -> None:
    """Bring a new bill to the chat of who owes it."""
    if event.payload["kind"] == Kind.BILL:
        _tell(tx, event, "You have a new bill: %(title)s, %(amount)s.")


def tell_paid(tx: Tx, event: StoredEvent) -> None:
    """Give the buyer a receipt."""
    if event.payload["kind"] == Kind.BILL:
        _tell(tx, event, "%(title)s is paid. This is your receipt.")
    else:
        _tell(tx, event, "Thank you! The shop has your order; the money is held until you confirm.")


def tell_shipped(tx: Tx, event: StoredEvent) -> None:
    """Give the buyer the tracking number."""
    _tell(tx, event, "Your parcel is on its way with %(carrier)s: %(tracking)s.")


def tell_ready(tx: Tx, event: StoredEvent) -> None:
    """Call the buyer to the shop."""
    _tell(tx, event, "Your order is ready to collect. Show code %(pickup_code)s in the shop.")


def tell_received(tx: Tx, event: StoredEvent) -> None:
    """Say that the shop was paid, when it was not the buyer who said so."""
    if event.payload["said_by"] == "timer":
        _tell(tx, event, "This order now counts as received, and the shop was paid.")
    elif event.payload["said_by"] == "shop":
        _tell(tx, event, "You collected your order. Enjoy it!")


def tell_refunded(tx: Tx, event: StoredEvent) -> None:
    """Say that the money is back."""
    _tell(tx, event, "%(amount)s is back in your balance.")


def tell_refund_declined(tx: Tx, event: StoredEvent) -> None:
    """Say that the shop declined, and why."""
    order = service.read_order(tx, str(event.payload["order_id"]))
    refunds = service.list_refunds(tx, order.id, actor_id=order.buyer_id)
    answer = next(r.answer for r in refunds if r.id == event.payload["refund_id"])
    _tell(tx, event, "The shop did not agree to give the money back: %(answer)s", answer=answer)


def tell_part_refunded(tx: Tx, event: StoredEvent) -> None:
    """Say that some of the money is back."""
    order = service.read_order(tx, str(event.payload["order_id"]))
    part_minor = int(event.payload["amount_minor"] or 0)
    part = format_money(part_minor, order.currency, _lang(tx, order.buyer_id))
    _tell(tx, event, "%(part)s of %(title)s is back in your balance.", part=part)


def tell_dispute(tx: Tx, event: StoredEvent) -> None:
    """Say how a dispute was decided, and why."""
    if event.payload["status"] != DisputeStatus.DECIDED:
        return
    dispute, _, _ = service.read_case(tx, str(event.payload["dispute_id"]))
    reason = dispute.decided_reason
    if dispute.decision is Decision.RELEASE:
        _tell(tx, event, "The dispute was decided for the shop: %(reason)s", reason=reason)
    elif dispute.decision is Decision.REFUND:
        _tell(tx, event, "The dispute was decided: your money is back. %(reason)s", reason=reason)
    else:
        _tell(tx, event, "The dispute was decided: you get a part back. %(reason)s", reason=reason)


def _lang(tx: Tx, person_id: str) -> str:
    person = identity.find_people(tx, [person_id]).get(person_id)
    return "en" if person is None else person.lang


def _tell(tx: Tx, event: StoredEvent, message: str, **values: str) -> None:
    order = service.read_order(tx, str(event.payload["order_id"]))
    buyer = identity.find_people(tx, [order.buyer_id]).get(order.buyer_id)
    if buyer is None:
        return
    chat.send_notice(
        tx,
        buyer.id,
        brand_id=order.brand_id,
        client_id=derived_id("market", event.id),
        text=gettext(buyer.lang, message, **_facts(order, buyer.lang), **values),
        card_kind="order",
        card_id=order.id,
        now_ms=event.created_at_ms,
    )


def _facts(order: Order, lang: str) -> dict[str, str]:
    return {
        "number": order.number,
        "title": order.title,
        "amount": format_money(order.total_minor, order.currency, lang),
        "carrier": order.carrier,
        "tracking": order.tracking,
        "pickup_code": order.pickup_code,
    }


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "market.order_created": (tell_bill_came, hint_order_changed),
    "market.order_paid": (tell_paid, hint_order_changed),
    "market.order_shipped": (tell_shipped, hint_order_changed),
    "market.order_ready": (tell_ready, hint_order_changed),
    "market.order_received": (tell_received, hint_order_changed),
    "market.order_refunded": (tell_refunded, hint_order_changed),
    "market.order_part_refunded": (tell_part_refunded, hint_order_changed),
    "market.dispute_changed": (tell_dispute, hint_order_changed),
    "market.order_cancelled": (hint_order_changed,),
    "market.order_closed": (hint_order_changed,),
    "market.refund_asked": (hint_order_changed,),
    "market.refund_declined": (tell_refund_declined, hint_order_changed),
}
