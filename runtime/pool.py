"""The pool: gives events of mini-programs to workers, and survives whatever happens there.

One worker process serves one program version, never two; it is taken from a stock of blank,
locked-down workers when the first event comes, gets company when events wait, and is ended when it
has had nothing to do for a while.  A worker that dies takes the events that it had begun with it:
they fail, retryably, and are never run again by the pool itself, because they may have done
something.  Events that were only waiting for it go to its successor.

Everything runs on one event loop (asyncio's or uvloop) and nothing ever waits for a worker there.
"""

import asyncio
import logging
import time
from typing import Any

import msgspec

from runtime import messages as m
from runtime.compiler_name import code_version
from runtime.compiling import bomb
from runtime.connection import Connection
from runtime.ends import EXPECTED_ENDS, Ends, OnIncident
from runtime.findings import Finding
from runtime.group import Deaths, Group
from runtime.jail.selftest import SelfTest
from runtime.job import Calls, Job
from runtime.model import (
    CallRefusedError,
    CallRequest,
    Effect,
    Event,
    EventFailedError,
    Incident,
    Outcome,
    ProgramCode,
)
from runtime.nursery import Nursery
from runtime.policy import SourceRefusedError
from runtime.settings import PoolSettings
from runtime.supervisor import ZygoteGoneError
from runtime.upkeep import Upkeep, end_idlest

__all__ = [
    "CallRefusedError",
    "CallRequest",
    "Effect",
    "Event",
    "EventFailedError",
    "Incident",
    "OnIncident",
    "Outcome",
    "Pool",
    "PoolSettings",
    "ProgramCode",
    "SelfTest",
    "SourceRefusedError",
    "code_version",
]

logger = logging.getLogger(__name__)

LOOK_AFTER_S = 1.0
COMPILES_AT_ONCE_MAX = 2
RESTART_AFTER_S = 0.5
RESTART_AFTER_S_MAX = 30.0

_json = msgspec.json.Encoder()


def _log_incident(incident: Incident) -> None:
    where = incident.key or "a blank worker"
    logger.warning("incident %s in %s: %s", incident.kind, where, incident.detail)


