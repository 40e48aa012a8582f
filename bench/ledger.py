"""`python -m bench ledger`: transfers a second, beside what others do in the same minute.

Ours: 256 transfers in flight, everybody pays one hot merchant, every commit durable, full rows
(idempotency key, two entries with running balances, hash chain, outbox event), on SQLite and on
PostgreSQL.  Beside it, in turns: the same rows with one transaction per transfer, which is the
usual way, and pgbench's TPC-B on a PostgreSQL with default settings, where that is installed.
Then both at 500 a second, whoever waits or not: the slowest of a hundred.
"""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench import pay
from bench.measure import ROUNDS, Result, percentile
from bench.postgres import Cluster, temporary_cluster
from host.core import postgresql
from host.core.clock import now_ms
from host.core.db import Database, Tx
from host.core.migrate import migrate
from host.core.money import Currency, Money
from host.core.postgresql import PostgresDatabase
from host.core.sqlite import SqliteDatabase, SqliteTx, connect
from host.wallet import audit, service
from host.wallet.model import (
    PostRequest,
    Purpose,
    TransferKind,
    TransferOrder,
    cash_place,
    merchant_place,
    rail_place,
)

CNY = Currency("CNY")
PEOPLE = 500
IN_FLIGHT = 256
PGBENCH_SCALE = 20
PGBENCH_CLIENTS = 16
OPENING_MINOR = 10**9
OPEN_LOOP_PER_S = 500
_SHOP = merchant_place("shop", CNY)
# Ids as long as real ones.
_PERSONS = [f"01900000-0000-7000-8000-{n:012}" for n in range(PEOPLE)]
_CASH = [cash_place(person, CNY).id for person in _PERSONS]
_count = itertools.count()

Loop = Callable[[Database, float, list[float]], Awaitable[float]]


def run(*, quick: bool) -> list[Result]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="bench-ledger") as folder, temporary_cluster() as pg:
        path = Path(folder) / "hutong.db"
        _prepare(path)
        if pg is not None:
            pg.fill(scale=PGBENCH_SCALE)
            asyncio.run(_prepare_postgres(pg.url))
        # The loop that the host runs on.
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            results = runner.run(_measure(path, pg, seconds=1.0 if quick else 4.0))
    return [*results, *pay.run(quick=quick)]


async def _measure(path: Path, pg: Cluster | None, *, seconds: float) -> list[Result]:
    figures = _Figures()
    for _ in range(ROUNDS):
        figures.together.append(await _with_sqlite(path, _closed_loop, seconds, figures.waits_ms))
        figures.alone.append(await asyncio.to_thread(_post_alone, path, seconds))
        if pg is not None:
            await _measure_beside(pg, figures, path, seconds=seconds)
    with closing(connect(path, read_only=True)) as connection:
        started = time.perf_counter()
        report = audit.audit(SqliteTx(connection))
        audited = report.transfer_count / (time.perf_counter() - started)
    assert report.is_clean, report.breaks
    return [*_results(figures), Result("audit", audited, "transfers/s")]


@dataclass
class _Figures:
    """What was measured, one of each a round."""

    together: list[float] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    tpc_b: list[float] = field(default_factory=list)
    on_postgres: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    tpc_b_p99_ms: list[float] = field(default_factory=list)


async def _measure_beside(pg: Cluster, figures: _Figures, path: Path, *, seconds: float) -> None:
    whole_s = max(2, int(seconds))
    tpc_b = await asyncio.to_thread(pg.transactions_per_s, clients=PGBENCH_CLIENTS, seconds=whole_s)
    figures.tpc_b.append(tpc_b)
    db = await PostgresDatabase.open(pg.url)
    figures.on_postgres.append(await _closed_loop(db, seconds, []))
    await db.close()
    waits_ms: list[float] = []
    await _with_sqlite(path, _open_loop, whole_s, waits_ms)
    figures.p99_ms.append(percentile(waits_ms, 0.99))
    theirs = await asyncio.to_thread(pg.waits_ms, per_s=OPEN_LOOP_PER_S, seconds=whole_s)
    figures.tpc_b_p99_ms.append(percentile(theirs, 0.99))


def _results(figures: _Figures) -> list[Result]:
    results = [_compare("one transaction per transfer", figures.together, figures.alone, goal=8.0)]
    if figures.tpc_b:
        results += [
            _compare("pgbench TPC-B, 16 clients", figures.together, figures.tpc_b, goal=6.0),
            _compare("TPC-B, on PostgreSQL", figures.on_postgres, figures.tpc_b, goal=5.0),
            _compare_waits(figures.p99_ms, figures.tpc_b_p99_ms),
        ]
    return [
        *results,
        Result("transfer, 256 in flight: p50", percentile(figures.waits_ms, 0.5), "ms"),
        Result("transfer, 256 in flight: p99", percentile(figures.waits_ms, 0.99), "ms"),
    ]


