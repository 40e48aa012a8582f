"""Workers that have nothing to do: ended when idle, killed when busy."""

import time

from runtime import supervisor
from runtime.connection import Connection
from runtime.settings import PoolSettings


class Upkeep:
    """Remembers each worker's CPU clock between two looks."""

    def __init__(self, settings: PoolSettings) -> None:
        self._settings = settings
        # By worker: how many messages it had sent at the last look, and its CPU clock.
        self._marks: dict[int, tuple[int, int]] = {}

    def look_at(self, workers: list[Connection]) -> None:
        """Kill workers that computed since the last look with no event to work on."""
        marks = {worker.id: self._mark(worker) for worker in workers}
        self._marks = {worker_id: mark for worker_id, mark in marks.items() if mark is not None}

    def end_idle(self, workers: list[Connection]) -> None:
        """End a program's workers that no event has come to for a while."""
        oldest = time.monotonic() - self._settings.idle_ms_max / 1000
        for worker in workers:
            if not worker.in_flight and worker.last_used_at < oldest:
                worker.kill("retired")

    def _mark(self, worker: Connection) -> tuple[int, int] | None:
        if worker.due_count or not worker.pid or not worker.ready.done():
            return None
        cpu_ns = supervisor.cpu_ns(worker.pid)
        if cpu_ns is None:
            return None
        said, before_ns = self._marks.get(worker.id, (-1, 0))
        used_ms = (cpu_ns - before_ns) // 1_000_000
        if said == worker.message_count and used_ms > self._settings.idle_cpu_ms_max:
            worker.kill("idle_cpu", f"{used_ms} ms of CPU with no event to work on")
            return None
        return worker.message_count, cpu_ns


def end_idlest(workers: list[Connection]) -> bool:
    """Make room by ending the worker that has been idle longest; tell whether there was one."""
    idle = [worker for worker in workers if worker.is_usable and not worker.in_flight]
    if not idle:
        return False
    min(idle, key=lambda worker: worker.last_used_at).kill("retired")
    return True
