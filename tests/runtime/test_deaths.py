"""A worker may end, or stop, at any moment: at its start, at work, with nothing to do."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from runtime import messages as m
from runtime.pool import EventFailedError, PoolSettings
from runtime.supervisor import ZygoteGoneError
from tests.runtime.programs import Running, running, wait_gone

ONE = PoolSettings(workers_per_program_max=1, blank_count=1)
# A worker that is stopped uses no processor; the host waits four times its time before it gives up.
SHORT = PoolSettings(workers_per_program_max=1, blank_count=1, event_wall_ms_max=300)


def _pid(shop: Running) -> int:
    (pid,) = shop.pool.worker_pids("shop-1")
    return pid


def _first_process(zygote_pid: int, worker_pid: int) -> int:
    """Return the process whose children the workers are: the zygote's child in a namespace."""
    children = Path(f"/proc/{zygote_pid}/task/{zygote_pid}/children").read_text().split()
    return zygote_pid if str(worker_pid) in children else int(children[0])


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_worker_that_stops_reading_is_killed() -> None:
    """SIGSTOP, as by a debugger or an operator: its event is late, and the next is served."""
    async with running(SHORT) as shop:
        await shop.run("twice")
        os.kill(_pid(shop), signal.SIGSTOP)
        began = time.monotonic()

        with pytest.raises(EventFailedError, match="wall"):
            await shop.run("twice", {"n": 1})

        assert 1 < time.monotonic() - began < 5
        assert 4 == (await shop.run("twice", {"n": 2})).state["n"]


async def test_what_waits_behind_a_stopped_worker_is_run_elsewhere() -> None:
    """Sixty events with large states fill its socket; only the one at the head is lost."""
    async with running(SHORT) as shop:
        await shop.run("twice")
        os.kill(_pid(shop), signal.SIGSTOP)
        tasks = [
            asyncio.create_task(shop.run("twice", {"n": number, "text": "x" * 200_000}))
            for number in range(60)
        ]

        done = await asyncio.gather(*tasks, return_exceptions=True)

        lost = [each for each in done if isinstance(each, EventFailedError)]
        assert ["wall"] == [each.reason for each in lost]
        assert 59 == sum(not isinstance(each, BaseException) for each in done)


async def test_killed_at_any_moment_of_its_start() -> None:
    """Whatever the moment: no descriptor, no process and no promise is left behind."""
    async with running(ONE) as shop:
        pool = shop.pool
        await shop.run("twice")
        before = _descriptors()
        for moment in range(30):
            start = asyncio.create_task(pool.open_blank())
            for _ in range(moment % 10):
                await asyncio.sleep(0)
            for connection in list(pool._nursery.alive.values()):
                if connection.id == max(pool._nursery.alive):
                    connection.kill("stopped")
            try:
                (await start).kill("stopped")
            except ZygoteGoneError:
                continue
        async with asyncio.timeout(10):
            while _descriptors() > before + 2:  # noqa: ASYNC110  (the kernel closes them)
                await asyncio.sleep(0.02)

        assert 6 == (await shop.run("twice", {"n": 3})).state["n"]


async def test_an_alarm_while_the_worker_is_being_killed() -> None:
    """The kernel's word is the graver one, and comes once."""
    async with running(ONE) as shop:
        for _ in range(10):
            worker = await shop.pool.open_raw()
            worker.key = "burglar"
            tried = worker.run_raw(m.RunRaw("import os\nos.fork()\n", False, ""), 5)
            await asyncio.sleep(0.001)
            worker.kill("wall", "too late")
            with pytest.raises(EventFailedError):
                await tried
        async with asyncio.timeout(5):
            while 10 > len(shop.incidents):  # noqa: ASYNC110  (of one kind or the other)
                await asyncio.sleep(0.01)

        assert 10 == len(shop.incidents)
        assert {"wall", "sigsys"} >= {each.kind for each in shop.incidents}


async def test_the_inner_zygote_may_die_while_an_event_waits() -> None:
    """Process 1 of the workers' namespace takes them all along; the host starts another."""
    async with running(ONE) as shop:
        await shop.run("twice")
        worker_pid, zygote_pid = _pid(shop), shop.pool.zygote_pid
        os.kill(_first_process(zygote_pid, worker_pid), signal.SIGKILL)
        await wait_gone(worker_pid)
        await shop.incident("crash")

        async with asyncio.timeout(20):
            while True:
                try:
                    outcome = await shop.run("twice", {"n": 4})
                    break
                except EventFailedError:
                    await asyncio.sleep(0.05)

        assert 8 == outcome.state["n"]
        assert zygote_pid != shop.pool.zygote_pid
