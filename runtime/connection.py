"""One worker as the host sees it: its socket, what it is working on, and its deadline.

Nothing here waits for the worker.  Bytes are handed to the transport, answers arrive by callback,
and a worker that is late is killed through its pidfd by a timer.
"""

import asyncio
import logging
import os
import time
from dataclasses import dataclass
from typing import Any, Protocol, cast

from runtime import messages as m
from runtime import plain, supervisor
from runtime.job import Asked, Job
from runtime.model import CallRequest, Event, EventFailedError, Incident
from runtime.protocol import (
    COMPILED_BYTES_MAX,
    FRAME_SLACK_BYTES,
    Exchange,
    FrameReader,
    ProtocolViolationError,
    Work,
    frame,
)
from runtime.settings import PoolSettings
from sdk.contract.errors import UNAVAILABLE

logger = logging.getLogger(__name__)

LOAD_WALL_S = 2.0
# When the event loop itself was this late, the answer may already lie in the socket: look first.
LOOP_LATE_S = 0.03
LOOK_AGAIN_S = 0.005
# On a crowded machine a worker may hardly have run when its time is up.  It is killed once it has
# had this share of its time on a processor, or after so many times its time in any case.
FAIR_SHARE = 0.4
PATIENCE = 4
STARVED_LOOK_S = 0.05
# Weight of the newest event in the running mean of event times.
_MEAN_WEIGHT = 0.2


class Owner(Protocol):
    """Whom a connection tells about itself."""

    def worker_is_free(self, connection: "Connection") -> None:
        """Hear that the worker may have room for another event."""

    def worker_is_lost(self, connection: "Connection", unbegun: list[Job]) -> None:
        """Hear that the socket has closed; ``unbegun`` can be given to another worker."""


@dataclass(slots=True, eq=False)
class _Other:
    """Work that is not an event."""

    future: asyncio.Future[Any]
    wall_s: float


