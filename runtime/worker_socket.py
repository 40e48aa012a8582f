"""The worker's end of its socket, the one descriptor that it has: whole messages, in and out."""

import os
import struct
from typing import Any

import msgspec

SOCKET = 3
_LENGTH = struct.Struct("<I")
# Python sets so much aside for each read; more than this would be mapped anew each time.
_READ_BYTES = 1 << 14

_encoder = msgspec.msgpack.Encoder()


class Inbox:
    """What has come and was not taken out yet."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def receive(self) -> bytes | memoryview:
        """Wait for the body of the next message; end the process when the host is gone."""
        buffer = self._buffer
        if not buffer:
            data = _read(_READ_BYTES)
            length = len(data) - _LENGTH.size
            if length > 0 and _LENGTH.unpack_from(data)[0] == length:
                # Nearly always: one message, whole, and nothing behind it.
                return memoryview(data)[_LENGTH.size :]
            buffer += data
        self._fill(_LENGTH.size)
        (length,) = _LENGTH.unpack_from(buffer)
        self._fill(_LENGTH.size + length)
        body = bytes(memoryview(buffer)[_LENGTH.size : _LENGTH.size + length])
        del buffer[: _LENGTH.size + length]
        return body

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size:
            self._buffer += _read(max(_READ_BYTES, size - len(self._buffer)))


def send(message: Any) -> None:
    """Write one message to the host."""
    body = _encoder.encode(message)
    whole = _LENGTH.pack(len(body)) + body
    sent = os.write(SOCKET, whole)
    while sent < len(whole):
        sent += os.write(SOCKET, memoryview(whole)[sent:])


def _read(size: int) -> bytes:
    data = os.read(SOCKET, size)
    if not data:
        os._exit(0)
    return data
