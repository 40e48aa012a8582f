"""The card of a bill: what chat shows of it, and what a statement calls it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from babel.dates import format_date

from host.bills import service
from host.bills.model import BillStatus
from host.core.cards import Card, CardLoader, DueCards
from host.core.db import Tx
from host.core.i18n import gettext
from host.identity import service as identity

# What the wallet's first page shows.
SOON_MS = 10 * 24 * 3600 * 1000
_DUE_ROWS = 3
STATUS_WORDS: dict[BillStatus, str] = {
    BillStatus.OPEN: "To pay",
    BillStatus.PAYING: "The biller has not answered",
    BillStatus.PAID: "Paid",
    BillStatus.CLOSED: "Taken back",
}


def bill_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the cards of those bills that come to the viewer."""
    found = service.find_cards(tx, ids, viewer_id=viewer_id)
    viewer = identity.find_people(tx, [viewer_id]).get(viewer_id)
    lang = viewer.lang if viewer is not None else "en"
    return {
        bill_id: Card(
            kind="bill",
            id=bill_id,
            title=shown.bill.title,
            subtitle=shown.bill.account_number,
            amount_minor=shown.bill.money.amount_minor,
            currency=shown.bill.money.currency,
            shop_name=shown.brand.name,
            shop_verified=shown.brand.is_verified,
            status=gettext(lang, STATUS_WORDS[shown.bill.status]),
            open_url=f"/bills/{bill_id}",
        )
        for bill_id, shown in found.items()
    }


def due_cards(tx: Tx, person_id: str, now_ms: int) -> list[Card]:
    """Return a card for each bill that a person should pay in the next days."""
    home = service.read_home(tx, person_id)
    viewer = identity.find_people(tx, [person_id]).get(person_id)
    lang = viewer.lang if viewer is not None else "en"
    return [
        Card(
            kind="bill",
            id=shown.bill.id,
            title=shown.brand.name,
            subtitle=gettext(lang, "Due %(day)s", day=date_of(shown.bill.due_at_ms, lang)),
            image_id=shown.brand.logo_id,
            amount_minor=shown.bill.money.amount_minor,
            currency=shown.bill.money.currency,
            shop_verified=shown.brand.is_verified,
            open_url=f"/bills/{shown.bill.id}",
        )
        for shown in home.due
        if shown.bill.status is BillStatus.OPEN and shown.bill.due_at_ms <= now_ms + SOON_MS
    ][:_DUE_ROWS]


def date_of(at_ms: int, lang: str) -> str:
    """Return a day as people write it, UTC."""
    day = datetime.fromtimestamp(at_ms / 1000, UTC)
    return str(format_date(day, "medium", locale="zh_Hans_CN" if lang == "zh-Hans" else "en"))


CARD_LOADERS: dict[str, CardLoader] = {"bill": bill_cards}
DUE_CARDS: tuple[DueCards, ...] = (due_cards,)
