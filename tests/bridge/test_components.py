"""Components with a class: the host keeps their data by place, and they are part of the event."""

import asyncio
import json
import os
import signal
from typing import Any

import pytest

from host.bridge.channel import close_pages, pages_of
from host.bridge.requests import PageFailedError
from host.bridge.service import read_log
from host.core.deps import Deps
from runtime.view.parts import PARTS_MAX
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser, text_of
from tests.market.make import Lane

COUNTER = '''
"""A counter that keeps its own number."""

from sdk import ApiError, Component, api


class Counter(Component):
    start: int
    n: int = 0
    text: str = ""

    @property
    def twice(self):
        return self.n * 2

    def on_attach(self):
        self.n = self.start or 0

    def on_update(self):
        self.text = f"now {self.start}"

    def on_detach(self):
        api.storage.set("gone", self.n)

    def up(self, event):
        self.n += 1
        self.emit("change", value=self.n, note="up")

    def cheat(self, event):
        self.start = 5

    def fill(self, event):
        self.text = "x" * 20_000

    def ask(self, event):
        try:
            getattr(api, "identity").profile(then="got")
        except ApiError as error:
            self.text = error.code
'''
BOX = '''
"""A component around another."""

from sdk import Component


class Box(Component):
    open: bool = False

    def toggle(self, event):
        self.open = not self.open

    def heard(self, event):
        self.emit("changed", sum=event.value + 100)
'''
KIT = '''
"""A page with components."""

from sdk import Page, api


class Kit(Page):
    rows: list = [{"id": 1, "start": 10}, {"id": 2, "start": 20}]
    heard: str = ""
    angry: bool = False
    many: int = 0
    circle: bool = False
    spin: int = 0

    def on_counted(self, event):
        self.heard = f"{event.type} {event.value} {event.detail['note']} {event.dataset['id']}"
        if self.angry:
            raise ValueError("no")

    def be_angry(self, event):
        self.angry = True

    def turn(self, event):
        self.rows = self.rows[::-1]

    def drop(self, event):
        self.rows = self.rows[1:]

    def raise_all(self, event):
        self.rows = [{**row, "start": row["start"] + 1} for row in self.rows]

    def sum_up(self, event):
        self.heard = f"sum {event.detail['sum']}"

    def grow(self, event):
        self.rows = [{"id": n, "start": n} for n in range(61)]

    def go_round(self, event):
        self.circle = True

    def spun(self, event):
        self.spin += 1
'''
SPINNER = '''
"""A component that never rests."""

from sdk import Component


class Spinner(Component):
    at: int

    def on_attach(self):
        self.emit("spun")

    def on_update(self):
        self.emit("spun")
'''
HTML = """<h1>{{ heard }}</h1>
<section m-for="row in rows" m-key="row.id">
<row-counter start="{{ row.start }}" data-id="{{ row.id }}" m-on:change="on_counted"></row-counter>
</section>
<shop-box m-on:changed="sum_up"><b>inside</b></shop-box>
<round-spinner m-if="circle" at="{{ spin }}" m-on:spun="spun"></round-spinner>
<button m-on:tap="be_angry">a</button><button m-on:tap="turn">t</button>
<button m-on:tap="drop">d</button><button m-on:tap="raise_all">r</button>
<button m-on:tap="grow">g</button><button m-on:tap="go_round">o</button>
"""
FILES = {
    "pages/kit/kit.py": KIT,
    "pages/kit/kit.html": HTML,
    "components/row-counter/row-counter.py": COUNTER,
    "components/row-counter/row-counter.html": (
        '<p>{{ n }}/{{ twice }} {{ text }}</p><button m-on:tap="up">+</button>'
        '<button m-on:tap="cheat">c</button><button m-on:tap="fill">f</button>'
        '<button m-on:tap="ask">?</button>'
    ),
    "components/shop-box/shop-box.py": BOX,
    "components/shop-box/shop-box.html": (
        '<button m-on:tap="toggle">{{ open }}</button>'
        '<div m-if="open"><slot></slot><row-counter start="{{ 0 }}" m-on:change="heard">'
        "</row-counter></div>"
    ),
    "components/round-spinner/round-spinner.py": SPINNER,
    "components/round-spinner/round-spinner.html": "<i>{{ at }}</i>",
}


