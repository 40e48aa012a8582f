"""One call that turns a freshly forked process into a box."""

import os
import resource
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runtime.jail import alarm, landlock, libc, seccomp

# Descriptors above this are not open in the zygote: it is started with three and opens few.
DESCRIPTOR_MAX = 1 << 16

# Backstop for a host that no longer watches: a worker that has used an hour of CPU is ended by the
# kernel.  Its events are retried like after any other death.
CPU_S_MAX = 3600

_code = seccomp.build_filter(libc.machine()) if libc.IS_LINUX else None
_FILTER = seccomp.Loadable(_code) if _code else None
_RULESET = landlock.ruleset(landlock.version())


@dataclass(frozen=True, slots=True)
class BoxLimits:
    """What one box may have.

    ``memory_bytes`` comes on top of ``used_bytes``, the address space that the zygote already had.
    ``uid`` None means that no id can be handed out and the box keeps the zygote's.
    """

    memory_bytes: int
    used_bytes: int
    uid: int | None


def lockdown(
    keep: int, limits: BoxLimits, teller: socket.socket, worker_id: int
) -> tuple[str, ...]:
    """Give up everything but the descriptor ``keep``; return the names of the walls that are up.

    ``teller`` is where the zygote waits for the alarm of this worker; it is closed here as well.
    Cannot be undone.  A wall that cannot be put up is left out of the answer and the others still
    go up; whether what is there is enough is decided by the probes, not by this list.
    """
    _close_all_but(keep, teller.fileno())
    walls = ["rlimits"]
    _limit_resources(keep, limits)
    if not libc.IS_LINUX:
        return tuple(walls)

    if limits.uid is not None and _take_uid(limits.uid):
        walls.append("uid")
    libc.die_with_parent()
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("caps", libc.drop_capabilities),
        ("no_new_privs", _renounce_privileges),
        ("landlock", lambda: landlock.deny_everything(_RULESET)),
        ("seccomp", lambda: _filter_calls(teller, worker_id)),
    )
    for name, put_up in steps:
        try:
            put_up()
        except OSError:
            continue
        walls.append(name)
    return tuple(walls)


def _close_all_but(*kept: int) -> None:
    first = 0
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, DESCRIPTOR_MAX)


def _filter_calls(teller: socket.socket, worker_id: int) -> None:
    """Put up the filter that tells which call was tried or, failing that, the one that kills."""
    try:
        alarm.raise_wall(teller, worker_id)
    except OSError:
        os.close(teller.detach())
        if _FILTER is None:
            raise
        seccomp.load_filter(_FILTER)


def _renounce_privileges() -> None:
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    # Not dumpable: another process of the same uid can neither trace us nor read our memory.
    libc.prctl(libc.PR_SET_DUMPABLE, 0)


def _bounds(wanted: Mapping[str, int]) -> list[tuple[int, int]]:
    """Return the limits as the system knows them; an operator's lower one cannot be raised."""
    found = []
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            found.append((kind, value if hard == resource.RLIM_INFINITY else min(value, hard)))
    return found


# Worked out in the zygote: what each worker did for itself would be memory of its own.
_SAME_FOR_ALL = _bounds(
    {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_SIGPENDING": 8,
    }
)


def _limit_resources(keep: int, limits: BoxLimits) -> None:
    own = _bounds({"RLIMIT_NOFILE": keep + 1, "RLIMIT_AS": limits.used_bytes + limits.memory_bytes})
    for kind, bound in (*_SAME_FOR_ALL, *own):
        resource.setrlimit(kind, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX + 1))


def _take_uid(uid: int) -> bool:
    """Become ``uid`` for good; tell whether the id could be taken.

    It cannot in a container whose own id range is too small to hold it.
    """
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError:
        # Half a change would leave root's uid with a stranger's gid, which is no worse than
        # before: nothing is reported as a wall.
        return False
    return os.getresuid() == (uid, uid, uid) and os.getresgid() == (uid, uid, uid)
