"""Closing a day: what ten people are behind is published, everything else is deleted.

The differences between figures are looked at, too.  The values of a field and the reports without
it add up to the event, so whatever is hidden there can be found by subtraction: it becomes one
rest, and values join it, smallest first, until ten people are behind the rest.  Those of the day
who are not behind an event are a difference as well (``Count.among``).
"""

from collections.abc import Iterable
from itertools import groupby

from host.core.db import Tx
from host.insights import repository
from host.insights.model import (
    FIGURES_KEPT_DAYS,
    PEOPLE_COUNT_MIN,
    PRESENT,
    REST,
    Count,
    day_of,
    open_since,
)

# What one sweep closes and deletes: it holds the writer for some tens of milliseconds.
_DAYS_PER_SWEEP = 20
_PEOPLE_PER_SWEEP = 20_000


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Close the days that are over, forget who was there, and forget old figures."""
    today = open_since(now_ms)
    due = repository.find_due(tx, before_day=today, limit=_DAYS_PER_SWEEP)
    for program_id, day in due:
        _close_day(tx, program_id, day)
    if due:
        # The hashes of the others are needed until they are closed.
        return len(due)
    deleted = repository.delete_people(tx, before_day=today, limit=_PEOPLE_PER_SWEEP)
    old = day_of(now_ms) - FIGURES_KEPT_DAYS
    return deleted + repository.delete_figures(tx, before_day=old)


def _close_day(tx: Tx, program_id: str, day: int) -> None:
    if not repository.lock_day(tx, program_id, day):
        return
    counts = {count.cell: count for count in repository.find_counts(tx, program_id, day)}
    present = counts[PRESENT]
    shown = [count for count in counts.values() if not count.cell.field and count.is_shown]
    for count in shown:
        repository.insert_figure(tx, program_id, day, count.among(present.people_count))
    events = {count.cell.event_name: count for count in shown}
    values = [c for c in counts.values() if c.cell.field and c.cell.event_name in events]
    for figure in _values(tx, program_id, day, events, values):
        repository.insert_figure(tx, program_id, day, figure)
    repository.delete_counts(tx, program_id, day)


def _values(
    tx: Tx, program_id: str, day: int, events: dict[str, Count], counts: Iterable[Count]
) -> Iterable[Count]:
    """Yield what may be shown of the fields of events that are shown."""
    for (_field, name), group in groupby(counts, lambda c: (c.cell.field, c.cell.event_name)):
        yield from _values_of_field(tx, program_id, day, events[name], list(group))


def _values_of_field(
    tx: Tx, program_id: str, day: int, event: Count, counts: list[Count]
) -> Iterable[Count]:
    shown = sorted(
        (c for c in counts if c.is_shown and c.cell.value != REST),
        key=lambda c: (-c.people_count, -c.times, c.cell.value),
    )
    hidden = [c for c in counts if c not in shown]
    while True:
        times = event.times - sum(count.times for count in shown)
        people_count = _people_behind_rest(tx, program_id, day, event, shown=shown, hidden=hidden)
        if not shown or not times or people_count >= PEOPLE_COUNT_MIN:
            break
        hidden.append(shown.pop())
    yield from shown
    if times and people_count >= PEOPLE_COUNT_MIN:
        yield Count(counts[0].cell._replace(value=REST), times, people_count)


def _people_behind_rest(
    tx: Tx, program_id: str, day: int, event: Count, *, shown: list[Count], hidden: list[Count]
) -> int:
    """Return at least how many people are behind what is not shown of a field.

    Those behind hidden values are, and those behind the event who are behind no value that is
    shown.  Who has reported with the field and without it is not known, and not counted.
    """
    behind_hidden = repository.count_people(tx, program_id, day, [c.cell for c in hidden])
    behind_shown = repository.count_people(tx, program_id, day, [c.cell for c in shown])
    return max(behind_hidden, event.people_count - behind_shown)
