"""The host's end of the zygote: starts it, asks for workers, hears of their ends, stops it.

All of it runs on the event loop without waiting for anybody: the control socket and the zygote's
pidfd are watched, never read blockingly.
"""

import array
import asyncio
import importlib.util
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from runtime.compiler_name import code_version
from runtime.messages import Exited, FromZygote, Spawn, Spawned, ZygoteStarted
from runtime.settings import PoolSettings

logger = logging.getLogger(__name__)

# The kernel queues about ten messages on such a socket; a request must never find it full.
SPAWNS_AT_ONCE_MAX = 4
STARTED_WITHIN_S = 30
STOPPED_WITHIN_S = 3
_MESSAGE_BYTES_MAX = 4096

# What the zygote needs to import.  Only the folders that hold these are on its path, so it starts
# the same way from a checkout and from an installed wheel, and nothing else can be picked up.
_NEEDED = ("runtime", "sdk", "msgspec", "greenlet", "RestrictedPython")
_START = (
    "import sys; sys.path.extend(sys.argv[5:]); from runtime import zygote; "
    "zygote.main(sys.argv[1], *map(int, sys.argv[2:5]))"
)
# As isolated as -I, except that the environment is read, for it is ours: the seed of hashes is
# fixed, so that a recorded event replays with sets in the same order.
_FLAGS = ("-P", "-s", "-S")
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    **({"COMPACT": "1"} if os.environ.get("COMPACT") else {}),
}

_encoder = msgspec.msgpack.Encoder()
_read_message: msgspec.msgpack.Decoder[FromZygote] = msgspec.msgpack.Decoder(FromZygote)


class ZygoteGoneError(Exception):
    """The zygote ended, or never started; no worker can be made until there is a new one."""


class Supervisor:
    """One running zygote."""

    def __init__(self, on_exit: Callable[[Exited], None], on_gone: Callable[[], None]) -> None:
        self.walls: tuple[str, ...] = ()
        self._on_exit = on_exit
        self._on_gone = on_gone
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd = -1
        self._ended: asyncio.Future[None] | None = None
        self._started: asyncio.Future[None] | None = None
        self._asked: dict[int, asyncio.Future[int]] = {}
        self._turn = asyncio.Semaphore(SPAWNS_AT_ONCE_MAX)

    async def start(self, settings: PoolSettings) -> None:
        """Start the zygote and wait until it is in its namespaces."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            ours.setblocking(False)
            self._control = ours
            self._started = loop.create_future()
            self._ended = loop.create_future()
            arguments = (code_version(), theirs.fileno(), settings.uid_first, settings.uid_count)
            self._process = subprocess.Popen(  # noqa: S603, ASYNC220  (a fork and an exec: 1 ms)
                [sys.executable, *_FLAGS, "-c", _START, *map(str, arguments), *_import_path()],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
            )
        self._pidfd = os.pidfd_open(self._process.pid)
        loop.add_reader(self._pidfd, self._process_ended)
        loop.add_reader(ours, self._receive)
        try:
            async with asyncio.timeout(STARTED_WITHIN_S):
                await asyncio.shield(self._started)
        except (TimeoutError, ZygoteGoneError):
            await self.stop()
            raise ZygoteGoneError("the zygote did not start") from None

    async def spawn(self, request: Spawn, end: socket.socket) -> int:
        """Ask for a worker at the other end of a socket; its pidfd belongs to the caller."""
        async with self._turn:
            if self._control is None:
                raise ZygoteGoneError("there is no zygote")
            answer = asyncio.get_running_loop().create_future()
            self._asked[request.id] = answer
            rights = array.array("i", [end.fileno()])
            try:
                self._control.sendmsg(
                    [_encoder.encode(request)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
                )
                pidfd: int = await answer
            except OSError as error:
                raise ZygoteGoneError("the zygote does not listen") from error
            finally:
                self._asked.pop(request.id, None)
            return pidfd

    async def stop(self) -> None:
        """End the zygote and, through the kernel, all its workers; wait until it is gone."""
        self._close_control()
        if self._process is None or self._ended is None:
            return
        try:
            async with asyncio.timeout(STOPPED_WITHIN_S):
                await asyncio.shield(self._ended)
        except TimeoutError:
            self._process.kill()
            await self._ended
        self._process = None

    @property
    def pid(self) -> int:
        """The process that was started; process 1 of the workers' namespace is its child."""
        return self._process.pid if self._process else 0

    def _receive(self) -> None:
        while self._control is not None:
            try:
                data, passed, _, _ = self._control.recvmsg(_MESSAGE_BYTES_MAX, socket.CMSG_SPACE(4))
            except BlockingIOError:
                return
            except OSError:
                data, passed = b"", []
            if not data:
                self._lose()
                return
            self._accept(_read_message.decode(data), passed)

    def _accept(self, message: FromZygote, passed: list[tuple[int, int, bytes]]) -> None:
        if isinstance(message, ZygoteStarted):
            self.walls = tuple(message.walls)
            if self._started is not None and not self._started.done():
                self._started.set_result(None)
        elif isinstance(message, Spawned):
            pidfd = array.array("i", passed[0][2])[0]
            answer = self._asked.pop(message.id, None)
            if answer is None or answer.done():
                # Whoever asked has gone; so goes the worker, as its socket has nobody behind it.
                os.close(pidfd)
            else:
                answer.set_result(pidfd)
        else:
            self._on_exit(message)

    def _lose(self) -> None:
        """The zygote has closed its socket: fail everybody who waits for it."""
        was_open = self._control is not None
        self._close_control()
        if self._started is not None and not self._started.done():
            self._started.set_exception(ZygoteGoneError("the zygote ended while starting"))
        if was_open:
            self._on_gone()

    def _close_control(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(ZygoteGoneError("the zygote ended"))
        self._asked.clear()

    def _process_ended(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        if self._process is not None:
            # It has ended, so this does not wait.
            self._process.wait()
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)


def kill(pidfd: int) -> None:
    """Kill the process behind a pidfd; one that has ended already is none of our business."""
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    except ProcessLookupError:
        return


def pid_of(pidfd: int) -> int:
    """Return the process id as this process sees it; the zygote sees another one."""
    text = Path(f"/proc/self/fdinfo/{pidfd}").read_text()
    found = re.search(r"^Pid:\s*(-?\d+)", text, re.MULTILINE)
    return int(found[1]) if found else -1


def cpu_ns(pid: int) -> int | None:
    """Return the CPU time a process has used; None when it has ended."""
    # Linux: the clock of process n has the number below; see clock_getcpuclockid(3).
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return None


def _import_path() -> list[str]:
    folders: dict[str, None] = {}
    for name in _NEEDED:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ZygoteGoneError(f"{name} is not installed")
        folders[str(Path(spec.origin).resolve().parent.parent)] = None
    return list(folders)
