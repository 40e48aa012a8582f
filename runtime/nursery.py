"""Makes workers: blank, locked down, ready; and proves at start that the lock holds."""

import asyncio
import itertools
import logging
import os
import resource
import socket
from collections.abc import Callable

from runtime.connection import Connection, Owner
from runtime.jail.selftest import PROBES, ProbeResult, SelfTest
from runtime.messages import EventLimits, Exited, Spawn
from runtime.settings import PoolSettings
from runtime.supervisor import Supervisor, ZygoteGoneError

logger = logging.getLogger(__name__)

READY_WITHIN_S = 15.0
# A worker's socket and its pidfd; people's connections and files.
DESCRIPTORS_PER_WORKER = 2
OTHER_DESCRIPTORS = 1024
# After a failed attempt to make a blank; the zygote is being started again meanwhile.
AGAIN_AFTER_S = 0.2


class Nursery:
    """The zygote's customer: blanks in stock, probes, exits by worker."""

    def __init__(
        self,
        settings: PoolSettings,
        owner: Owner,
        on_exit: Callable[[Exited], None],
        on_gone: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._owner = owner
        self._on_exit = on_exit
        self._supervisor = Supervisor(self._worker_exited, on_gone)
        self._on_gone = on_gone
        self._ids = itertools.count(1)
        self._blanks: list[Connection] = []
        # Of the first worker, whose like the probes have proven.
        self._walls: tuple[str, ...] = ()
        self._wanted = asyncio.Event()
        self._probes: dict[int, asyncio.Future[int]] = {}
        # Every worker that has not closed, so that a stop can wait for all of them.
        self.alive: dict[int, Connection] = {}

    async def start(self) -> SelfTest:
        """Start the zygote and let probes try to get out of the box."""
        self._walls = ()
        _allow_descriptors(self._settings.worker_count_max)
        self._supervisor = Supervisor(self._worker_exited, self._on_gone)
        await self._supervisor.start(self._settings)
        results = await asyncio.gather(*(self._probe(name) for name in PROBES))
        first = await self.make()
        self._walls = first.walls
        self._blanks.append(first)
        self._wanted.set()
        return SelfTest(self._settings.isolation, first.walls, tuple(results))

    @property
    def zygote_pid(self) -> int:
        """The process that was started as the zygote."""
        return self._supervisor.pid

    async def stop(self) -> None:
        """End every worker and the zygote, and wait until their sockets are closed."""
        for connection in list(self.alive.values()):
            connection.kill("stopped")
        await self._supervisor.stop()
        await asyncio.gather(*(each.closed for each in list(self.alive.values())))

    async def keep_blanks(self) -> None:
        """Keep blank workers in stock, for ever."""
        while True:
            await self._wanted.wait()
            self._blanks = [each for each in self._blanks if each.is_usable]
            if len(self._blanks) >= self._settings.blank_count:
                self._wanted.clear()
                continue
            try:
                self._blanks.append(await self.make())
            except ZygoteGoneError as error:
                logger.warning("no blank worker could be made: %s", error)
                await asyncio.sleep(AGAIN_AFTER_S)

    def take_ready(self) -> Connection | None:
        """Return a blank that is ready now, if there is one."""
        self._wanted.set()
        while self._blanks:
            blank = self._blanks.pop()
            if blank.is_usable:
                return blank
        return None

    async def take(self) -> Connection:
        """Return a blank, making one if there is none in stock."""
        return self.take_ready() or await self.make()

    async def make(self, *, raw: bool = False) -> Connection:
        """Make a worker and wait until it says that it is locked down."""
        worker_id = next(self._ids)
        connection = Connection(worker_id, self._settings, self._owner)
        try:
            await self._make(connection, worker_id, raw=raw)
        except BaseException:
            # Whoever asked may have been cancelled; a worker that nobody knows must not live on.
            connection.kill("stopped")
            raise
        return connection

    async def _make(self, connection: Connection, worker_id: int, *, raw: bool) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        with theirs:
            await loop.create_unix_connection(lambda: connection, sock=ours)
            self.alive[worker_id] = connection
            request = self._request(worker_id, raw=raw)
            connection.attach(await self._supervisor.spawn(request, theirs))
        try:
            # Not wait_for: on Python 3.11 it can lose a cancellation, and a stop would hang.
            async with asyncio.timeout(READY_WITHIN_S):
                await asyncio.shield(connection.ready)
        except TimeoutError:
            raise ZygoteGoneError("a worker did not become ready") from None
        if self._walls and connection.walls != self._walls:
            connection.kill("isolation", f"has the walls {' '.join(connection.walls)}")
            raise ZygoteGoneError("a worker has other walls than those that were proven")

    def forget(self, connection: Connection) -> None:
        """Drop a worker whose socket has closed."""
        self.alive.pop(connection.id, None)
        self._wanted.set()

    def _worker_exited(self, exited: Exited) -> None:
        probe = self._probes.get(exited.id)
        if probe is None:
            self._on_exit(exited)
        elif not probe.done():
            probe.set_result(exited.status)

    async def _probe(self, name: str) -> ProbeResult:
        """Let a worker try one forbidden act, and see how it ends."""
        worker_id = next(self._ids)
        ended = self._probes[worker_id] = asyncio.get_running_loop().create_future()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            os.close(await self._supervisor.spawn(self._request(worker_id, probe=name), theirs))
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                status = await ended
        except TimeoutError:
            raise ZygoteGoneError(f"the probe {name} did not end") from None
        finally:
            del self._probes[worker_id]
        return ProbeResult(name, status)

    def _request(self, worker_id: int, *, probe: str = "", raw: bool = False) -> Spawn:
        settings = self._settings
        limits = EventLimits(
            settings.event_cpu_ms_max,
            settings.event_calls_max,
            settings.reply_bytes_max,
            settings.state_bytes_max,
            settings.log_lines_max,
            settings.log_bytes_max,
            settings.compile_cpu_ms_max,
        )
        uid = settings.uid_first + worker_id % settings.uid_count
        return Spawn(worker_id, uid, settings.memory_bytes_max, limits, probe, raw)


def _allow_descriptors(worker_count: int) -> None:
    """Raise this process's soft limit of descriptors, if so many workers could reach it.

    Commonly it is 1024, for programs that still use select(); we do not.
    """
    wanted = worker_count * DESCRIPTORS_PER_WORKER + OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        logger.warning(
            "%s workers may need %s descriptors, and the system allows %s: lower the number of"
            " workers or raise the limit (ulimit -n)",
            worker_count,
            wanted,
            hard,
        )
        wanted = hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
