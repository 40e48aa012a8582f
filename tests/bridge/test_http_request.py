"""``api.http.request``: from a shop's handler to somebody else's server, with the vault."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator

import pytest

from host.bridge import service
from host.bridge.channel import pages_of
from host.bridge.gate import open_gate
from host.bridge.http_request import read_answer
from host.bridge.visit import CallBudget, Visit
from host.core.deps import Deps
from host.core.egress import Answer, Egress, use_egress
from host.programs import service as programs
from runtime.model import CallRefusedError, CallRequest
from tests.bridge import shop
from tests.bridge.outside import HOST, Authority, Outside, make_authority, resolver, serve
from tests.bridge.shop import APP_ID, Browser
from tests.market.make import Lane

KEY = "Bearer 7f3a-very-secret-9c1d"
PAGE = '''
"""Asks somebody else."""

from sdk import ApiError, Page, api


class Home(Page):
    text: str = ""

    def ask(self, event):
        keep = {"secret": "PAY_KEY"}
        try:
            answer = api.http.request(
                "POST", event.dataset["url"], headers={"Authorization": keep}, json={"a": 1}
            )
            api.log.info(str(answer))
            self.text = str(answer["status"]) + " " + str(answer["json"] or answer["text"])
        except ApiError as error:
            self.text = error.code
'''
MORE = "api.more.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that vouches for the server."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def outside(authority: Authority) -> AsyncIterator[Outside]:
    """A server of somebody else."""
    async with serve(authority) as running:
        yield running


@pytest.fixture
async def ann(running: Deps, lane: Lane, authority: Authority, outside: Outside) -> Browser:
    """A person in a shop that declares the server and keeps a key for it."""
    own = dataclasses.replace(
        running.settings,
        egress_ca_file=str(authority.ca),
        egress_private_hosts=f"{HOST}:{outside.port},{MORE}:{outside.port}",
    )
    use_egress(running, Egress(own, resolve=resolver(["127.0.0.1"])))
    manifest = shop.manifest()
    manifest["pages"] = ["pages/home/home"]
    manifest["hutong"] = {"network": [HOST, MORE]}
    urls = [f"https://{name}:{outside.port}/pay" for name in (HOST, MORE, "api.other.example")]
    buttons = [f'<button m-on:tap="ask" data-url="{url}">{url}</button>' for url in urls]
    package = shop.files() | {
        "manifest.json": json.dumps(manifest).encode(),
        "pages/home/home.py": PAGE.encode(),
        "pages/home/home.html": ("<h1>{{ text }}</h1>" + "".join(buttons)).encode(),
    }
    for name in ("pages/other/other.py", "pages/other/other.html"):
        del package[name]
    await shop.publish(running, lane, package)
    await keep(running, lane, KEY)
    ann = Browser(running, lane.buyer_id)
    await ann.open()
    return ann


async def keep(deps: Deps, lane: Lane, value: str, host: str = HOST) -> None:
    """Put a key into the vault."""
    await deps.db.write(
        programs.put_secret,
        APP_ID,
        actor_id=lane.seller_id,
        name="PAY_KEY",
        host=host,
        value=value,
        secret_key=deps.settings.secret_key,
        now_ms=deps.now_ms(),
    )


async def tap(ann: Browser, number: int, event_id: str = "") -> str:
    """Tap the button with this number and return what the page shows."""
    dataset = {"url": ann.tree[2][1 + number][1]["data-url"]}
    await ann.send(event_id, type="tap", handler="ask", path=[1 + number], dataset=dataset)
    return ann.texts[0]


class TestSecrets:
    """The host fills them in; nobody else sees them."""

    async def test_a_secret_reaches_the_server_and_nobody_else(
        self, ann: Browser, lane: Lane, outside: Outside
    ) -> None:
        """The server repeats it; page, log, record and database do not have it."""
        outside.answer = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: " + KEY.encode()
            + b'\r\nConnection: close\r\n\r\n{"key": "7f3a-very-secret-9c1d", "all": "'
            + KEY.encode() + b'"}'
        )  # fmt: skip

        text = await tap(ann, 0)

        assert f"Authorization: {KEY}".encode() in outside.requests[0]
        assert text.startswith("200 {")
        log = await ann.deps.db.read(service.read_log, APP_ID, actor_id=lane.seller_id)
        kept = ann.deps.settings.data_dir
        files = b"".join(path.read_bytes() for path in kept.rglob("*") if path.is_file())
        assert HOST.encode() in files
        for where in (text, str(log), str(ann.tree), files.decode("latin-1")):
            assert "very-secret" not in where
        assert "[secret]" in str(log)

    async def test_a_secret_goes_to_its_own_host_alone(
        self, ann: Browser, outside: Outside
    ) -> None:
        """Another host that the program declares as well does not get it."""
        assert await tap(ann, 1) == "network-refused"
        assert outside.connections == 0

    async def test_a_host_that_is_not_declared_is_refused(
        self, ann: Browser, lane: Lane, outside: Outside
    ) -> None:
        """Whatever the vault has."""
        await keep(ann.deps, lane, KEY, "api.other.example")

        assert await tap(ann, 2) == "network-refused"
        assert outside.connections == 0

    async def test_a_secret_that_was_removed_is_not_sent(
        self, ann: Browser, lane: Lane, outside: Outside
    ) -> None:
        """From the next request on."""
        await ann.deps.db.write(programs.remove_secret, APP_ID, "PAY_KEY", actor_id=lane.seller_id)

        assert await tap(ann, 0) == "network-refused"
        assert outside.connections == 0

    async def test_another_secret_key_of_the_host_opens_nothing(
        self, ann: Browser, lane: Lane
    ) -> None:
        """A stolen database is of no use; a changed key says so."""
        value = await ann.deps.db.read(
            programs.open_secret, APP_ID, "PAY_KEY", host=HOST,
            secret_key=ann.deps.settings.secret_key,
        )  # fmt: skip
        page = pages_of(ann.deps)._open[(APP_ID, ann.page_id)]
        other = dataclasses.replace(
            ann.deps, settings=dataclasses.replace(ann.deps.settings, secret_key="other")
        )
        visit = Visit(
            other, page.running, page.store, CallBudget(), lane.buyer_id, "en", ann.page_id,
            "event", ann.deps.now_ms(),
        )  # fmt: skip
        args = {"method": "GET", "url": f"https://{HOST}/", "headers": {"X": {"secret": "PAY_KEY"}}}

        with pytest.raises(CallRefusedError) as refused:
            await open_gate(visit)(CallRequest("event", 1, "http.request", args))

        assert (value, refused.value.code) == (KEY, "unavailable")


class TestRequests:
    """What a handler sends and learns."""

    async def test_an_event_that_runs_again_has_the_same_key(
        self, ann: Browser, outside: Outside
    ) -> None:
        """The other side can tell a repeat from a second wish."""
        page = pages_of(ann.deps)._open[(APP_ID, ann.page_id)]
        for event_id in ("first", "first", "second"):
            visit = Visit(
                ann.deps, page.running, page.store, CallBudget(), ann.person_id, "en", ann.page_id,
                event_id, ann.deps.now_ms(),
            )  # fmt: skip
            args = {"method": "POST", "url": f"https://{HOST}:{outside.port}/", "json": 1}
            await open_gate(visit)(CallRequest(event_id, 1, "http.request", args))

        keys = [
            line
            for request in outside.requests
            for line in request.split(b"\r\n")
            if line.startswith(b"Idempotency-Key: ")
        ]
        assert keys[0] == keys[1] != keys[2]
        assert len(keys) == 3

    async def test_a_slow_answer_costs_the_event_no_time_and_holds_up_nobody(
        self, ann: Browser, lane: Lane, outside: Outside
    ) -> None:
        """It may take longer than an event may, and another person goes on meanwhile."""
        is_asked, may_answer = asyncio.Event(), asyncio.Event()

        async def wait(request: bytes, writer: asyncio.StreamWriter) -> None:
            if not is_asked.is_set():
                is_asked.set()
                await may_answer.wait()
                await asyncio.sleep(1.2)  # a second is what an event may take by itself
            writer.write(outside.answer)
            await writer.drain()

        outside.reply = wait
        bob = Browser(ann.deps, lane.seller_id)
        await bob.open()
        slow = asyncio.create_task(tap(ann, 0))
        await is_asked.wait()
        quick = await tap(bob, 0)
        is_waiting = not slow.done()
        may_answer.set()

        assert (quick, is_waiting, await slow) == ("200 ok", True, "200 ok")

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"method": "GET", "text": "a"}, "bad-argument"),
            ({"method": "POST", "text": "a", "json": 1}, "bad-argument"),
            ({"method": "TRACE"}, "bad-argument"),
            ({"method": "POST", "json": [0.1234567890123456] * 9000}, "too-large"),
            ({"method": "POST", "text": "x" * 70_000}, "bad-argument"),
            ({"method": "GET", "headers": {"Host": "evil.example"}}, "network-refused"),
            ({"method": "GET", "headers": {"X": {"secret": "../x"}}}, "bad-argument"),
            ({"method": "GET", "headers": {"X": {"secret": "NONE"}}}, "network-refused"),
        ],
    )
    async def test_a_lying_worker_is_refused(
        self, ann: Browser, outside: Outside, more: dict[str, object], code: str
    ) -> None:
        """The host checks again what the worker should have."""
        page = pages_of(ann.deps)._open[(APP_ID, ann.page_id)]
        visit = Visit(
            ann.deps, page.running, page.store, CallBudget(), ann.person_id, "en", ann.page_id,
            "event", ann.deps.now_ms(),
        )  # fmt: skip
        args = {"url": f"https://{HOST}:{outside.port}/"} | more

        with pytest.raises(CallRefusedError) as refused:
            await open_gate(visit)(CallRequest("event", 1, "http.request", args))

        assert (refused.value.code, outside.connections) == (code, 0)

    @pytest.mark.parametrize(
        ("kind", "body", "text", "value"),
        [
            ("application/json", b'{"a": [1, null]}', None, {"a": [1, None]}),
            ("application/problem+json; charset=utf-8", b"[]", None, []),
            ("application/json", b"{broken", "{broken", None),
            ("application/json", b"NaN", "NaN", None),
            ("application/json", b"[" * 5000, "[" * 5000, None),
            ("application/json", b"[" * 80 + b"]" * 80, "[" * 80 + "]" * 80, None),
            ("application/json", b"1" * 40, "1" * 40, None),
            ("application/json", b"1" * 9000, "1" * 9000, None),
            ("text/plain; charset=gbk", "茶".encode("gbk"), "茶", None),
            ("text/plain; charset=utf-7", b"+AGE-", "+AGE-", None),
            ("text/plain", b"\xff", "\ufffd", None),
        ],
    )
    def test_an_answer_is_text_or_json(
        self, kind: str, body: bytes, text: str | None, value: object
    ) -> None:
        """What cannot be given to a program as JSON stays text."""
        told = read_answer(Answer(200, {"content-type": kind}, body, is_cut=False))

        assert (told["text"], told["json"]) == (text, value)

    def test_a_text_that_grows_on_the_way_is_refused(self) -> None:
        """Control characters take six times their room in JSON."""
        with pytest.raises(CallRefusedError) as refused:
            read_answer(Answer(200, {}, b"\x01" * 400_000, is_cut=False))

        assert refused.value.code == "too-large"
