"""The proof, at every start, that the box holds: a child locks itself down and tries to get out.

A configuration that looks right is not a proof.  Kernels are built without Landlock, container
engines filter the calls that set filters, and someone may have changed this package.  So the pool
forks one probe per forbidden act, as it forks workers, and looks at how the probe ended.
"""

import os
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Isolation = Literal["strict", "degraded"]

# Exit statuses of a probe.  Not small numbers, which an unrelated failure might give.
EXIT_ESCAPED = 81
EXIT_HELD = 82
EXIT_CONTROL = 83


def _open_file() -> None:
    # The root folder is there even in an empty mount namespace, so only a wall can refuse it.
    os.close(os.open("/", os.O_RDONLY))


def _open_socket() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _exec() -> None:
    os.execve("/proc/self/exe", ["probe"], {})  # noqa: S606  (it is what must not work)


def _control() -> None:
    os._exit(EXIT_CONTROL)


# The control shows that a probe which is able to do something says so; without it, a probe that
# always dies would look like a box that always holds.
PROBES: Mapping[str, Callable[[], None]] = {
    "control": _control,
    "open": _open_file,
    "socket": _open_socket,
    "fork": _fork,
    "exec": _exec,
}


def run_probe(name: str) -> None:
    """Try the forbidden act and end the process with what came of it.  Call inside the box."""
    try:
        PROBES[name]()
    except OSError:
        os._exit(EXIT_HELD)
    os._exit(EXIT_ESCAPED)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """How one probe ended.  ``status`` is an exit code, or a signal as a negative number."""

    name: str
    status: int

    def held(self) -> bool:
        """Tell whether the box withstood this probe."""
        if self.name == "control":
            return self.status == EXIT_CONTROL
        return self.status in {EXIT_HELD, -signal.SIGSYS}

    def __str__(self) -> str:
        how = {EXIT_HELD: "refused", EXIT_CONTROL: "ran", EXIT_ESCAPED: "SUCCEEDED"}
        if self.status == -signal.SIGSYS:
            return f"{self.name}: killed"
        return f"{self.name}: {how.get(self.status, f'ended with {self.status}')}"


_WITHOUT: Mapping[str, str] = {
    "seccomp": "No filter of system calls (seccomp). Use a kernel that is built with"
    " CONFIG_SECCOMP_FILTER on x86_64 or aarch64, and a container engine that lets a program set"
    " a filter.",
    "no_new_privs": "Privileges cannot be given up for good (no_new_privs). Use a newer Linux.",
    "rlimits": "Memory and descriptors cannot be limited (setrlimit). Run the host on Linux.",
}
_WITHOUT_SECOND_WALL = (
    "Nothing stands behind the filter of system calls: neither Landlock nor empty namespaces. Use"
    " Linux 5.13 or newer with landlock in /sys/kernel/security/lsm, or let the host make"
    " namespaces: as root, or with user namespaces allowed (user.max_user_namespaces above 0,"
    " kernel.apparmor_restrict_unprivileged_userns 0)."
)


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What was found out about this machine's box."""

    isolation: Isolation
    walls: tuple[str, ...]
    probes: tuple[ProbeResult, ...]

    @property
    def holds(self) -> bool:
        """Tell whether no probe got out, and not only because of a single wall."""
        names = {probe.name for probe in self.probes}
        is_proven = names == set(PROBES) and all(probe.held() for probe in self.probes)
        return is_proven and not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """Say what this machine lacks for strict isolation, and what to do about each.

        The probes may all be stopped by the filter alone.  One wall is not enough: a mistake in it
        would be a way out, so that another one must stand behind it.
        """
        walls = set(self.walls)
        lacks = [sentence for wall, sentence in _WITHOUT.items() if wall not in walls]
        if not ("landlock" in walls or walls >= {"mount", "net"}):
            lacks.append(_WITHOUT_SECOND_WALL)
        return tuple(lacks)

    @property
    def runs_uploads(self) -> bool:
        """Tell whether programs that strangers uploaded may run here."""
        return self.isolation == "strict" and self.holds

    def __str__(self) -> str:
        walls = " ".join(self.walls) or "none"
        verdict = "holds" if self.holds else "DOES NOT HOLD"
        probes = "; ".join(str(probe) for probe in self.probes)
        return f"{self.isolation}: the box {verdict} (walls: {walls}; probes: {probes})"
