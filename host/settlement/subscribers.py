"""What follows from payouts and payments: their state, and words in the chat."""

from host.chat import service as chat
from host.core.db import Tx
from host.core.i18n import gettext
from host.core.ids import derived_id
from host.core.money import format_money
from host.core.outbox import StoredEvent, Subscriber
from host.identity import service as identity
from host.settlement import service
from host.wallet.rail_model import OwnerKind


def follow_payout(tx: Tx, event: StoredEvent) -> None:
    """Take over what the rail said, when nobody waited for it."""
    if event.payload["owner_kind"] == OwnerKind.BRAND:
        service.note_state(
            tx,
            str(event.payload["operation_id"]),
            state=str(event.payload["state"]),
            reason=str(event.payload.get("reason", "")),
            now_ms=event.created_at_ms,
        )


def tell_person(tx: Tx, event: StoredEvent) -> None:
    """Say in the brand's chat what came, and what for."""
    payment = service.find_payment(tx, str(event.payload["payment_id"]))
    assert payment is not None, "it is committed with its event"
    person = identity.find_people(tx, [payment.person_id]).get(payment.person_id)
    if person is None:
        return
    amount = format_money(payment.money.amount_minor, payment.money.currency, person.lang)
    chat.send_notice(
        tx,
        person.id,
        brand_id=payment.brand_id,
        client_id=derived_id("settlement", event.id),
        text=gettext(
            person.lang,
            "We paid %(amount)s into your wallet: %(memo)s",
            amount=amount,
            memo=payment.memo,
        ),
        now_ms=event.created_at_ms,
    )


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "wallet.rail_answered": (follow_payout,),
    "settlement.person_paid": (tell_person,),
}
