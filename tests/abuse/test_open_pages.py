"""Open pages of mini-programs, asked for things that no page of ours asks.

Of the list of abuses: AB-031, CH-02, CH-12.
"""

import dataclasses
from pathlib import Path
from typing import Any

import aiosqlite
import msgspec
import pytest
from quart import Quart

from host.brands import service as brands
from host.bridge import store
from host.bridge.channel import pages_of
from host.bridge.pages import EVENTS_PER_MINUTE, OPENS_PER_MINUTE
from host.core.deps import Deps
from host.core.ids import new_id
from tests.abuse.wire import app, connected, eve, hear, say
from tests.bridge import shop
from tests.bridge.conftest import ann, lane, running
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.shop import PAGE as SHOP_PAGE
from tests.market import make
from tests.market.make import Lane

__all__ = ["ann", "app", "eve", "lane", "running"]

PAGE: dict[str, Any] = {"program_id": APP_ID, "page_id": "0198c0de-0000", "n": 0}
TOUCH = PAGE | {"event_id": "0198c0de-0001", "type": "tap", "handler": "add"}
ODD_REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("page.open", {}),
    ("page.open", {"program_id": APP_ID, "page_id": "../../x"}),
    ("page.open", {"program_id": "x" * 300, "page_id": "0198c0de-0000"}),
    ("page.open", {"program_id": APP_ID, "page_id": "0198c0de-0000", "query": {"a": ["b"]}}),
    ("page.open", {"program_id": APP_ID, "page_id": "0198c0de-0000", "query": {"a": "b" * 5000}}),
    ("page.open", {"program_id": APP_ID, "page_id": "0198c0de-0000", "path": "../home"}),
    ("page.open", {"program_id": APP_ID, "page_id": "0198c0de-0000", "version_id": new_id()}),
    ("page.event", TOUCH | {"type": "kill"}),
    ("page.event", TOUCH | {"n": 1.5}),
    ("page.event", TOUCH | {"n": 10**40}),
    ("page.event", TOUCH | {"path": [-1]}),
    ("page.event", TOUCH | {"path": [0] * 101}),
    ("page.event", TOUCH | {"path": [10**40]}),
    ("page.event", TOUCH | {"handler": "__init__"}),
    ("page.event", TOUCH | {"handler": ["add"]}),
    ("page.event", TOUCH | {"models": {"n": {"a": 1}}}),
    ("page.event", TOUCH | {"value": "x" * 4001}),
    ("page.event", TOUCH | {"fields": {str(n): "x" for n in range(51)}}),
    ("page.event", TOUCH | {"event_id": "x" * 65}),
    ("page.resume", PAGE | {"n": "0"}),
    ("page.resume", PAGE | {"n": None}),
]


