"""What the merchant's team sees: sums of published figures, and nothing else."""

from collections.abc import Sequence

from host.core.db import Tx
from host.insights import repository_figures as repository
from host.insights.model import DAY_MS, Day, EventFigures, Insights, open_since
from host.programs import service as programs


def find_insights(
    tx: Tx, program_id: str, *, actor_id: str, days_count: int, now_ms: int
) -> Insights:
    """Return the figures of a program's last closed days, for its brand's team."""
    program = programs.access_program(tx, program_id, actor_id=actor_id)
    to_day = open_since(now_ms)
    from_day = to_day - days_count
    found = {
        int(row["day"]): row
        for row in repository.find_days(tx, program.id, from_day=from_day, to_day=to_day)
    }
    days = [
        Day(
            day * DAY_MS,
            int(found[day]["openings"]) if day in found else 0,
            int(found[day]["people_count"]) if day in found else 0,
            int(found[day]["reports"]) if day in found else 0,
        )
        for day in range(from_day, to_day)
    ]
    return Insights(days, _events(tx, program.id, from_day=from_day, to_day=to_day))


def _events(tx: Tx, program_id: str, *, from_day: int, to_day: int) -> Sequence[EventFigures]:
    """Return the events that are shown, then those that once were and are not in this window."""
    fields: dict[str, dict[str, list[tuple[str, int]]]] = {}
    for row in repository.find_values(tx, program_id, from_day=from_day, to_day=to_day):
        of_field = fields.setdefault(row["event_name"], {}).setdefault(row["field"], [])
        of_field.append((row["value"], int(row["times"])))
    events = [
        EventFigures(
            row["event_name"],
            int(row["times"]),
            int(row["people_count"]),
            fields.get(row["event_name"], {}),
        )
        for row in repository.find_events(tx, program_id, from_day=from_day, to_day=to_day)
    ]
    shown = {event.name for event in events}
    known = repository.find_known_names(tx, program_id)
    return events + [EventFigures(name, 0, 0, {}) for name in known if name not in shown]
