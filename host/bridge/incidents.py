"""What the pool reports, on its way into the database; and what follows for open pages."""

import asyncio
import logging
from typing import Any

from host.bridge.channel import pages_of
from host.core import live
from host.core.db import Tx
from host.core.deps import Deps
from host.core.ids import new_id
from host.programs import service as programs
from host.programs.incident import Incident as NotedIncident
from runtime.model import Incident

logger = logging.getLogger(__name__)


class Incidents:
    """The pool's ``on_incident`` of one host.

    The pool is made before the host is whole, so ``deps`` comes later; until then a report is
    logged only.
    """

    def __init__(self) -> None:
        self.deps: Deps | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def note(self, incident: Incident) -> None:
        """Take a report.  Called on the loop, which must not wait for the database."""
        logger.error(
            "mini-program %s: %s: %s", incident.key or "(none)", incident.kind, incident.detail
        )
        if self.deps is not None:
            task = asyncio.get_running_loop().create_task(self._store(self.deps, incident))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until what was reported is stored: before the database closes."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _store(self, deps: Deps, incident: Incident) -> None:
        # A page with a process of its own has a key of its own, which begins with the version's.
        version_id = incident.key.partition("/")[0]
        event = incident.event
        noted = NotedIncident(
            id=new_id(),
            version_id=version_id,
            kind=incident.kind,
            detail=incident.detail,
            at_ms=deps.now_ms(),
            event_id=event.id if event else "",
            page=event.page if event else "",
            handler=event.handler if event else "",
            syscall=incident.syscall,
        )
        try:
            if await deps.db.write(programs.note_incident, noted):
                await stop_version(deps, version_id)
        except Exception:
            # The log above has it; a report must not take the host with it.
            logger.exception("an incident of %s was not stored", incident.key)


async def stop_version(deps: Deps, version_id: str) -> None:
    """End the version's workers, and let everybody who has a page of it open look again."""
    pages = pages_of(deps).recheck(version_id)
    if deps.runtime is not None:
        for key in {version_id, *(page.ready.code_for(page.id).key for page in pages)}:
            deps.runtime.retire(key)
    person_ids = sorted({page.person_id for page in pages})
    await deps.db.write(_tell, person_ids, version_id, now_ms=deps.now_ms())


def _tell(tx: Tx, person_ids: list[str], version_id: str, *, now_ms: int) -> None:
    live.publish(tx, person_ids, "page.suspended", {"version_id": version_id}, now_ms=now_ms)
