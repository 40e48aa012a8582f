"""A page that was opened under one version and is opened again under another."""

import pytest

from host.bridge.channel import close_pages, pages_of
from host.bridge.requests import ConsentNeeded, PageFailedError
from host.bridge.service import read_log
from host.core.errors import AppError
from host.programs import service as programs
from host.programs.service import Version
from host.programs.service.suspensions import suspend_version
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.market.make import Lane

SCOPES = ("profile", "address", "bills")
TAKES_OVER = """
    def migrate(self, state, from_version):
        self.text = "from " + from_version + ": " + state["text"]
        self.n = state["n"] * 10
"""


def package(code: int, more: str = "") -> dict[str, bytes]:
    """Return a version of the shop whose page has ``more`` methods."""
    files = shop.files(code)
    source = files["pages/home/home.py"].decode().replace("hello ", f"v{code} ")
    files["pages/home/home.py"] = (source + more).encode()
    return files


async def publish(ann: Browser, lane: Lane, code: int, more: str = "") -> Version:
    """Put a version live."""
    return await shop.publish(ann.deps, lane, package(code, more), scopes=SCOPES)


async def stop(ann: Browser, lane: Lane) -> None:
    """Close the shop, so that no version that is not live again may run."""
    await ann.deps.db.write(
        programs.take_offline, APP_ID, actor_id=lane.seller_id, now_ms=ann.deps.now_ms()
    )


async def reload(ann: Browser) -> None:
    """Do what a browser does that loads the page's address again."""
    ann.n, ann.tree = -1, None
    reply = await ann.open()
    assert not isinstance(reply, ConsentNeeded)


@pytest.fixture
async def open_page(ann: Browser) -> Browser:
    """A page of version 1 that was used."""
    await ann.open(who="Ann")
    await ann.tap("add")
    return ann


class TestMigrate:
    """The new version says how it takes a page over."""

    async def test_a_page_is_taken_over_when_it_is_opened_again(
        self, open_page: Browser, lane: Lane
    ) -> None:
        """With what it kept and the name of its version; then it goes on there."""
        await publish(open_page, lane, 2, TAKES_OVER)

        await reload(open_page)
        assert ["from 1.0.0: hello Ann", "10"] == open_page.texts
        await open_page.tap("add")

        assert "11" == open_page.texts[1]
        assert await version_of(open_page) == 2

    async def test_until_then_it_stays(self, open_page: Browser, lane: Lane) -> None:
        """A tap and a lost line change no version: the browser shows the old one's frame."""
        await publish(open_page, lane, 2, TAKES_OVER)

        await open_page.tap("add")
        await open_page.resume(-1)

        assert ["hello Ann", "2"] == open_page.texts

    async def test_it_happens_once(self, open_page: Browser, lane: Lane) -> None:
        """Loaded again and after a restart, the page is what the new version made of it."""
        await publish(open_page, lane, 2, TAKES_OVER)
        await reload(open_page)
        await open_page.tap("add")

        await reload(open_page)
        await close_pages(open_page.deps)
        await reload(open_page)

        assert ["from 1.0.0: hello Ann", "11"] == open_page.texts

    async def test_each_version_takes_over_from_the_last(
        self, open_page: Browser, lane: Lane
    ) -> None:
        """Also when one in between was never seen."""
        await publish(open_page, lane, 2, TAKES_OVER)
        await reload(open_page)
        await publish(open_page, lane, 3, TAKES_OVER)
        await publish(open_page, lane, 4, TAKES_OVER)

        await reload(open_page)

        assert ["from 2.0.0: from 1.0.0: hello Ann", "100"] == open_page.texts

    async def test_a_page_without_it_stays_with_its_version(
        self, open_page: Browser, lane: Lane
    ) -> None:
        """Old pages finish on the version that they began with."""
        await publish(open_page, lane, 2)

        await reload(open_page)

        assert ["hello Ann", "1"] == open_page.texts

    async def test_an_older_version_takes_nothing_over_that_may_go_on(
        self, ann: Browser, lane: Lane
    ) -> None:
        """After a roll-back by its merchant a page of the newer version finishes there."""
        first = await publish(ann, lane, 2, TAKES_OVER)
        await publish(ann, lane, 3)
        await ann.open()
        await ann.deps.db.write(
            programs.put_live, first.id, actor_id=lane.seller_id, now_ms=ann.deps.now_ms()
        )

        await reload(ann)

        assert "v3 you" == ann.texts[0]


