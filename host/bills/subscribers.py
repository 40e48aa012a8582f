"""Words and a card in the chat with the biller: due, paid, paid back."""

from datetime import UTC, datetime

from babel.dates import format_date

from host.bills import service
from host.chat import service as chat
from host.core.db import Tx
from host.core.i18n import gettext
from host.core.ids import derived_id
from host.core.outbox import StoredEvent, Subscriber
from host.identity import service as identity


def tell_due(tx: Tx, event: StoredEvent) -> None:
    """Remind a person who has not paid yet."""
    shown = service.find_cards(
        tx, [str(event.payload["bill_id"])], viewer_id=str(event.payload["person_id"])
    )
    for bill in (each.bill for each in shown.values()):
        if bill.status == "open":
            _tell(tx, event, "A bill is due on %(day)s.", due_at_ms=bill.due_at_ms)


def tell_paid(tx: Tx, event: StoredEvent) -> None:
    """Give the payer a receipt."""
    _tell(tx, event, "Paid, thank you. This is your receipt.")


def tell_paid_back(tx: Tx, event: StoredEvent) -> None:
    """Say that nothing was paid."""
    _tell(tx, event, "The payment was not taken. The money is in your wallet again.")


def _tell(tx: Tx, event: StoredEvent, text: str, *, due_at_ms: int = 0) -> None:
    person_id = str(event.payload["person_id"])
    person = identity.access_person(tx, person_id)
    day = datetime.fromtimestamp(due_at_ms / 1000, UTC)
    locale = "zh_Hans_CN" if person.lang == "zh-Hans" else "en"
    chat.send_notice(
        tx,
        person_id,
        brand_id=str(event.payload["brand_id"]),
        client_id=derived_id("bills", event.name, event.id),
        text=gettext(person.lang, text, day=str(format_date(day, "long", locale=locale))),
        card_kind="bill",
        card_id=str(event.payload["bill_id"]),
        now_ms=event.created_at_ms,
    )


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "bills.bill_due": (tell_due,),
    "bills.bill_paid": (tell_paid,),
    "bills.bill_paid_back": (tell_paid_back,),
}
