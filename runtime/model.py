"""What the host gives to the pool and what it gets back.  Plain values, all of them."""

from asyncio import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class ProgramCode:
    """One version of a mini-program, compiled.

    ``key`` names the worker: never two keys in one process.  A page that must have a process of its
    own (``isolate: "session"``) is given a key of its own.
    """

    key: str
    code: bytes
    # False only for a program from the developer's own folder, which degraded isolation may run.
    is_uploaded: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on one open page."""

    id: str
    # Path of the page without ``.py``: "pages/product/product".
    page: str
    handler: str
    state: dict[str, Any]
    payload: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    # All the time and all the chance that the program sees, so that a recorded event replays.
    now_ms: int = 0
    seed: int = 0
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A host call made while an event runs.  ``number`` counts from 1 within the event."""

    event_id: str
    number: int
    name: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """Something the shell does once the event has succeeded: navigation, a toast."""

    name: str
    args: dict[str, Any]


class Logged(NamedTuple):
    """A line for the merchant's log; ``level`` is info, warn or error."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event that succeeded has changed."""

    # The whole state afterwards, and the part of it that is new.
    state: dict[str, Any]
    changed: dict[str, Any]
    # What the handler returned: the card of ``on_share``.
    result: Any
    effects: tuple[Effect, ...]
    logs: tuple[Logged, ...]
    cpu_us: int
    call_count: int


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that an operator should know.

    Kinds: "sigsys" (tried a forbidden system call: an intrusion alarm), "protocol" (lied),
    "idle_cpu" (computed with nothing to do), "wall" (an event took too long), "crash", "killed" (by
    somebody else: the kernel short of memory, an operator), "isolation" (the box no longer holds).
    """

    # The program's, empty when it was a blank worker or the zygote.
    key: str
    kind: str
    detail: str
    # What the worker was running; None when it had nothing to do.
    event: Event | None = None
    # The forbidden call, for a "sigsys" and where the kernel tells: ``fork (57)``.
    syscall: str = ""


class EventFailedError(Exception):
    """An event did not happen: nothing of it may be kept.

    Reasons: ``error`` (the handler raised), ``cpu`` and ``wall`` (too long), ``memory``, ``calls``
    (too many host calls), ``state`` (not plain data, or too much), ``load`` (a file of the program
    failed), ``no_handler``, ``stale_code`` (compile it again), ``died``, ``backoff``,
    ``overloaded``, ``isolation``, ``stopped``.

    ``retryable`` says that the same event may be sent again: nothing says that it was at fault.
    ``ended`` is there when its worker has ended, and gives the incident that this was, if any, once
    the kernel has told how.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        retryable: bool = False,
        logs: tuple[Logged, ...] = (),
        ended: "Future[Incident | None] | None" = None,
    ) -> None:
        super().__init__(reason, message)
        self.ended = ended
        self.reason = reason
        self.message = message
        self.file = file
        self.line = line
        self.retryable = retryable
        self.logs = logs

    def __str__(self) -> str:
        place = f" ({self.file}:{self.line})" if self.file else ""
        return f"{self.reason}: {self.message}{place}"


class CallRefusedError(Exception):
    """The host refuses a call; the program sees ``sdk.ApiError`` with the same code."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
