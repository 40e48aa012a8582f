"""Inside the box: reads messages from its one descriptor, runs handlers, answers.

One process serves one version of one mini-program, for many people at once: each event runs in a
greenlet of its own, and while one waits for the host the others go on.  Nothing here is trusted by
the host; the checks below are for merchants, who get better messages from them than from the
host's refusal.
"""

import random
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn

import greenlet
import msgspec

from runtime import compiling, plain, program_box
from runtime import messages as m
from runtime.cpu_limit import CpuLimit, CpuLimitError
from runtime.language import Language
from runtime.program_box import Program, ProgramError
from runtime.worker_socket import Inbox, send
from sdk.contract.capabilities import CAPABILITIES
from sdk.contract.errors import TOO_MANY_CALLS, UNAVAILABLE
from sdk.errors import ApiError

EFFECTS_MAX = 50
MESSAGE_LENGTH_MAX = 500
WARM_UP_COUNT = 3
# Greenlets that wait for another event; each holds about 20 KB.
RESTING_MAX = 4
# What nearly every event does; and what many do beside, which only the zygote tries out: what a
# worker writes to is its own from then on, whether its program does the same or not.
WARM_UP_SOURCE = """
from sdk import Page


class Warm(Page):
    count: int = 0
    items: list = []

    def tap(self, event):
        self.count += int(event.value)
"""
WARM_UP_MORE_SOURCE = """
from sdk import Page, api
import random

class Warm(Page):
    count: int = 0
    items: list = []

    def tap(self, event):
        self.count += int(event.value)
        self.items = [{"name": f"{each}", "price": random.random()} for each in range(3)]
        self.items.sort(key=lambda item: item["price"])
        api.ui.toast("warm")
"""
LOG_LEVELS: dict[str, m.LogLevel] = {
    "log.info": "info",
    "log.warn": "warn",
    "log.error": "error",
}
INTEGER_BITS_SHOWN_MAX = 256

_to_worker: msgspec.msgpack.Decoder[m.ToWorker] = msgspec.msgpack.Decoder(m.ToWorker)
_json = msgspec.json.Encoder()
_read_json = msgspec.json.Decoder()


class Session:
    """One event while it runs: what it has used and what it has said."""

    __slots__ = (
        "_log_bytes_left", "_log_lines_max", "_random", "calls", "effects", "event", "left_ns",
        "logs", "used_ns",
    )  # fmt: skip

    def __init__(self, event: m.RunEvent, limits: m.EventLimits) -> None:
        self.event = event
        self.left_ns = limits.cpu_ms * 1_000_000
        self.used_ns = 0
        self.calls = 0
        self.effects: list[tuple[str, dict[str, Any]]] = []
        self.logs: list[m.LogLine] = []
        self._log_bytes_left = limits.log_bytes
        self._log_lines_max = limits.log_lines
        self._random: random.Random | None = None

    def random(self) -> random.Random:
        """Return the event's own chance, the same whenever the event is run again."""
        if self._random is None:
            self._random = random.Random(self.event.seed)  # noqa: S311  (must be repeatable)
        return self._random

    def log(self, text: str, level: m.LogLevel = "info") -> None:
        """Keep a line for the merchant, as long as the event's budget lasts."""
        if self._log_bytes_left <= 0 or len(self.logs) >= self._log_lines_max:
            return
        line = text[: min(2000, self._log_bytes_left)]
        self._log_bytes_left -= len(line) + 1
        full = self._log_bytes_left <= 0 or len(self.logs) == self._log_lines_max - 1
        self.logs.append(("warn", "(the log of this event is full)") if full else (level, line))


