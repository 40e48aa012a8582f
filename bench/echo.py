"""The reference of an event: a process without walls that sends back what it is sent."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, Self

_ECHO = """
import socket, sys
with socket.socket(fileno=int(sys.argv[1])) as end:
    while data := end.recv(65536):
        end.sendall(data)
"""
_MESSAGE = b"x" * 1024


class Echo:
    """The process and our end of its socket."""

    def __enter__(self) -> Self:
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _ECHO, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )
        self._ours.setblocking(False)
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        self._process.wait()

    async def ask(self) -> None:
        """Send a message of 1 KB and wait until it is back."""
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._ours, _MESSAGE)
        left = len(_MESSAGE)
        while left:
            left -= len(await loop.sock_recv(self._ours, left))


async def times_us(act: Callable[[], Awaitable[Any]], count: int) -> list[float]:
    """Do something so often, one after the other, and return how long each took."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        await act()
        times.append((time.perf_counter() - began) * 1e6)
    return times
