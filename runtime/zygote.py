"""The fork server: everything is imported here once, and every worker is a copy of it.

It never runs a line of any program.  The host starts it with a clean environment and one socket,
asks for workers over it, and hears of each worker's end.  When the host goes away the socket closes
and the zygote ends, and with it, by the kernel's hand, every worker.
"""

import array
import encodings.idna
import encodings.latin_1  # noqa: F401  (like idna and unicodedata: asked for late, in the box)
import fcntl
import gc
import os
import select
import signal
import socket
import unicodedata  # noqa: F401
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import msgspec

from runtime import compiling, holes, raw_box, worker
from runtime.jail import BoxLimits, alarm, libc, lockdown, namespaces
from runtime.jail.selftest import run_probe
from runtime.messages import Compiled, EventLimits, Exited, Spawn, Spawned, ZygoteStarted
from runtime.worker_socket import SOCKET

EXIT_BROKEN = 70
WARM_UPS = 20
_REQUEST_BYTES_MAX = 4096
_WARM_LIMITS = EventLimits(
    cpu_ms=1000,
    calls=1,
    reply_bytes=1 << 20,
    state_bytes=1 << 20,
    log_lines=1,
    log_bytes=100,
    compile_cpu_ms=1,
)

_encoder = msgspec.msgpack.Encoder()
_read_spawn = msgspec.msgpack.Decoder(Spawn)


def main(compiler: str, control: int, uid_first: int, uid_count: int) -> NoReturn:
    """Enter the namespaces, say so, and serve until the host is gone."""
    compiling.take_version(compiler)
    # These read files and must do so while there are some.
    warm_code = _compile(worker.WARM_UP_SOURCE)
    more_code = _compile(worker.WARM_UP_MORE_SOURCE)
    used_bytes = _address_space_bytes()
    is_root = os.getuid() == 0
    walls: tuple[str, ...] = ()
    if libc.IS_LINUX:
        libc.die_with_parent()
        walls = namespaces.enter(uid_first, uid_count)
        libc.drop_capability_bounds()
    # Ctrl-C reaches every process of the terminal; the host alone decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker.close_to_imports()
    # Often here, until the interpreter has adapted its code to what runs: whatever is written now
    # need not be written, and so copied, by each worker.
    box = worker.Worker(_WARM_LIMITS)
    for _ in range(WARM_UPS):
        box.warm_up(more_code)
        box.warm_up(warm_code)
    # What is here now stays shared with every worker: the collector must not touch it.
    gc.collect()
    libc.give_back_memory()
    holes.fill()
    gc.freeze()
    server = Zygote(socket.socket(fileno=control), used_bytes, box, warm_code, is_root=is_root)
    server.serve(walls)


@dataclass(slots=True, eq=False)
class _Child:
    """A worker that has not been reported as ended."""

    id: int
    pid: int
    pidfd: int
    listener: int = -1
    tried: int | None = None


