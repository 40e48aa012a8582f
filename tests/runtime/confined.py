"""Starts the pool as somebody else than root, and prints what the box is like there, as JSON.

``ordinary``        a user without privileges (but allowed to read the interpreter's files);
``container``       root with the default capabilities of a container engine and its filter;
``container_user``  user 65534 without any capability, behind the same filter;
``no_landlock``     a kernel without Landlock, where namespaces can be made;
``one_wall``        user 65534 in a container on a kernel without Landlock;
``poor``            a kernel that has neither Landlock nor seccomp filters.
"""

import asyncio
import ctypes
import dataclasses
import errno
import json
import os
import struct
import sys
from pathlib import Path
from typing import Any

from runtime import messages as m
from runtime.jail import libc, seccomp, syscalls
from runtime.pool import Event, EventFailedError, Pool, PoolSettings, ProgramCode
from tests.runtime.programs import SOURCES, no_calls

_UID = 4242
_NOBODY = 65534
_CAP_DAC_READ_SEARCH = 2
# Docker's default set.
_CONTAINER_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
# What Docker's default profile refuses a process without CAP_SYS_ADMIN and its like; of the whole
# list, those that a sandbox could want.
_CONTAINER_REFUSES = (
    *("mount", "umount2", "pivot_root", "unshare", "setns", "bpf", "keyctl", "add_key"),
    *("open_by_handle_at", "perf_event_open", "userfaultfd", "move_mount", "open_tree"),
    *("fsopen", "fsmount", "mount_setattr", "quotactl", "swapon", "syslog", "reboot"),
)
_NEW_NAMESPACES = 0x7E020000
_NEW_MOUNT = 0x00020000
_BIND, _PRIVATE = 0x1000, 0x4000 | 0x40000
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT_RAISE = 2
_NUMBERS = syscalls.numbers(libc.machine())
_ERRNO = 0x00050000
_ALLOW = 0x7FFF0000

# Ways out, tried as native code in a worker, as if the language wall were not there.
_PAYLOADS = {
    "fork": "import os; OUT = os.fork()",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "socket": "import socket; OUT = socket.socket()",
    "read": "OUT = open('/etc/passwd').read()",
    "write": "OUT = open('/tmp/escaped', 'w')",
    "list": "import os; OUT = os.listdir('/proc')",
    "signal": "import os; os.kill(os.getpid() + 1, 9)",
    "setuid": "import os; os.setuid(0)",
    "namespace": "import ctypes; OUT = ctypes.CDLL(None).unshare(0x10000000)",
    "machine code": "import ctypes; OUT = ctypes.CDLL(None).mmap(None, 4096, 7, 34, -1, 0)",
}


def become(mode: str) -> None:
    """Give up what this mode does not have."""
    if mode == "container":
        _load(_container_rules())
        for capability in set(range(41)) - set(_CONTAINER_CAPABILITIES):
            libc.prctl(libc.PR_CAPBSET_DROP, capability)
        _set_capabilities(_CONTAINER_CAPABILITIES)
    elif mode in ("container_user", "one_wall"):
        _show_the_interpreter()
        _load(_container_rules() + ([_refuse_landlock()] if mode == "one_wall" else []))
        _take_id(_NOBODY)
    elif mode == "no_landlock":
        _load([_refuse_landlock()])
    elif mode == "poor":
        _load([_refuse_landlock(), _refuse_set_seccomp(), _refuse("seccomp")])
    elif mode == "ordinary" and os.getuid() == 0:
        libc.prctl(_PR_SET_KEEPCAPS, 1)
        _take_id(_UID)
        _set_capabilities((_CAP_DAC_READ_SEARCH,))
        ctypes.CDLL(None).prctl(
            libc.PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_READ_SEARCH, 0, 0
        )


async def report() -> dict[str, Any]:
    """Start the pool in both isolations, run an event in each, and return what came of it."""
    told: dict[str, Any] = {"uid": os.getuid(), "capabilities": _effective_capabilities()}
    for isolation in ("strict", "degraded"):
        pool = Pool(PoolSettings(isolation=isolation))
        test = await pool.start()
        told[isolation] = {
            "walls": test.walls,
            "holds": test.holds,
            "missing": test.missing,
            "runs_uploads": test.runs_uploads,
            "probes": [dataclasses.astuple(probe) for probe in test.probes],
            "uploaded": await _run(pool, is_uploaded=True),
            "own": await _run(pool, is_uploaded=False),
        }
        if isolation == "strict":
            told["native"] = {name: await _try(pool, code) for name, code in _PAYLOADS.items()}
        await pool.stop()
    return told


