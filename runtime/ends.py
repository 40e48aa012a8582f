"""How workers ended, put together from what three say: the host, the socket and the kernel.

The socket closes a moment before or after the zygote tells the exit status, so whichever comes
first waits here for the other.
"""

import signal
from collections.abc import Callable

from runtime.connection import Connection
from runtime.jail import libc, syscalls
from runtime.messages import Exited
from runtime.model import Incident

# Ends that we brought about for no fault of the program.
EXPECTED_ENDS = frozenset({"retired", "stopped", "load"})

OnIncident = Callable[[Incident], None]


class Ends:
    """Workers whose socket has closed and whose exit status has not come yet."""

    def __init__(self, on_incident: OnIncident) -> None:
        self._on_incident = on_incident
        self._lost: dict[int, Connection] = {}

    def lose(self, connection: Connection) -> None:
        """Note that a worker's socket has closed."""
        self._lost[connection.id] = connection

    def forget(self) -> None:
        """Expect no exit status any more: the zygote that would tell has ended."""
        for lost in self._lost.values():
            lost.judged.set_result(None)
        self._lost.clear()

    async def note(self, exited: Exited, connection: Connection | None) -> None:
        """Judge the end of a worker; ``connection`` while its socket is open."""
        if connection is not None:
            # What it said last is still in the socket; the transport will find the end by itself.
            await connection.closed
        lost = self._lost.pop(exited.id, None)
        if lost is None:
            return
        incident = judge(lost, exited)
        lost.judged.set_result(incident)
        if incident is not None:
            self._on_incident(incident)


def judge(lost: Connection, exited: Exited) -> Incident | None:
    """Return the incident that a worker's end was, if it was one."""
    event = lost.culprit
    if lost.killed_for in EXPECTED_ENDS:
        return None
    # Before our own reason: a worker may be caught twice, and this is the graver one.
    if exited.status == -signal.SIGSYS:
        if exited.syscall is None:
            return Incident(lost.key, "sigsys", "tried a forbidden system call", event)
        tried = syscalls.describe(libc.machine(), exited.syscall)
        return Incident(lost.key, "sigsys", f"tried the system call {tried}", event, tried)
    if lost.killed_for:
        return Incident(lost.key, lost.killed_for, lost.detail, event)
    if exited.status == -signal.SIGKILL:
        return Incident(lost.key, "killed", "killed from outside", event)
    return Incident(lost.key, "crash", f"ended with status {exited.status}", event)
