"""Opening hours and the slots that follow from them."""
from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, unique
from typing import Iterator, NamedTuple


@unique
class Cut(Enum):
    SHORT = ("Short", 30, 2500)
    LONG = ("Long", 60, 4800)
    COLOUR = ("Colour", 90, 8900)

    def __init__(self, label: str, minutes: int, price_minor: int) -> None:
        self.label = label
        self.minutes = minutes
        self.price_minor = price_minor

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @classmethod
    def named(cls, name: str) -> Cut:
        try:
            return cls[name]
        except KeyError as error:
            raise ValueError(f"no cut is called {name!r}") from error


class Hours(NamedTuple):
    opens: time
    closes: time = time(18, 0)


WEEK: dict[int, Hours | None] = {
    calendar.weekday(2024, 1, 1): None,
    **{day: Hours(time(9)) for day in range(1, 5)},
    5: Hours(opens=time.fromisoformat("10:00"), closes=time(14)),
    6: None,
}


@dataclass(frozen=True, order=True)
class Slot:
    start: datetime
    end: datetime

    def overlaps(self, other: Slot) -> bool:
        return self.start < other.end and other.start < self.end

    @property
    def label(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}"

    @property
    def key(self) -> str:
        return self.start.isoformat(timespec="minutes")


def slots_of(day: date, cut: Cut, step: timedelta = timedelta(minutes=30)) -> Iterator[Slot]:
    """Yield every slot of a day that is long enough."""
    hours = WEEK.get(day.weekday())
    if hours is None:
        return
    opens, closes = hours
    start = datetime.combine(day, opens)
    while start + cut.length <= datetime.combine(day, closes):
        yield Slot(start, start + cut.length)
        start += step


def free_slots(day: date, cut: Cut, taken: list[Slot]) -> list[Slot]:
    return [slot for slot in slots_of(day, cut) if not any(map(slot.overlaps, taken))]