def package() -> dict[str, bytes]:
    """Return the shop with a page more."""
    files = shop.files()
    manifest = json.loads(files["manifest.json"])
    manifest["pages"].append("pages/kit/kit")
    files["manifest.json"] = json.dumps(manifest).encode()
    return files | {path: text.encode() for path, text in FILES.items()}


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """A browser that has the page open."""
    await shop.put_tea(running, lane)
    await shop.publish(running, lane, package(), scopes=("profile", "address", "bills"))
    browser = Browser(running, lane.buyer_id)
    await browser.open("pages/kit/kit")
    return browser


def counters(ann: Browser) -> list[str]:
    """Return what the counters show."""
    return [text_of(each[2][0]).strip() for each in _all(ann.tree, "c-row-counter")]


def _all(tree: Any, name: str) -> list[Any]:
    if isinstance(tree, str):
        return []
    own = [tree] if len(tree) > 1 and name in tree[1].get("class", "").split() else []
    return own + [
        found for child in (tree[2] if len(tree) == 3 else ()) for found in _all(child, name)
    ]


def target(ann: Browser, method: str, at: int = 0, name: str = "c-row-counter") -> str:
    """Return what a button of the component at this place is bound to."""
    found = [
        each[1]["@tap"] for each in _buttons(_all(ann.tree, name)[at]) if method in each[1]["@tap"]
    ]
    return str(found[0])


def _buttons(tree: Any) -> list[Any]:
    if isinstance(tree, str):
        return []
    own = [tree] if tree[0] == "button" and "@tap" in tree[1] else []
    return own + [each for child in (tree[2] if len(tree) == 3 else ()) for each in _buttons(child)]


def heard(ann: Browser) -> str:
    """Return what the page heard last."""
    return text_of(ann.tree[2][0])


async def why(ann: Browser, lane: Lane) -> str:
    """Return the last line of the merchant's log."""
    log = await ann.deps.db.read(read_log, APP_ID, actor_id=lane.seller_id)
    return f"{log.lines[0].reason}: {log.lines[0].message}"


class TestData:
    """What a component keeps."""

    async def test_it_begins_with_its_class_and_its_properties(self, ann: Browser) -> None:
        """on_attach has run, and what its properties say is shown, when the page is first seen."""
        assert ["10/20", "20/40"] == counters(ann)

    async def test_each_place_has_its_own(self, ann: Browser) -> None:
        """A tap changes one of them, and the page hears what it emits, from where it stands."""
        await ann.tap(target(ann, "up", 1))
        await ann.tap(target(ann, "up", 1))

        assert ["10/20", "22/44"] == counters(ann)
        assert "change 22 up 2" == heard(ann)

    async def test_it_goes_with_its_row(self, ann: Browser) -> None:
        """The key of the row names it, not the number."""
        await ann.tap(target(ann, "up", 0))

        await ann.tap("turn")

        assert ["20/40", "11/22"] == counters(ann)

    async def test_it_outlives_worker_and_host(self, ann: Browser) -> None:
        """Everything but the database is taken away."""
        await ann.tap(target(ann, "up", 0))
        runtime = ann.deps.runtime
        assert runtime is not None
        version_id = pages_of(ann.deps)._open[(APP_ID, ann.page_id)].running.version.id
        for pid in runtime.worker_pids(version_id):
            os.kill(pid, signal.SIGKILL)
        await close_pages(ann.deps)

        await ann.resume(-1)
        async with asyncio.timeout(5):
            while runtime.worker_pids(version_id):  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.005)
        await ann.tap(target(ann, "up", 0))

        assert ["12/24", "20/40"] == counters(ann)

    async def test_other_properties_are_told(self, ann: Browser) -> None:
        """on_update runs when the page gives other values, and not otherwise."""
        await ann.tap("turn")
        assert ["20/40", "10/20"] == counters(ann)

        await ann.tap("raise_all")

        assert ["20/40 now 21", "10/20 now 11"] == counters(ann)

    async def test_what_is_not_shown_is_forgotten(self, ann: Browser) -> None:
        """on_detach runs once with the last data; a place that is shown again begins anew."""
        await ann.tap(target(ann, "up", 0))
        await ann.tap("drop")
        store = await pages_of(ann.deps).stores.get(APP_ID)

        assert ["20/40"] == counters(ann)
        assert "11" == await store.find_value(ann.person_id, "gone")

    async def test_a_component_inside_one(self, ann: Browser) -> None:
        """It is attached when it appears, and its events go to the component around it."""
        await ann.tap(target(ann, "toggle", 0, "c-shop-box"))
        assert ["10/20", "20/40", "0/0"] == counters(ann)

        await ann.tap(target(ann, "up", 2))

        assert "sum 101" == heard(ann)
        assert ["10/20", "20/40", "1/2"] == counters(ann)

    async def test_a_page_of_a_version_with_other_components(self, ann: Browser) -> None:
        """Components whose data the page does not have yet are attached when it comes back."""
        store = await pages_of(ann.deps).stores.get(APP_ID)
        await store._write(
            [("UPDATE page SET state = CAST(json_remove(state, '$.\"@components\"') AS BLOB)", ())]
        )
        await close_pages(ann.deps)

        await ann.resume(-1)

        assert ["10/20", "20/40"] == counters(ann)


