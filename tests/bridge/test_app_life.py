"""``app.py``: a visit begins, the tab is left, a handler fails; and a page is left for good."""

import json

import pytest

from host.bridge.app_life import VISIT_GAP_MS
from host.bridge.channel import pages_of
from host.bridge.errors import EventRefusedError
from host.bridge.requests import PageFailedError
from host.bridge.service import read_log
from host.core.deps import Deps
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.market.make import Lane

APP = '''
"""The program as a whole."""

from sdk import App, api


class Shop(App):
    rate: float = 0.2
    names: list = ["a"]

    def on_launch(self, options):
        api.storage.set("launched", [options["path"], options["query"].get("who")])
        api.ui.toast("welcome")

    def on_show(self):
        api.storage.set("shown", api.storage.get("shown", 0) + 1)

    def on_hide(self):
        api.storage.set("hidden", api.storage.get("hidden", 0) + 1)

    def on_error(self, error):
        told = [error.page, error.handler, error.reason, error.message, error.file, error.line]
        api.storage.set("told", told)
        if error.handler == "twice":
            self.names.append("b")
        if error.handler == "again":
            raise ValueError("in on_error")
'''
HOME = '''
"""A page that reads what the App says."""

from app import Shop
from sdk import Page, api


class Home(Page):
    text: str = ""

    def on_load(self, query):
        self.text = f"{Shop.rate} {api.storage.get('launched')}"

    def on_unload(self):
        api.storage.set("unloaded", self.text)

    def fail(self, event):
        api.storage.set("told", "not kept")
        raise ValueError("the kettle is empty")

    def again(self, event):
        raise KeyError("k")

    def twice(self, event):
        raise KeyError("k")
'''
HTML = (
    '<h1>{{ text }}</h1><button m-on:tap="fail">f</button><button m-on:tap="again">a</button>'
    '<button m-on:tap="twice">t</button>'
)


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """A browser in a host where a shop with an ``app.py`` is live."""
    await shop.put_tea(running, lane)
    files = shop.files() | {
        "app.py": APP.encode(),
        "pages/home/home.py": HOME.encode(),
        "pages/home/home.html": HTML.encode(),
    }
    manifest = json.loads(files["manifest.json"])
    manifest["hutong"].pop("permissions")
    files["manifest.json"] = json.dumps(manifest).encode()
    await shop.publish(running, lane, files)
    return Browser(running, lane.buyer_id)


async def kept(ann: Browser, key: str) -> object:
    """Return what the program stored for the person."""
    store = await pages_of(ann.deps).stores.get(APP_ID)
    text = await store.find_value(ann.person_id, key)
    return None if text is None else json.loads(text)


async def log(ann: Browser, lane: Lane) -> list[str]:
    """Return handler and reason of the merchant's failures, newest first."""
    page = await ann.deps.db.read(read_log, APP_ID, actor_id=lane.seller_id)
    return [f"{line.handler} {line.reason}" for line in page.lines]


async def test_a_visit_begins_once(ann: Browser) -> None:
    """on_launch comes before the first on_load, and again after half an hour without a touch."""
    await ann.open(who="Ann")
    second = Browser(ann.deps, ann.person_id)
    await second.open(who="Bob")

    assert "0.2 ['pages/home/home', 'Ann']" == shop.text_of(ann.tree[2][0])
    assert ["pages/home/home", "Ann"] == await kept(ann, "launched")
    assert [1, "welcome"] == [await kept(ann, "shown"), ann.effects[0]["args"]["text"]]

    store = await pages_of(ann.deps).stores.get(APP_ID)
    await store._write([("UPDATE page SET used_at_ms = used_at_ms - ?", (VISIT_GAP_MS + 60_000,))])
    third = Browser(ann.deps, ann.person_id)
    await third.open(who="Cid")

    assert ["pages/home/home", "Cid"] == await kept(ann, "launched")
    assert 2 == await kept(ann, "shown")


async def test_the_tab_is_left_and_come_back_to(ann: Browser) -> None:
    """The browser says so; of the other methods it can set off none."""
    await ann.open()
    await ann.send(type="life", handler="app:on_hide")
    await ann.send(type="life", handler="app:on_show")

    assert [1, 2] == [await kept(ann, "hidden"), await kept(ann, "shown")]
    for handler in ("app:on_launch", "app:on_error", "app:names", "on_load"):
        with pytest.raises(EventRefusedError):
            await ann.send(type="life", handler=handler)


async def test_a_page_is_left_for_good(ann: Browser) -> None:
    """on_unload runs in the state that the page had."""
    await ann.open(who="Ann")
    await ann.send(type="life", handler="on_unload")

    assert "0.2 ['pages/home/home', 'Ann']" == await kept(ann, "unloaded")


async def test_a_failure_is_told(ann: Browser, lane: Lane) -> None:
    """on_error knows what the log says; what the failed handler stored is still not kept."""
    await ann.open()

    with pytest.raises(PageFailedError):
        await ann.tap("fail")

    place = ["pages/home/home.py", 19]
    assert ["pages/home/home", "fail", "error", "ValueError: the kettle is empty", *place] == (
        await kept(ann, "told")
    )
    assert ["fail error"] == await log(ann, lane)


@pytest.mark.parametrize(("handler", "reason"), [("again", "error"), ("twice", "state")])
async def test_on_error_cannot_hide_or_loop(
    ann: Browser, lane: Lane, handler: str, reason: str
) -> None:
    """When it fails itself there are two lines, and nothing that it did is kept."""
    await ann.open()

    with pytest.raises(PageFailedError):
        await ann.tap(handler)

    assert {f"{handler} error", f"on_error {reason}"} == set(await log(ann, lane))
    assert 2 == len(await log(ann, lane))
    assert await kept(ann, "told") is None
