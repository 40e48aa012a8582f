"""The soft limit on CPU time, inside the worker: the handler is stopped and the worker lives.

A timer of the process's own CPU time sends SIGPROF; its handler raises ``CpuLimitError`` in
whatever Python code is running once that has had its time.  It is a ``BaseException`` and the
language wall has no way to name one, but a ``finally`` with a ``continue`` can still lose it, and
the timer fires again and again.  It is set once and not for each event: it stands still while the
worker waits, and two system calls for every piece of code cost more than a look every 10 ms.  It
cannot interrupt one long operation in C, and it is no wall: native code can switch it off.  For
both there is the wall-clock limit in the host, which kills.
"""

import signal
import time
from collections.abc import Callable
from types import FrameType

# How often the timer fires, in CPU time: the limit is kept to within this much.
TICK_S = 0.01
# A piece of code after a host call gets at least this much, else an event near its limit could not
# even receive the answer.
LEAST_NS = 1_000_000

_now_ns = time.thread_time_ns


class CpuLimitError(BaseException):
    """An event has used its CPU time."""


class CpuLimit:
    """The limit on the code that runs now; off while our own code runs.

    Whatever is written to the socket is written while it is off, for an exception in the middle of
    a message would tear the stream.
    """

    def __init__(self, is_program_file: Callable[[str], bool]) -> None:
        self._is_program_file = is_program_file
        self._is_on = False
        self._began_ns = 0
        self._ends_ns = 0
        # Where the program was when the limit was reached; the last time wins.
        self.place: tuple[str, int] | None = None

    def install(self) -> None:
        """Take over SIGPROF.  Once, before the lockdown."""
        signal.signal(signal.SIGPROF, self._on_signal)

    def arm(self) -> None:
        """Set the timer going.  In the worker itself: a fork does not take timers along."""
        signal.setitimer(signal.ITIMER_PROF, TICK_S, TICK_S)

    def start(self, left_ns: int) -> None:
        """Let the code that follows have ``left_ns`` of CPU time."""
        self._began_ns = now_ns = _now_ns()
        self._ends_ns = now_ns + max(LEAST_NS, left_ns)
        self._is_on = True

    def stop(self) -> int:
        """Switch the limit off and return the CPU time since ``start`` in nanoseconds.

        Returns 0 when it was off already.
        """
        if not self._is_on:
            return 0
        self._is_on = False
        return _now_ns() - self._began_ns

    def _on_signal(self, _signal: int, at: FrameType | None) -> None:
        if not self._is_on or _now_ns() < self._ends_ns:
            return
        self.place = self._find_place(at) or self.place
        raise CpuLimitError

    def _find_place(self, at: FrameType | None) -> tuple[str, int] | None:
        while at is not None:
            if self._is_program_file(at.f_code.co_filename):
                return at.f_code.co_filename, at.f_lineno
            at = at.f_back
        return None
