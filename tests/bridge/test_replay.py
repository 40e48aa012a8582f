"""A recorded event runs again: the same, or it says what differs."""

import asyncio
import dataclasses
import os
import sys
from pathlib import Path

import pytest
from quart import Quart

from host.app import create_app
from host.bridge import recording as tapes
from host.bridge import service
from host.bridge.channel import pages_of
from host.bridge.model import LogLine
from host.bridge.packages import Packages
from host.bridge.recording import Recording
from host.bridge.replay import Replay, replay
from host.bridge.requests import PageFailedError
from host.bridge.store import Store, StoredEvent, StoredPage
from host.bridge.writes import Writes
from host.core.deps import Deps
from host.core.ids import derived_id
from host.programs.service import Version
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_web import sign_in
from tests.market.make import Lane


async def recorded(ann: Browser, tap_id: str) -> Recording:
    """Return what was kept of something that Ann did."""
    store = await pages_of(ann.deps).stores.get(APP_ID)
    found = await store.find_recording(derived_id("event", APP_ID, ann.page_id, tap_id))
    assert found is not None
    return found


async def again(ann: Browser, recording: Recording, version: Version | None = None) -> Replay:
    """Run it again, with the live version or another."""
    if version is None:
        running = await ann.deps.db.read(
            service.access_running, APP_ID, viewer_id=ann.person_id, version_id=None
        )
        version = running.version
    assert ann.deps.runtime is not None
    return await replay(ann.deps.runtime, await Packages(ann.deps).get(version), recording)


async def read_errors(ann: Browser, lane: Lane) -> list[LogLine]:
    """Return what the merchant reads about failures."""
    page = await ann.deps.db.read(
        service.read_log, APP_ID, actor_id=lane.seller_id, severity="failure"
    )
    return page.lines


class TestReplay:
    """Same data, time, chance and answers; a real worker."""

    async def test_an_event_comes_out_the_same(self, ann: Browser) -> None:
        """State, calls and patch are those of then, and nothing is stored by it."""
        await ann.open()
        await ann.tap("add", "tap-0001")
        recording = await recorded(ann, "tap-0001")
        await ann.tap("add", "tap-0002")

        done = await again(ann, recording)

        assert done.differences == ()
        assert done.outcome is not None
        assert (recording.event.state["n"], done.outcome.state["n"]) == (0, 1)
        assert [(call.name, call.args) for call in done.calls] == [
            ("storage.set", {"key": "n", "value": 1})
        ]
        assert done.patch_bytes is not None
        assert 0 < done.patch_bytes < 100
        store = await pages_of(ann.deps).stores.get(APP_ID)
        assert await store.find_value(ann.person_id, "n") == "2"

    async def test_the_answers_are_those_of_then(self, ann: Browser) -> None:
        """What the host would say by now does not matter: the handler hears what it heard."""
        await ann.open()
        await ann.tap("read", "tap-0001")
        recording = await recorded(ann, "tap-0001")
        await ann.tap("add")

        done = await again(ann, recording)

        assert done.is_same
        assert [call.name for call in done.calls] == [
            "identity.user", "products.list", "storage.keys",
        ]  # fmt: skip
        assert done.calls[2].answer == []

    async def test_a_refusal_is_answered_again(self, ann: Browser) -> None:
        """A call that was declined is declined, and the program does what it did then."""
        await ann.open()
        await ann.tap("try_call", "tap-0001", value="bill")

        done = await again(ann, await recorded(ann, "tap-0001"))

        assert done.is_same
        assert done.calls[0].refusal is not None
        assert done.calls[0].refusal[0] == "declined"

    async def test_opening_a_page_runs_again(self, ann: Browser) -> None:
        """The first event has no page before it; its size is the whole page's."""
        await ann.open(who="Bo")
        store = await pages_of(ann.deps).stores.get(APP_ID)
        event_id = derived_id("load", APP_ID, ann.person_id, ann.page_id)
        recording = await store.find_recording(event_id)
        assert recording is not None

        done = await again(ann, recording)

        assert done.is_same
        assert (done.patch_bytes or 0) > 100

    @pytest.mark.parametrize(
        ("handler", "reason"), [("fail", "error"), ("loop", "cpu"), ("break_view", "view")]
    )
    async def test_a_failure_fails_again(
        self, ann: Browser, lane: Lane, handler: str, reason: str
    ) -> None:
        """In the handler, at a limit, or when the page cannot be shown; the log names the event."""
        await ann.open()
        with pytest.raises(PageFailedError):
            await ann.tap(handler, "tap-0001")
        recording = await recorded(ann, "tap-0001")
        (line,) = await read_errors(ann, lane)

        done = await again(ann, recording)

        assert line.event_id == recording.event.id
        assert done.failure is not None
        assert (done.failure.reason, done.differences) == (reason, ())

    async def test_a_version_that_does_better_is_told_apart(self, ann: Browser, lane: Lane) -> None:
        """The merchant's fix, tried on the very event that failed."""
        await ann.open()
        with pytest.raises(PageFailedError):
            await ann.tap("fail", "tap-0001")
        files = shop.files(code=2)
        source = files["pages/home/home.py"].decode()
        files["pages/home/home.py"] = source.replace(
            'raise ValueError("the kettle is empty")', "self.n = 7"
        ).encode()
        fixed, _ = await shop.deps_upload(ann.deps, lane, files)

        done = await again(ann, await recorded(ann, "tap-0001"), fixed)

        assert done.outcome is not None
        assert done.outcome.state["n"] == 7
        assert [text.partition(":")[0] for text in done.differences] == ["end"]

    async def test_a_version_that_asks_for_something_else_is_not_answered(
        self, ann: Browser, lane: Lane
    ) -> None:
        """No call of a replay ever reaches the host."""
        await ann.open()
        await ann.tap("add", "tap-0001")
        files = shop.files(code=2)
        source = files["pages/home/home.py"].decode()
        files["pages/home/home.py"] = source.replace(
            'api.storage.set("n", self.n)', 'api.orders.create([{"sku": "A1", "qty": 2}])'
        ).encode()
        other, _ = await shop.deps_upload(ann.deps, lane, files)

        done = await again(ann, await recorded(ann, "tap-0001"), other)

        assert done.failure is not None
        assert "storage.set" in done.differences[0]
        assert "orders.create" in done.differences[0]
        assert await ann.deps.db.read(lambda tx: tx.rows("SELECT id FROM market_order")) == []


