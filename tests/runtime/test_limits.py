"""Every runaway is stopped, and service is back at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from runtime import messages as m
from runtime.policy import SourceRefusedError
from runtime.pool import CallRequest, EventFailedError
from tests.runtime.programs import Running, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Running]:
    """A running program."""
    async with running() as started:
        yield started


class TestCpu:
    """Computing."""

    @pytest.mark.parametrize("handler", ["spin", "spin_and_catch"])
    async def test_a_loop_is_stopped_and_the_worker_lives(
        self, shop: Running, handler: str
    ) -> None:
        """After 200 ms, with the line; a bare except does not help it."""
        await shop.run("add", payload={"dataset": {"step": "1"}}, key=handler)
        pids = shop.pool.worker_pids(handler)

        with pytest.raises(EventFailedError, match="more than 200 ms") as failed:
            await shop.run(handler, key=handler)

        assert ("cpu", "pages/home.py", False) == (
            failed.value.reason,
            failed.value.file,
            failed.value.retryable,
        )
        assert failed.value.line
        assert 2 == (await shop.run("twice", {"n": 1}, key=handler)).state["n"]
        assert pids == shop.pool.worker_pids(handler)

    async def test_a_loop_in_c_is_killed_and_replaced(self, shop: Running) -> None:
        """No signal handler runs there, so the wall limit ends the process."""
        await shop.run("twice", key="c")
        pids = shop.pool.worker_pids("c")
        began = time.monotonic()

        with pytest.raises(EventFailedError, match="longer than 1 s") as failed:
            await shop.run("spin_in_c", key="c")

        took_s = time.monotonic() - began
        assert ("wall", False) == (failed.value.reason, failed.value.retryable)
        assert 0.95 < took_s < 5
        assert 2 == (await shop.run("twice", {"n": 1}, key="c")).state["n"]
        assert pids != shop.pool.worker_pids("c")
        assert "c" == (await shop.incident("wall")).key

    async def test_waiting_for_the_host_is_not_computing(self, shop: Running) -> None:
        """A slow host call may take longer than the wall limit."""

        async def slow(request: CallRequest) -> Any:
            await asyncio.sleep(1.2)
            return {"name": "Tea"}

        assert "Tea" == (await shop.run("ask", calls=slow, key="slow")).state["text"]

    async def test_others_go_on_while_one_waits(self, shop: Running) -> None:
        """One worker serves many people: a waiting event does not hold it up."""
        answer = asyncio.Event()

        async def wait(request: CallRequest) -> Any:
            await answer.wait()
            return {"name": "Tea"}

        waiting = [asyncio.create_task(shop.run("ask", calls=wait, key="many")) for _ in range(20)]
        await asyncio.sleep(0.05)
        outcome = await shop.run("twice", {"n": 4}, key="many")
        answer.set()

        assert 8 == outcome.state["n"]
        assert ["Tea"] * 20 == [each.state["text"] for each in await asyncio.gather(*waiting)]


class TestMemory:
    """Memory."""

    async def test_hoarding_ends_the_event(self, shop: Running) -> None:
        """The program is told, its other events go on in a fresh worker."""
        with pytest.raises(EventFailedError) as failed:
            await shop.run("hoard", key="memory")

        assert ("memory", "pages/home.py") == (failed.value.reason, failed.value.file)
        assert 2 == (await shop.run("twice", {"n": 1}, key="memory")).state["n"]

    async def test_a_giant_state_is_not_sent(self, shop: Running) -> None:
        """The host's own mistake is refused before it costs anything."""
        with pytest.raises(EventFailedError, match="the page's data has"):
            await shop.run("twice", {"n": 1, "text": "x" * 300_000}, key="memory")


