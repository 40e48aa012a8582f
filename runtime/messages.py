"""The messages between host and worker: typed, and with every length bounded by its type.

They travel as arrays whose first element is the tag.  Values of the program (state, arguments,
answers) are JSON text inside, so that the host can bound and read them after it has accepted the
message as such.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Number = Annotated[int, Meta(ge=0, le=2**53)]
Name = Annotated[str, Meta(max_length=200)]
Sentence = Annotated[str, Meta(max_length=2000)]
LogLevel = Literal["info", "warn", "error"]
LogLine = tuple[LogLevel, Annotated[str, Meta(max_length=2100)]]


class _Message(Struct, array_like=True, forbid_unknown_fields=True):
    """One message; a longer array than the type says is refused."""


class EventLimits(Struct, array_like=True, frozen=True):
    """What one event may use, as the worker is told when it is made."""

    cpu_ms: int
    calls: int
    reply_bytes: int
    state_bytes: int
    log_lines: int
    log_bytes: int
    compile_cpu_ms: int


# ── host to worker ──


class Load(_Message, tag=1):
    """Take this program.  Answered by ``Loaded`` or ``LoadFailed``."""

    code: bytes


class RunEvent(_Message, tag=2):
    """Run a handler.  Answered by ``Reply``, ``Failure`` or ``Call``."""

    event: int
    page: str
    handler: str
    state: bytes
    payload: bytes
    query: bytes
    now_ms: int
    seed: int
    lang: str


class CallAnswer(_Message, tag=3):
    """What a host call gave.  The event goes on, and ends or calls again."""

    event: int
    call: int
    value: bytes


class CallRefusal(_Message, tag=4):
    """A host call was refused.  The event goes on."""

    event: int
    call: int
    code: str
    message: str


class Compile(_Message, tag=5):
    """Compile these files.  Answered by ``Compiled`` or ``CompileRefused``."""

    sources: dict[str, str]


class RunRaw(_Message, tag=6):
    """Run any code, for tests of the walls.  Only a worker that was made for it understands."""

    source: str
    language_wall: bool
    # Path of a file that must stay unread; the code finds it as CANARY.
    canary: str


ToWorker = Load | RunEvent | CallAnswer | CallRefusal | Compile


# ── worker to host ──


class Ready(_Message, tag=1):
    """The lockdown is done and these walls are up.  Always the first message."""

    walls: Annotated[list[Name], Meta(max_length=32)]


class Loaded(_Message, tag=2):
    """The program was taken."""


class LoadFailed(_Message, tag=3):
    """The program was not taken: its code was made by another version of the compiler."""

    reason: Name
    message: Sentence


class Reply(_Message, tag=4):
    """The handler ended well.  ``changed`` is a JSON object, ``effects`` a list of pairs."""

    event: Number
    changed: bytes
    removed: Annotated[list[Name], Meta(max_length=1000)]
    result: bytes
    effects: bytes
    logs: Annotated[list[LogLine], Meta(max_length=1000)]
    cpu_us: Number


class Failure(_Message, tag=5):
    """The handler did not end well, and nothing of it counts."""

    event: Number
    reason: Name
    message: Sentence
    file: Name
    line: Number
    logs: Annotated[list[LogLine], Meta(max_length=1000)]
    cpu_us: Number


class Call(_Message, tag=6):
    """The handler asks the host for something, and waits."""

    event: Number
    number: Number
    name: Name
    args: bytes


class FoundInSource(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A finding on its way to the host."""

    file: Name
    line: Number
    column: Number
    code: Name
    message: Sentence
    fix: Sentence
    severity: Name


class Compiled(_Message, tag=7):
    """The files, compiled; the host stores the bytes and never looks into them."""

    code: bytes


class CompileRefused(_Message, tag=8):
    """The files cannot be compiled."""

    findings: Annotated[list[FoundInSource], Meta(max_length=1000)]


class RawResult(_Message, tag=9):
    """What came of raw code."""

    status: Name
    shown: Sentence
    danger: Sentence


FromWorker = (
    Ready | Loaded | LoadFailed | Reply | Failure | Call | Compiled | CompileRefused | RawResult
)


# ── host and zygote ──


class Spawn(Struct, array_like=True, frozen=True):
    """Make a worker of the socket that comes with this message.

    ``probe`` names an escape to try instead; ``raw`` makes a worker for tests of the walls.
    """

    id: int
    uid: int
    memory_bytes: int
    limits: EventLimits
    probe: str = ""
    raw: bool = False


class ZygoteStarted(Struct, array_like=True, frozen=True, tag=1):
    """The zygote is in its namespaces; ``walls`` names them."""

    walls: list[str]


class Spawned(Struct, array_like=True, frozen=True, tag=2):
    """The worker was forked; its pidfd comes with this message."""

    id: int


class Exited(Struct, array_like=True, frozen=True, tag=3):
    """The worker has ended: an exit status, or a signal as a negative number.

    ``syscall`` is the forbidden call that it has tried, where the kernel tells.
    """

    id: int
    status: int
    syscall: int | None = None


FromZygote = ZygoteStarted | Spawned | Exited