class Zygote:
    """The loop: forks on request, reports ends."""

    def __init__(
        self,
        control: socket.socket,
        used_bytes: int,
        box: worker.Worker,
        warm_code: bytes,
        *,
        is_root: bool,
    ) -> None:
        self._control = control
        # What each worker continues from.
        self._box = box
        self._warm_code = warm_code
        self._used_bytes = used_bytes
        self._is_root = is_root
        self._walls: tuple[str, ...] = ()
        self._children: dict[int, _Child] = {}
        # Where workers send the listener of their alarm while they lock themselves down.
        self._told, teller = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Well above the number that a worker's own socket takes.
        number = fcntl.fcntl(teller.detach(), fcntl.F_DUPFD_CLOEXEC, SOCKET + 1)
        self._teller = socket.socket(fileno=number)
        self._poll = select.poll()
        self._on_ready: dict[int, Callable[[], None]] = {}
        self._watch(control.fileno(), self._spawn_next)
        self._watch(self._told.fileno(), self._take_listener)

    def serve(self, walls: tuple[str, ...]) -> NoReturn:
        """Answer requests until the host closes the socket."""
        self._walls = walls
        self._tell(ZygoteStarted(list(walls)))
        while True:
            for descriptor, _ in self._poll.poll():
                # An earlier one of this round may have closed it.
                if descriptor in self._on_ready:
                    self._on_ready[descriptor]()

    def _spawn_next(self) -> None:
        try:
            data, passed, _, _ = self._control.recvmsg(_REQUEST_BYTES_MAX, socket.CMSG_SPACE(4))
        except OSError:
            # The host is gone, and what it had not read yet resets the socket.
            os._exit(0)
        if not data:
            os._exit(0)
        request = _read_spawn.decode(data)
        end = array.array("i", passed[0][2])[0]
        pid = os.fork()
        if pid == 0:
            self._become_worker(request, end)
        os.close(end)
        child = self._children[request.id] = _Child(request.id, pid, os.pidfd_open(pid))
        self._watch(child.pidfd, lambda: self._report_end(child))
        self._tell(Spawned(request.id), child.pidfd)

    def _take_listener(self) -> None:
        worker_id, listener = alarm.receive_listener(self._told)
        child = self._children.get(worker_id)
        if child is None:
            # It has ended already.
            os.close(listener)
            return
        child.listener = listener
        self._watch(listener, lambda: self._alarm(child))

    def _alarm(self, child: "_Child") -> None:
        """End a worker that waits in a forbidden call, or let go of one that has ended."""
        tried = alarm.read_tried(child.listener)
        if tried is None:
            self._forget(child.listener)
            child.listener = -1
            return
        child.tried = tried
        signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)

    def _report_end(self, child: "_Child") -> None:
        del self._children[child.id]
        self._forget(child.pidfd)
        if child.listener >= 0:
            self._forget(child.listener)
        _, status = os.waitpid(child.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        # A worker that was stopped in a call is told of as if the filter had killed it.
        code = code if child.tried is None else -signal.SIGSYS
        self._tell(Exited(child.id, code, child.tried))

    def _watch(self, descriptor: int, act: Callable[[], None]) -> None:
        self._on_ready[descriptor] = act
        self._poll.register(descriptor, select.POLLIN)

    def _forget(self, descriptor: int) -> None:
        del self._on_ready[descriptor]
        self._poll.unregister(descriptor)
        os.close(descriptor)

    def _become_worker(self, request: Spawn, end: int) -> NoReturn:
        """Turn this fork into a worker.  Never returns, whatever happens."""
        try:
            worker.close_streams()
            os.dup2(end, SOCKET)
            uid = request.uid if self._is_root else None
            limits = BoxLimits(request.memory_bytes, self._used_bytes, uid)
            walls = lockdown(SOCKET, limits, self._teller, request.id)
            up = (*self._walls, *walls)
            if request.probe:
                run_probe(request.probe)
            if request.raw:
                raw_box.serve(up)
            self._box.limits = request.limits
            self._box.warm_up(self._warm_code)
            self._box.run(up)
        except BaseException:  # noqa: BLE001, S110  (there is nowhere left to report to)
            pass
        finally:
            os._exit(EXIT_BROKEN)

    def _tell(self, message: ZygoteStarted | Spawned | Exited, descriptor: int = -1) -> None:
        passed = []
        if descriptor >= 0:
            rights = array.array("i", [descriptor])
            passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
        try:
            self._control.sendmsg([_encoder.encode(message)], passed)
        except OSError:
            # The host is gone.
            os._exit(0)


def _compile(source: str) -> bytes:
    compiled = compiling.compile_sources({"page.py": source})
    if not isinstance(compiled, Compiled):
        raise TypeError(f"the warm-up program does not compile: {compiled}")
    return compiled.code


def _address_space_bytes() -> int:
    """Return the size of this process's address space, on top of which a worker's limit counts."""
    try:
        pages = int(libc.read_text("/proc/self/statm").split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
