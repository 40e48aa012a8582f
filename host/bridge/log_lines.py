"""Lines of the merchant's log, and how many of them an event may write."""

from host.bridge.model import LogLine, Severity
from host.bridge.visit import Visit
from host.core.ids import derived_id

# Events of one program, of all people together, whose lines are kept; the rest are dropped.
EVENTS_LOGGED_PER_MINUTE = 120
LOG_FULL = f"(of more than {EVENTS_LOGGED_PER_MINUTE} events a minute the log is not kept)"
# A failure comes after the lines of its event, whose ids are in their order.
LAST = 999


def may_log(visit: Visit) -> bool:
    """Tell whether the program may write to its log now: one that always fails must not fill it."""
    return visit.budget.take(("", visit.program_id, "log"), per_minute=EVENTS_LOGGED_PER_MINUTE)


def line_of(
    visit: Visit, severity: Severity, path: str, handler: str, *, number: int, text: str
) -> LogLine:
    """Return a line about a handler that ran in this visit."""
    return LogLine(
        id=f"{derived_id('log', visit.event_id, str(visit.now_ms))}.{number:03}",
        program_id=visit.program_id,
        version_id=visit.running.version.id,
        severity=severity,
        page=path,
        handler=handler,
        reason="",
        message=text[:2000],
        file="",
        line=0,
        at_ms=visit.now_ms,
        event_id=visit.event_id,
    )
