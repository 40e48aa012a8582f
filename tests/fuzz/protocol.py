"""A worker that says whatever it likes to the host's side of the conversation.

Each input is a script: what the host does (sends an event, answers a call) and what comes from the
worker (the message that is due, perhaps with one field changed; any message; any bytes; cut
anywhere).  The model is small: an event that is due ends at most once, and only by its own answer.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from runtime.connection import Connection
from runtime.job import Job
from runtime.messages import Call, Failure, Reply
from runtime.model import CallRequest, Event, EventFailedError, Outcome
from runtime.protocol import Exchange, FrameReader, ProtocolViolationError, frame
from runtime.settings import PoolSettings
from tests.fuzz.edits import edit, edits, junk
from tests.fuzz.engine import Subject

Step = tuple[str, Any]
_SETTINGS = PoolSettings(state_bytes_max=2000, reply_bytes_max=20_000, in_flight_max=4)
_JSON_TEXTS = [
    *(b"{}", b"[]", b"null", b'{"n":1}', b'{"n":NaN}', b"{", b"", b"\xff\xfe", b"[" * 400),
    *(b'{"a":' * 40 + b"1" + b"}" * 40, b'{"n":"' + b"x" * 3000 + b'"}', b'[["ui.toast",{}]]'),
    *(b'[["ui.toast",{"text":"hi"}]]', b'[["pay.open",{}]]', b'[["nav.to",{"page":1}]]', b"[[]]"),
    *(b'[["ui.toast",{"text":"hi","x":1}]]', b'{"n":1,"n":2}', b"1e999", b"1" * 400, b'{"__x":1}'),
    b'"\\ud800"',
]
_field = junk | st.sampled_from(_JSON_TEXTS) | st.sampled_from([["x"] * 1001, ["y" * 2200], [1]])
# Which field is changed, counted from the tag, and to what; a field too many is one more.
_changes = st.lists(st.tuples(st.integers(0, 9), _field), max_size=2)
_messages = st.tuples(st.integers(0, 12), st.lists(_field, max_size=8)).map(
    lambda made: [made[0], *made[1]]
)
_steps = st.one_of(
    st.tuples(st.just("event"), st.none()),
    st.tuples(st.just("answer"), st.none()),
    st.tuples(st.just("reply"), _changes),
    st.tuples(st.just("fail"), _changes),
    st.tuples(st.just("call"), _changes),
    st.tuples(st.just("reply"), st.just([])),
    st.tuples(st.just("call"), st.just([])),
    st.tuples(st.just("message"), _messages),
    st.tuples(st.just("damaged"), edits(st.binary(max_size=6))),
    st.tuples(st.just("bytes"), st.binary(max_size=30)),
)
_scripts = st.tuples(st.lists(_steps, min_size=1, max_size=14), st.integers(1, 40))


def _said(kind: str, detail: Any, event: int, calls: int) -> bytes:
    """Return what the worker writes in one step."""
    due = {
        "reply": [4, event, b'{"n":2}', [], b"null", b"[]", ["line"], 7],
        "fail": [5, event, "error", "no stock", "pages/a.py", 3, [], 7],
        "call": [6, event, calls + 1, "storage.get", b'{"key":"k"}'],
    }
    if kind == "bytes":
        return bytes(detail)
    if kind == "damaged":
        return bytes(edit(frame(due["reply"]), detail))
    if kind == "message":
        return _frame(detail)
    message: list[Any] = list(due[kind])
    for at, value in detail:
        message[at : at + 1] = [value]
    return _frame(message)


def _frame(message: list[Any]) -> bytes:
    try:
        return frame(message)
    except (OverflowError, UnicodeEncodeError):
        return frame([4, -1])


class _Socket(asyncio.Transport):
    """The host's end of a socket whose other end is the script."""

    def __init__(self, lose: Callable[[], None]) -> None:
        super().__init__()
        self._lose = lose
        self._is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Drop it: the script does not listen."""

    def is_closing(self) -> bool:
        return self._is_closed

    def abort(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            asyncio.get_running_loop().call_soon(self._lose)


class _Owner:
    """Hears of the worker what a pool would."""

    def __init__(self) -> None:
        self.unbegun: list[Job] = []

    def worker_is_free(self, _connection: Connection) -> None:
        """Send nothing more."""

    def worker_is_lost(self, _connection: Connection, unbegun: list[Job]) -> None:
        """Keep what could run elsewhere."""
        self.unbegun = unbegun


def _examine(script: tuple[list[Step], int]) -> None:
    steps, piece = script
    _examine_exchange(steps)
    asyncio.run(_examine_connection(steps, piece))


def _examine_exchange(steps: list[Step]) -> None:
    """Feed the state machine by itself, and keep a second, simpler account beside it."""
    exchange, reader = Exchange(calls_max=3, in_flight_max=4), FrameReader(50_000)
    exchange.receive(msgspec.msgpack.encode([1, ["seccomp"]]))
    open_events: set[int] = set()
    calls: dict[int, int] = {}
    waiting: list[tuple[int, int]] = []
    try:
        for kind, detail in steps:
            if kind == "event":
                if exchange.in_flight < 4:
                    open_events.add(exchange.begin_event())
            elif kind == "answer":
                if waiting:
                    assert exchange.answer(*waiting.pop())
            else:
                head = exchange.due[0] if exchange.due else 0
                assert isinstance(head, int)
                for body in reader.feed(_said(kind, detail, head, calls.get(head, 0))):
                    message = exchange.receive(body)
                    _account(message, open_events, calls, waiting)
            assert exchange.in_flight == len(open_events)
            assert {*exchange.due} | {event for event, _ in waiting} == open_events
    except ProtocolViolationError:
        return


def _account(
    message: object, events: set[int], calls: dict[int, int], waiting: list[tuple[int, int]]
) -> None:
    if isinstance(message, Call):
        assert message.event in events
        assert message.number == calls.get(message.event, 0) + 1 <= 3
        calls[message.event] = message.number
        waiting.append((message.event, message.number))
    else:
        assert isinstance(message, Reply | Failure), f"{message} was taken"
        events.remove(message.event)


async def _examine_connection(steps: list[Step], piece: int) -> None:
    """Let a connection hear it: each event ends once, somehow, and nothing escapes."""
    loop = asyncio.get_running_loop()
    escaped: list[Any] = []
    loop.set_exception_handler(lambda _loop, context: escaped.append(context))
    owner = _Owner()
    connection = Connection(1, _SETTINGS, owner)
    socket = _Socket(lambda: connection.connection_lost(None))
    connection.connection_made(socket)
    connection.data_received(frame([1, ["seccomp"]]))
    asked: list[CallRequest] = []
    jobs: list[Job] = []
    calls = 0

    async def answer(request: CallRequest) -> Any:
        asked.append(request)
        return {"ok": True}

    for kind, detail in steps:
        if kind == "event" and len(jobs) < 4 and connection.is_usable:
            event = Event(f"e{len(jobs)}", "pages/a", "tap", {"n": 1})
            jobs.append(Job(event, answer, b'{"n":1}', loop.create_future()))
            connection.run(jobs[-1])
        elif kind == "answer":
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        elif kind != "event":
            head = next((n for n, job in enumerate(jobs, 1) if not job.future.done()), 1)
            calls = jobs[head - 1].call_count if jobs else 0
            data = _said(kind, detail, head, calls)
            for at in range(0, len(data), piece * 100):
                if not socket.is_closing():
                    connection.data_received(data[at : at + piece * 100])
    connection.kill("retired")
    await connection.closed
    await asyncio.sleep(0)

    for job in jobs:
        assert job.future.done() != (job in owner.unbegun), "an event neither ended nor is left"
        if job.future.done():
            _check_end(job)
    assert not escaped, escaped
    assert all(type(request.args) is dict for request in asked)


def _check_end(job: Job) -> None:
    error = job.future.exception()
    if error is not None:
        assert isinstance(error, EventFailedError), error
        return
    outcome: Outcome = job.future.result()
    text = json.dumps([outcome.state, outcome.changed, outcome.result], allow_nan=False)
    assert len(text) < 100_000
    assert all(effect.name.startswith(("ui.", "nav.")) for effect in outcome.effects)
    # Jobs that a test made are whole again: the state that went in is not changed.
    assert job.event.state == {"n": 1}


SUBJECT = Subject("protocol", _scripts, _examine, 300)