def _compare_waits(ours: list[float], theirs: list[float]) -> Result:
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return Result(
        "p99 at 500 a second ÷ that of TPC-B",
        statistics.median(ours),
        "ms",
        reference=statistics.median(theirs),
        ratio=ratio,
        goal="at most 1.5 times",
        met=ratio <= 1.5,
    )


def _compare(name: str, ours: list[float], reference: list[float], *, goal: float) -> Result:
    ratio = statistics.median(a / b for a, b in zip(ours, reference, strict=True))
    return Result(
        f"transfers ÷ {name}",
        statistics.median(ours),
        "transfers/s",
        reference=statistics.median(reference),
        ratio=ratio,
        goal=f"at least {goal:g} times",
        met=ratio >= goal,
    )


async def _with_sqlite(path: Path, loop: Loop, seconds: float, waits_ms: list[float]) -> float:
    db = await SqliteDatabase.open(path)
    rate = await loop(db, seconds, waits_ms)
    await db.close()
    return rate


async def _closed_loop(db: Database, seconds: float, waits_ms: list[float]) -> float:
    """Return transfers a second with many in flight, through the shared commits of the host."""
    until = time.perf_counter() + seconds
    done = 0

    async def work() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await _post_one(db, waits_ms)
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return done / (time.perf_counter() - began)


async def _open_loop(db: Database, seconds: float, waits_ms: list[float]) -> float:
    """Post at a fixed rate, whether the last ones have been answered or not."""
    began, count = time.perf_counter(), int(seconds * OPEN_LOOP_PER_S)
    async with asyncio.TaskGroup() as group:
        for n in range(count):
            await asyncio.sleep(max(0.0, began + n / OPEN_LOOP_PER_S - time.perf_counter()))
            group.create_task(_post_one(db, waits_ms))
    return count / (time.perf_counter() - began)


async def _post_one(db: Database, waits_ms: list[float]) -> None:
    began = time.perf_counter()
    await db.write_together(service.post_together, _request(next(_count)))
    waits_ms.append((time.perf_counter() - began) * 1000)


def _post_alone(path: Path, seconds: float) -> float:
    """Return transfers a second when each has a durable commit of its own: the same rows."""
    with closing(connect(path)) as connection:
        return _rate(lambda: _commit_one(SqliteTx(connection)), seconds)


def _commit_one(tx: SqliteTx) -> None:
    tx.run("BEGIN IMMEDIATE")
    service.post_together(tx, [_request(next(_count))])
    tx.run("COMMIT")


def _rate(step: Callable[[], None], seconds: float) -> float:
    began, done = time.perf_counter(), 0
    while time.perf_counter() < began + seconds:
        step()
        done += 1
    return done / (time.perf_counter() - began)


def _request(number: int) -> PostRequest:
    """Return what one of the people asks for: to pay the shop."""
    order = TransferOrder(
        f"bench-{number}",
        TransferKind.SINGLE,
        _CASH[number % PEOPLE],
        _SHOP.id,
        Money(100 + number % 900, CNY),
        Purpose.SEND,
        "bench",
    )
    return PostRequest((order,), now_ms())


def _prepare(path: Path) -> None:
    """Open the accounts and give everybody enough."""
    migrate(path)
    with closing(connect(path)) as connection:
        tx = SqliteTx(connection)
        tx.run("BEGIN IMMEDIATE")
        _open_accounts(tx)
        tx.run("COMMIT")


async def _prepare_postgres(url: str) -> None:
    postgresql.migrate(url)
    db = await PostgresDatabase.open(url)
    await db.write(_open_accounts)
    await db.close()


def _open_accounts(tx: Tx) -> None:
    rail = rail_place("sandbox", CNY)
    for place in (rail, _SHOP):
        service.open_account(tx, place, now_ms=now_ms())
    for n, person in enumerate(_PERSONS):
        place = cash_place(person, CNY)
        service.open_account(tx, place, now_ms=now_ms())
        service.post_transfer(
            tx,
            f"open-{n}",
            debit_id=rail.id,
            credit_id=place.id,
            money=Money(OPENING_MINOR, CNY),
            purpose=Purpose.TOP_UP,
            actor_id="bench",
            now_ms=now_ms(),
        )
