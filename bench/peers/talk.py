"""How the other runtimes are talked to: lines over pipes, or HTTP over a Unix socket.

Both keep as many questions open as are asked, answer in order, and do no more than they must: what
is measured is the peer, not its client.
"""

import asyncio
from collections import deque
from pathlib import Path
from typing import cast

ANSWERED_WITHIN_S = 20


class PeerFailedError(Exception):
    """A peer ended, or said something else than an answer."""


class Lines(asyncio.SubprocessProtocol):
    """A child process that answers each line with a line."""

    def __init__(self) -> None:
        self._transport: asyncio.SubprocessTransport | None = None
        self._open: deque[asyncio.Future[bytes]] = deque()
        self._rest = b""
        self._ended = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(cls, command: list[str]) -> "Lines":
        """Start the process."""
        loop = asyncio.get_running_loop()
        _, protocol = await loop.subprocess_exec(cls, *command, stderr=asyncio.subprocess.DEVNULL)
        return protocol

    @property
    def pid(self) -> int:
        """The process."""
        assert self._transport is not None
        return self._transport.get_pid()

    async def ask(self, kind: bytes, text: bytes) -> bytes:
        """Send one line, ``kind`` and ``text``, and return the line that answers it."""
        if self._ended.done():
            raise PeerFailedError("it has ended")
        assert self._transport is not None
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._open.append(answer)
        pipe = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))
        pipe.write(kind + text + b"\n")
        return await answer

    async def stop(self) -> None:
        """Kill the process and wait for its end."""
        assert self._transport is not None
        if not self._ended.done():
            self._transport.kill()
        await self._ended
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Give each line to whoever waits longest."""
        del fd
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            answer = self._open.popleft()
            if not answer.done():
                answer.set_result(line)

    def process_exited(self) -> None:
        """Fail what is open."""
        if not self._ended.done():
            self._ended.set_result(None)
        while self._open:
            answer = self._open.popleft()
            if not answer.done():
                answer.set_exception(PeerFailedError("it ended without an answer"))


class Http:
    """A server on a Unix socket, asked over as many kept-alive connections as are needed."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._idle: list[_HttpConnection] = []

    async def ask(self, path: str, text: bytes) -> bytes:
        """Post ``text`` and return the body of the answer."""
        connection = self._idle.pop() if self._idle else await self._connect()
        body = await connection.ask(path, text)
        self._idle.append(connection)
        return body

    def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop().close()

    async def _connect(self) -> "_HttpConnection":
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_unix_connection(_HttpConnection, str(self._socket))
        return connection


class _HttpConnection(asyncio.Protocol):
    """One connection with one question at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._data = b""

    async def ask(self, path: str, text: bytes) -> bytes:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        head = f"POST {path} HTTP/1.1\r\nHost: peer\r\nContent-Length: {len(text)}\r\n\r\n"
        self._transport.write(head.encode() + text)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        if not end or self._answer is None:
            return
        status, *lines = head.lower().split(b"\r\n")
        fields = dict(line.split(b": ", 1) for line in lines)
        if b" 200 " not in status + b" " or b"content-length" not in fields:
            self._fail(f"it answered {head[:100].decode('latin-1')!r}")
        elif len(body) >= int(fields[b"content-length"]):
            self._data = b""
            self._answer.set_result(body)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._fail("it closed the connection")

    def _fail(self, why: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(PeerFailedError(why))