class TestCompiling:
    """The compiler can be bombed as well."""

    @pytest.mark.parametrize(
        "source",
        [
            "x = " + "(" * 3000 + ")" * 3000,
            "x = " + "-" * 50_000 + "1",
            "x = " + "[" * 500 + "]" * 500,
            "x = " + "+".join(["1"] * 50_000),
            "x = 1\n" * 200_000,
            "x = " + "9" * 200_000,
            "def f(" + ", ".join(f"a{n}" for n in range(30_000)) + "): pass",
            "x = (lambda: " * 90 + "1" + ")" * 90,
            "from sdk import Page\n\x00",
            "import os",
        ],
        ids=lambda source: source[:14],
    )
    async def test_a_bomb_is_refused_with_a_finding(self, shop: Running, source: str) -> None:
        """Whatever the source is, a list of findings comes back in time."""
        began = time.monotonic()
        try:
            await shop.pool.compile({"pages/a.py": source})
            codes = []
        except SourceRefusedError as refused:
            codes = [finding.code for finding in refused.findings] or ["none"]

        assert all(code.startswith("LANG") for code in codes)
        assert time.monotonic() - began < 20

    async def test_all_findings_come_together(self, shop: Running) -> None:
        """A merchant corrects all files at once."""
        with pytest.raises(SourceRefusedError) as refused:
            await shop.pool.compile({"a.py": "import os\n", "b.py": "x = open('f')\n"})

        assert ["a.py", "b.py"] == [finding.file for finding in refused.value.findings]

    async def test_compiled_code_of_another_version_is_refused(self, shop: Running) -> None:
        """The host is told to compile again; nothing of it is run."""
        stale = b"cpython-39-other" + shop.code[shop.code.index(b"\n") :]
        shop.code, kept = stale, shop.code
        try:
            with pytest.raises(EventFailedError) as failed:
                await shop.run("twice", key="stale")
        finally:
            shop.code = kept

        assert "stale_code" == failed.value.reason

    async def test_compiled_code_that_is_garbage_kills_only_its_worker(self, shop: Running) -> None:
        """Unmarshalling happens in the box, so its crash is the box's."""
        head = shop.code[: shop.code.index(b"\n") + 1]
        shop.code, kept = head + b"\xe3" + b"\xff" * 500, shop.code
        try:
            with pytest.raises(EventFailedError) as failed:
                await shop.run("twice", key="garbage")
        finally:
            shop.code = kept

        assert failed.value.reason in {"died", "load"}
        assert 2 == (await shop.run("twice", {"n": 1}, key="after-garbage")).state["n"]


class TestLyingWorkers:
    """Native code that speaks the protocol, with the language wall left out."""

    @pytest.mark.parametrize(
        "source",
        [
            "import os\nos.write(3, b'\\xff\\xff\\xff\\xff')\n",
            "import os\nos.write(3, b'\\x04\\0\\0\\0\\xc1\\xc1\\xc1\\xc1')\n",
            "import os\nos.write(3, b'\\x04\\0\\0\\0\\x94\\x04\\x01\\xc0')\n",
            "import os\nb = b'\\x91' * 200000\nos.write(3, len(b).to_bytes(4, 'little') + b)\n",
            # A second "ready".
            "import os\nos.write(3, b'\\x03\\0\\0\\0\\x92\\x01\\x90')\n",
        ],
    )
    async def test_a_lie_kills_the_liar(self, shop: Running, source: str) -> None:
        """At once, and the host says that it lied."""
        worker = await shop.pool.open_raw()

        with pytest.raises(EventFailedError):
            await worker.run_raw(m.RunRaw(source + "while True:\n    pass\n", False, ""), 5)

        assert "protocol" == worker.killed_for

    async def test_a_flood_does_not_stop_the_host(self, shop: Running) -> None:
        """The event loop goes on turning while a worker writes as fast as it can."""
        worker = await shop.pool.open_raw()
        flood = (
            "import os\n"
            "b = b'\\x03\\0\\0\\0\\x92\\x02\\x90' * 10000\n"
            "while True:\n    os.write(3, b)\n"
        )
        lost = worker.run_raw(m.RunRaw(flood, False, ""), 5)
        lag_s = 0.0
        while not worker.closed.done():
            began = time.monotonic()
            await asyncio.sleep(0.002)
            lag_s = max(lag_s, time.monotonic() - began)

        with pytest.raises(EventFailedError):
            await lost
        assert lag_s < 0.5

    async def test_computing_without_an_event_is_ended(self, shop: Running) -> None:
        """A worker that answers and then goes on computing is mining for somebody."""
        worker = await shop.pool.open_raw()
        worker.key = "miner"
        # Answers for itself, then never reads again.
        source = (
            "import os\n"
            "body = b'\\x94\\x09\\xa5value\\xa4null\\xa0'\n"
            "os.write(3, len(body).to_bytes(4, 'little') + body)\n"
            "import signal\nsignal.setitimer(signal.ITIMER_PROF, 0)\n"
            "while True:\n    pass\n"
        )
        result = await worker.run_raw(m.RunRaw(source, False, ""), 5)
        assert "value" == result.status

        await asyncio.wait_for(asyncio.shield(worker.closed), 5)

        assert "idle_cpu" == worker.killed_for
        assert "miner" == (await shop.incident("idle_cpu")).key

    async def test_a_forbidden_system_call_is_an_alarm(self, shop: Running) -> None:
        """The operator hears of it, with the program's key and the call."""
        worker = await shop.pool.open_raw()
        worker.key = "burglar"

        with pytest.raises(EventFailedError):
            await worker.run_raw(m.RunRaw("import os\nos.fork()\n", False, ""), 5)

        incident = await shop.incident("sigsys")
        assert ("burglar", "clone (56)") == (incident.key, incident.syscall)
