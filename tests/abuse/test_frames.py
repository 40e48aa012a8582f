"""The WebSocket and the frame of a mini-program, spoken to by something that is no browser of ours.

Of the list of abuses: CH-09, CH-11, CH-12, ID-07.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import msgspec
import pytest
from quart import Quart
from quart.testing.connections import WebsocketDisconnectError
from quart.typing import TestClientProtocol as Client
from quart.typing import TestWebsocketConnectionProtocol as Socket

from host.app import create_app
from host.bridge import store
from host.bridge.channel import pages_of
from host.bridge.pages import EVENTS_PER_MINUTE, OPENS_PER_MINUTE
from host.core import live
from host.core.deps import Deps
from host.core.ids import new_id
from host.identity import service as identity
from tests.bridge.conftest import ann, lane, running
from tests.bridge.shop import APP_ID, Browser
from tests.conftest import Clock

__all__ = ["ann", "lane", "running"]

BAD_FRAME, BAD_TICKET, BAD_ORIGIN = 4400, 4001, 4003


@pytest.fixture
async def app(running: Deps) -> AsyncIterator[Quart]:
    """The whole app of a host that runs mini-programs."""
    whole = create_app(running)
    async with whole.test_app():
        yield whole


@pytest.fixture
async def eve(running: Deps, ann: Browser) -> str:
    """The id of somebody whom Ann does not know."""
    made = await running.db.write(
        identity.register_person, handle="eve", name="Eve", password_hash="x", lang="en",
        now_ms=running.now_ms(),
    )  # fmt: skip
    return made.id


async def ticket(deps: Deps, person_id: str, session_id: str = "s") -> str:
    """Return a ticket."""
    return await deps.db.write(live.issue_ticket, person_id, session_id, now_ms=deps.now_ms())


@contextlib.asynccontextmanager
async def connected(app: Quart, deps: Deps, person_id: str) -> AsyncIterator[Socket]:
    """Open somebody's socket."""
    path = f"/live?ticket={await ticket(deps, person_id)}"
    async with app.test_client().websocket(path) as socket:
        while (await hear(socket))["kind"] != "live.ready":
            pass
        yield socket


async def hear(socket: Socket) -> dict[str, Any]:
    """Return the next frame."""
    async with asyncio.timeout(10):
        return dict(msgspec.json.decode(await socket.receive()))


async def say(socket: Socket, kind: str, **payload: Any) -> dict[str, Any]:
    """Send a frame and return the answer to it, past what is told to everybody."""
    await socket.send(msgspec.json.encode({"kind": kind, "payload": payload}).decode())
    while True:
        frame = await hear(socket)
        if frame["kind"].startswith(("page.", "live.")) and frame["kind"] != "page.answer":
            return frame


async def closed_with(client: Client, path: str, *sent: str | bytes, **headers: str) -> int:
    """Return the code that a socket is closed with."""
    try:
        async with client.websocket(path, headers=headers) as socket:
            for frame in sent:
                await socket.send(frame)
            while True:
                async with asyncio.timeout(10):
                    await socket.receive()
    except WebsocketDisconnectError as error:
        return int(error.args[0])


GARBAGE: dict[str, str | bytes] = {
    "no JSON": "hello",
    "nothing": "",
    "a list": "[]",
    "a number": "1",
    "depth": "[" * 100_000,
    "depth inside": '{"kind": "page.open", "payload": {"a": ' + "[" * 50_000 + "]" * 50_000 + "}}",
    "no payload": '{"kind": "page.open"}',
    "payload of another kind": '{"kind": "page.open", "payload": 5}',
    "a kind that is none": '{"kind": 5, "payload": {}}',
    "NaN": '{"kind": "page.open", "payload": {"n": NaN}}',
    "half a character": b'{"kind": "\xff\xfe", "payload": {}}',
    "bytes": b"\x00\x01\x02",
    "too large": '{"kind": "x", "payload": {"a": "' + "x" * (256 * 1024) + '"}}',
}


