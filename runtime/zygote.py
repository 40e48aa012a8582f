"""The fork server: everything is imported here once, and every worker is a copy of it.

It never runs a line of any program.  The host starts it with a clean environment and one socket,
asks for workers over it, and hears of each worker's end.  When the host goes away the socket closes
and the zygote ends, and with it, by the kernel's hand, every worker.
"""

import array
import encodings.idna
import encodings.latin_1  # noqa: F401  (like idna and unicodedata: asked for late, in the box)
import gc
import os
import select
import socket
import unicodedata  # noqa: F401
from pathlib import Path
from typing import NoReturn

import msgspec

from runtime import compiling, raw_box, worker
from runtime.jail import BoxLimits, libc, lockdown, namespaces
from runtime.jail.selftest import run_probe
from runtime.messages import Compiled, EventLimits, Exited, Spawn, Spawned, ZygoteStarted

EXIT_BROKEN = 70
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


def main(control: int, uid_first: int, uid_count: int) -> NoReturn:
    """Enter the namespaces, say so, and serve until the host is gone."""
    # These read files and must do so while there are some.
    warm_code = _compile_warm_up()
    used_bytes = _address_space_bytes()
    is_root = os.getuid() == 0
    walls: tuple[str, ...] = ()
    if libc.IS_LINUX:
        libc.die_with_parent()
        walls = namespaces.enter(uid_first, uid_count)
        libc.drop_capability_bounds()
    worker.close_to_imports()
    # Once here, for caches that all workers share, and once in each worker, for its own copy.
    worker.Worker(_WARM_LIMITS).warm_up(warm_code)
    # What is here now stays shared with every worker: the collector must not touch it.
    gc.collect()
    gc.freeze()
    server = Zygote(socket.socket(fileno=control), used_bytes, warm_code, is_root=is_root)
    server.serve(walls)


class Zygote:
    """The loop: forks on request, reports ends."""

    def __init__(
        self, control: socket.socket, used_bytes: int, warm_code: bytes, *, is_root: bool
    ) -> None:
        self._control = control
        self._warm_code = warm_code
        self._used_bytes = used_bytes
        self._is_root = is_root
        # The pidfd of each child, and which worker and process it is.
        self._children: dict[int, tuple[int, int]] = {}
        self._poll = select.poll()
        self._poll.register(control.fileno(), select.POLLIN)

    def serve(self, walls: tuple[str, ...]) -> NoReturn:
        """Answer requests until the host closes the socket."""
        self._tell(ZygoteStarted(list(walls)))
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._control.fileno():
                    self._spawn_next(walls)
                else:
                    self._report_end(descriptor)

    def _spawn_next(self, walls: tuple[str, ...]) -> None:
        try:
            data, passed, _, _ = self._control.recvmsg(_REQUEST_BYTES_MAX, socket.CMSG_SPACE(4))
        except OSError:
            # The host is gone, and what it had not read yet resets the socket.
            os._exit(0)
        if not data:
            os._exit(0)
        request = _read_spawn.decode(data)
        end = array.array("i", passed[0][2])[0]
        child = os.fork()
        if child == 0:
            self._become_worker(request, end, walls)
        os.close(end)
        pidfd = os.pidfd_open(child)
        self._children[pidfd] = (request.id, child)
        self._poll.register(pidfd, select.POLLIN)
        self._tell(Spawned(request.id), pidfd)

    def _report_end(self, pidfd: int) -> None:
        worker_id, child = self._children.pop(pidfd)
        self._poll.unregister(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(child, 0)
        self._tell(Exited(worker_id, os.waitstatus_to_exitcode(status)))

    def _become_worker(self, request: Spawn, end: int, walls: tuple[str, ...]) -> NoReturn:
        """Turn this fork into a worker.  Never returns, whatever happens."""
        try:
            worker.close_streams()
            os.dup2(end, worker.SOCKET)
            uid = request.uid if self._is_root else None
            limits = BoxLimits(request.memory_bytes, self._used_bytes, uid)
            up = (*walls, *lockdown(worker.SOCKET, limits))
            if request.probe:
                run_probe(request.probe)
            if request.raw:
                raw_box.serve(up)
            box = worker.Worker(request.limits)
            box.warm_up(self._warm_code)
            box.run(up)
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


def _compile_warm_up() -> bytes:
    compiled = compiling.compile_sources({"page.py": worker.WARM_UP_SOURCE})
    if not isinstance(compiled, Compiled):
        raise TypeError(f"the warm-up program does not compile: {compiled}")
    return compiled.code


def _address_space_bytes() -> int:
    """Return the size of this process's address space, on top of which a worker's limit counts."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
