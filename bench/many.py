"""`python -m bench runtime --many`: do the figures hold with many mini-programs on one machine?

Three situations in one run: alone; beside 500 idle programs, each with a worker that lives; and
beside those and 50 busy ones.  What is measured is a program of its own, as in the runtime bench,
with an echo process in turns: where the echo is slower too, the machine is.
"""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvloop

from bench.echo import Echo, times_us
from bench.measure import Result, percentile
from bench.memory import pss_mb
from bench.page import PAGE, PAYLOAD, STATE
from runtime.pool import CallRequest, Event, Pool, PoolSettings, ProgramCode

IDLE, BUSY = 500, 50
# A busy program: ten people who tap twice a second each.
BUSY_EVENTS_PER_S = 20
# So that idle ones are still there when they are measured.
IDLE_MS_MAX = 3_600_000
# Each program has one of so many sources; how it is compiled is not measured here.
SOURCES = 10
OPENED_AT_ONCE = 4
# With many programs a figure may be so many times its goal.
SLACK = 2

_EVENT = Event("e", "page", "change", STATE, PAYLOAD)
_ASKING = Event("e", "page", "ask", STATE)
_LOADING = Event("e", "page", "on_load", {}, query={"sku": "A1"})
# Name, unit, and the goal of one program alone.
_FIGURES = (
    ("warm event, p50", "us", 250.0),
    ("warm event, p99", "us", 5000.0),
    ("one host call", "us", 120.0),
    ("cold start from a blank, p50", "ms", 2.5),
    ("cold start from a blank, p99", "ms", 15.0),
    ("fork with full lockdown, p50", "ms", 10.0),
)


@dataclass(slots=True)
class Situation:
    """What was measured in one situation, by figure, and the echo beside it."""

    name: str
    values: dict[str, float] = field(default_factory=dict)
    echo_us: float = 0.0


@dataclass(slots=True)
class Load:
    """What the busy programs did meanwhile."""

    events: int = 0
    seconds: float = 0.0


def run(*, quick: bool) -> list[Result]:
    """Measure and return the figures."""
    return uvloop.run(_run(quick=quick))


async def _run(*, quick: bool) -> list[Result]:
    settings = PoolSettings(
        worker_count_max=IDLE + BUSY + 20, workers_per_program_max=1, idle_ms_max=IDLE_MS_MAX
    )
    pool = Pool(settings, on_incident=lambda *_incident: None)
    await pool.start()
    try:
        many = _Many(pool, [await pool.compile(_sources(n)) for n in range(SOURCES)], quick=quick)
        alone = await many.measure("alone")
        await many.open_idle()
        idle = await many.measure(f"{IDLE} idle")
        each_mb = many.weigh()
        async with many.busy() as load:
            crowded = await many.measure(f"{IDLE} idle, {BUSY} busy")
    finally:
        await pool.stop()
    return [
        *(result for now in (alone, idle, crowded) for result in _results(now, alone)),
        Result("busy programs, all events", load.events / load.seconds, "1/s"),
        Result("memory of an idle one (PSS)", each_mb, "MB", goal="≤ 3 MB", met=each_mb <= 3),
        Result(f"memory of all {IDLE}", each_mb * IDLE, "MB"),
    ]