class Pool:
    """All workers of one host process.  ``start`` first, ``stop`` at the end."""

    def __init__(
        self, settings: PoolSettings | None = None, on_incident: OnIncident = _log_incident
    ) -> None:
        self.settings = settings or PoolSettings()
        self.self_test: SelfTest | None = None
        self._on_incident = on_incident
        self._groups: dict[str, Group] = {}
        self._deaths: dict[str, Deaths] = {}
        self._ends = Ends(self._tell_incident)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._runs_uploads = False
        self._runs_own = False
        self._compiling = asyncio.Semaphore(COMPILES_AT_ONCE_MAX)
        self._nursery = Nursery(self.settings, self, self._worker_exited, self._zygote_gone)

    # ── life ──

    async def start(self) -> SelfTest:
        """Start the zygote, prove the box, and fill the stock of blank workers."""
        self._is_stopping = False
        try:
            self.self_test = await self._nursery.start()
        except ZygoteGoneError:
            await self._nursery.stop()
            raise
        self._judge_box(self.self_test)
        self._start_task(self._nursery.keep_blanks())
        self._start_task(self._look_after_workers())
        return self.self_test

    def _judge_box(self, test: SelfTest) -> None:
        """Decide once, not at each event, what may run behind these walls."""
        self._runs_uploads = test.runs_uploads
        self._runs_own = test.holds or test.isolation == "degraded"
        if not test.holds:
            logger.warning("%s %s", test, " ".join(test.missing))

    async def stop(self) -> None:
        """End everything, and return when no process and no open socket is left."""
        self._is_stopping = True
        stopped = EventFailedError("stopped", "the host is stopping", retryable=True)
        for group in self._groups.values():
            while group.queue:
                group.queue.popleft().fail_with(stopped)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._nursery.stop()
        self._groups.clear()

    # ── work ──

    async def run_event(self, program: ProgramCode, event: Event, calls: Calls) -> Outcome:
        """Run one event and return what it changed, or raise ``EventFailedError``.

        ``calls`` answers the host calls that it makes, in the caller's task.  When that is
        cancelled the event's answer is dropped, and no further call of it is let through.
        """
        self._refuse_if_unfit(program)
        group = self._groups.get(program.key)
        if group is None:
            group = self._groups[program.key] = Group(program)
        if len(group.queue) >= self.settings.queue_events_max:
            raise EventFailedError("overloaded", "too many events are waiting", retryable=True)
        state = _json.encode(event.state)
        if len(state) > self.settings.state_bytes_max:
            raise EventFailedError("state", f"the page's data has {len(state)} bytes")
        job = Job(event, calls, state, asyncio.get_running_loop().create_future())
        group.queue.append(job)
        self._dispatch(group)
        return await job.follow()

    async def compile(self, sources: dict[str, str]) -> bytes:
        """Compile ``{path: source}`` in a box of its own, or raise ``SourceRefusedError``.

        The result is for ``ProgramCode`` and nobody else: never unmarshal it outside a box.  It
        begins with ``code_version()``; when that changes, compile again.
        """
        async with self._compiling:
            worker = await self._nursery.take()
            worker.key = "(compiler)"
            worker.is_retiring = True
            try:
                answer = await worker.compile(sources)
            except EventFailedError as error:
                if error.reason == "stopped":
                    raise
                why = "takes too long" if error.reason == "wall" else "is too much"
                raise SourceRefusedError([bomb(f"this {why} for the compiler")]) from error
            finally:
                # It has seen a stranger's source: no other program may have it.
                worker.kill("retired")
        if isinstance(answer, m.CompileRefused):
            raise SourceRefusedError([_finding(each) for each in answer.findings])
        code: bytes = answer.code
        return code

    def retire(self, key: str) -> None:
        """Let a program's workers end: at once when idle, else when their events have ended."""
        group = self._groups.get(key)
        for worker in list(group.workers) if group else ():
            worker.is_retiring = True
            self._end_if_done(worker)

    def worker_pids(self, key: str) -> list[int]:
        """Return the process ids of a program's workers."""
        group = self._groups.get(key)
        return [worker.pid for worker in group.workers if worker.pid] if group else []

    @property
    def zygote_pid(self) -> int:
        """The process whose end is the end of every worker."""
        return self._nursery.zygote_pid

    async def open_blank(self) -> Connection:
        """Make a worker that no program has, past the stock.  For measurements."""
        return await self._nursery.make()

    async def open_raw(self) -> Connection:
        """Make a worker that runs any code behind all walls but the language.  For tests."""
        return await self._nursery.make(raw=True)

    # ── what connections tell (``Owner``) ──

    def worker_is_free(self, connection: Connection) -> None:
        """Give a worker its next event, or end it if it was only to finish."""
        if connection.is_retiring:
            self._end_if_done(connection)
        group = self._groups.get(connection.key)
        if group is not None and group.queue:
            self._dispatch(group)

    def worker_is_lost(self, connection: Connection, unbegun: list[Job]) -> None:
        """Replace a worker that has ended, and run what it had not begun elsewhere."""
        self._nursery.forget(connection)
        self._ends.lose(connection)
        group = self._groups.get(connection.key)
        if group is None:
            return
        if connection in group.workers:
            group.workers.remove(connection)
        if connection.killed_for not in EXPECTED_ENDS:
            self._deaths.setdefault(connection.key, Deaths()).add(self.settings)
        group.queue.extendleft(reversed(unbegun))
        self._dispatch(group)
        if group.is_empty:
            self._groups.pop(connection.key, None)

    # ── giving out work ──

    def _refuse_if_unfit(self, program: ProgramCode) -> None:
        if self._is_stopping or self.self_test is None:
            raise EventFailedError("stopped", "the pool is not running", retryable=True)
        if not (self._runs_uploads if program.is_uploaded else self._runs_own):
            raise EventFailedError("isolation", "this host cannot isolate mini-programs")
        deaths = self._deaths.get(program.key)
        if deaths is not None:
            deaths.refuse_if_too_many()

    def _dispatch(self, group: Group) -> None:
        while group.queue:
            if group.queue[0].future.done():
                group.queue.popleft()
                continue
            worker = group.find_worker(self.settings.in_flight_max)
            if worker is None:
                break
            worker.run(group.queue.popleft())
        if group.queue and not any(each.is_usable for each in group.workers):
            self._grow(group)
        if not group.is_watched and group.is_waiting:
            self._watch(group)

    def _watch(self, group: Group) -> None:
        """Look in a moment whether events still wait, and fetch another worker if they do."""
        group.is_watched = True
        wait_s = self.settings.queue_wait_ms_max / 1000

        def look() -> None:
            group.is_watched = False
            if self._is_stopping or not group.is_waiting:
                return
            if group.has_waited_since(time.monotonic() - wait_s):
                self._grow(group)
            self._watch(group)

        asyncio.get_running_loop().call_later(wait_s, look)

    def _grow(self, group: Group) -> None:
        """Add a worker to a group, at once if a blank is ready."""
        usable = sum(each.is_usable for each in group.workers)
        if group.is_growing or self._is_stopping or usable >= self.settings.workers_per_program_max:
            return
        deaths = self._deaths.get(group.program.key)
        if deaths is not None and not usable:
            try:
                deaths.refuse_if_too_many()
            except EventFailedError as refusal:
                while group.queue:
                    group.queue.popleft().fail_with(refusal)
                return
        is_full = len(self._nursery.alive) >= self.settings.worker_count_max
        if is_full and not end_idlest(self._employed()):
            return
        ready = self._nursery.take_ready()
        if ready is not None:
            self._hire(group, ready)
            return
        group.is_growing = True
        self._start_task(self._make_and_hire(group))

    async def _make_and_hire(self, group: Group) -> None:
        try:
            worker = await self._nursery.take()
        except ZygoteGoneError as error:
            failure = EventFailedError("died", str(error), retryable=True)
            while group.queue:
                group.queue.popleft().fail_with(failure)
            return
        finally:
            group.is_growing = False
        self._hire(group, worker)

    def _hire(self, group: Group, worker: Connection) -> None:
        worker.key = group.program.key
        worker.last_used_at = time.monotonic()
        worker.load(group.program.code)
        group.workers.append(worker)
        # The group may have been forgotten while the worker was made.
        self._groups.setdefault(group.program.key, group)
        self._dispatch(group)

    # ── ends ──

    def _end_if_done(self, worker: Connection) -> None:
        if worker.is_retiring and not worker.in_flight:
            worker.kill("retired")

    def _worker_exited(self, exited: m.Exited) -> None:
        connection = self._nursery.alive.get(exited.id)
        self._start_task(self._ends.note(exited, connection))

    def _tell_incident(self, incident: Incident) -> None:
        if not self._is_stopping:
            self._on_incident(incident)

    async def _look_after_workers(self) -> None:
        upkeep = Upkeep(self.settings)
        while True:
            await asyncio.sleep(LOOK_AFTER_S)
            upkeep.look_at(list(self._nursery.alive.values()))
            upkeep.end_idle(self._employed())
            for key in [key for key, deaths in self._deaths.items() if deaths.is_forgotten()]:
                del self._deaths[key]

    def _employed(self) -> list[Connection]:
        return [worker for group in self._groups.values() for worker in group.workers]

    # ── the zygote ──

    def _zygote_gone(self) -> None:
        """Start another zygote; the workers of the old one are ending or have ended."""
        self._ends.forget()
        if not self._is_stopping and self.self_test is not None:
            self._on_incident(Incident("", "crash", "the zygote ended"))
            self._start_task(self._restart())

    async def _restart(self) -> None:
        wait_s = RESTART_AFTER_S
        while True:
            try:
                self.self_test = await self._nursery.start()
            except ZygoteGoneError:
                logger.exception("the zygote does not start; trying again in %s s", wait_s)
                await asyncio.sleep(wait_s)
                wait_s = min(RESTART_AFTER_S_MAX, wait_s * 2)
                continue
            self._judge_box(self.self_test)
            if not self.self_test.holds:
                self._on_incident(Incident("", "isolation", str(self.self_test)))
            return

    def _start_task(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a task of the pool failed", exc_info=error)


def _finding(found: m.FoundInSource) -> Finding:
    return Finding(
        found.file,
        found.line,
        found.column,
        found.code,
        found.message,
        found.fix,
        "warning" if found.severity == "warning" else "error",
    )
