"""Cards of money between people: what chat shows of them, as it stands when they are looked at."""

from collections.abc import Sequence

from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.core.i18n import gettext
from host.core.money import Money
from host.identity import service as identity
from host.wallet.people_model import Offer, OfferStatus
from host.wallet.request_model import (
    MoneyRequest,
    RequestKind,
    RequestStatus,
    Share,
    ShareStatus,
)
from host.wallet.service import payments, requests

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


def request_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return a card per request between two; only the two of them may see it."""
    found = requests.find_requests(tx, ids)
    asked = [request for request in found.values() if viewer_id in request.people]
    lang = _lang(tx, viewer_id)
    return {
        request.id: request_card(request, viewer_id, lang)
        for request in asked
        if request.kind is RequestKind.DIRECT
    }


def request_card(request: MoneyRequest, viewer_id: str, lang: str) -> Card:
    """Return the card of a request for somebody who may see it."""
    own = request.share_of(viewer_id)
    is_split = request.kind is RequestKind.SPLIT
    can_pay = (
        request.status is RequestStatus.OPEN and own is not None and own.status is ShareStatus.OPEN
    )
    is_concerned = viewer_id in request.people
    is_paid = request.paid_count == len(request.shares)
    title = "A bill to split" if is_split else "Asks for money"
    # Whoever is asked reads what they owe, everybody else what all of it is.
    money = request.total if own is None else Money(own.amount_minor, request.currency)
    return Card(
        kind="split" if is_split else "money_request",
        id=request.id,
        title=request.memo or gettext(lang, title),
        subtitle=gettext(
            lang, "%(done)s of %(all)s paid", done=request.paid_count, all=len(request.shares)
        )
        if is_split
        else "",
        amount_minor=money.amount_minor,
        currency=request.currency,
        status=gettext(lang, _request_word(request, own)),
        tone="done" if is_paid else "wait" if request.status is RequestStatus.OPEN else "over",
        open_url=f"/wallet/requests/{request.id}" if is_concerned else "",
        open_text=gettext(lang, "Pay your share" if is_split else "Pay") if can_pay else "",
    )


def _request_word(request: MoneyRequest, own: Share | None) -> str:
    """Return the English words for where a request stands; a key of the translations."""
    if own is not None and own.status is not ShareStatus.OPEN:
        return "You paid" if own.status is ShareStatus.PAID else "You declined"
    if request.status is RequestStatus.OPEN:
        return "Waiting to be paid" if own is None else "You owe this"
    if request.status is RequestStatus.DONE:
        is_paid = request.paid_count == len(request.shares)
        return "All paid" if is_paid else "Answered, not all paid"
    return "Closed" if request.status is RequestStatus.CLOSED else "Its time is over"


def _lang(tx: Tx, viewer_id: str) -> str:
    viewer = identity.find_people(tx, [viewer_id]).get(viewer_id)
    return viewer.lang if viewer is not None else "en"


def _name(people: dict[str, identity.Person], person_id: str) -> str:
    return people[person_id].name if person_id in people else "?"


CARD_LOADERS: dict[str, CardLoader] = {
    "transfer": transfer_cards,
    "money_request": request_cards,
}
