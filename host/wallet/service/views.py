"""What the wallet's pages show, each read in one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from host.contacts import service as contacts
from host.contacts.model import Contact
from host.core.cards import CardLoader
from host.core.db import Tx
from host.core.money import Currency
from host.identity import service as identity
from host.identity.model import Person
from host.wallet.bonus_model import BonusSum
from host.wallet.errors import NotAContactError
from host.wallet.freeze_model import Freeze
from host.wallet.model import Balance
from host.wallet.people_model import Offer
from host.wallet.rail_model import RailOperation
from host.wallet.repository import offer as offers
from host.wallet.review_model import Review, ReviewStatus
from host.wallet.service import funds, payments, pin, rail, risks
from host.wallet.service.bonus import bonus_sum
from host.wallet.service.freeze import find_freeze
from host.wallet.service.request_views import RequestView, find_open
from host.wallet.service.statement import (
    Month,
    ShownLine,
    StatementPage,
    access_line,
    find_page,
    month_span,
    read_month,
)

HOME_ROWS = 8
_WAITING_ROWS = 20


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """Money that waits for its receiver, as one of the two sees it."""

    offer: Offer
    is_mine: bool
    other: Person | None


@dataclass(frozen=True, slots=True)
class TransferView:
    """A transfer: one that waits or went back, or the entry that it became."""

    shown: ShownLine | None
    offer: ShownOffer | None = None


@dataclass(frozen=True, slots=True)
class HomeView:
    """The wallet at a glance."""

    balance: Balance
    # Every currency that was ever used, for the switch.
    currencies: Sequence[Currency]
    month: Month
    page: StatementPage
    operations: Sequence[RailOperation]
    offers: Sequence[ShownOffer]
    requests: Sequence[RequestView]
    has_pin: bool
    freeze: Freeze | None
    # Payments that wait for somebody to look.
    checked: Sequence[Review]
    bonus: BonusSum


@dataclass(frozen=True, slots=True)
class StatementView:
    """One month of one currency."""

    currency: Currency
    currencies: Sequence[Currency]
    month: Month
    page: StatementPage
    opening_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class SpendView:
    """What a form that spends needs to know."""

    balances: Sequence[Balance]
    currency: Currency
    has_pin: bool
    person: Person | None = None


def read_home(
    tx: Tx,
    person_id: str,
    *,
    currency: Currency | None,
    year: int,
    month: int,
    order_cards: CardLoader | None,
    now_ms: int,
) -> HomeView:
    """Return what the wallet's first page shows."""
    found = funds.balances(tx, person_id)
    chosen = currency or choose_currency(found)
    return HomeView(
        balance=funds.balance(tx, person_id, chosen),
        currencies=_currencies(found, chosen),
        month=read_month(tx, person_id, chosen, year=year, month=month),
        page=find_page(tx, person_id, chosen, after=None, limit=HOME_ROWS, order_cards=order_cards),
        operations=rail.find_open_operations(tx, person_id),
        offers=find_waiting(tx, person_id),
        requests=find_open(tx, person_id, now_ms=now_ms),
        has_pin=pin.has_pin(tx, person_id),
        freeze=find_freeze(tx, person_id),
        checked=[
            review
            for review in risks.find_reviews_of(tx, person_id)
            if review.status is ReviewStatus.OPEN
        ],
        bonus=bonus_sum(tx, person_id, chosen, now_ms=now_ms),
    )


def find_waiting(tx: Tx, person_id: str) -> list[ShownOffer]:
    """Return what waits for a person, and what they sent and nobody took yet."""
    found = offers.find_waiting(tx, person_id, limit=_WAITING_ROWS)
    people = identity.find_people(tx, [offer.other_than(person_id) for offer in found])
    return [_show(offer, person_id, people) for offer in found]


def access_transfer(
    tx: Tx, transfer_id: str, *, actor_id: str, order_cards: CardLoader | None
) -> TransferView:
    """Return a transfer of the actor's; a stranger's looks like a missing one."""
    offer = payments.find_offer(tx, transfer_id, actor_id=actor_id)
    if offer is not None and offer.posted_id is None:
        people = identity.find_people(tx, [offer.other_than(actor_id)])
        return TransferView(None, _show(offer, actor_id, people))
    posted_id = transfer_id if offer is None or offer.posted_id is None else offer.posted_id
    return TransferView(access_line(tx, posted_id, actor_id=actor_id, order_cards=order_cards))


def read_statement(
    tx: Tx,
    person_id: str,
    *,
    currency: Currency | None,
    year: int,
    month: int,
    after: str | None,
    order_cards: CardLoader | None,
) -> StatementView:
    """Return one month of a person's entries."""
    found = funds.balances(tx, person_id)
    chosen = currency or choose_currency(found)
    since_ms, until_ms = month_span(year, month)
    return StatementView(
        currency=chosen,
        currencies=_currencies(found, chosen),
        month=read_month(tx, person_id, chosen, year=year, month=month),
        page=find_page(
            tx,
            person_id,
            chosen,
            after=after,
            order_cards=order_cards,
            since_ms=since_ms,
            until_ms=until_ms,
        ),
        opening_minor=funds.balance_at(tx, person_id, chosen, at_ms=since_ms - 1),
        closing_minor=funds.balance_at(tx, person_id, chosen, at_ms=until_ms - 1),
    )


def read_spend(tx: Tx, person_id: str, *, currency: Currency | None) -> SpendView:
    """Return what a withdrawal form shows."""
    found = funds.balances(tx, person_id)
    return SpendView(found, currency or choose_currency(found), pin.has_pin(tx, person_id))


def read_send(tx: Tx, person_id: str, *, handle: str, currency: Currency | None) -> SpendView:
    """Return what the form that sends money to a contact shows."""
    spend = read_spend(tx, person_id, currency=currency)
    receiver = identity.access_person_by_handle(tx, handle)
    if not contacts.are_contacts(tx, person_id, receiver.id):
        raise NotAContactError("Money can be sent to contacts only, and not to this person now.")
    return SpendView(spend.balances, spend.currency, spend.has_pin, receiver)


def find_receivers(tx: Tx, person_id: str) -> list[Contact]:
    """Return whom a person can send money to."""
    return contacts.find_contacts(tx, actor_id=person_id)


def choose_currency(balances: Sequence[Balance]) -> Currency:
    """Return the currency to show first: one with money in it, else the host's own."""
    for balance in balances:
        if balance.currency == funds.FIRST_CURRENCY and balance.available_minor:
            return balance.currency
    with_money = [balance.currency for balance in balances if balance.available_minor]
    return with_money[0] if with_money else funds.FIRST_CURRENCY


def _show(offer: Offer, person_id: str, people: Mapping[str, Person]) -> ShownOffer:
    other = people.get(offer.other_than(person_id))
    return ShownOffer(offer, is_mine=person_id == offer.sender_id, other=other)


def _currencies(balances: Sequence[Balance], chosen: Currency) -> list[Currency]:
    return sorted({balance.currency for balance in balances} | {chosen})
