"""The workers of one program version: their queue, their number, their deaths."""

import time
from collections import deque
from dataclasses import dataclass, field

from runtime.connection import Connection
from runtime.job import Job
from runtime.model import EventFailedError, ProgramCode
from runtime.settings import PoolSettings

# Events are sent ahead to a worker that answers this fast; behind slower ones they wait in the
# queue, where another worker can take them.
FAST_EVENT_S = 0.002
SENT_AHEAD_MAX = 8
_MINUTE_S = 60.0
_BACKOFF_FIRST_S = 1.0


@dataclass(slots=True, eq=False)
class Deaths:
    """When a program's workers died, and how long it is refused after too many deaths."""

    moments: deque[float] = field(default_factory=deque)
    refused_until: float = 0.0
    backoff_s: float = 0.0

    def add(self, settings: PoolSettings) -> None:
        """Count a death, and begin or lengthen the refusal when there were too many."""
        now = time.monotonic()
        self.moments.append(now)
        self._forget_old(now)
        if len(self.moments) > settings.deaths_per_minute_max:
            longest = settings.backoff_ms_max / 1000
            self.backoff_s = min(longest, max(_BACKOFF_FIRST_S, self.backoff_s * 2))
            self.refused_until = now + self.backoff_s

    def refuse_if_too_many(self) -> None:
        """Refuse an event while the program is being left alone."""
        left_s = self.refused_until - time.monotonic()
        if left_s > 0:
            raise EventFailedError(
                "backoff",
                f"this version has failed too often; try again in {left_s:.0f} s",
                retryable=True,
            )

    def is_forgotten(self) -> bool:
        """Tell whether nothing here matters any more."""
        now = time.monotonic()
        self._forget_old(now)
        return not self.moments and now >= self.refused_until

    def _forget_old(self, now: float) -> None:
        while self.moments and self.moments[0] < now - _MINUTE_S:
            self.moments.popleft()
        if not self.moments:
            self.backoff_s = 0.0


@dataclass(slots=True, eq=False)
class Group:
    """Everything about one key."""

    program: ProgramCode
    workers: list[Connection] = field(default_factory=list)
    queue: deque[Job] = field(default_factory=deque)
    # Whether a worker is being fetched for this group, and whether a look at its waits is planned.
    is_growing: bool = False
    is_watched: bool = False

    def find_worker(self, in_flight_max: int) -> Connection | None:
        """Return the worker that should get the next event, or None when all are busy."""
        best: Connection | None = None
        for worker in self.workers:
            room = SENT_AHEAD_MAX if worker.mean_s < FAST_EVENT_S else 1
            has_room = worker.due_count < room and worker.in_flight < in_flight_max
            if (
                has_room
                and worker.is_usable
                and (best is None or worker.due_count < best.due_count)
            ):
                best = worker
        return best

    def has_waited_since(self, moment: float) -> bool:
        """Tell whether an event that came before ``moment`` has not been begun."""
        if self.queue and self.queue[0].queued_at <= moment:
            return True
        return any(worker.has_waited_since(moment) for worker in self.workers)

    @property
    def is_waiting(self) -> bool:
        """Tell whether any event has not been begun."""
        return bool(self.queue) or any(worker.unbegun_count for worker in self.workers)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would be lost if the group were forgotten."""
        return not (self.workers or self.queue or self.is_growing)
