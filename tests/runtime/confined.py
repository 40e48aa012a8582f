"""Starts the pool as somebody else than root, and prints what the box is like there, as JSON.

``ordinary``   a user without privileges (but allowed to read the interpreter's files);
``container``  root with the default capabilities of a container engine and its refusal of
               namespaces and mounts;
``poor``       a kernel that has neither Landlock nor seccomp filters.
"""

import asyncio
import ctypes
import dataclasses
import errno
import json
import os
import struct
import sys
from typing import Any

from runtime.jail import libc, seccomp, syscalls
from runtime.pool import Event, EventFailedError, Pool, PoolSettings, ProgramCode
from tests.runtime.programs import SOURCES, no_calls

_UID = 4242
_CAP_DAC_READ_SEARCH = 2
# Docker's default set.
_CONTAINER_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT_RAISE = 2
_NUMBERS = syscalls.numbers(libc.machine())
_LANDLOCK_CREATE = 444
_ERRNO = 0x00050000
_ALLOW = 0x7FFF0000


def become(mode: str) -> None:
    """Give up what this mode does not have."""
    if mode == "container":
        _load([_refuse("mount"), _refuse("pivot_root"), _refuse("unshare")])
        for capability in set(range(41)) - set(_CONTAINER_CAPABILITIES):
            libc.prctl(libc.PR_CAPBSET_DROP, capability)
        _set_capabilities(_CONTAINER_CAPABILITIES)
    elif mode == "poor":
        _load([_refuse_landlock(), _refuse_set_seccomp(), _refuse("seccomp")])
    elif mode == "ordinary" and os.getuid() == 0:
        libc.prctl(_PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(_UID, _UID, _UID)
        os.setresuid(_UID, _UID, _UID)
        _set_capabilities((_CAP_DAC_READ_SEARCH,))
        ctypes.CDLL(None).prctl(
            libc.PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_READ_SEARCH, 0, 0
        )
        # A change of id makes a process unreadable to itself in /proc; a new program is readable.
        libc.prctl(libc.PR_SET_DUMPABLE, 1)


async def report() -> dict[str, Any]:
    """Start the pool in both isolations, run an event in each, and return what came of it."""
    told: dict[str, Any] = {}
    for isolation in ("strict", "degraded"):
        pool = Pool(PoolSettings(isolation=isolation))
        test = await pool.start()
        told[isolation] = {
            "walls": test.walls,
            "holds": test.holds,
            "runs_uploads": test.runs_uploads,
            "probes": [dataclasses.astuple(probe) for probe in test.probes],
            "uploaded": await _run(pool, is_uploaded=True),
            "own": await _run(pool, is_uploaded=False),
        }
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


def _refuse(name: str) -> bytes:
    return _if_equal(_NUMBERS[name], _ERRNO | errno.EPERM)


def _refuse_landlock() -> bytes:
    return _if_equal(_LANDLOCK_CREATE, _ERRNO | errno.ENOSYS)


def _refuse_set_seccomp() -> bytes:
    # prctl whose first argument is PR_SET_SECCOMP; then the call's number is looked at again.
    lines = (
        (0x15, 0, 3, _NUMBERS["prctl"]),
        (0x20, 0, 0, 16),
        (0x15, 0, 1, libc.PR_SET_SECCOMP),
        (0x06, 0, 0, _ERRNO | errno.EINVAL),
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
