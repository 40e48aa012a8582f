"""Cards of money between people: what chat shows of them, as it stands when they are looked at."""

from collections.abc import Sequence

from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.core.i18n import gettext
from host.identity import service as identity
from host.wallet.people_model import Offer, OfferStatus
from host.wallet.service import payments

# What the two read on the card; keys of the translations.
_WORDS: dict[OfferStatus, tuple[str, str]] = {
    OfferStatus.WAITING: ("Waiting to be taken", "Waiting for you"),
    OfferStatus.ACCEPTED: ("Taken", "In your wallet"),
    OfferStatus.DECLINED: ("Sent back to you", "You sent it back"),
    OfferStatus.CANCELLED: ("You took it back", "They took it back"),
    OfferStatus.EXPIRED: ("Not taken, so it went back", "Not taken, so it went back"),
}


def transfer_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return a card per transfer between people; only the two of them may see it."""
    found = [payments.find_offer(tx, transfer_id, actor_id=viewer_id) for transfer_id in ids]
    offers = [offer for offer in found if offer is not None]
    people = identity.find_people(tx, [offer.receiver_id for offer in offers] + [viewer_id])
    lang = people[viewer_id].lang if viewer_id in people else "en"
    return {
        offer.id: _card(offer, viewer_id, _name(people, offer.receiver_id), lang)
        for offer in offers
    }


def _card(offer: Offer, viewer_id: str, name: str, lang: str) -> Card:
    is_mine = viewer_id == offer.sender_id
    is_waiting = offer.status is OfferStatus.WAITING
    return Card(
        kind="transfer",
        id=offer.id,
        title=gettext(lang, "To %(name)s", name=name) if is_mine else gettext(lang, "To you"),
        subtitle=offer.memo,
        amount_minor=offer.money.amount_minor,
        currency=offer.money.currency,
        status=gettext(lang, _WORDS[offer.status][0 if is_mine else 1]),
        tone="wait" if is_waiting else "done" if offer.posted_id else "over",
        open_url=f"/wallet/transfers/{offer.id}",
        open_text=gettext(lang, "Take it") if is_waiting and not is_mine else "",
    )


def _name(people: dict[str, identity.Person], person_id: str) -> str:
    return people[person_id].name if person_id in people else "?"


CARD_LOADERS: dict[str, CardLoader] = {"transfer": transfer_cards}
