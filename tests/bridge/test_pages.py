"""Open pages: an event is all or nothing, and what the person saw is what is stored."""

import asyncio
import os
import signal

import pytest

from host.bridge.channel import close_pages, pages_of
from host.bridge.errors import EventRefusedError, PageNotFoundError
from host.bridge.requests import PageFailedError, Reply, TouchRequest, read_request
from host.bridge.service import read_log
from host.core.deps import Deps
from host.core.ids import new_id
from host.programs.errors import ProgramNotFoundError
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser, find
from tests.market import make
from tests.market.make import Lane


class TestEvents:
    """What a person does to a page."""

    async def test_a_page_opens_and_changes_with_a_patch(self, ann: Browser) -> None:
        """The whole page comes once; a tap brings one operation."""
        await ann.open(who="Ann")
        assert ann.texts == ["hello Ann", "0"]

        reply = await ann.tap("add")

        assert (reply.tree, reply.patches) == (None, [{"n": 2, "ops": [[0, [1, 0], "1"]]}])
        assert ann.texts == ["hello Ann", "1"]

    async def test_a_tap_that_is_sent_again_runs_once(self, ann: Browser) -> None:
        """The same event under the same name changes nothing, and its answer is the same."""
        await ann.open()
        event_id = new_id()

        first = await ann.tap("add", event_id)
        again = await ann.tap("add", event_id)

        assert ann.texts[1] == "1"
        assert (first.n, again.n) == (2, 2)

    async def test_many_taps_at_once_each_count_once(self, ann: Browser) -> None:
        """Events of one person run one after the other."""
        await ann.open()
        touch = {"type": "tap", "handler": "add", "path": [2], "dataset": {"step": "1"}}

        await asyncio.gather(*(ann.send(**touch) for _ in range(8)), return_exceptions=True)
        await ann.resume()

        assert ann.texts[1] == "8"

    async def test_what_a_handler_stored_is_there_on_the_next_visit(self, ann: Browser) -> None:
        """Storage is per person and program."""
        await ann.open()
        await ann.tap("add")
        again = Browser(ann.deps, ann.person_id)

        await again.open()

        assert again.texts[1] == "1"

    async def test_what_was_typed_reaches_the_handler_and_can_be_emptied(
        self, ann: Browser
    ) -> None:
        """A field's text travels with the tap; the handler empties the field."""
        await ann.open()

        await ann.tap("say", models={"typed": "green tea", "n": "99"})

        assert ann.texts == ["GREEN TEA", "0"]
        assert find(ann.tree, "typed")[1][1]["value"] == ""

    async def test_a_field_alone_is_stored_without_a_handler(self, ann: Browser) -> None:
        """What is typed survives a reload."""
        await ann.open()

        await ann.send(type="model", models={"typed": "half a sen"})
        await ann.resume(-1)

        assert find(ann.tree, "typed")[1][1]["value"] == "half a sen"

    async def test_sharing_gives_the_product_that_the_page_names(self, ann: Browser) -> None:
        """The card becomes the product's own, with live price and Buy."""
        await ann.open()

        await ann.send(type="share")

        assert [e["name"] for e in ann.effects] == ["share"]
        assert ann.effects[0]["args"]["kind"] == "product"

    @pytest.mark.parametrize(
        "touch",
        [
            {"type": "tap", "handler": "on_load", "path": [2], "dataset": {}},
            {"type": "tap", "handler": "paid", "path": [2], "dataset": {"step": "1"}},
            {"type": "tap", "handler": "add", "path": [2], "dataset": {"step": "1000"}},
            {"type": "submit", "handler": "add", "path": [2], "dataset": {"step": "1"}},
        ],
    )
    async def test_only_what_the_page_shows_can_be_touched(
        self, ann: Browser, touch: dict[str, object]
    ) -> None:
        """A browser can neither call another handler nor change an element's data."""
        await ann.open()

        reply = await ann.send(**touch)

        assert (reply.n, reply.patches, ann.texts[1]) == (1, [], "0")

    @pytest.mark.parametrize("handler", ["on_load", "app:on_launch", "app:on_error", "fail"])
    async def test_a_browser_sets_off_no_other_life(self, ann: Browser, handler: str) -> None:
        """Only scrolling, hiding and closing are the browser's to tell."""
        await ann.open()

        with pytest.raises(EventRefusedError):
            await ann.send(type="life", handler=handler)

    def test_nonsense_is_refused_before_anything_runs(self) -> None:
        """The shape of an event is checked at the edge."""
        payload = {"program_id": APP_ID, "page_id": "../../etc", "event_id": new_id(), "n": 0}

        with pytest.raises(EventRefusedError, match="what no page can cause"):
            read_request(TouchRequest, payload | {"type": "tap"})


