"""How much may move: tiers, and small payments without a PIN.

All amounts are counted in units, one for each currency, about what CNY 50 buys: so one table says
the limits of every currency, and each is a round number there.
"""

from dataclasses import dataclass

from host.core.money import Currency

UNIT_MINOR: dict[str, int] = {
    "CNY": 50_00,
    "AUD": 10_00,
    "USD": 7_00,
    "EUR": 6_00,
    "JPY": 1_000,
    "KWD": 2_000,
}

DAY_MS = 24 * 3600 * 1000
MONTH_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class Tier:
    """What a person of this tier may do, in units."""

    name: str
    # One payment, all of a day, all of thirty days: whatever for, withdrawals as well.
    payment_units: int
    day_units: int
    month_units: int
    # What the wallet holds, and what others send into it in thirty days.  A refund always comes in.
    balance_units: int
    received_units: int


TIERS: tuple[Tier, ...] = (
    Tier("Unverified", 100, 200, 1_000, 1_000, 1_000),
    Tier("Basic", 400, 1_000, 4_000, 10_000, 10_000),
    Tier("Verified", 4_000, 10_000, 100_000, 200_000, 200_000),
)

# What a person may choose as the ceiling of a payment that needs no PIN; 0 is off.
SMALL_CHOICES_UNITS = (0, 1, 2, 4)
# On one day at most so many, and five times the ceiling together.
SMALL_PER_DAY_COUNT_MAX = 10
SMALL_PER_DAY_CEILINGS = 5


def minor_of(units: int, currency: Currency) -> int:
    """Return ``units`` in minor units of a currency."""
    return units * UNIT_MINOR[currency]
