"""What a program reports about its use: it waits in the event's ``writes``, and is then counted."""

from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.handler import Handler
from host.bridge.visit import Visit
from host.core.errors import TooManyError
from host.insights.model import REPORTS_PER_MINUTE_MAX, Report
from sdk.contract.reports import as_texts


async def report_event(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Note a report until the event has succeeded."""
    key = ("", visit.program_id, "reports")
    if not visit.budget.take(key, per_minute=REPORTS_PER_MINUTE_MAX):
        raise TooManyError("This program reports too much. Report less, or later.")
    fields = as_texts(args["name"], args["fields"])
    visit.writes.reports.append(Report(args["name"], fields))


HANDLERS: Mapping[str, Handler] = {"analytics.report_event": report_event}
