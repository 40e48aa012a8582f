"""The month's chart as plain shapes: the template only writes them down.

Bars are what went out on each day, and on the statement also what came in.  The numbers stand in a
table beside it, so the picture may be skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from host.wallet.model import Day

WIDTH = 320
HEIGHT = 72
_GAP = 3
# A day with very little still shows.
_BAR_MIN = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One day."""

    day: int
    x: float
    y: float
    width: float
    height: float
    is_today: bool


def draw_month(days: Sequence[Day], *, day_count: int, today: int | None) -> list[Bar]:
    """Return a bar for every day of the month; a day without payments has no height."""
    spent = {day.day: day.out_minor for day in days}
    highest = max(spent.values(), default=0)
    step = WIDTH / day_count
    bars = []
    for day in range(1, day_count + 1):
        share = spent.get(day, 0) / highest if highest else 0.0
        height = max(_BAR_MIN, share * HEIGHT) if share else 0.0
        bars.append(
            Bar(
                day,
                x=round((day - 1) * step + _GAP / 2, 2),
                y=round(HEIGHT - height, 2),
                width=round(step - _GAP, 2),
                height=round(height, 2),
                is_today=day == today,
            )
        )
    return bars


@dataclass(frozen=True, slots=True)
class Flow:
    """One day: what came in above the axis, what went out below it."""

    day: int
    x: float
    width: float
    in_height: float
    out_height: float


def draw_flow(days: Sequence[Day], *, day_count: int) -> list[Flow]:
    """Return both bars of every day of the month, on one scale; the axis is at half the height."""
    found = {day.day: day for day in days}
    highest = max((max(day.in_minor, day.out_minor) for day in days), default=0)
    step = WIDTH / day_count

    def height(minor: int) -> float:
        return round(max(_BAR_MIN, minor / highest * HEIGHT / 2), 2) if minor else 0.0

    return [
        Flow(
            number,
            x=round((number - 1) * step + _GAP / 2, 2),
            width=round(step - _GAP, 2),
            in_height=height(found[number].in_minor) if number in found else 0.0,
            out_height=height(found[number].out_minor) if number in found else 0.0,
        )
        for number in range(1, day_count + 1)
    ]
