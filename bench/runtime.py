"""Starting, feeding and stopping workers, beside the simplest thing that could do the same.

The references are a fresh Python process that imports what a worker needs (for starts and memory)
and a process that only sends back what it is sent (for events), without any wall.  Starts and
events run in turns with them on one loop.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from bench import view
from bench.echo import Echo, times_us
from bench.measure import ROUNDS, Result, percentile
from bench.memory import pss_mb
from bench.page import PAGE, PAYLOAD, STATE
from runtime.pool import CallRequest, Event, EventFailedError, Pool, PoolSettings, ProgramCode

_EVENT = Event("e", "page", "change", STATE, PAYLOAD)
_FRESH = "import msgspec, greenlet, RestrictedPython; print('ready', flush=True)"


def run(*, quick: bool) -> list[Result]:
    """Measure everything and return the figures."""
    results = uvloop.run(_measure(10 if quick else 40, 300 if quick else 2000))
    return results + view.measure(quick=quick)


async def _measure(starts: int, events: int) -> list[Result]:
    # One worker, as the figures promise; by itself a busy program gets more.
    settings = PoolSettings(workers_per_program_max=1)
    pool = Pool(settings, on_incident=lambda *_incident: None)
    await pool.start()
    try:
        bench = _Bench(pool, await pool.compile({"page.py": PAGE}))
        return [
            *await bench.cold_from_blank(starts),
            *await bench.cold_from_fork(starts),
            *await bench.warm_event(events),
            await bench.host_call(events),
            await bench.event_rate(events * 4),
            await bench.idle_memory(),
            *await bench.runaway(),
        ]
    finally:
        await pool.stop()


class _Bench:
    """One pool, one program, and a key of its own for each start."""

    def __init__(self, pool: Pool, code: bytes) -> None:
        self._pool = pool
        self._code = code
        self._count = 0

    async def cold_from_blank(self, count: int) -> list[Result]:
        """Time from an event for a program that does not run to its reply."""
        ours: list[float] = []
        reference: list[float] = []
        for _ in range(ROUNDS):
            for _ in range(count // 2):
                await asyncio.sleep(0.06)
                ours.append(await self._first_event())
            reference += [await asyncio.to_thread(_fresh_process_ms) for _ in range(2)]
        return _percentiles("cold start from a blank worker", ours, reference, (2.5, 15), "ms")

    async def cold_from_fork(self, count: int) -> list[Result]:
        """Time to fork a worker, lock it down, warm it up and hear that it is ready."""
        ours: list[float] = []
        reference: list[float] = []
        for _ in range(ROUNDS):
            for _ in range(count // 2):
                began = time.perf_counter()
                worker = await self._pool.open_blank()
                ours.append((time.perf_counter() - began) * 1000)
                worker.kill("retired")
                await asyncio.sleep(0.01)
            reference += [await asyncio.to_thread(_fresh_process_ms) for _ in range(2)]
        return _percentiles("fork with full lockdown", ours, reference, (10, 40), "ms")

    async def warm_event(self, count: int) -> list[Result]:
        """One event after the other on a page with 1 KB of data."""
        program = await self._warm_program()
        ours: list[float] = []
        reference: list[float] = []
        with Echo() as echo:
            for _ in range(ROUNDS):
                ours += await times_us(lambda: self._run(program, _EVENT), count)
                reference += await times_us(echo.ask, count)
        return _percentiles("warm event, 1 KB page", ours, reference, (250, 5000), "us")

    async def host_call(self, count: int) -> Result:
        """How much longer an event takes that makes one host call."""
        program = await self._warm_program()
        asking = Event("e", "page", "ask", STATE)
        extra: list[float] = []
        reference: list[float] = []
        with Echo() as echo:
            for _ in range(ROUNDS):
                plain = await times_us(lambda: self._run(program, _EVENT), count)
                with_call = await times_us(lambda: self._run(program, asking), count)
                extra.append(statistics.median(with_call) - statistics.median(plain))
                reference.append(statistics.median(await times_us(echo.ask, count)))
        value, beside = statistics.median(extra), statistics.median(reference)
        return _result("one host call in a handler", value, "us", beside, goal=120)

    async def event_rate(self, count: int) -> Result:
        """Events per second in one worker with 32 in flight."""
        program = await self._warm_program()
        ours: list[float] = []
        reference: list[float] = []
        with Echo() as echo:
            for _ in range(ROUNDS):
                ours.append(await _rate(lambda: self._run(program, _EVENT), count))
                reference.append(await _rate(echo.ask, count, at_once=1))
        value, beside = statistics.median(ours), statistics.median(reference)
        return Result(
            "events per second, 32 in flight",
            value,
            "1/s",
            beside,
            value / beside,
            "≥ 10,000",
            value >= 10_000,
        )

    async def idle_memory(self) -> Result:
        """Memory that one more idle program costs: its share of what it shares included."""
        pids = []
        for _ in range(ROUNDS):
            program = await self._warm_program()
            pids += self._pool.worker_pids(program.key)
        ours = statistics.median(pss_mb(pid) for pid in pids)
        fresh = await asyncio.to_thread(_fresh_process_pss_mb)
        return _result("memory of an idle program (PSS)", ours, "MB", fresh, goal=3)

    async def runaway(self) -> list[Result]:
        """How late a loop in C is killed, and how soon the program answers again."""
        late: list[float] = []
        back: list[float] = []
        limit_ms = self._pool.settings.event_wall_ms_max
        for _ in range(3):
            program = await self._warm_program()
            began = time.perf_counter()
            try:
                await self._run(program, Event("e", "page", "run_away", STATE))
            except EventFailedError:
                died = time.perf_counter()
            late.append((died - began) * 1000 - limit_ms)
            await self._run(program, _EVENT)
            back.append((time.perf_counter() - died) * 1000)
        return [
            _result("runaway killed after its deadline", statistics.median(late), "ms", goal=25),
            _result("service back after the kill", statistics.median(back), "ms", goal=50),
        ]

    async def _first_event(self) -> float:
        program = self._new_program()
        event = Event("e", "page", "on_load", {}, query={"sku": "A1"})
        began = time.perf_counter()
        await self._run(program, event)
        took_ms = (time.perf_counter() - began) * 1000
        self._pool.retire(program.key)
        return took_ms

    async def _warm_program(self) -> ProgramCode:
        program = self._new_program()
        for _ in range(100):
            await self._run(program, _EVENT)
        return program

    def _new_program(self) -> ProgramCode:
        self._count += 1
        return ProgramCode(f"program-{self._count}", self._code)

    async def _run(self, program: ProgramCode, event: Event) -> Any:
        return await self._pool.run_event(program, event, _answer)


async def _answer(_request: CallRequest) -> int:
    return 2


async def _rate(act: Callable[[], Awaitable[Any]], count: int, *, at_once: int = 32) -> float:
    async def some() -> None:
        for _ in range(count // at_once):
            await act()

    began = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(at_once)))
    return count / (time.perf_counter() - began)


def _fresh_process_ms() -> float:
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", _FRESH], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return (time.perf_counter() - began) * 1000


def _fresh_process_pss_mb() -> float:
    waiting = _FRESH + "; import sys; sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", waiting], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return pss_mb(process.pid)


def _percentiles(
    name: str, ours: list[float], reference: list[float], goals: tuple[float, float], unit: str
) -> list[Result]:
    return [
        _result(
            f"{name}, p{share:.0%}".replace("%", ""),
            percentile(ours, share),
            unit,
            percentile(reference, share),
            goal=goal,
        )
        for share, goal in zip((0.5, 0.99), goals, strict=True)
    ]


def _result(
    name: str, value: float, unit: str, reference: float | None = None, *, goal: float
) -> Result:
    ratio = value / reference if reference else None
    return Result(name, value, unit, reference, ratio, f"≤ {goal:g} {unit}", value <= goal)
