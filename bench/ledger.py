"""`python -m bench ledger`: transfers a second, beside what others do in the same minute.

Ours: 256 transfers in flight, everybody pays one hot merchant, every commit durable, full rows
(idempotency key, two entries with running balances, hash chain, outbox event).  Beside
it, in turns: the same rows with one transaction per transfer, which is the usual way, and pgbench's
TPC-B on a PostgreSQL with default settings, where that is installed.
"""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import uvloop

from bench.measure import ROUNDS, Result, percentile
from bench.postgres import Cluster, temporary_cluster
from host.core.clock import now_ms
from host.core.migrate import migrate
from host.core.money import Currency, Money
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
_SHOP = merchant_place("shop", CNY)
# Ids as long as real ones.
_PERSONS = [f"01900000-0000-7000-8000-{n:012}" for n in range(PEOPLE)]
_CASH = [cash_place(person, CNY).id for person in _PERSONS]
_count = itertools.count()


def run(*, quick: bool) -> list[Result]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="bench-ledger") as folder, temporary_cluster() as pg:
        path = Path(folder) / "hutong.db"
        _prepare(path)
        if pg is not None:
            pg.fill(scale=PGBENCH_SCALE)
        # The loop that the host runs on.
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_measure(path, pg, seconds=1.0 if quick else 4.0))


async def _measure(path: Path, pg: Cluster | None, *, seconds: float) -> list[Result]:
    together: list[float] = []
    waits_ms: list[float] = []
    alone: list[float] = []
    tpc_b: list[float] = []
    for _ in range(ROUNDS):
        together.append(await _post_together(path, seconds, waits_ms))
        alone.append(await asyncio.to_thread(_post_alone, path, seconds))
        if pg is not None:
            tpc_b.append(
                await asyncio.to_thread(
                    pg.transactions_per_s, clients=PGBENCH_CLIENTS, seconds=max(2, int(seconds))
                )
            )
    with closing(connect(path, read_only=True)) as connection:
        started = time.perf_counter()
        report = audit.audit(SqliteTx(connection))
        audited = report.transfer_count / (time.perf_counter() - started)
    assert report.is_clean, report.breaks
    results = [_compare("one transaction per transfer", together, alone, goal=8.0)]
    if tpc_b:
        results.append(_compare("pgbench TPC-B, 16 clients", together, tpc_b, goal=6.0))
    results += [
        Result("transfer, 256 in flight: p50", percentile(waits_ms, 0.5), "ms"),
        Result("transfer, 256 in flight: p99", percentile(waits_ms, 0.99), "ms"),
        Result("audit", audited, "transfers/s"),
    ]
    return results


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


async def _post_together(path: Path, seconds: float, waits_ms: list[float]) -> float:
    """Return transfers a second with many in flight, through the shared commits of the host."""
    db = await SqliteDatabase.open(path)
    until = time.perf_counter() + seconds
    done = 0

    async def work() -> None:
        nonlocal done
        while time.perf_counter() < until:
            began = time.perf_counter()
            await db.write_together(service.post_together, _request(next(_count)))
            waits_ms.append((time.perf_counter() - began) * 1000)
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    rate = done / (time.perf_counter() - began)
    await db.close()
    return rate


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
    rail = rail_place("sandbox", CNY)
    with closing(connect(path)) as connection:
        tx = SqliteTx(connection)
        tx.run("BEGIN IMMEDIATE")
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
        tx.run("COMMIT")