class TestSocket:
    """Getting in, and saying nonsense."""

    @pytest.mark.parametrize("name", GARBAGE)
    async def test_garbage_ends_the_socket_and_nothing_else(
        self, app: Quart, running: Deps, ann: Browser, name: str
    ) -> None:
        """What is no frame closes this one socket; the person's other one goes on."""
        async with connected(app, running, ann.person_id) as other:
            path = f"/live?ticket={await ticket(running, ann.person_id)}"

            assert BAD_FRAME == await closed_with(app.test_client(), path, GARBAGE[name])
            answer = await say(other, "page.nothing")

        assert "live.refused" == answer["kind"]

    async def test_a_kind_that_nobody_takes_is_refused(
        self, app: Quart, running: Deps, ann: Browser
    ) -> None:
        """The socket stays open."""
        async with connected(app, running, ann.person_id) as socket:
            for kind in ("", "chat.message", "page.patch", "wallet.transfer", "x" * 1000):
                assert "live.refused" == (await say(socket, kind, a=1))["kind"]

    async def test_a_ticket_is_for_one_socket(
        self, app: Quart, running: Deps, ann: Browser, clock: Clock
    ) -> None:
        """Used, too old, made up, another site's: each is closed before anything is sent."""
        client = app.test_client()
        used, old = [await ticket(running, ann.person_id) for _ in range(2)]
        async with client.websocket(f"/live?ticket={used}") as socket:
            await hear(socket)
        foreign = await ticket(running, ann.person_id)
        codes = [
            await closed_with(client, f"/live?ticket={used}"),
            await closed_with(client, "/live?ticket=" + "x" * 5000),
            await closed_with(client, "/live"),
            await closed_with(client, f"/live?ticket={foreign}", Origin="https://evil.example"),
            await closed_with(client, f"/live?ticket={foreign}", Origin="null"),
        ]
        clock.forward(31_000)
        codes.append(await closed_with(client, f"/live?ticket={old}"))

        assert [BAD_TICKET, BAD_TICKET, BAD_TICKET, BAD_ORIGIN, BAD_ORIGIN, BAD_TICKET] == codes

    @pytest.mark.parametrize("since", ["-1", "9" * 40, "1.5", "x", "%00", "%D9%A3"])
    async def test_an_odd_place_to_resume_from(
        self, app: Quart, running: Deps, ann: Browser, since: str
    ) -> None:
        """CH-09: refused, and the ticket is gone."""
        path = f"/live?ticket={await ticket(running, ann.person_id)}&since={since}"

        assert BAD_TICKET == await closed_with(app.test_client(), path)

    async def test_signing_a_device_out_closes_its_socket(
        self, app: Quart, running: Deps, ann: Browser
    ) -> None:
        """ID-07: its socket ends at once, and its unused ticket opens nothing."""
        session = await running.db.write(
            identity.open_session, ann.person_id, token_hash="h", device="Phone",
            ttl_ms=1_000_000, now_ms=running.now_ms(),
        )  # fmt: skip
        client = app.test_client()
        first, second = [await ticket(running, ann.person_id, session.id) for _ in range(2)]
        waiting = asyncio.create_task(closed_with(client, f"/live?ticket={first}"))
        async with asyncio.timeout(10):
            while not running.hub.connections(ann.person_id):  # noqa: ASYNC110  (no event says it)
                await asyncio.sleep(0.01)

        await running.db.write(
            identity.revoke_device, session.id, actor_id=ann.person_id, now_ms=running.now_ms()
        )

        assert BAD_TICKET == await waiting
        assert BAD_TICKET == await closed_with(client, f"/live?ticket={second}")

    async def test_sockets_of_one_person_have_a_limit(self, running: Deps, ann: Browser) -> None:
        """CH-12: the forty-first closes the one that was opened first."""

        class Nowhere:
            async def send(self, data: bytes | str) -> None:
                """Take it."""

        opened = [live.Connection(ann.person_id, "s", Nowhere(), 0) for _ in range(41)]
        for connection in opened:
            running.hub.add(connection)

        assert "too-many" == opened[0].ended.result()
        assert not any(connection.ended.done() for connection in opened[1:])


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


async def _count_pages(path: Path) -> int:
    async with (
        aiosqlite.connect(path) as db,
        db.execute("SELECT count(*) FROM page") as rows,
    ):
        row = await rows.fetchone()
        assert row is not None
        return int(row[0])
