"""Hands what an event has reported to the figures, once the event is stored.

An event is stored once, however often it is sent, and so are its reports counted once.  Should the
host die in between, they are lost: a figure may miss one, it never counts one twice.
"""

from host.bridge.visit import Visit
from host.insights import service as insights


async def count_reports(visit: Visit) -> None:
    """Count the reports of an event that is stored; a trial is no figure."""
    reports, visit.writes.reports = visit.writes.reports, []
    if reports and not visit.running.is_trial:
        await visit.deps.db.write(
            insights.count_reports,
            visit.program_id,
            visit.person_id,
            reports,
            secret_key=visit.deps.settings.secret_key,
            now_ms=visit.deps.now_ms(),
        )