async def _run(pool: Pool, *, is_uploaded: bool) -> Any:
    try:
        code = await pool.compile(SOURCES)
        program = ProgramCode("k", code, is_uploaded=is_uploaded)
        outcome = await pool.run_event(
            program, Event("e", "pages/home", "twice", {"n": 21}), no_calls
        )
    except EventFailedError as error:
        return error.reason
    return outcome.state["n"]


async def _try(pool: Pool, source: str) -> str:
    """Run native code in a worker: "killed", "error", or the value that it came to."""
    worker = await pool.open_raw()
    try:
        result = await worker.run_raw(m.RunRaw(source, language_wall=False, canary=""), 5)
    except EventFailedError:
        return "killed"
    worker.kill("retired")
    return result.status if result.status == "error" else f"{result.status}: {result.shown}"


def _show_the_interpreter() -> None:
    """Let anybody read the interpreter, which may lie in root's home; for this process alone."""
    hidden = next(
        (each for each in reversed(Path(sys.base_prefix).parents) if not each.stat().st_mode & 1),
        None,
    )
    if hidden is None:
        return
    libc.unshare(_NEW_MOUNT)
    libc.mount(None, b"/", None, _PRIVATE, None)
    prefix = os.open(sys.base_prefix, os.O_PATH)
    libc.mount(b"none", bytes(hidden), b"tmpfs", 0, b"mode=0755")
    Path(sys.base_prefix).mkdir(parents=True)
    libc.mount(b"/proc/self/fd/%d" % prefix, sys.base_prefix.encode(), None, _BIND, None)
    os.close(prefix)


def _take_id(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # A change of id makes a process unreadable to itself in /proc; a new program is readable.
    libc.prctl(libc.PR_SET_DUMPABLE, 1)


def _effective_capabilities() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("CapEff:")[2].split()[0], 16)


def _container_rules() -> list[bytes]:
    rules = [_refuse(name) for name in _CONTAINER_REFUSES if name in _NUMBERS]
    # clone3 hides its flags from a filter; the C library then takes clone, which does not.
    return [*rules, _if_equal(_NUMBERS["clone3"], _ERRNO | errno.ENOSYS), _refuse_namespaces()]


def _refuse(name: str) -> bytes:
    return _if_equal(_NUMBERS[name], _ERRNO | errno.EPERM)


def _refuse_landlock() -> bytes:
    return _if_equal(_NUMBERS["landlock_create_ruleset"], _ERRNO | errno.ENOSYS)


def _refuse_namespaces() -> bytes:
    """Refuse clone with a flag of a namespace."""
    return _if_argument("clone", (0x45, 0, 1, _NEW_NAMESPACES), errno.EPERM)


def _refuse_set_seccomp() -> bytes:
    """Refuse prctl whose first argument is PR_SET_SECCOMP."""
    return _if_argument("prctl", (0x15, 0, 1, libc.PR_SET_SECCOMP), errno.EINVAL)


def _if_argument(name: str, test: tuple[int, int, int, int], code: int) -> bytes:
    """Refuse a call whose first argument passes a test; then look at the call's number again."""
    lines = (
        (0x15, 0, 4, _NUMBERS[name]),
        (0x20, 0, 0, 16),
        test,
        (0x06, 0, 0, _ERRNO | code),
        (0x20, 0, 0, 0),
    )
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _if_equal(number: int, verdict: int) -> bytes:
    return struct.pack("HBBI", 0x15, 0, 1, number) + struct.pack("HBBI", 0x06, 0, 0, verdict)


def _load(rules: list[bytes]) -> None:
    begin, end = struct.pack("HBBI", 0x20, 0, 0, 0), struct.pack("HBBI", 0x06, 0, 0, _ALLOW)
    seccomp.load_filter(seccomp.Loadable(begin + b"".join(rules) + end))


def _set_capabilities(wanted: tuple[int, ...]) -> None:
    mask = sum(1 << each for each in wanted)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    data = struct.pack("6I", low, low, low, high, high, high)
    header = struct.pack("II", 0x20080522, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, data) < 0:
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    become(sys.argv[1])
    sys.stdout.write(json.dumps(asyncio.run(report())))
