"""Payouts: to a merchant's bank, and into people's wallets."""

from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency, Money
from host.settlement.model import DAY_MS

HOLDER_CHARS_MAX = 80
MEMO_CHARS_MAX = 100
NUMBER_CHARS_MIN = 6
NUMBER_CHARS_MAX = 34  # an IBAN
_SHOWN_CHARS = 4
# 1 January 1970 was a Thursday: Monday is the fifth day of these weeks.
_MONDAY = 4
_WEEK_DAYS = 7


class Schedule(StrEnum):
    """When what is available leaves by itself."""

    MANUAL = "manual"
    DAILY = "daily"
    WEEKLY = "weekly"

    def next_after(self, at_ms: int) -> int | None:
        """Return the next time: at midnight (UTC), weekly on the night to Monday."""
        day = at_ms // DAY_MS + 1
        if self is Schedule.MANUAL:
            return None
        if self is Schedule.WEEKLY:
            day += (_MONDAY - day) % _WEEK_DAYS
        return day * DAY_MS


@dataclass(frozen=True, slots=True)
class Bank:
    """Where a brand's money of one currency goes."""

    brand_id: str
    currency: Currency
    rail: str
    holder: str
    number: str
    schedule: Schedule
    # What is worth a payout of its own by schedule.
    minimum_minor: int
    next_at_ms: int | None
    changed_by: str
    changed_at_ms: int

    @property
    def shown_number(self) -> str:
        """The end of the number, which is all that anybody reads again."""
        return f"•••• {self.number[-_SHOWN_CHARS:]}"


@dataclass(frozen=True, slots=True)
class Payout:
    """One order to the rail; its state is what the rail last said."""

    id: str
    brand_id: str
    money: Money
    holder: str
    number: str
    actor_id: str
    state: str
    reason: str
    at_ms: int
    changed_at_ms: int

    @property
    def shown_number(self) -> str:
        """The end of the number."""
        return f"•••• {self.number[-_SHOWN_CHARS:]}"


@dataclass(frozen=True, slots=True)
class PersonPayment:
    """What a brand paid into somebody's wallet."""

    id: str
    brand_id: str
    person_id: str
    money: Money
    memo: str
    actor_id: str
    at_ms: int
