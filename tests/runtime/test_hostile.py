"""A program that takes all it can get harms itself alone: an honest one beside it answers on."""

import asyncio
import time
from contextlib import suppress

import pytest

from runtime.pool import CallRequest, Event, EventFailedError, PoolSettings, ProgramCode
from tests.runtime.hostile import BODIES, GREEDY_CARD, SOURCES
from tests.runtime.programs import Running, no_calls, running

# Workers that attack at the same time; the machine of the tests may have two processors.
AT_ONCE = 3
STOPPED = {"calls", "cpu", "error", "memory", "state", "wall"}


class Attack:
    """Every handler of the hostile program, run as a program of its own, and one in a loop."""

    def __init__(self, shop: Running, code: bytes) -> None:
        self.reasons: dict[str, str] = {}
        self._shop = shop
        self._code = code
        self._left = list(BODIES)

    async def run(self) -> None:
        """Run them all."""
        again = asyncio.create_task(self._again_and_again())
        await asyncio.gather(*(self._take_turns() for _ in range(AT_ONCE)))
        again.cancel()
        with suppress(asyncio.CancelledError):
            await again

    async def _take_turns(self) -> None:
        while self._left:
            name = self._left.pop()
            self.reasons[name] = await self._attack(name, key=name)

    async def _again_and_again(self) -> None:
        while True:
            await self._attack("swallow", key="looping")

    async def _attack(self, name: str, *, key: str) -> str:
        async def nothing(_request: CallRequest) -> None:
            return None

        event = Event("e", "pages/home", name, {})
        try:
            outcome = await self._shop.pool.run_event(ProgramCode(key, self._code), event, nothing)
        except EventFailedError as error:
            return error.reason
        return f"harmless, with {len(outcome.logs)} lines of log"


async def test_an_honest_program_keeps_answering() -> None:
    """While forty others are stopped one after the other; in the same process, at its speed."""
    async with running(PoolSettings(event_wall_ms_max=500)) as shop:
        code = await shop.pool.compile(SOURCES)
        await shop.run("twice")
        pids = shop.pool.worker_pids("shop-1")
        attack = Attack(shop, code)
        attacked = asyncio.create_task(attack.run())
        waits_s = []
        while not attacked.done():
            began = time.monotonic()
            assert 42 == (await shop.run("twice", {"n": 21})).state["n"]
            waits_s.append(time.monotonic() - began)
            await asyncio.sleep(0.02)
        await attacked

        assert "harmless, with 21 lines of log" == attack.reasons.pop("log_flood")
        assert {} == {name: why for name, why in attack.reasons.items() if why not in STOPPED}
        assert set(pids) <= set(shop.pool.worker_pids("shop-1"))
        assert len(waits_s) > len(BODIES)
        assert sorted(waits_s)[len(waits_s) // 2] < 0.1
        assert {"wall"} >= {each.kind for each in shop.incidents}


async def test_an_answer_has_a_size() -> None:
    """A card of two megabytes is the failure of its program, and leaves no worker dead."""
    async with running() as shop:
        code = await shop.pool.compile({"pages/home.py": GREEDY_CARD})
        program = ProgramCode("greedy", code)
        event = Event("e", "pages/home", "on_share", {}, {"source": "menu"})
        reasons = []
        for _ in range(2):
            with pytest.raises(EventFailedError, match="the answer has 20000") as failed:
                await shop.pool.run_event(program, event, no_calls)
            reasons.append((failed.value.reason, shop.pool.worker_pids("greedy")))

        assert "state" == reasons[0][0]
        assert reasons[0] == reasons[1]