class _Many:
    """One pool and all the programs in it."""

    def __init__(self, pool: Pool, codes: list[bytes], *, quick: bool) -> None:
        self._pool = pool
        self._codes = codes
        self._rounds = 3 if quick else 8
        self._count = 0
        self._idle: list[ProgramCode] = []

    async def measure(self, name: str) -> Situation:
        """Take every figure, in several rounds with the echo in between."""
        now = Situation(name)
        probe = self._new_program()
        events: list[float] = []
        calls: list[float] = []
        starts: list[float] = []
        forks: list[float] = []
        echoes: list[float] = []
        with Echo() as echo:
            await times_us(lambda: self._run(probe, _EVENT), 100)
            for _ in range(self._rounds):
                plain = await times_us(lambda: self._run(probe, _EVENT), 300)
                asking = await times_us(lambda: self._run(probe, _ASKING), 300)
                events += plain
                calls.append(statistics.median(asking) - statistics.median(plain))
                echoes += await times_us(echo.ask, 300)
                starts += [await self._cold_start_ms() for _ in range(10)]
                forks += [await self._fork_ms() for _ in range(5)]
        self._pool.retire(probe.key)
        values = (
            *(percentile(events, 0.5), percentile(events, 0.99), statistics.median(calls)),
            *(percentile(starts, 0.5), percentile(starts, 0.99), statistics.median(forks)),
        )
        now.values = {figure: value for (figure, *_), value in zip(_FIGURES, values, strict=True)}
        now.echo_us = percentile(echoes, 0.5)
        return now

    async def open_idle(self) -> None:
        """Open the idle programs, each with one event, and let them lie."""
        self._idle = [self._new_program() for _ in range(IDLE)]
        for at in range(0, IDLE, OPENED_AT_ONCE):
            some = self._idle[at : at + OPENED_AT_ONCE]
            await asyncio.gather(*(self._run(program, _LOADING) for program in some))

    def weigh(self) -> float:
        """Return the median memory of an idle program; fails when one has lost its worker."""
        pids = [self._pool.worker_pids(program.key) for program in self._idle]
        assert all(len(each) == 1 for each in pids), "an idle program has lost its worker"
        return statistics.median(pss_mb(pid) for (pid,) in pids[:: IDLE // 50])

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[Load]:
        """Keep the busy programs busy until the block ends."""
        load = Load()
        programs = [self._new_program() for _ in range(BUSY)]
        for program in programs:
            await self._run(program, _LOADING)
        began = time.perf_counter()
        tasks = [asyncio.create_task(self._keep_busy(program, load)) for program in programs]
        try:
            yield load
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            load.seconds = time.perf_counter() - began
        failed = [each for each in ended if not isinstance(each, asyncio.CancelledError)]
        assert not failed, failed

    async def _keep_busy(self, program: ProgramCode, load: Load) -> None:
        chance = random.Random(program.key)  # noqa: S311  (when people tap)
        while True:
            await asyncio.sleep(chance.expovariate(BUSY_EVENTS_PER_S))
            await self._run(program, _EVENT)
            load.events += 1

    async def _cold_start_ms(self) -> float:
        # The stock of blank workers is full again after this.
        await asyncio.sleep(0.06)
        program = self._new_program()
        began = time.perf_counter()
        await self._run(program, _LOADING)
        took_ms = (time.perf_counter() - began) * 1000
        self._pool.retire(program.key)
        return took_ms

    async def _fork_ms(self) -> float:
        began = time.perf_counter()
        worker = await self._pool.open_blank()
        took_ms = (time.perf_counter() - began) * 1000
        worker.kill("retired")
        return took_ms

    def _new_program(self) -> ProgramCode:
        self._count += 1
        return ProgramCode(f"program-{self._count}", self._codes[self._count % SOURCES])

    async def _run(self, program: ProgramCode, event: Event) -> Any:
        return await self._pool.run_event(program, event, _answer)


async def _answer(_request: CallRequest) -> int:
    return 2


def _sources(number: int) -> dict[str, str]:
    return {"page.py": PAGE.replace("Green tea", f"Green tea number {number}")}


def _results(now: Situation, alone: Situation) -> list[Result]:
    """Return each figure beside the same figure alone; met within the slack of its goal."""
    slack = 1 if now is alone else SLACK
    found = [
        Result(
            f"{now.name}: {name}",
            now.values[name],
            unit,
            alone.values[name],
            now.values[name] / alone.values[name],
            f"≤ {goal * slack:g} {unit}",
            met=now.values[name] <= goal * slack,
        )
        for name, unit, goal in _FIGURES
    ]
    echo = Result(
        f"{now.name}: echo process",
        now.echo_us,
        "us",
        alone.echo_us,
        now.echo_us / alone.echo_us,
    )
    return [*found, echo]
