"""A bonus: money of the platform or of a brand that one person may spend on orders, for a while."""

from collections.abc import Sequence
from dataclasses import dataclass

from host.core.cards import Card
from host.core.money import Currency, Money
from host.wallet.model import Place, Purpose, control_place, merchant_place, promo_place

# Who gives it when it is no brand.
PLATFORM = "platform"
BONUS_DAYS_MAX = 366
BONUS_REASON_CHARS_MAX = 100
# Of one giver for one person, at the same time; so an order is paid from twice as many at most.
BONUSES_RUNNING_MAX = 10


@dataclass(frozen=True, slots=True)
class Bonus:
    """One grant, and what is left of it."""

    id: str
    person_id: str
    # "platform", or a brand.
    funder_id: str
    # Where it can be spent; None is everywhere.
    brand_id: str | None
    money: Money
    left_minor: int
    # The person reads it.
    reason: str
    granted_by: str
    granted_at_ms: int
    expires_at_ms: int
    # When the rest went back to who gave it.
    ended_at_ms: int | None = None

    @property
    def place(self) -> Place:
        """Where its money is: an account of its own, which ends at zero."""
        return control_place("bonus", self.id, self.money.currency)

    @property
    def funder_place(self) -> Place:
        """Where its money came from, and where the rest of it goes."""
        currency = self.money.currency
        is_platforms = self.funder_id == PLATFORM
        return promo_place(currency) if is_platforms else merchant_place(self.funder_id, currency)

    def is_over(self, now_ms: int) -> bool:
        """Tell whether it can be spent no more, whatever is left."""
        return self.ended_at_ms is not None or now_ms >= self.expires_at_ms


@dataclass(frozen=True, slots=True)
class BonusSum:
    """What a person has in bonuses of one currency, and what of it ends first."""

    currency: Currency
    total_minor: int = 0
    next_minor: int = 0
    next_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class BonusUse:
    """What one order took from one bonus, and what of that went back."""

    order_id: str
    bonus: Bonus
    amount_minor: int
    back_minor: int


@dataclass(frozen=True, slots=True)
class ShownBonus:
    """A bonus as its person sees it: from whom, for which shop, and what it was spent on."""

    bonus: Bonus
    funder: Card | None
    brand: Card | None
    uses: Sequence[tuple[BonusUse, Card | None]]


@dataclass(frozen=True, slots=True)
class Way:
    """A part of a sum that goes back, and where to."""

    place: Place
    amount_minor: int
    purpose: Purpose
