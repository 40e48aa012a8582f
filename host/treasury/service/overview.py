"""What the operator sees: rails, sums, breaks by age, adjustments, each read in one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from host.core.db import Tx
from host.core.money import CURRENCIES, Currency
from host.identity import service as identity
from host.identity.model import Person
from host.treasury import repository
from host.treasury.model import Adjustment, Break, Imported, Note
from host.treasury.service import suspense
from host.wallet.model import (
    Place,
    claims_place,
    in_transit_place,
    outgoing_place,
    owed_place,
    rail_place,
    suspense_place,
)
from host.wallet.rails import RAILS
from host.wallet.service import books

_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class RailMoney:
    """Where the money of one rail stands in one currency, each amount zero or more."""

    currency: Currency
    settlement_minor: int
    in_transit_minor: int
    outgoing_minor: int
    suspense_minor: int
    claims_minor: int
    owed_minor: int
    # What open breaks say stands in suspense less what the accounts say; anything but 0 is a bug.
    difference_minor: int


@dataclass(frozen=True, slots=True)
class RailView:
    """One rail: its orders by state, and its money."""

    name: str
    states: Mapping[str, int]
    money: Sequence[RailMoney]


@dataclass(frozen=True, slots=True)
class OpenBreak:
    """A break that somebody has to look at, how many days it waits, and what is known of it."""

    found: Break
    age_days: int
    notes: Sequence[Note]
    # The account from which an adjustment would move its money; "" where none stands in suspense.
    account_id: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The treasury at a glance."""

    rails: Sequence[RailView]
    trial: Sequence[books.TrialLine]
    # The sums of each currency: both columns must be equal.
    totals: Sequence[books.TrialLine]
    statements: Sequence[Imported]
    breaks: Sequence[OpenBreak]
    closed: Sequence[Break]
    adjustments: Sequence[Adjustment]
    people: Mapping[str, Person]


def read_overview(tx: Tx, *, actor_id: str, now_ms: int) -> Overview:
    """Return everything that the operator's page shows."""
    identity.require_admin(tx, actor_id)
    trial = books.trial_balance(tx)
    breaks, closed = find_breaks(tx, now_ms=now_ms), repository.find_closed_breaks(tx)
    adjustments = repository.find_adjustments(tx)
    actors = {one.closed_by for one in closed} | {a.proposed_by for a in adjustments}
    actors |= {a.decided_by for a in adjustments}
    actors |= {note.actor_id for one in breaks for note in one.notes}
    states = books.count_operations(tx)
    suspended = repository.sum_suspended(tx)
    return Overview(
        rails=[
            RailView(
                name,
                {state.value: count for state, count in states.get(name, {}).items()},
                _money(tx, name, suspended),
            )
            for name in sorted(RAILS)
        ],
        trial=trial,
        totals=_totals(trial),
        statements=repository.find_statements(tx),
        breaks=breaks,
        closed=closed,
        adjustments=adjustments,
        people=identity.find_people(tx, {actor for actor in actors if actor}),
    )


def find_breaks(tx: Tx, *, now_ms: int) -> list[OpenBreak]:
    """Return the open breaks, the oldest first."""
    notes = repository.find_notes(tx)
    return [
        OpenBreak(
            found,
            max(0, now_ms - found.opened_at_ms) // _DAY_MS,
            notes.get(found.id, []),
            suspense.suspense_side(found).id if found.suspended_minor else "",
        )
        for found in repository.find_open_breaks(tx)
    ]


def _totals(trial: Sequence[books.TrialLine]) -> list[books.TrialLine]:
    return [
        books.TrialLine(
            currency,
            "",
            sum(line.debits_minor for line in trial if line.currency == currency),
            sum(line.credits_minor for line in trial if line.currency == currency),
        )
        for currency in sorted({line.currency for line in trial})
    ]


def _money(tx: Tx, rail: str, suspended: Mapping[tuple[str, str], int]) -> list[RailMoney]:
    found: list[RailMoney] = []
    for currency in map(Currency, CURRENCIES):
        position_minor = suspense.read_position(tx, rail, currency)
        line = RailMoney(
            currency,
            settlement_minor=_amount(tx, rail_place(rail, currency)),
            in_transit_minor=_amount(tx, in_transit_place(rail, currency)),
            outgoing_minor=_amount(tx, outgoing_place(rail, currency)),
            suspense_minor=_amount(tx, suspense_place(rail, currency)),
            claims_minor=_amount(tx, claims_place(rail, currency)),
            owed_minor=_amount(tx, owed_place(rail, currency)),
            difference_minor=suspended.get((rail, currency), 0) - position_minor,
        )
        if line != RailMoney(currency, 0, 0, 0, 0, 0, 0, 0):
            found.append(line)
    return found


def _amount(tx: Tx, place: Place) -> int:
    account = books.find_account(tx, place.id)
    return 0 if account is None else abs(account.balance_minor)
