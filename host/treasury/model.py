"""Statements of rails, what does not fit, and what two people put right: plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency, Money
from host.identity.model import Person
from host.wallet.bonus_model import Bonus


class LineKind(StrEnum):
    """What a line of a rail's statement says happened."""

    IN = "in"
    OUT = "out"
    # A top-up that the rail took back, and a payout that came back.
    IN_RETURNED = "in_returned"
    OUT_RETURNED = "out_returned"

    @property
    def comes_in(self) -> bool:
        """Whether money came to the lane by it."""
        return self in {LineKind.IN, LineKind.OUT_RETURNED}

    @property
    def is_return(self) -> bool:
        """Whether it takes back what was done before."""
        return self in {LineKind.IN_RETURNED, LineKind.OUT_RETURNED}


class BreakKind(StrEnum):
    """In what way statement, orders and ledger differ."""

    # The rail did it and its statement does not show it.
    MISSING = "missing"
    # The statement shows what nobody ordered.
    EXTRA = "extra"
    # The statement shows twice what was done once.
    DOUBLED = "doubled"
    AMOUNT = "amount"
    CURRENCY = "currency"
    # The line belongs to a later day than the statement.
    NEXT_DAY = "next_day"
    # The statement shows as done what the rail has not told the host, or told otherwise.
    STATE = "state"
    # The statement lets more leave than the settlement account holds.
    UNCOVERED = "uncovered"
    # The statement's closing balance is not that of the settlement account.
    BALANCE = "balance"
    # An order's state and the journal tell different stories.
    LEDGER = "ledger"
    # A signed call-back told of an order that is not known, or not like this.
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement as it came; ``operation_id`` is our own number of the order."""

    number: int
    kind: LineKind
    reference: str
    operation_id: str
    money: Money
    day: str


@dataclass(frozen=True, slots=True)
class Closing:
    """What a statement says that the host's account with the rail holds at the end of the day."""

    currency: Currency
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What a rail says of one day (UTC)."""

    digest: str
    rail: str
    day: str
    lines: tuple[Line, ...]
    closings: tuple[Closing, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """A statement that was held against the books."""

    digest: str
    rail: str
    day: str
    line_count: int
    matched_count: int
    imported_at_ms: int
    imported_by: str
    open_count: int = 0


@dataclass(frozen=True, slots=True)
class Break:
    """What does not fit, and what stands in suspense for it: above zero came in, below went out."""

    id: str
    rail: str
    kind: BreakKind
    line_id: str | None
    operation_id: str
    amount_minor: int
    suspended_minor: int
    currency: Currency
    detail: str
    opened_at_ms: int
    closed_at_ms: int | None = None
    closed_by: str | None = None
    closing: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody of the operator wrote about a break."""

    actor_id: str
    text: str
    at_ms: int


class AdjustmentStatus(StrEnum):
    """How far an adjustment is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A transfer that one person proposes and another approves."""

    id: str
    debit_id: str
    credit_id: str
    money: Money
    reason: str
    break_id: str | None
    proposed_by: str
    proposed_at_ms: int
    status: AdjustmentStatus = AdjustmentStatus.PROPOSED
    decided_by: str | None = None
    decided_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class BonusAsk:
    """What an admin wants to give: handles as they were typed, ``brand`` empty for every shop."""

    id: str
    person: str
    brand: str
    money: Money
    reason: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class BonusPage:
    """What the platform has to give, by currency, and what it gave."""

    funds: Sequence[tuple[Currency, int]]
    given: Sequence[Bonus]
    people: Mapping[str, Person]
