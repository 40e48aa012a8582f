"""The third wall: what a worker says is only believed when it may say it now.

Frames are a length of four bytes, little-endian, and a msgpack body.  A worker handles what it is
sent strictly in order and answers each piece of work with exactly one message, so the host always
knows which event a message must be about; anything else ends the worker.  Who is asking is known
from the socket and the event, never from the body of a message.

This module has no I/O.  It does not bound *how long* an answer takes (``runtime.connection`` does)
nor what a call may ask for (the bridge does).
"""

import struct
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from runtime import messages as m

_LENGTH = struct.Struct("<I")
_encoder = msgspec.msgpack.Encoder()
_from_worker: msgspec.msgpack.Decoder[m.FromWorker] = msgspec.msgpack.Decoder(m.FromWorker)

# Room for a message's own fields beside the values that settings bound.
FRAME_SLACK_BYTES = 64 * 1024
# Compiled code is larger than its source; a package's sources are bounded before.
COMPILED_BYTES_MAX = 16 << 20


class ProtocolViolationError(Exception):
    """A worker said something that it may not say now."""


def frame(message: Any) -> bytes:
    """Return a message as it goes over the socket."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


class FrameReader:
    """Cuts a stream into bodies; refuses a body before its bytes have come."""

    def __init__(self, body_bytes_max: int) -> None:
        self._body_bytes_max = body_bytes_max
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterable[bytes]:
        """Return the bodies that are complete now, one by one."""
        length = len(data) - _LENGTH.size
        if (
            not self._buffer
            and 0 < length <= self._body_bytes_max
            and _LENGTH.unpack_from(data)[0] == length
        ):
            # Nearly always: one message, whole, and nothing behind it.
            return (data[_LENGTH.size :],)
        return self._cut(data)

    def _cut(self, data: bytes) -> Iterator[bytes]:
        buffer = self._buffer
        buffer += data
        at = 0
        try:
            while len(buffer) - at >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(buffer, at)
                if length > self._body_bytes_max:
                    raise ProtocolViolationError(f"a message of {length} bytes")
                end = at + _LENGTH.size + length
                if len(buffer) < end:
                    break
                body = bytes(memoryview(buffer)[at + _LENGTH.size : end])
                at = end
                yield body
        finally:
            del buffer[:at]


@dataclass(slots=True)
class _Running:
    """An event that has begun and not ended."""

    calls: int = 0
    is_waiting: bool = False


Work = Literal["load", "compile", "raw"]


class Exchange:
    """What one worker has been sent and may answer: the host's side of the state machine.

    ``due`` holds, in order, what the worker is working on or has yet to begin: an event by its
    number, or other work by its name.  Its first entry is what the next message must be about.
    """

    def __init__(self, *, calls_max: int, in_flight_max: int) -> None:
        self.due: deque[int | Work] = deque()
        self.is_ready = False
        self._events: dict[int, _Running] = {}
        self._calls_max = calls_max
        self._in_flight_max = in_flight_max
        self._last_event = 0

    @property
    def in_flight(self) -> int:
        """How many events have begun and not ended, those that wait for the host included."""
        return len(self._events)

    def begin(self, work: Work) -> None:
        """Note that other work than an event was sent."""
        self.due.append(work)

    def begin_event(self) -> int:
        """Note that an event is being sent, and return its number in this conversation."""
        if len(self._events) >= self._in_flight_max:
            raise RuntimeError("more events than this worker may have")
        self._last_event += 1
        self._events[self._last_event] = _Running()
        self.due.append(self._last_event)
        return self._last_event

    def answer(self, event: int, call: int) -> bool:
        """Note that a call is being answered; False when nobody waits for this answer."""
        running = self._events.get(event)
        if running is None or not running.is_waiting or running.calls != call:
            return False
        running.is_waiting = False
        self.due.append(event)
        return True

    def receive(self, body: bytes) -> m.FromWorker:
        """Read a message and return it if it may be said now, or raise ProtocolViolationError."""
        try:
            message = _from_worker.decode(body)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            raise ProtocolViolationError(f"not a message: {error}") from None
        if type(message) is m.Ready:
            self._expect(not self.is_ready, "ready twice")
            self.is_ready = True
            return message

        self._expect(self.is_ready and bool(self.due), "nothing was asked")
        head = self.due[0]
        if isinstance(message, _ENDS):
            self._expect(message.event == head, "an answer to another event")
            del self._events[message.event]
        elif isinstance(message, m.Call):
            self._accept_call(message, head)
        else:
            self._expect(_WORK_OF[type(message)] == head, "an answer to other work")
        self.due.popleft()
        return message

    def _accept_call(self, call: m.Call, head: int | Work) -> None:
        self._expect(call.event == head, "a call of another event")
        running = self._events[call.event]
        self._expect(call.number == running.calls + 1, "a call out of turn")
        self._expect(call.number <= self._calls_max, "more calls than an event may make")
        running.calls = call.number
        running.is_waiting = True

    @staticmethod
    def _expect(condition: bool, otherwise: str) -> None:  # noqa: FBT001  (it is an assertion)
        if not condition:
            raise ProtocolViolationError(otherwise)


# A tuple is looked through ten times as fast as a union of types.
_ENDS = (m.Reply, m.Failure)
_WORK_OF: dict[type[Any], Work] = {
    m.Loaded: "load",
    m.LoadFailed: "load",
    m.Compiled: "compile",
    m.CompileRefused: "compile",
    m.RawResult: "raw",
}
