"""Cells, figures and days, and the rules by which a figure may be shown.

The smallest thing that is ever published is one figure of one closed day, and every sum is made of
published figures.  So no two windows, and no two looks at the same page, differ by less than that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

DAY_MS = 24 * 3600 * 1000
# No figure is about fewer.
PEOPLE_COUNT_MIN = 10
# A day is closed this long after its end, so that what was under way is in it.
CLOSE_AFTER_MS = 3600 * 1000
# A year, and the days of the year before that a merchant compares it with.
FIGURES_KEPT_DAYS = 400
# The windows of the page, up to the last day that is closed.
WINDOWS_DAYS = (7, 28, 90)

# Per program and day: what its counting may cost the host.
NAMES_MAX = 50
FIELDS_PER_NAME_MAX = 5
VALUES_PER_FIELD_MAX = 20
REPORTS_PER_DAY_MAX = 100_000
# Per program, all people together.
REPORTS_PER_MINUTE_MAX = 3000

# The name of what came after the fiftieth.
OTHER = "other"
# The value of what was hidden, came after the twentieth, or was reported without the field.
REST = ""


class Cell(NamedTuple):
    """What is counted: an opening, an event, or a value of a field of an event."""

    field: str = ""
    event_name: str = ""
    value: str = ""


OPENINGS = Cell()
# Who was there: whoever opened the program, or did something that it reported.
PRESENT = Cell(value="present")


@dataclass(frozen=True, slots=True)
class Report:
    """What a program has reported."""

    name: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened on a day, and with how many people."""

    cell: Cell
    times: int
    people_count: int

    @property
    def is_shown(self) -> bool:
        """Tell whether enough people are behind it."""
        return self.people_count >= PEOPLE_COUNT_MIN

    def among(self, people_count: int) -> "Count":
        """Return it so that those who did not, of ``people_count``, are not told either.

        When fewer than ten did not, it says that all did.
        """
        if 0 < people_count - self.people_count < PEOPLE_COUNT_MIN:
            return Count(self.cell, max(self.times, people_count), people_count)
        return self


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it is shown; zeros stand for what is hidden."""

    starts_at_ms: int
    openings: int
    people_count: int
    reports: int


@dataclass(frozen=True, slots=True)
class EventFigures:
    """What is shown of an event: sums of the days on which ten people or more were behind it."""

    name: str
    times: int
    # People of each day; somebody who came on two days is two.
    people_count: int
    # By field: values and how often; the rest is `REST`.
    fields: Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in the units of its picture."""

    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Insights:
    """The figures of a window."""

    days: Sequence[Day]
    events: Sequence[EventFigures]

    @property
    def openings(self) -> int:
        """How often the program was opened, on the days that are shown."""
        return sum(day.openings for day in self.days)

    @property
    def people_count(self) -> int:
        """How many people came, counted anew each day."""
        return sum(day.people_count for day in self.days)

    @property
    def reports(self) -> int:
        """How many reports are shown."""
        return sum(day.reports for day in self.days)

    @property
    def hidden_count(self) -> int:
        """On how many days fewer than ten people came."""
        return sum(not day.people_count for day in self.days)


def day_of(at_ms: int) -> int:
    """Return the day of a moment."""
    return at_ms // DAY_MS


def open_since(now_ms: int) -> int:
    """Return the first day that is not closed."""
    return day_of(now_ms - CLOSE_AFTER_MS)


def bars(values: Sequence[int]) -> list[Bar]:
    """Return bars of 3 units in steps of 4, 40 units high; a value that is not zero is seen."""
    highest = max([*values, 1])
    heights = [-(-value * 40 // highest) for value in values]
    return [Bar(n * 4, 40 - height, height) for n, height in enumerate(heights)]
