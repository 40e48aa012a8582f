"""A host whose pool reports to it, and attacks on it."""

import asyncio
from contextlib import suppress

from host.bridge.incidents import Incidents
from host.core.deps import Deps
from host.core.outbox import deliver_next
from host.programs import service as programs
from host.programs.incident import Incident
from host.programs.service import Version
from host.subscriptions import all_subscriptions
from runtime import messages as m
from runtime.model import EventFailedError
from runtime.pool import Pool


class Watched:
    """A host whose pool reports to it, as `hutong serve` builds it."""

    def __init__(self, deps: Deps, pool: Pool, incidents: Incidents) -> None:
        self.deps = deps
        self.pool = pool
        self.incidents = incidents

    async def attack(self, version: Version, *, page_id: str = "") -> None:
        """Let a worker of this version make a forbidden system call, past the language wall."""
        count = len(await self.read())
        worker = await self.pool.open_raw()
        worker.key = f"{version.id}/{page_id}" if page_id else version.id
        with suppress(EventFailedError):
            await worker.run_raw(m.RunRaw("import os\nos.fork()\n", False, ""), 5)
        await self.wait_for(count + 1)

    async def wait_for(self, count: int) -> None:
        """Wait until so many incidents are stored, with what follows from them."""
        async with asyncio.timeout(5):
            while len(await self.read()) < count:  # noqa: ASYNC110  (the pool tells nobody else)
                await asyncio.sleep(0.01)
        await self.incidents.settle()
        while await deliver_next(self.deps.db, all_subscriptions(), now_ms=self.deps.now_ms()):
            pass

    async def read(self) -> list[Incident]:
        """Return what is stored, newest first."""
        return await self.deps.db.read(programs.find_incidents)

    async def version(self, version: Version) -> Version:
        """Return a version as it stands now."""
        found = await self.deps.db.read(programs.find_version, version.id)
        assert found is not None
        return found


async def suspend(watched: Watched, version: Version) -> None:
    """Attack until the host has enough."""
    for _ in range(3):
        await watched.attack(version)
