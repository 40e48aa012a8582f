"""``api.db`` from a handler in a worker: people at once, failures, restarts."""

import asyncio
import json

import pytest

from host.bridge.channel import close_pages, pages_of
from host.bridge.requests import PageFailedError
from host.core.deps import Deps
from host.core.ids import new_id
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.market import make
from tests.market.make import Lane

PAGE = '''
"""A board that everyone writes on."""

from sdk import ApiError, Page, api


class Home(Page):
    text: str = ""
    n: int = 0
    items: list = []

    def on_load(self, query):
        self.show()

    def show(self):
        self.items = [str(each["n"]) for each in api.db.find("board", order="n")["items"]]

    def step(self, event):
        if api.db.get("board", "total") is None:
            api.db.insert("board", {"n": 0}, id="total")
        api.db.update("board", "total", inc={"n": 1})

    def overwrite(self, event):
        seen = api.db.get("board", "total")
        if seen is None:
            api.db.insert("board", {"n": 1}, id="total")
        else:
            api.db.update("board", "total", {"n": seen["n"] + 1})

    def write_and_fail(self, event):
        api.db.insert("board", {"n": 99})
        api.storage.set("n", 99)
        raise ValueError("after writing")

    def write(self, event):
        api.db.insert("board", {"n": 5})
        self.show()

    def undeclared(self, event):
        name = "secret" + "s"
        try:
            api.db.find(name)
        except ApiError as error:
            self.text = error.code
'''
TEMPLATE = """<h1>{{ text }}</h1><i m-for="item in items" m-key="item">{{ item }}</i>
<button m-on:tap="step">1</button><button m-on:tap="overwrite">2</button>
<button m-on:tap="write_and_fail">3</button><button m-on:tap="write">4</button>
<button m-on:tap="undeclared">5</button>
"""


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """A person's browser, in a host where a program with a board is live."""
    files = shop.files()
    manifest = shop.manifest()
    manifest["hutong"] = {"collections": {"board": {"read": "everyone", "write": "everyone"}}}
    files |= {
        "manifest.json": json.dumps(manifest).encode(),
        "pages/home/home.py": PAGE.encode(),
        "pages/home/home.html": TEMPLATE.encode(),
    }
    await shop.publish(running, lane, files)
    return Browser(running, lane.buyer_id)


async def total(browser: Browser) -> int:
    """Return what stands on the board."""
    store = await pages_of(browser.deps).stores.get(APP_ID)
    rows = await store.read("SELECT body FROM document WHERE id = 'total'", ())
    count: int = json.loads(rows[0][0])["n"]
    return count


@pytest.mark.parametrize("handler", ["step", "overwrite"])
async def test_a_crowd_loses_nothing(ann: Browser, handler: str) -> None:
    """Four people, six taps each, all at once: an event that was overtaken runs again."""
    names = ("bob", "cho", "dan")
    ids = [await ann.deps.db.write(make.put_person, name) for name in names]
    crowd = [ann, *(Browser(ann.deps, person_id) for person_id in ids)]
    for person in crowd:
        await person.open()

    async def tap(person: Browser) -> int:
        done = 0
        for _ in range(6):
            try:
                await person.tap(handler)
                done += 1
            except PageFailedError as error:
                assert error.is_retryable  # noqa: PT017  (it may be overtaken too often)
        return done

    done = sum(await asyncio.gather(*map(tap, crowd)))

    assert await total(ann) == done
    assert done >= 12


async def test_nothing_of_a_failed_event_is_kept(ann: Browser) -> None:
    """Neither page, nor storage, nor documents."""
    await ann.open()

    with pytest.raises(PageFailedError):
        await ann.tap("write_and_fail")

    await ann.tap("write")
    assert [each for each in ann.texts if each] == ["5"]


async def test_a_tap_that_is_sent_again_writes_once(ann: Browser) -> None:
    """Also after a restart of the host."""
    await ann.open()
    event_id = new_id()
    await ann.tap("write", event_id)
    await close_pages(ann.deps)

    await ann.tap("write", event_id)

    store = await pages_of(ann.deps).stores.get(APP_ID)
    assert [(1,)] == await store.read("SELECT COUNT(*) FROM document", ())


async def test_a_name_made_at_run_time_is_refused_all_the_same(ann: Browser) -> None:
    """`hutong check` cannot see it; the host does."""
    await ann.open()

    await ann.tap("undeclared")

    assert ann.texts[0] == "not-declared"
