"""The card of a bill: what chat shows of it, and what a statement calls it."""

from collections.abc import Sequence

from host.bills import service
from host.bills.model import BillStatus
from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.core.i18n import gettext
from host.identity import service as identity

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


CARD_LOADERS: dict[str, CardLoader] = {"bill": bill_cards}