class TestPages:
    """Speaking of pages that are not one's own, or in ways that no page can cause."""

    async def test_odd_requests_are_refused_by_name(
        self, app: Quart, running: Deps, ann: Browser
    ) -> None:
        """Each gets a sentence and a problem type; the socket and the page go on."""
        await ann.open()
        async with connected(app, running, ann.person_id) as socket:
            for kind, payload in ODD_REQUESTS:
                answer = await say(socket, kind, **payload)
                told = answer["payload"]
                assert ("live.refused", kind) == (answer["kind"], told["kind"]), payload
                assert told["status"] in (404, 422), (payload, told)
                assert told["detail"]
        await ann.tap("add")

        assert "1" == ann.texts[1]

    async def test_a_foreign_page_and_a_missing_one_look_alike(
        self, app: Quart, running: Deps, ann: Browser, eve: str
    ) -> None:
        """Knowing the page's id of somebody else shows, moves and tells nothing."""
        await ann.open()
        answers = []
        async with connected(app, running, eve) as socket:
            for page_id in (ann.page_id, new_id()):
                told = [
                    await say(socket, "page.resume", program_id=APP_ID, page_id=page_id, n=-1),
                    await say(socket, "page.event", program_id=APP_ID, page_id=page_id, n=1,
                              event_id="0198c0de-0001", type="tap", handler="add", path=[2],
                              dataset={"step": "1"}),
                ]  # fmt: skip
                for one in told:
                    one["payload"].pop("sent")
                answers.append(told)

        assert answers[0] == answers[1]
        assert [404, 404] == [one["payload"]["status"] for one in answers[0]]
        await ann.resume()
        assert "0" == ann.texts[1]

    async def test_an_id_that_is_taken_opens_nothing_of_the_other(
        self, app: Quart, running: Deps, ann: Browser, eve: str
    ) -> None:
        """Opening a page under somebody else's page id is refused; theirs stays as it is."""
        await ann.open(who="Ann")
        async with connected(app, running, eve) as socket:
            told = await say(socket, "page.open", program_id=APP_ID, page_id=ann.page_id)

        assert ("live.refused", 404) == (told["kind"], told["payload"]["status"])
        await ann.resume(-1)
        assert "hello Ann" == ann.texts[0]

    async def test_a_replayed_tap_happens_once(
        self, app: Quart, running: Deps, ann: Browser
    ) -> None:
        """The same tap fifty times at once, under its own name: one."""
        await ann.open()
        tap = TOUCH | {"page_id": ann.page_id, "n": 1, "path": [2], "dataset": {"step": "1"}}
        async with connected(app, running, ann.person_id) as socket:
            frame = msgspec.json.encode({"kind": "page.event", "payload": tap}).decode()
            for _ in range(50):
                await socket.send(frame)
            for _ in range(50):
                await hear(socket)
        await ann.resume()

        assert "1" == ann.texts[1]

    async def test_another_spelling_of_the_shop_is_the_same_shop(
        self, app: Quart, running: Deps, ann: Browser
    ) -> None:
        """Taps under LANE.TEST.SHOP and lane.test.shop wait for each other and add up."""
        await ann.open()
        async with connected(app, running, ann.person_id) as socket:
            for n in range(8):
                name = APP_ID.upper() if n % 2 else APP_ID
                tap = TOUCH | {"program_id": name, "page_id": ann.page_id, "path": [2]}
                tap |= {"dataset": {"step": "1"}, "event_id": f"0198c0de-000{n}"}
                frame = msgspec.json.encode({"kind": "page.event", "payload": tap}).decode()
                await socket.send(frame)
            kinds = [(await hear(socket))["kind"] for _ in range(8)]
        await ann.resume()

        assert ["page.patch"] * 8 == kinds
        assert "8" == ann.texts[1]

    async def test_a_flood_of_taps_slows_one_person_alone(
        self, app: Quart, running: Deps, ann: Browser, eve: str
    ) -> None:
        """After a minute's budget a tap is refused with 429; somebody else is served meanwhile."""
        await ann.open()
        other = Browser(running, eve)
        await other.open()
        tap = TOUCH | {"page_id": ann.page_id, "n": 1, "path": [2], "dataset": {"step": "1"}}
        frame = msgspec.json.encode({"kind": "page.event", "payload": tap}).decode()
        async with connected(app, running, ann.person_id) as socket:
            for _ in range(EVENTS_PER_MINUTE + 5):
                await socket.send(frame)
            await other.tap("add")
            heard = [await hear(socket) for _ in range(EVENTS_PER_MINUTE + 5)]

        refused = [one["payload"] for one in heard if one["kind"] == "live.refused"]
        assert [429] * 5 == [one["status"] for one in refused]
        assert "too fast" in refused[0]["detail"]
        assert ("0", "1") == (ann.texts[1], other.texts[1])

    async def test_pages_without_end_are_neither_opened_nor_kept(
        self, running: Deps, ann: Browser
    ) -> None:
        """A script that opens pages all day is stopped, and fills no shop's database."""
        await ann.open()
        for _ in range(OPENS_PER_MINUTE - 1):
            await Browser(running, ann.person_id).open("pages/other/other")

        with pytest.raises(Exception, match="too fast"):
            await Browser(running, ann.person_id).open("pages/other/other")

        path = running.settings.data_dir / "programs" / f"{APP_ID}.db"
        assert 50 == await _count_pages(path)

    async def test_a_shop_whose_file_was_put_away_goes_on(
        self, running: Deps, ann: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Many shops in use close the file of one; its open pages come back by themselves."""
        monkeypatch.setattr(store, "STORES_OPEN_MAX", 2)
        await ann.open()
        await ann.tap("add")
        pages = pages_of(running)
        for n in range(3):
            await pages.stores.get(f"other.shop.{n}")

        await ann.tap("add")

        assert "2" == ann.texts[1]


class TestOrders:
    """A shop that asks for a payment which is not its own."""

    async def test_only_its_own_order_is_asked_for(
        self, running: Deps, ann: Browser, eve: str, lane: Lane
    ) -> None:
        """AB-031: the person's order in another shop and a missing one: the same refusal."""
        rival = await running.db.write(
            brands.create_brand, owner_id=eve, handle="rival_shop", name="Rival", description="",
            now_ms=running.now_ms(),
        )  # fmt: skip
        other = dataclasses.replace(lane, seller_id=eve, brand_id=rival.id)
        theirs = await make.order(other, await make.product(other))
        page = SHOP_PAGE.replace(
            'api.orders.get("00000000-0000-7000-8000-000000000000")',
            'api.pay.open(self.typed, then="paid")',
        )
        files = shop.files(2) | {"pages/home/home.py": page.encode()}
        await shop.publish(running, lane, files, scopes=("profile", "address", "bills"))
        visit = Browser(running, ann.person_id)
        await visit.open()
        told = []
        for order_id in (theirs.id, new_id()):
            await visit.tap("try_call", value="order", models={"typed": order_id})
            told.append(visit.texts[0])

        assert "not-found" == told[0]
        assert told[0] == told[1]
        assert [] == visit.sheets


async def _count_pages(path: Path) -> int:
    async with (
        aiosqlite.connect(path) as db,
        db.execute("SELECT count(*) FROM page") as rows,
    ):
        row = await rows.fetchone()
        assert row is not None
        return int(row[0])