class Connection(asyncio.Protocol):
    """The host's end of one worker's socket."""

    def __init__(self, worker_id: int, settings: PoolSettings, owner: Owner) -> None:
        loop = asyncio.get_running_loop()
        self.id = worker_id
        self.key = ""
        self.pid = 0
        self.walls: tuple[str, ...] = ()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ready.add_done_callback(_look_at_error)
        self.closed: asyncio.Future[None] = loop.create_future()
        # What its end was, once the kernel has told: an incident, or nothing to speak of.
        self.judged: asyncio.Future[Incident | None] = loop.create_future()
        self.is_retiring = False
        # Why we killed it, if we did, and what there is to say about it.
        self.killed_for = ""
        self.detail = ""
        # The event that it was running when its socket closed.
        self.culprit: Event | None = None
        self.last_used_at = time.monotonic()
        # Mean time of an event; it decides whether events are sent ahead.
        self.mean_s = 0.0
        self.message_count = 0
        self._settings = settings
        self._owner = owner
        self._loop = loop
        self._pidfd = -1
        self._transport: asyncio.Transport | None = None
        self._exchange = Exchange(
            calls_max=settings.event_calls_max, in_flight_max=settings.in_flight_max
        )
        self._reader = FrameReader(settings.reply_bytes_max + FRAME_SLACK_BYTES)
        self._jobs: dict[int, Job] = {}
        # How many of them have not been begun.
        self.unbegun_count = 0
        self._others: list[_Other] = []
        self._head_since = 0.0
        self._head_cpu_ns = 0
        self._timer: asyncio.TimerHandle | None = None

    # ── what the pool asks ──

    @property
    def in_flight(self) -> int:
        """How many events have been sent here and have not ended."""
        return len(self._jobs)

    @property
    def due_count(self) -> int:
        """How much work has been sent and is not answered; waiting for the host is not work."""
        return len(self._exchange.due)

    @property
    def is_usable(self) -> bool:
        """Tell whether new events may be sent."""
        return not (self.killed_for or self.is_retiring or self.closed.done())

    def has_waited_since(self, moment: float) -> bool:
        """Tell whether an event sent before ``moment`` has not been begun."""
        return any(job.queued_at <= moment and not job.has_begun for job in self._jobs.values())

    def attach(self, pidfd: int) -> None:
        """Take over the pidfd of the worker's process."""
        if self.closed.done():
            os.close(pidfd)
            return
        self._pidfd = pidfd
        self.pid = supervisor.pid_of(pidfd)

    def load(self, code: bytes) -> None:
        """Send the program; events may be sent right after it."""
        self._begin_other("load", m.Load(code), LOAD_WALL_S)

    def compile(self, sources: dict[str, str]) -> asyncio.Future[Any]:
        """Send sources; the future gives ``Compiled`` or ``CompileRefused``."""
        self._reader = FrameReader(COMPILED_BYTES_MAX)
        wall_s = self._settings.compile_wall_ms_max / 1000
        return self._begin_other("compile", m.Compile(sources), wall_s)

    def run_raw(self, message: m.RunRaw, wall_s: float) -> asyncio.Future[Any]:
        """Send raw code, for tests of the walls; the future gives ``RawResult``."""
        return self._begin_other("raw", message, wall_s)

    def run(self, job: Job) -> None:
        """Send an event."""
        number = self._exchange.begin_event()
        self._jobs[number] = job
        self.unbegun_count += 1
        self._write(job.message(number))
        self._work_was_added()

    def kill(self, why: str, detail: str = "") -> None:
        """Kill the worker; its events fail when the socket closes, which is at once."""
        if not self.killed_for:
            self.killed_for, self.detail = why, detail
        if self._pidfd >= 0:
            supervisor.kill(self._pidfd)
        elif self._transport is not None:
            self._transport.abort()

    # ── what the event loop calls ──

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Cut, check and act on what the worker says."""
        try:
            for body in self._reader.feed(data):
                # A worker that is to die is not listened to any more.
                if self.killed_for:
                    return
                head = self._exchange.due[0] if self._exchange.due else None
                message = self._exchange.receive(body)
                self._work_was_answered(head)
                self._act_on(message)
        except (ProtocolViolationError, plain.NotPlainError) as error:
            self.kill("protocol", str(error))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (how it ended tells more)
        """Fail what was in flight and hand back what was not begun."""
        if self._timer is not None:
            self._timer.cancel()
        if self._pidfd >= 0:
            # A worker that closed its socket and lives on is of no use to anybody.
            supervisor.kill(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1
        self.closed.set_result(None)
        if not self.ready.done():
            self.ready.set_exception(supervisor.ZygoteGoneError("the worker ended at its start"))
        unbegun = self._fail_what_was_begun()
        self._owner.worker_is_lost(self, unbegun)

    def _fail_what_was_begun(self) -> list[Job]:
        """Fail all work that the worker may have begun, and return the events it has not."""
        culprit = self._exchange.due[0] if self._exchange.due else None
        if isinstance(culprit, int):
            self.culprit = self._jobs[culprit].event
        unbegun = []
        for number, job in self._jobs.items():
            # Code that kills its worker would kill the next one: nobody else is given it.
            if job.has_begun or culprit == "load":
                job.fail_with(self._loss(is_culprit=number == culprit))
            else:
                unbegun.append(job)
        self._jobs.clear()
        for other in self._others:
            if not other.future.done():
                other.future.set_exception(self._loss(is_culprit=True))
        return unbegun

    # ── messages ──

    def _act_on(self, message: m.FromWorker) -> None:
        self.message_count += 1
        if isinstance(message, m.Reply):
            bytes_max = self._settings.state_bytes_max
            self._jobs[message.event].finish(message, state_bytes_max=bytes_max)
            self._end_job(message.event)
        elif isinstance(message, m.Failure):
            self._jobs[message.event].fail(message)
            if message.reason == "memory":
                # Its heap is full of holes now; a new worker is cheaper than finding out.
                self.is_retiring = True
            self._end_job(message.event)
        elif isinstance(message, m.Call):
            self._begin_call(message)
        elif isinstance(message, m.Ready):
            self.walls = tuple(message.walls)
            self.ready.set_result(None)
        else:
            self._end_other(message)

    def _end_job(self, number: int) -> None:
        del self._jobs[number]
        self.last_used_at = time.monotonic()
        self._owner.worker_is_free(self)

    def _end_other(self, message: m.FromWorker) -> None:
        other = self._others.pop(0)
        if isinstance(message, m.LoadFailed):
            # Nothing that was sent behind it can run.
            for job in self._jobs.values():
                job.fail_with(EventFailedError(message.reason, message.message))
            self.kill("load", message.message)
        if not other.future.done():
            other.future.set_result(message)

    def _begin_call(self, call: m.Call) -> None:
        job = self._jobs[call.event]
        request = CallRequest(job.event.id, call.number, call.name, plain.read_object(call.args))
        if not job.ask(Asked(request, call, self._answer_call, self._settings.answer_bytes_max)):
            # Nobody waits for this event any more, so it may not do anything more.
            refusal = m.CallRefusal(call.event, call.number, UNAVAILABLE, "the person has gone")
            self._answer_call(refusal)
        # The worker may have nothing else to do while this event waits.
        self._owner.worker_is_free(self)

    def _answer_call(self, answer: m.CallAnswer | m.CallRefusal) -> None:
        if self.closed.done() or not self._exchange.answer(answer.event, answer.call):
            return
        self._write(answer)
        self._work_was_added()

    def _begin_other(self, work: Work, message: object, wall_s: float) -> asyncio.Future[Any]:
        future = self._loop.create_future()
        future.add_done_callback(_look_at_error)
        if self.closed.done():
            future.set_exception(self._loss(is_culprit=False))
            return future
        self._exchange.begin(work)
        self._others.append(_Other(future, wall_s))
        self._write(message)
        self._work_was_added()
        return future

    def _write(self, message: object) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame(message))

    def _loss(self, *, is_culprit: bool) -> EventFailedError:
        """Say why an event was lost with its worker; only one of them can be to blame."""
        if is_culprit and self.killed_for == "wall":
            seconds = self._settings.event_wall_ms_max / 1000
            return EventFailedError("wall", f"took longer than {seconds:g} s and was stopped")
        if self.killed_for == "stopped":
            return EventFailedError("stopped", "the host is stopping", retryable=True)
        return EventFailedError(
            "died", "the worker ended before the event did", retryable=True, ended=self.judged
        )

    # ── time ──

    def _work_was_added(self) -> None:
        if len(self._exchange.due) == 1:
            self._head_began()

    def _head_began(self) -> None:
        self._head_since = time.monotonic()
        self._head_cpu_ns = supervisor.cpu_ns(self.pid) or 0
        head = self._exchange.due[0]
        if type(head) is int and not (job := self._jobs[head]).has_begun:
            job.has_begun = True
            self.unbegun_count -= 1
        left_s = self._left_s()
        if self._timer is None or self._timer.when() > self._loop.time() + left_s:
            self._look_in(left_s)

    def _work_was_answered(self, head: int | Work | None) -> None:
        """Book the time of what was answered, and begin to count that of the next."""
        worked_s = time.monotonic() - self._head_since
        if isinstance(head, int):
            self._jobs[head].worked_s += worked_s
            self.mean_s += (worked_s - self.mean_s) * _MEAN_WEIGHT
        if self._exchange.due:
            self._head_began()

    def _left_s(self) -> float:
        """How much longer the work at the head may take."""
        head = self._exchange.due[0]
        if isinstance(head, int):
            allowed = self._settings.event_wall_ms_max / 1000 - self._jobs[head].worked_s
        else:
            allowed = self._others[0].wall_s
        return allowed - (time.monotonic() - self._head_since)

    def _look(self, due_at: float) -> None:
        """Kill the worker if its time is up.

        One timer serves all events: it is not moved at each, but looks again when it rings.
        """
        self._timer = None
        if not self._exchange.due or self.killed_for:
            return
        left_s = self._left_s()
        if left_s > 0:
            self._look_in(left_s)
        elif self._loop.time() - due_at > LOOP_LATE_S:
            self._look_in(LOOK_AGAIN_S)
        elif self._is_starved():
            self._look_in(STARVED_LOOK_S)
        else:
            self.kill("wall", f"worked for {time.monotonic() - self._head_since:.1f} s")

    def _is_starved(self) -> bool:
        """Tell whether the worker is late only because others had the processors."""
        worked_s = time.monotonic() - self._head_since
        allowed_s = worked_s + self._left_s()
        cpu_ns = supervisor.cpu_ns(self.pid)
        if cpu_ns is None or worked_s > PATIENCE * allowed_s:
            return False
        return (cpu_ns - self._head_cpu_ns) / 1e9 < FAIR_SHARE * allowed_s

    def _look_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due_at = self._loop.time() + seconds
        self._timer = self._loop.call_at(due_at, self._look, due_at)


def _look_at_error(done: asyncio.Future[Any]) -> None:
    """Keep asyncio from reporting a failure that nobody waited for: its event tells it as well."""
    if not done.cancelled():
        done.exception()