class Worker:
    """The loop, and everything that the language façades need from outside (``Services``)."""

    def __init__(self, limits: m.EventLimits) -> None:
        self.limits = limits
        self._language = Language(self)
        self._program: Program | None = None
        self._session: Session | None = None
        self._waiting: dict[tuple[int, int], greenlet.greenlet] = {}
        self._hub = greenlet.getcurrent()
        self._resting: list[greenlet.greenlet] = []
        self._cpu = CpuLimit(self._is_program_file)
        self._cpu.install()
        self._inbox = Inbox()
        self._send: Callable[[Any], None] = send

    def warm_up(self, code: bytes) -> None:
        """Run a made-up event, so that the first real one finds everything in place.

        A fork shares the zygote's memory until it writes, and Python writes wherever it looks, so
        most of a first event is copying pages.  A blank worker has time to do that before.
        """
        self._send = _keep_quiet
        self._load(m.Load(code))
        state = b'{"count":1,"items":[1]}'
        for _ in range(WARM_UP_COUNT):
            self._begin_event(
                m.RunEvent(1, "page", "tap", state, b'{"value":"1"}', b"{}", 0, 1, "en")
            )
        self._program = None
        self._send = send

    def run(self, walls: tuple[str, ...]) -> NoReturn:
        """Serve until the host closes the socket."""
        self._cpu.arm()
        self._send(m.Ready(list(walls)))
        act: dict[type[Any], Callable[[Any], None]] = {
            m.RunEvent: self._begin_event,
            m.CallAnswer: self._go_on,
            m.CallRefusal: self._go_on,
            m.Load: self._load,
            m.Compile: self._compile,
        }
        while True:
            message = _to_worker.decode(self._inbox.receive())
            act[type(message)](message)

    # ── services for the language ──

    def now_ms(self) -> int:
        """Return the event's time; it stands still while the event runs."""
        return self._session.event.now_ms if self._session else 0

    def random(self) -> random.Random:
        """Return the event's random numbers."""
        if self._session is None:
            raise ApiError(UNAVAILABLE, "random numbers exist only while an event runs")
        return self._session.random()

    def log(self, text: str) -> None:
        """Write a line to the merchant's log."""
        if self._session is not None:
            self._session.log(text)

    def call(self, name: str, args: dict[str, Any]) -> Any:
        """Do what ``api`` was asked: keep an effect, or ask the host and wait."""
        session, program = self._session, self._program
        if session is None or program is None or program.is_running_a_file:
            raise ApiError(UNAVAILABLE, "api can be used in handlers, not while a file is run")
        capability = CAPABILITIES[name]
        if capability.kind == "wait" and program_box.is_no_page(session.event.page):
            raise ApiError(UNAVAILABLE, "only a page can ask a person: the answer comes to one")
        if name in LOG_LEVELS:
            session.log(args["text"], LOG_LEVELS[name])
            return None
        if not capability.is_sent_to_host:
            if len(session.effects) >= EFFECTS_MAX:
                raise ApiError(TOO_MANY_CALLS, f"an event may have {EFFECTS_MAX} effects")
            session.effects.append((name, args))
            return None
        if session.calls >= self.limits.calls:
            session.calls += 1
            raise ApiError(TOO_MANY_CALLS, f"an event may call {self.limits.calls} times")
        return self._ask_host(session, name, plain.encode(args))

    def _ask_host(self, session: Session, name: str, args: bytes) -> Any:
        session.calls += 1
        key = (session.event.event, session.calls)
        self._pause(session)
        self._send(m.Call(key[0], key[1], name, args))
        self._waiting[key] = greenlet.getcurrent()
        answer = self._hub.switch()
        self._session = session
        self._cpu.start(session.left_ns)
        if isinstance(answer, m.CallRefusal):
            raise ApiError(answer.code, answer.message)
        return _read_json.decode(answer.value)

    # ── messages ──

    def _load(self, message: m.Load) -> None:
        try:
            files = compiling.unpack(message.code)
        except compiling.StaleCodeError as error:
            self._send(m.LoadFailed("stale_code", str(error)))
            return
        self._program = Program(files, self._language)
        self._send(m.Loaded())

    def _compile(self, message: m.Compile) -> None:
        self._cpu.start(self.limits.compile_cpu_ms * 1_000_000)
        try:
            answer = compiling.compile_sources(message.sources)
        except CpuLimitError:
            self._cpu.stop()
            answer = compiling.refuse_everything("this takes too long to compile")
        else:
            self._cpu.stop()
        self._send(answer)

    def _go_on(self, answer: m.CallAnswer | m.CallRefusal) -> None:
        self._waiting.pop((answer.event, answer.call)).switch(answer)

    def _begin_event(self, event: m.RunEvent) -> None:
        """Run an event in a greenlet, until it has ended or waits for the host.

        A new greenlet costs more than the rest of a short event: Python maps a stack of its own
        for it and unmaps it afterwards.  So a few are kept.
        """
        runner = self._resting.pop() if self._resting else greenlet.greenlet(self._run_events)
        runner.switch(event)

    def _run_events(self, event: m.RunEvent) -> None:
        while True:
            self._run_event(event)
            if len(self._resting) >= RESTING_MAX:
                return
            # Nothing of the last event may stay while this waits for the next.
            del event
            self._resting.append(greenlet.getcurrent())
            event = self._hub.switch()

    def _run_event(self, event: m.RunEvent) -> None:
        session = self._session = Session(event, self.limits)
        self._cpu.place = None
        answer: m.Reply | m.Failure
        try:
            try:
                answer = self._run_handler(session)
            finally:
                self._pause(session)
        except CpuLimitError:
            self._pause(session)
            answer = self._too_long(session)
        except BaseException as error:  # noqa: BLE001  (whatever a program raises is its failure)
            answer = self._failure(session, error)
        self._session = None
        self._send(answer)

    def _run_handler(self, session: Session) -> m.Reply:
        event, program = session.event, self._program
        if program is None:
            raise ProgramError("load", "no program was loaded")
        self._cpu.start(session.left_ns)
        state, result = program_box.run_handler(program, event, self.limits.state_bytes)
        return self._reply(session, state, result)

    def _reply(self, session: Session, state: program_box.Changes, result: Any) -> m.Reply:
        event = session.event
        try:
            shown = b"null" if result is None else plain.encode(result)
            effects = plain.encode(session.effects) if session.effects else b"[]"
        except plain.NotPlainError as error:
            raise ProgramError("state", f"{event.handler}: {error}") from None
        changed = _json.encode(state.changed)
        self._pause(session)
        cpu_us = session.used_ns // 1000
        reply = m.Reply(event.event, changed, state.removed, shown, effects, session.logs, cpu_us)
        size = len(changed) + len(shown) + len(effects)
        if size > self.limits.reply_bytes:
            raise ProgramError("state", f"the answer has {size} bytes")
        return reply

    # ── failures ──

    def _too_long(self, session: Session) -> m.Failure:
        file, line = self._cpu.place or ("", 0)
        sentence = f"computed for more than {self.limits.cpu_ms} ms"
        return self._failed(session, "cpu", sentence, file, line)

    def _failure(self, session: Session, error: BaseException) -> m.Failure:
        file, line = self._find_line(error.__traceback__)
        if isinstance(error, ProgramError):
            return self._failed(
                session, error.reason, error.message, error.file or file, error.line or line
            )
        if isinstance(error, MemoryError):
            return self._failed(session, "memory", "used more memory than it may", file, line)
        reason = "calls" if session.calls > self.limits.calls else "error"
        return self._failed(session, reason, describe(error), file, line)

    def _failed(
        self, session: Session, reason: str, message: str, file: str, line: int
    ) -> m.Failure:
        return m.Failure(
            session.event.event,
            reason,
            message[:MESSAGE_LENGTH_MAX],
            file[:200],
            line,
            session.logs,
            session.used_ns // 1000,
        )

    def _find_line(self, traceback: TracebackType | None) -> tuple[str, int]:
        place = ("", 0)
        while traceback is not None:
            file = traceback.tb_frame.f_code.co_filename
            if self._is_program_file(file):
                place = (file, traceback.tb_lineno)
            traceback = traceback.tb_next
        return place

    def _is_program_file(self, path: str) -> bool:
        return self._program is not None and self._program.has_file(path)

    # ── the socket ──

    def _pause(self, session: Session) -> None:
        """Switch the CPU limit off and book what was used.  May be called twice."""
        used = self._cpu.stop()
        session.used_ns += used
        session.left_ns -= used


def _keep_quiet(_message: Any) -> None:
    """Stand for ``send`` while a worker warms up."""


def describe(error: BaseException) -> str:
    """Say what an exception says, without running any code of the program.

    ``str(error)`` would call a method that the program may have written, outside every limit.
    """
    said = BaseException.__dict__["args"].__get__(error)
    words = [str(each)[:MESSAGE_LENGTH_MAX] for each in said if _is_short(each)]
    name = type.__dict__["__name__"].__get__(type(error))
    return f"{name}: {', '.join(words)}" if words else str(name)


def _is_short(value: Any) -> bool:
    # Python refuses to write out very large numbers, and would take long for large ones.
    if type(value) is int:
        return value.bit_length() < INTEGER_BITS_SHOWN_MAX
    return type(value) in (str, float, bool)


def close_to_imports() -> None:
    """Make sure that nothing is looked up in files any more; they could not be read anyway."""
    sys.path.clear()
    sys.path_hooks.clear()
    sys.meta_path.clear()
    sys.path_importer_cache.clear()


def close_streams() -> None:
    """Take the standard streams away: their descriptors are closed in a worker."""
    sys.stdin = sys.stdout = sys.stderr = None
