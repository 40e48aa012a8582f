"""What the wallet's pages show, each read in one snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass

from host.contacts import service as contacts
from host.contacts.model import Contact
from host.core.cards import CardLoader
from host.core.db import Tx
from host.core.money import Currency
from host.identity import service as identity
from host.identity.model import Person
from host.wallet.errors import NotAContactError
from host.wallet.model import Balance
from host.wallet.rail_model import RailOperation
from host.wallet.service import funds, pin, rail
from host.wallet.service.statement import (
    Month,
    StatementPage,
    find_page,
    month_span,
    read_month,
)

HOME_ROWS = 8


@dataclass(frozen=True, slots=True)
class HomeView:
    """The wallet at a glance."""

    balance: Balance
    # Every currency that was ever used, for the switch.
    currencies: Sequence[Currency]
    month: Month
    page: StatementPage
    operations: Sequence[RailOperation]
    has_pin: bool


@dataclass(frozen=True, slots=True)
class StatementView:
    """One month of one currency."""

    currency: Currency
    currencies: Sequence[Currency]
    month: Month
    page: StatementPage


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
        has_pin=pin.has_pin(tx, person_id),
    )


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


def _currencies(balances: Sequence[Balance], chosen: Currency) -> list[Currency]:
    return sorted({balance.currency for balance in balances} | {chosen})
