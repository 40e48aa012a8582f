"""What ``app.py`` hears: a visit begins, a handler has failed.

A *visit* begins with a page that a person opens after touching none of the program's for half an
hour.  The host counts that itself: a browser cannot tell a new visit from a tab that was closed.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from host.bridge.packages import Ready
from host.bridge.visit import Visit
from host.bridge.writes import Writes
from host.core.ids import derived_id
from runtime.model import EventFailedError
from runtime.turn import Step
from runtime.view.parts import APP

VISIT_GAP_MS = 30 * 60 * 1000
# A program that always fails must not run twice as much for it.
ERRORS_TOLD_PER_MINUTE = 60


async def begins_visit(visit: Visit, ready: Ready) -> bool:
    """Tell whether a page that is opened now begins a visit, and the program wants to know."""
    if not ready.app_life & {"on_launch", "on_show"}:
        return False
    used_at_ms = await visit.store.find_last_use(visit.person_id)
    return used_at_ms is None or used_at_ms < visit.now_ms - VISIT_GAP_MS


def launch_steps(ready: Ready, *, path: str, query: Mapping[str, Any]) -> list[Step]:
    """Return what is run of the program before the first page of a visit."""
    options = {"path": path, "query": dict(query)}
    return [
        Step(APP, handler, {}, options if handler == "on_launch" else {}, {})
        for handler in ("on_launch", "on_show")
        if handler in ready.app_life
    ]


def error_step(error: Mapping[str, Any]) -> Step:
    """Return what tells the program that one of its handlers has failed."""
    return Step(APP, "on_error", {}, error, {})


def may_be_told(visit: Visit, ready: Ready, path: str, error: Exception) -> bool:
    """Tell whether the program hears of a failure: of its own, never of on_error's."""
    if path == APP or "on_error" not in ready.app_life:
        return False
    if isinstance(error, EventFailedError) and (error.retryable or error.reason == "stopped"):
        return False
    key = ("", visit.program_id, "on_error")
    return visit.budget.take(key, per_minute=ERRORS_TOLD_PER_MINUTE)


def afterwards(visit: Visit) -> Visit:
    """Return an event of its own for what is run after a failure: nothing of the failed one."""
    return dataclasses.replace(
        visit,
        event_id=derived_id("error", visit.event_id),
        writes=Writes(),
        effects=[],
        sheets=[],
        recordings=[],
    )
