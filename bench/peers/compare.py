"""Measures ours and every peer that can be had, in turns, and lays the figures side by side."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field

import uvloop

from bench.measure import ROUNDS, Result, percentile
from bench.peers.fetch import NotAvailableError
from bench.peers.kinds import KEPT, KINDS, Peer
from bench.peers.ours import Hutong
from bench.peers.talk import PeerFailedError

AT_ONCE = 32
# Between two starts, so that a stock of warm processes (ours, Monty's) is full again.
REST_S = 0.06
# Two weighings agree.
AGREE_MB = 0.1

# Key, heading and unit.
COLUMNS = (
    ("first", "first program", "ms"),
    ("next", "next program", "ms"),
    ("p50", "event p50", "µs"),
    ("p99", "event p99", "µs"),
    ("rate", "events/s", "1/s"),
    ("memory_first", "first MB", "MB"),
    ("memory_next", "next MB", "MB"),
)
EXPLANATION = f"""\
The same handler on the same page of 1 KB, in turns in one run; medians of {ROUNDS} rounds.  In
brackets: the figure divided by ours.
  first program  milliseconds from nothing to the first reply (ours once per host: the zygote and
                 the proof of the walls included)
  next program   milliseconds from its first event to its reply, in what runs already
  event          microseconds, one after the other
  events/s       {AT_ONCE} in flight, one program
  MB             memory (PSS) of all that runs for one idle program; what each of {KEPT} more adds
The walls cannot be compared by numbers: who has which is said below the table."""


@dataclass(slots=True)
class Figures:
    """What was measured of one peer."""

    name: str
    version: str
    about: str
    first_ms: list[float] = field(default_factory=list)
    next_ms: list[float] = field(default_factory=list)
    event_us: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    memory_first: float = 0.0
    memory_next: float = 0.0
    missing: str = ""

    def values(self) -> dict[str, float]:
        """Return the figure of each column."""
        return {
            "first": statistics.median(self.first_ms),
            "next": statistics.median(self.next_ms),
            "p50": percentile(self.event_us, 0.5),
            "p99": percentile(self.event_us, 0.99),
            "rate": statistics.median(self.rates),
            "memory_first": self.memory_first,
            "memory_next": self.memory_next,
        }


def run(*, quick: bool) -> list[Figures]:
    """Return the figures, ours first; of a peer that cannot be had, the reason."""
    peers: list[tuple[Peer, Figures]] = []
    missing: list[Figures] = []
    for kind in (Hutong, *KINDS):
        try:
            kind.find()
        except NotAvailableError as error:
            missing.append(Figures(kind.name, "", kind.about, missing=str(error)))
            continue
        peers.append((kind(), Figures(kind.name, kind.version, kind.about)))
    uvloop.run(_measure_in_turns(peers, quick=quick))
    return [figures for _, figures in peers] + missing


async def _measure_in_turns(peers: list[tuple[Peer, Figures]], *, quick: bool) -> None:
    for _ in range(ROUNDS):
        for peer, figures in peers:
            await _measure_or_say(peer, figures, quick=quick)


async def _measure_or_say(peer: Peer, figures: Figures, *, quick: bool) -> None:
    if figures.missing:
        return
    try:
        async with asyncio.timeout(120):
            await _measure(peer, figures, quick=quick)
    except (PeerFailedError, TimeoutError, OSError) as error:
        figures.missing = f"failed: {error}"


async def _measure(peer: Peer, figures: Figures, *, quick: bool) -> None:
    """Take one round of a peer's figures."""
    count = 300 if quick else 1500
    began = time.perf_counter()
    await peer.open()
    figures.first_ms.append((time.perf_counter() - began) * 1000)
    try:
        for _ in range(100):
            await peer.ask()
        if not figures.memory_first:
            await _weigh(peer, figures)
        for _ in range(3 if quick else 8):
            await asyncio.sleep(REST_S)
            began = time.perf_counter()
            await peer.start_next(keep=False)
            figures.next_ms.append((time.perf_counter() - began) * 1000)
        for _ in range(count):
            began = time.perf_counter()
            await peer.ask()
            figures.event_us.append((time.perf_counter() - began) * 1e6)
        figures.rates.append(await _rate(peer, count * 2))
    finally:
        await peer.close()


async def _weigh(peer: Peer, figures: Figures) -> None:
    figures.memory_first = await weigh_at_rest(peer)
    for _ in range(KEPT):
        await peer.start_next(keep=True)
        await asyncio.sleep(0.02)
    figures.memory_next = (await weigh_at_rest(peer) - figures.memory_first) / KEPT


async def weigh_at_rest(peer: Peer) -> float:
    """Return its MB once two readings agree: a worker that is ending still counts as one."""
    before = peer.weigh()
    for _ in range(20):
        await asyncio.sleep(0.3)
        now = peer.weigh()
        if abs(now - before) < AGREE_MB:
            break
        before = now
    return now


async def _rate(peer: Peer, count: int) -> float:
    async def some() -> None:
        for _ in range(count // AT_ONCE):
            await peer.ask()

    began = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - began)


def results(all_figures: list[Figures]) -> list[Result]:
    """Return every figure as `--json` prints it: the reference is ours."""
    measured = [(figures, figures.values()) for figures in all_figures if not figures.missing]
    ours = measured[0][1]
    return [
        Result(f"{figures.name}: {heading}", values[key], unit, ours[key], values[key] / ours[key])
        for figures, values in measured
        for key, heading, unit in COLUMNS
    ]


def table(all_figures: list[Figures]) -> str:
    """Return what a person reads."""
    measured = [figures for figures in all_figures if not figures.missing]
    ours = measured[0].values()
    rows = [["", *(heading for _, heading, _ in COLUMNS)]]
    for figures in measured:
        values = figures.values()
        cells = [_cell(values[key], ours[key]) for key, *_ in COLUMNS]
        rows.append([figures.name, *cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.rjust, row, widths)) for row in rows]
    notes = [f"{each.name} {each.version}: {each.about}" for each in measured]
    gone = [f"{each.name}: not available: {each.missing}" for each in all_figures if each.missing]
    return "\n".join([EXPLANATION, "", *lines, "", *notes, *gone])


def _cell(value: float, ours: float) -> str:
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{shown} [{value / ours:.2f}]"
