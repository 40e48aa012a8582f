"""A shop's programme, and what a person holds of it: plain values, without a database."""

from dataclasses import dataclass

from host.core.money import AMOUNT_MINOR_MAX, POINTS, Currency
from host.wallet.model import AccountKind, Place, StatementLine

# What is worth something is stated for so many points.
WORTH_OF_POINTS = 100
EARN_MINOR_MAX = 1_000_000
EXPIRY_MONTHS_MAX = 60
# A month of an expiry is never shorter than the longest one.
MONTH_MS = 31 * 24 * 3600 * 1000
HISTORY_LINES_MAX = 50


@dataclass(frozen=True, slots=True)
class Programme:
    """How a brand gives points; switched off, it gives none and takes back what it gave."""

    brand_id: str
    is_on: bool
    currency: Currency
    # Money for one point.
    earn_minor: int
    # What a hundred points are worth.
    worth_minor: int
    expiry_months: int | None
    since_ms: int
    changed_by: str
    changed_at_ms: int

    def worth_of(self, points: int) -> int:
        """Return what ``points`` are worth in whole minor units, rounded down."""
        return min(points * self.worth_minor // WORTH_OF_POINTS, AMOUNT_MINOR_MAX)

    def price_of(self, amount_minor: int) -> int:
        """Return the fewest points that are worth ``amount_minor``."""
        return -(-amount_minor * WORTH_OF_POINTS // self.worth_minor)

    def lapses_at(self, now_ms: int) -> int | None:
        """Return when points lapse if none are earned after ``now_ms``."""
        return None if self.expiry_months is None else now_ms + self.expiry_months * MONTH_MS


@dataclass(frozen=True, slots=True)
class Holding:
    """What a person has with one brand."""

    programme: Programme
    points: int
    lapses_at_ms: int | None

    @property
    def worth_minor(self) -> int:
        """What it is worth now."""
        return self.programme.worth_of(self.points)


@dataclass(frozen=True, slots=True)
class PointsPage:
    """A person's page of one brand's points."""

    holding: Holding
    lines: list[StatementLine]


@dataclass(frozen=True, slots=True)
class Given:
    """The points that one earning gave, and how many of them were due back since."""

    source_kind: str
    source_id: str
    brand_id: str
    person_id: str
    earn_minor: int
    earned_points: int
    due_points: int


@dataclass(frozen=True, slots=True)
class Redemption:
    """Points that became money."""

    id: str
    brand_id: str
    person_id: str
    asked_points: int
    taken_points: int
    amount_minor: int
    currency: Currency
    at_ms: int


def issued_place(brand_id: str) -> Place:
    """Return where a brand's points come from: its balance is what people hold, negated."""
    return Place(f"points:{brand_id}:issued", AccountKind.RAIL, brand_id, POINTS)


def points_place(brand_id: str, person_id: str) -> Place:
    """Return what a person has of a brand's points.

    No account of kind USER: what the wallet lists, stops and sends as somebody's money is of it.
    """
    return Place(f"points:{brand_id}:{person_id}", AccountKind.PLATFORM, person_id, POINTS)