class TestFailing:
    """What goes wrong on the way leaves what was there."""

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            (
                "\n    def migrate(self, state, from_version):\n        raise KeyError('n')\n",
                "error",
            ),
            ("\n    def migrate(self, state, v):\n        while True:\n            pass\n", "cpu"),
            ("\n    def migrate(self, state, v):\n        self.items = 5\n", "view"),
            ("\n    def migrate(self, state, v):\n        self.text = 'x' * 300000\n", "state"),
        ],
    )
    async def test_a_page_whose_version_may_go_on_goes_on(
        self, open_page: Browser, lane: Lane, more: str, reason: str
    ) -> None:
        """The merchant reads why; the next version gets what the first one kept."""
        await publish(open_page, lane, 2, more)
        await reload(open_page)
        assert ["hello Ann", "1"] == open_page.texts

        log = await open_page.deps.db.read(read_log, APP_ID, actor_id=lane.seller_id)
        assert (reason, "migrate") == (log.lines[0].reason, log.lines[0].handler)
        await publish(open_page, lane, 3, TAKES_OVER)
        await reload(open_page)
        assert ["from 1.0.0: hello Ann", "10"] == open_page.texts

    @pytest.mark.parametrize("more", ["", TAKES_OVER.replace('"text"', '"lost"')])
    async def test_a_page_whose_version_was_stopped_begins_anew(
        self, open_page: Browser, lane: Lane, more: str
    ) -> None:
        """Without migrate or when it fails, on_load is called with the page's own query."""
        await publish(open_page, lane, 2, more)
        await suspend(open_page, code=1)

        await reload(open_page)

        assert ["v2 Ann", "1"] == open_page.texts
        await open_page.tap("add")
        assert "2" == open_page.texts[1]

    async def test_a_page_whose_version_was_stopped_is_taken_over(
        self, ann: Browser, lane: Lane
    ) -> None:
        """Also by an older version, when that is the one there is."""
        first = await publish(ann, lane, 2, TAKES_OVER)
        await publish(ann, lane, 3)
        await ann.open()
        await ann.deps.db.write(
            programs.put_live, first.id, actor_id=lane.seller_id, now_ms=ann.deps.now_ms()
        )
        await suspend(ann, code=3)

        await reload(ann)

        assert "from 3.0.0: v3 you" == ann.texts[0]

    async def test_what_was_kept_stays_until_the_new_page_is(
        self, open_page: Browser, lane: Lane
    ) -> None:
        """A version that can neither take over nor begin has destroyed nothing."""
        broken = package(2, TAKES_OVER.replace('"text"', '"lost"'))
        source = broken["pages/home/home.py"].replace(b"self.n = api.storage", b"self.n = api.nope")
        broken["pages/home/home.py"] = source.replace(b"api.nope.get", b"int")
        await shop.publish(open_page.deps, lane, broken, scopes=SCOPES)
        await suspend(open_page, code=1)

        with pytest.raises(PageFailedError):
            await reload(open_page)

        assert await version_of(open_page) == 1
        await publish(open_page, lane, 3, TAKES_OVER)
        await reload(open_page)
        assert ["from 1.0.0: hello Ann", "10"] == open_page.texts

    async def test_a_shop_that_is_closed_opens_nothing(
        self, open_page: Browser, lane: Lane
    ) -> None:
        """There is no version to go to."""
        await stop(open_page, lane)

        with pytest.raises(AppError):
            await reload(open_page)

    async def test_a_browser_cannot_set_it_off(self, open_page: Browser, lane: Lane) -> None:
        """Neither as life nor as a touch of what the page does not show."""
        await publish(open_page, lane, 2, TAKES_OVER)
        await reload(open_page)
        with pytest.raises(AppError):
            await open_page.send(type="life", handler="migrate")
        await open_page.send(type="tap", handler="migrate", path=[2], dataset={"step": "1"})

        assert ["from 1.0.0: hello Ann", "10"] == open_page.texts


async def suspend(ann: Browser, *, code: int) -> None:
    """Stop a version as the host does with one that attacks."""
    version = await ann.deps.db.read(programs.find_version_named, APP_ID, f"{code}.0.0")
    assert version is not None
    await ann.deps.db.write(
        suspend_version, version.id, actor_id="admin", reason="It attacked the host.",
        now_ms=ann.deps.now_ms(),
    )  # fmt: skip


async def version_of(ann: Browser) -> int:
    """Return the code of the version that the stored page belongs to."""
    store = await pages_of(ann.deps).stores.get(APP_ID)
    page = await store.find_page(ann.page_id)
    assert page is not None
    version = await ann.deps.db.read(programs.find_version, page.version_id)
    assert version is not None
    return version.code