class TestLifeCycle:
    """What the browser tells of a page that goes to the back and comes to the front."""

    async def test_a_page_is_told_when_it_goes_to_the_back(self, running: Deps, lane: Lane) -> None:
        """What it changes then is what the person finds when they come back."""
        files = shop.files()
        source = files["pages/home/home.py"].decode()
        source += '\n    def on_hide(self):\n        self.text = "hidden"\n'
        files["pages/home/home.py"] = source.encode()
        await shop.publish(running, lane, files)
        ann = Browser(running, lane.buyer_id)
        reply = await ann.open()
        assert isinstance(reply, Reply)

        await ann.send(type="life", handler="on_hide")

        assert "on_hide" in reply.life
        assert ann.texts[0] == "hidden"

    async def test_a_browser_cannot_set_off_the_rest(self, ann: Browser) -> None:
        """Opening is the host's word alone."""
        await ann.open()

        with pytest.raises(EventRefusedError):
            await ann.send(type="life", handler="on_load")


class TestFailures:
    """Handlers that raise, loop or die."""

    @pytest.mark.parametrize(
        ("handler", "reason", "file", "message"),
        [
            ("fail", "error", "pages/home/home.py", "the kettle is empty"),
            ("loop", "cpu", "pages/home/home.py", "computed for more than"),
            ("break_view", "view", "pages/home/home.html", "m-for needs a list"),
        ],
    )
    async def test_nothing_of_a_failed_event_is_kept(
        self, ann: Browser, lane: Lane, *, handler: str, reason: str, file: str, message: str
    ) -> None:
        """The page is as it was, and the merchant reads file and line."""
        await ann.open()
        await ann.tap("add")

        with pytest.raises(PageFailedError) as failed:
            await ann.tap(handler)
        await ann.resume(-1)

        assert (ann.texts[1], failed.value.detail) == ("1", "")
        lines = (await ann.deps.db.read(read_log, APP_ID, actor_id=lane.seller_id)).lines
        assert (lines[0].reason, lines[0].file, lines[0].line > 0) == (reason, file, True)
        assert message in lines[0].message
        assert await _stored_n(ann) == "1"

    async def test_a_killed_worker_loses_nothing(self, ann: Browser) -> None:
        """The next tap is run by a new worker on the state that the host keeps."""
        await ann.open()
        await ann.tap("add")
        assert ann.deps.runtime is not None
        version_id = pages_of(ann.deps)._open[(APP_ID, ann.page_id)].running.version.id
        for pid in ann.deps.runtime.worker_pids(version_id):
            os.kill(pid, signal.SIGKILL)

        async with asyncio.timeout(5):
            while ann.deps.runtime.worker_pids(version_id):  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.005)
        await ann.tap("add")

        assert ann.texts[1] == "2"

    async def test_an_event_whose_worker_dies_can_be_sent_again(self, ann: Browser) -> None:
        """The person is offered to try again, and the same event then happens."""
        await ann.open()
        assert ann.deps.runtime is not None
        version_id = pages_of(ann.deps)._open[(APP_ID, ann.page_id)].running.version.id
        event_id = new_id()
        waiting = asyncio.create_task(ann.tap("loop", event_id))
        await asyncio.sleep(0.08)
        for pid in ann.deps.runtime.worker_pids(version_id):
            os.kill(pid, signal.SIGKILL)

        with pytest.raises(PageFailedError) as failed:
            await waiting
        await ann.tap("add", event_id)

        assert (failed.value.is_retryable, ann.texts[1]) == (True, "1")

    async def test_a_browser_that_leaves_does_not_tear_an_event(self, ann: Browser) -> None:
        """An event that has begun ends, whoever waits for it."""
        await ann.open()
        task = asyncio.create_task(ann.tap("add"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        await ann.resume(-1)

        assert ann.texts[1] == "1"

    async def test_a_page_that_cannot_load_is_not_kept(self, ann: Browser) -> None:
        """An error while opening leaves no half page behind, and opening again is a new try."""
        with pytest.raises(PageNotFoundError):
            await ann.open("pages/not/there")

        reply = await ann.open("pages/other/other")

        assert isinstance(reply, Reply)


class TestComingBack:
    """Reloads, lost lines, restarts."""

    async def test_a_reload_shows_the_page_as_it_was(self, ann: Browser) -> None:
        """The host kept it."""
        await ann.open()
        await ann.tap("add")
        tree = ann.tree

        await ann.resume(-1)

        assert ann.tree == tree

    async def test_a_lost_line_brings_only_what_was_missed(self, ann: Browser) -> None:
        """Two patches were missed, two come."""
        await ann.open()
        seen = ann.n
        await ann.tap("add")
        await ann.tap("add")

        reply = await ann.resume(seen)

        assert [patch["n"] for patch in reply.patches] == [seen + 1, seen + 2]

    async def test_a_restart_of_the_host_keeps_page_and_events(self, ann: Browser) -> None:
        """After a restart the page goes on, and a tap that was answered before is not run again."""
        await ann.open()
        event_id = new_id()
        await ann.tap("add", event_id)
        await close_pages(ann.deps)

        await ann.tap("add", event_id)
        await ann.tap("add")

        assert ann.texts[1] == "2"

    async def test_an_old_page_finishes_on_its_version(self, ann: Browser, lane: Lane) -> None:
        """A new version live does not change a page that is open."""
        await ann.open()
        new = shop.files(2)
        new["pages/home/home.py"] = new["pages/home/home.py"].replace(b"hello ", b"welcome ")
        await shop.publish(ann.deps, lane, new, scopes=("profile", "address", "bills"))
        later = Browser(ann.deps, ann.person_id)

        await ann.tap("add")
        await later.open()

        assert (ann.texts[0], later.texts[0]) == ("hello you", "welcome you")


class TestStrangers:
    """Somebody else's page and a missing one look the same."""

    async def test_a_strangers_page_looks_like_a_missing_one(self, ann: Browser) -> None:
        """Neither touching, resuming nor opening under its id shows anything."""
        await ann.open()
        bob = Browser(ann.deps, await ann.deps.db.write(make.put_person, "bob"))
        refusals = []
        for page_id in (ann.page_id, new_id()):
            bob.page_id = page_id
            with pytest.raises(PageNotFoundError) as refused:
                await bob.resume(-1)
            refusals.append(str(refused.value))
            with pytest.raises(PageNotFoundError) as refused:
                await bob.send(type="tap", handler="add", path=[2], dataset={"step": "1"})
            refusals.append(str(refused.value))
        bob.page_id = ann.page_id
        with pytest.raises(PageNotFoundError) as refused:
            await bob.open()
        refusals.append(str(refused.value))

        assert len(set(refusals)) == 1

    async def test_storage_is_not_shared_between_people(self, ann: Browser) -> None:
        """Each person has their own."""
        await ann.open()
        await ann.tap("add")
        bob = Browser(ann.deps, await ann.deps.db.write(make.put_person, "bob"))

        await bob.open()

        assert bob.texts[1] == "0"

    async def test_a_version_on_trial_opens_for_its_brand_alone(
        self, running: Deps, lane: Lane
    ) -> None:
        """To everybody else the shop is not there."""
        await shop.deps_upload(running, lane, shop.files())

        with pytest.raises(ProgramNotFoundError):
            await Browser(running, lane.buyer_id).open()


async def _stored_n(ann: Browser) -> str:
    again = Browser(ann.deps, ann.person_id)
    await again.open()
    return again.texts[1]