class TestCommand:
    """`hutong replay`, in a process of its own beside the running host."""

    async def test_it_reports_and_ends_with_a_status(self, ann: Browser, lane: Lane) -> None:
        """0 the same, 1 different, 2 unknown."""
        await ann.open()
        await ann.tap("add", "tap-0001")
        event_id = (await recorded(ann, "tap-0001")).event.id
        files = shop.files(code=2)
        source = files["pages/home/home.py"].decode()
        files["pages/home/home.py"] = source.replace("self.n +=", "self.n -=").encode()
        await shop.deps_upload(ann.deps, lane, files)

        same, text = await _hutong(ann.deps, "replay", event_id, "--program", APP_ID)
        other, difference = await _hutong(
            ann.deps, "replay", event_id, "--program", APP_ID, "--version", "2.0.0"
        )
        unknown, refusal = await _hutong(ann.deps, "replay", "nothing", "--program", APP_ID)

        assert (same, other, unknown) == (0, 1, 2)
        assert "call 1    storage.set" in text
        assert "changed   n: 0 → 1" in text
        assert "the same as recorded" in text
        assert "differs   n: then 1, now -1" in difference
        assert "no recording of event nothing" in refusal

    async def test_the_merchants_log_shows_the_command(self, ann: Browser, lane: Lane) -> None:
        """The id and the program, ready to be copied."""
        app: Quart = create_app(ann.deps)
        await ann.open()
        with pytest.raises(PageFailedError):
            await ann.tap("fail", "tap-0001")
        event_id = (await recorded(ann, "tap-0001")).event.id
        seller = await sign_in(app, ann.deps, lane.seller_id)

        html = await (await seller.get(f"/programs/{APP_ID}/log")).get_data(as_text=True)

        assert f"hutong replay {event_id} --program {APP_ID}" in html


class TestBounds:
    """Recordings never grow without end, and never stand in the way of what people keep."""

    async def test_the_oldest_go_first(self, ann: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        """A number and a sum of bytes, whichever is reached first."""
        monkeypatch.setattr(tapes, "RECORDINGS_MAX", 2)
        monkeypatch.setattr(tapes, "RECORDINGS_TRIMMED_EVERY", 1)
        await ann.open()
        for number in range(3):
            await ann.tap("add", f"tap-000{number}")
        store = await pages_of(ann.deps).stores.get(APP_ID)
        ids = [derived_id("event", APP_ID, ann.page_id, f"tap-000{n}") for n in range(3)]

        kept = [await store.find_recording(event_id) is not None for event_id in ids]
        monkeypatch.setattr(tapes, "RECORDINGS_BYTES_MAX", 10)
        await ann.tap("add")

        assert kept == [False, True, True]
        assert await store.find_recording(ids[2]) is None

    async def test_a_full_database_forgets_recordings_first(
        self, ann: Browser, tmp_path: Path
    ) -> None:
        """A program at its quota goes on working as long as its own data fits."""
        await ann.open()
        await ann.tap("add", "tap-0001")
        recording = await recorded(ann, "tap-0001")
        store = Store(tmp_path / "full.db", bytes_max=200 * 1024)
        await store.open()
        page = StoredPage("p1", "ann", "v1", "pages/a/a", {}, "A", b"{}", 1, 1)
        big = [_renamed(recording, str(number), "x" * 20_000) for number in range(5)]
        await store.save_recordings(big, now_ms=1)

        await store.save_event(
            page, StoredEvent("e1", 1, []), Writes({"k": '"' + "y" * 60_000 + '"'}), now_ms=2
        )

        assert await store.find_recording("0") is None
        assert len(await store.find_value("ann", "k") or "") > 60_000
        await store.close()


def _renamed(recording: Recording, event_id: str, text: str) -> Recording:
    event = dataclasses.replace(recording.event, id=event_id, payload={"text": text})
    return dataclasses.replace(recording, event=event)


async def _hutong(deps: Deps, *words: str) -> tuple[int, str]:
    """Run the command on this host's data; return its status and what it said."""
    settings = deps.settings
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "host.cli", *words,
        env=os.environ | {
            "HUTONG_DATA_DIR": str(settings.data_dir), "HUTONG_SECRET_KEY": settings.secret_key,
        },
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()
