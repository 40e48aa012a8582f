"""A receipt in the payer's chat with the shop for each debit: nobody was there to see it."""

from host.chat import service as chat
from host.core.db import Tx
from host.core.i18n import gettext
from host.core.ids import derived_id
from host.core.money import format_money
from host.core.outbox import StoredEvent, Subscriber
from host.identity import service as identity
from host.payments.model import EventKind, Mode
from host.payments.repository import mandates
from host.payments.service import find_order


def tell_debited(tx: Tx, event: StoredEvent) -> None:
    """Tell a person what a shop has taken under their mandate; delivered twice, told once."""
    is_paid = event.payload["kind"] == EventKind.PAID.value
    if not is_paid or event.payload["mode"] != Mode.LIVE.value:
        return
    order_id = str(event.payload["order_id"])
    order = find_order(tx, order_id)
    if order is None or order.payer_id is None or mandates.find_mandate_id(tx, order_id) is None:
        return
    person = identity.find_people(tx, [order.payer_id]).get(order.payer_id)
    if person is None:
        return
    amount = format_money(order.money.amount_minor, order.currency, person.lang)
    chat.send_notice(
        tx,
        person.id,
        brand_id=order.brand_id,
        client_id=derived_id("payments.debit", order.id),
        text=gettext(person.lang, "%(amount)s was debited as you allowed.", amount=amount),
        card_kind="payment",
        card_id=order.id,
        now_ms=event.created_at_ms,
    )


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {"payments.changed": (tell_debited,)}