class TestRefusals:
    """What cannot be done, and what is left as it was."""

    async def test_the_event_is_all_or_nothing(self, ann: Browser, lane: Lane) -> None:
        """When the page fails that hears it, the component has not changed either."""
        await ann.tap("be_angry")

        with pytest.raises(PageFailedError):
            await ann.tap(target(ann, "up", 0))
        await ann.resume(-1)

        assert ["10/20", "20/40"] == counters(ann)
        assert "error: ValueError: no" == await why(ann, lane)

    @pytest.mark.parametrize(
        ("method", "message"),
        [
            ("cheat", "state: self.start is given by whoever uses the component: emit an event"),
            ("fill", "view: the data of components/row-counter/row-counter are more than 16384"),
        ],
    )
    async def test_it_cannot(self, ann: Browser, lane: Lane, method: str, message: str) -> None:
        """Write to its properties, or keep more than a component may."""
        with pytest.raises(PageFailedError):
            await ann.tap(target(ann, method, 0))

        assert (await why(ann, lane)).startswith(message)

    @pytest.mark.parametrize(
        ("handler", "message"),
        [
            ("grow", f"view: this page has more than {PARTS_MAX} components with a class"),
            ("go_round", "view: its components do not come to rest: each change causes another"),
        ],
    )
    async def test_a_page_cannot(
        self, ann: Browser, lane: Lane, handler: str, message: str
    ) -> None:
        """Have any number of them, or change without end."""
        with pytest.raises(PageFailedError):
            await ann.tap(handler)
        await ann.resume(-1)

        assert message == await why(ann, lane)
        assert ["10/20", "20/40"] == counters(ann)

    async def test_a_question_comes_from_a_page(self, ann: Browser) -> None:
        """The answer would come to a page, so a component is refused."""
        await ann.tap(target(ann, "ask", 0))

        assert "10/20 unavailable" == counters(ann)[0]

    async def test_a_browser_names_only_what_is_bound(self, ann: Browser) -> None:
        """Another method, another part, a life-cycle method: nothing happens."""
        name = target(ann, "up", 0).partition(":")[0]
        for forged in (f"{name}:on_detach", f"{name}:twice", f"{'0' * 16}:up", f":{name}:up"):
            await ann.send(type="tap", handler=forged, path=[1, 0, 1])

        assert ["10/20", "20/40"] == counters(ann)
        assert "" == heard(ann)
