"""The pool's promises: deaths, replacement, queues, back-off, idleness, stop."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import uvloop

from runtime.pool import CallRequest, Event, EventFailedError, Pool, PoolSettings, ProgramCode
from tests.runtime.programs import Running, is_alive, no_calls, running, tea, wait_gone

ROOT = Path(__file__).parent.parent.parent


def _kill(shop: Running, key: str = "shop-1") -> int:
    (pid,) = shop.pool.worker_pids(key)
    os.kill(pid, signal.SIGKILL)
    return pid


# One worker per program, so that a slow machine does not bring a second one into the picture.
ONE = PoolSettings(workers_per_program_max=1)


class _Answer:
    """A host call that waits until the test lets it go."""

    def __init__(self) -> None:
        self.was_asked = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, _request: CallRequest) -> Any:
        self.was_asked.set()
        await self.go.wait()
        return {"name": "Tea"}


class TestDeath:
    """A worker may die at any moment."""

    async def test_what_was_begun_fails_and_may_be_retried(self) -> None:
        """The event that waited for the host is lost, and says that it can be sent again."""
        async with running(ONE) as shop:
            answer = _Answer()
            waiting = asyncio.create_task(shop.run("ask", calls=answer))
            await answer.was_asked.wait()
            _kill(shop)

            with pytest.raises(EventFailedError) as failed:
                await waiting

            assert ("died", True) == (failed.value.reason, failed.value.retryable)
            assert "Tea" == (await shop.run("ask", calls=tea)).state["text"]
            incident = await shop.incident("killed")
            assert ("shop-1", "killed from outside") == (incident.key, incident.detail)

    async def test_what_was_not_begun_is_run_by_the_next_worker(self) -> None:
        """Events behind the one that killed the worker are not its victims."""
        settings = PoolSettings(workers_per_program_max=1, event_wall_ms_max=300)
        async with running(settings) as shop:
            await shop.run("twice")
            culprit = asyncio.create_task(shop.run("spin_in_c"))
            await asyncio.sleep(0)
            behind = [asyncio.create_task(shop.run("twice", {"n": n})) for n in range(5)]

            with pytest.raises(EventFailedError, match="wall"):
                await culprit

            assert [0, 2, 4, 6, 8] == [each.state["n"] for each in await asyncio.gather(*behind)]

    async def test_service_is_back_at_once(self) -> None:
        """A blank stands ready to take the place."""
        async with running(ONE) as shop:
            await shop.run("twice")
            pid = _kill(shop)
            await shop.incident("killed")
            began = time.monotonic()
            outcome = await shop.run("twice", {"n": 3})

            assert 6 == outcome.state["n"]
            assert time.monotonic() - began < 2
            assert pid not in shop.pool.worker_pids("shop-1")

    async def test_dying_again_and_again_is_backed_off(self) -> None:
        """After five deaths in a minute the version is refused for a while, retryably."""
        settings = PoolSettings(event_wall_ms_max=100, workers_per_program_max=1)
        async with running(settings) as shop:
            reasons = []
            for _ in range(7):
                with pytest.raises(EventFailedError) as failed:
                    await shop.run("spin_in_c")
                reasons.append(failed.value.reason)

            assert [*["wall"] * 6, "backoff"] == reasons
            assert failed.value.retryable
            assert 2 == (await shop.run("twice", {"n": 1}, key="another")).state["n"]

    async def test_the_zygote_may_die(self) -> None:
        """A new one is started, proves itself again, and service goes on."""
        async with running(ONE) as shop:
            await shop.run("twice")
            worker_pid = shop.pool.worker_pids("shop-1")[0]
            os.kill(shop.pool.zygote_pid, signal.SIGKILL)
            await wait_gone(worker_pid)
            await shop.incident("crash")

            async with asyncio.timeout(20):
                while True:
                    try:
                        outcome = await shop.run("twice", {"n": 4})
                        break
                    except EventFailedError as error:
                        assert error.retryable  # noqa: PT017  (every failure meanwhile must be)
                        await asyncio.sleep(0.05)

            assert 8 == outcome.state["n"]


class TestQueue:
    """Waiting events."""

    async def test_a_busy_program_gets_another_worker(self) -> None:
        """Once an event has waited 20 ms; up to the number that one program may have."""
        async with running() as shop:
            await asyncio.gather(*(shop.run("twice", {"n": 1}) for _ in range(20)))
            await asyncio.gather(*(shop.run("busy", payload={"value": "3000"}) for _ in range(12)))

            assert 2 <= len(shop.pool.worker_pids("shop-1")) <= 4

    async def test_a_full_queue_refuses(self) -> None:
        """An overload is told at once instead of after a long wait."""
        settings = PoolSettings(queue_events_max=10, workers_per_program_max=1)
        async with running(settings) as shop:
            results = await asyncio.gather(
                *(shop.run("busy", payload={"value": "100"}) for _ in range(100)),
                return_exceptions=True,
            )

            refused = [each for each in results if isinstance(each, EventFailedError)]
            assert {("overloaded", True)} == {(each.reason, each.retryable) for each in refused}
            assert 10 <= 100 - len(refused) <= 90

    async def test_two_programs_never_share_a_process(self) -> None:
        """Nor two versions: the key decides."""
        async with running(ONE) as shop:
            await asyncio.gather(*(shop.run("twice", key=f"k{n}") for n in range(4)))
            pids = [pid for n in range(4) for pid in shop.pool.worker_pids(f"k{n}")]

            assert len(pids) == len(set(pids)) >= 4

    async def test_more_programs_than_workers(self) -> None:
        """The one that has been idle longest makes room."""
        settings = PoolSettings(worker_count_max=4, blank_count=1)
        async with running(settings) as shop:
            for n in range(8):
                assert 2 == (await shop.run("twice", {"n": 1}, key=f"k{n}")).state["n"]

            assert shop.pool.worker_pids("k7")
            assert not shop.pool.worker_pids("k0")

    async def test_a_cancelled_event_makes_no_further_call(self) -> None:
        """The person has gone; what the handler still asks for is refused."""
        async with running(ONE) as shop:
            answer = _Answer()
            event = asyncio.create_task(shop.run("ask_often", payload={"value": "5"}, calls=answer))
            await answer.was_asked.wait()
            event.cancel()
            with pytest.raises(asyncio.CancelledError):
                await event
            answer.was_asked.clear()
            answer.go.set()
            await asyncio.sleep(0.1)

            assert not answer.was_asked.is_set()
            assert 2 == (await shop.run("twice", {"n": 1})).state["n"]


class TestEnd:
    """Idle workers, retired versions, and the end of everything."""

    async def test_an_idle_worker_is_ended(self) -> None:
        """And comes back with the next event."""
        async with running(PoolSettings(idle_ms_max=200, workers_per_program_max=1)) as shop:
            await shop.run("twice")
            (pid,) = shop.pool.worker_pids("shop-1")
            await wait_gone(pid, within_s=5)
            # Its socket closes in the same moment; let the loop see it.
            await asyncio.sleep(0.1)

            assert [] == shop.pool.worker_pids("shop-1")
            assert 2 == (await shop.run("twice", {"n": 1})).state["n"]
            assert [] == shop.incidents

    async def test_a_retired_version_finishes_what_it_began(self) -> None:
        """Then its worker ends."""
        async with running(ONE) as shop:
            answer = _Answer()
            waiting = asyncio.create_task(shop.run("ask", calls=answer))
            await answer.was_asked.wait()
            (pid,) = shop.pool.worker_pids("shop-1")
            shop.pool.retire("shop-1")
            assert is_alive(pid)
            answer.go.set()

            assert "Tea" == (await waiting).state["text"]
            await wait_gone(pid)
            assert [] == shop.incidents

    async def test_stop_leaves_nothing(self) -> None:
        """No process, and whoever waits is told."""
        async with running(ONE) as shop:
            answer = _Answer()
            waiting = asyncio.create_task(shop.run("ask", calls=answer))
            await answer.was_asked.wait()
            pids = [shop.pool.zygote_pid, *shop.pool.worker_pids("shop-1")]
            await shop.pool.stop()

            with pytest.raises(EventFailedError) as failed:
                await waiting
            assert ("stopped", True) == (failed.value.reason, failed.value.retryable)
            assert [False, False] == [is_alive(pid) for pid in pids]
            with pytest.raises(EventFailedError, match="not running"):
                await shop.run("twice")

    async def test_stop_twice_and_stop_without_start(self) -> None:
        """Whoever cleans up need not know how far things had come."""
        pool = Pool()
        await pool.stop()
        await pool.start()
        await pool.stop()
        await pool.stop()

    async def test_no_worker_outlives_a_killed_host(self) -> None:
        """A kill -9 of the host ends the zygote and every worker, busy ones too."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            host = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.runtime.orphans", str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
            )
            ours.setblocking(False)
            told = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(ours, 1000), 20)
        pids = [int(each) for each in told.split()]
        assert len(pids) >= 3
        assert all(is_alive(pid) for pid in pids)

        host.kill()
        await host.wait()

        for pid in pids:
            await wait_gone(pid)


class TestIsolation:
    """Who may run where."""

    async def test_degraded_runs_only_the_developers_own(self) -> None:
        """An uploaded program is refused, whatever the machine could do."""
        async with running(PoolSettings(isolation="degraded")) as shop:
            event = Event("e", "pages/home", "twice", {"n": 1})
            with pytest.raises(EventFailedError) as failed:
                await shop.pool.run_event(ProgramCode("k", shop.code), event, no_calls)
            own = ProgramCode("k", shop.code, is_uploaded=False)

            assert "isolation" == failed.value.reason
            assert 2 == (await shop.pool.run_event(own, event, no_calls)).state["n"]


def test_the_same_pool_runs_on_uvloop() -> None:
    """Events, calls, a kill and a clean stop, as on asyncio's loop."""

    async def journey() -> list[Any]:
        async with running(ONE) as shop:
            first = await shop.run("ask", calls=tea)
            with pytest.raises(EventFailedError, match="200 ms"):
                await shop.run("spin")
            with pytest.raises(EventFailedError, match="wall"):
                await shop.run("spin_in_c")
            last = await shop.run("twice", {"n": 2})
            return [first.state["text"], last.state["n"]]

    assert ["Tea", 4] == uvloop.run(journey())
