"""Pages that were opened under one version and are opened again when another one is live.

A page stays with its version as long as that may run, unless a newer version says how it takes the
page over: its class has ``migrate``.  It moves when it is opened again, because only then does the
browser load the new version's frame and styles.  What was stored stays until the new page is.
"""

from dataclasses import dataclass
from enum import Enum, auto

import msgspec

from host.bridge import service
from host.bridge.model import Running
from host.bridge.packages import Ready
from host.bridge.requests import PageFailedError
from host.bridge.runner import Runner
from host.bridge.store import StoredPage
from host.bridge.visit import Visit
from host.core.deps import Deps
from host.core.errors import AppError
from host.core.ids import derived_id
from host.programs import service as programs
from runtime.session import PARTS_KEY


class Way(Enum):
    """What becomes of a page that is opened again."""

    STAYS = auto()
    # Its new version takes it over, and nothing is lost when that fails: the old one may still run.
    MAY_MIGRATE = auto()
    MUST_MIGRATE = auto()
    # Its version may not run, and the one that may does not say how to take it over.
    BEGINS_ANEW = auto()


@dataclass(frozen=True, slots=True)
class Move:
    """A page that was stored, and the version under which it is opened now."""

    stored: StoredPage
    # Name of the version that it was opened under.
    from_version: str
    ready: Ready
    way: Way


async def plan(deps: Deps, stored: StoredPage, running: Running, ready: Ready) -> Move:
    """Decide what becomes of a page whose person opens it under ``running``."""
    old = await deps.db.read(programs.find_version, stored.version_id)
    from_version = old.version_name if old else ""
    stays = Move(stored, from_version, ready, Way.STAYS)
    if stored.version_id == running.version.id or stored.path not in ready.manifest.pages:
        return stays
    takes_over = stored.path in ready.migrating
    if await _may_run(deps, stored, running):
        is_newer = old is not None and running.version.code > old.code
        way = Way.MAY_MIGRATE if takes_over and is_newer else Way.STAYS
    else:
        way = Way.MUST_MIGRATE if takes_over else Way.BEGINS_ANEW
    return Move(stored, from_version, ready, way)


async def move(runner: Runner, visit: Visit, planned: Move) -> None:
    """Store the page as its new version makes it; a failure is in the merchant's log."""
    stored, ready = planned.stored, planned.ready
    if planned.way in {Way.MAY_MIGRATE, Way.MUST_MIGRATE}:
        state = msgspec.json.decode(stored.state)
        # Components begin anew: their data are not the page's.
        state.pop(PARTS_KEY, None)
        given = {"state": state, "from_version": planned.from_version}
        try:
            await runner.begin(
                visit, ready, path=stored.path, query=stored.query, n=stored.n, migrates=given
            )
        except PageFailedError:
            if planned.way is Way.MAY_MIGRATE:
                return
        else:
            return
    visit = visit.again(derived_id("anew", visit.event_id))
    await runner.begin(visit, ready, path=stored.path, query=stored.query, n=stored.n)


async def _may_run(deps: Deps, stored: StoredPage, running: Running) -> bool:
    """Tell whether the page could go on as it is."""
    try:
        await deps.db.read(
            service.access_running,
            running.program.id,
            viewer_id=stored.person_id,
            version_id=stored.version_id,
        )
    except AppError:
        return False
    return True
