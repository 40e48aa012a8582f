"""Chat and contacts over HTTP: pages, JSON, who may see what, and the live channel."""

import asyncio
import json
from typing import Any

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client


class Browser:
    """Somebody who registered, and their browser."""

    def __init__(self, app: Quart, handle: str) -> None:
        self.client: Client = app.test_client()
        self.handle = handle
        self.id = ""

    async def call(self, method: str, path: str, body: Any = None, **form: Any) -> Any:
        """Ask for ``path`` as a page's own script would, with its CSRF token."""
        headers = {"X-CSRF": await self.token(), "X-Fragment": "1"}
        if body is not None:
            return await self.client.open(path, method=method, json=body, headers=headers)
        return await self.client.open(path, method=method, form=form or None, headers=headers)

    async def token(self) -> str:
        """Return a token from a page."""
        page = (await (await self.client.get("/contacts")).get_data()).decode()
        return page.split('name="csrf" content="')[1].split('"')[0]

    async def page(self, path: str) -> str:
        """Return the text of a page that must be there."""
        response = await self.client.get(path)
        text = (await response.get_data()).decode()
        assert response.status_code == 200, text
        return text


async def register(app: Quart, handle: str) -> Browser:
    """Return a signed-in person."""
    browser = Browser(app, handle)
    response = await browser.client.post(
        "/api/v1/people",
        json={"handle": handle, "name": handle.title(), "password": "a long enough password"},
    )
    assert response.status_code == 201
    browser.id = (await response.get_json())["id"]
    return browser


async def befriend(a: Browser, b: Browser) -> None:
    """Let ``a`` ask and ``b`` accept, through the pages."""
    await a.call("POST", "/contacts/requests", handle=b.handle, hello="Hi there.")
    text = await b.page("/contacts/requests")
    request_id = text.split("/contacts/requests/")[1].split("/")[0]
    response = await b.call("POST", f"/contacts/requests/{request_id}/accept")
    assert response.status_code == 200


@pytest.fixture
async def pair(app: Quart) -> tuple[Browser, Browser, str]:
    """Two contacts and the id of their chat."""
    ann, bob = await register(app, "ann"), await register(app, "bob")
    await befriend(ann, bob)
    response = await ann.call("PUT", f"/api/v1/conversations/direct/{bob.id}")
    return ann, bob, (await response.get_json())["id"]


async def put(browser: Browser, chat_id: str, client_id: str, text: str) -> Any:
    """Send a text through the API."""
    path = f"/api/v1/conversations/{chat_id}/messages/{client_id}"
    return await browser.call("PUT", path, {"text": text})


class TestApi:
    """The JSON of chat."""

    async def test_a_message_is_put_once(self, pair: tuple[Browser, Browser, str]) -> None:
        """201 with its number, the same again, 409 for another text under the same id."""
        ann, bob, chat_id = pair

        first = await put(ann, chat_id, "c-1", "hello")
        again = await put(ann, chat_id, "c-1", "hello")
        other = await put(ann, chat_id, "c-1", "goodbye")
        listed = await bob.client.get(f"/api/v1/conversations/{chat_id}/messages?after=0")

        assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
        assert await first.get_json() == await again.get_json()
        assert (await other.get_json())["type"] == "/problems/message-id-reused"
        assert [m["text"] for m in (await listed.get_json())["messages"]][-1] == "hello"

    @pytest.mark.parametrize("after", ["-1", "1.5", "9223372036854775808", "x", "%C2%B2", "1e3"])
    async def test_a_place_is_a_whole_number(
        self, pair: tuple[Browser, Browser, str], after: str
    ) -> None:
        """Negative, broken, huge and strange numbers are refused, not guessed."""
        ann, _, chat_id = pair

        response = await ann.client.get(f"/api/v1/conversations/{chat_id}/messages?after={after}")

        assert response.status_code == 422

    async def test_a_stranger_and_nobody_get_nothing(
        self, app: Quart, pair: tuple[Browser, Browser, str]
    ) -> None:
        """Each address of somebody else's chat answers as if it did not exist; 401 for nobody."""
        ann, _, chat_id = pair
        eve = await register(app, "eve")
        await put(ann, chat_id, "c-1", "secret")
        answers = []

        for target in (chat_id, "no-such-chat"):
            for method, path, body in (
                ("GET", f"/chats/{target}", None),
                ("GET", f"/chats/{target}/about", None),
                ("GET", f"/chats/{target}/messages?after=0", None),
                ("GET", f"/chats/{target}/members/new", None),
                ("GET", f"/api/v1/conversations/{target}/messages", None),
                ("PUT", f"/api/v1/conversations/{target}/messages/x", {"text": "x"}),
                ("PUT", f"/api/v1/conversations/{target}/read", {"seq": 1}),
                ("DELETE", f"/api/v1/conversations/{target}/messages/1", {}),
                ("POST", f"/chats/{target}/leave", None),
                ("POST", f"/chats/{target}/rename", None),
                ("POST", f"/chats/{target}/messages/1/recall", None),
            ):
                answer = await eve.call(method, path, body)
                problem = await answer.get_json()
                answers.append((answer.status_code, problem["type"], problem["detail"]))
        nobody = await app.test_client().get(f"/api/v1/conversations/{chat_id}/messages")

        assert len(set(answers)) == 1
        assert answers[0][:2] == (404, "/problems/conversation-not-found")
        assert nobody.status_code == 401

    async def test_unread_is_on_the_badge(self, pair: tuple[Browser, Browser, str]) -> None:
        """Two messages and one request wait; opening the chat leaves the request."""
        ann, bob, chat_id = pair
        await bob.page(f"/chats/{chat_id}")
        await put(ann, chat_id, "c-1", "one")
        await put(ann, chat_id, "c-2", "two")

        before = await (await bob.client.get("/api/v1/unread")).get_json()
        await bob.page(f"/chats/{chat_id}")
        after = await (await bob.client.get("/api/v1/unread")).get_json()

        assert (before["chats"], after["chats"]) == (2, 0)


class TestPages:
    """The pages work without a script."""

    async def test_a_form_sends_and_the_other_reads(
        self, pair: tuple[Browser, Browser, str]
    ) -> None:
        """What one posts stands in the other's page and list, escaped."""
        ann, bob, chat_id = pair
        text = "<script>alert(1)</script> & https://example.org/x"

        response = await ann.call(
            "POST", f"/chats/{chat_id}/messages", client_id="c-1", text=text, reply_to=""
        )
        page = await bob.page(f"/chats/{chat_id}")
        rows = await bob.page("/chats")

        assert response.status_code == 200
        assert "<script>alert" not in page + rows
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert 'href="https://example.org/x"' in page
        assert "&lt;script&gt;" in rows

    async def test_a_script_gets_what_comes_after(self, pair: tuple[Browser, Browser, str]) -> None:
        """The answer to a post holds every message after the one that the browser had."""
        ann, bob, chat_id = pair
        seq = (await (await put(bob, chat_id, "b-1", "from bob")).get_json())["seq"]

        response = await ann.call(
            "POST", f"/chats/{chat_id}/messages?after={seq - 1}", client_id="c-1", text="mine"
        )
        text = (await response.get_data()).decode()

        assert f'id="m{seq}"' in text
        assert f'id="m{seq + 1}"' in text
        assert "<!doctype" not in text

    async def test_every_page_is_there(self, pair: tuple[Browser, Browser, str]) -> None:
        """List, new chat, contacts, search, requests, blocked, a person, a share sheet."""
        ann, bob, chat_id = pair
        for path in (
            "/chats",
            "/chats/new",
            f"/chats/{chat_id}",
            f"/chats/{chat_id}?before=2",
            f"/chats/{chat_id}/about",
            "/contacts",
            "/contacts/new",
            "/contacts/new?handle=bob",
            "/contacts/new?handle=nobody",
            "/contacts/requests",
            "/contacts/blocked",
            "/contacts/bob",
            "/contacts/ann",
            f"/share?kind=contact&id={bob.id}",
        ):
            assert "</html>" in await ann.page(path)

    async def test_sharing_a_contact_to_a_chat(
        self, app: Quart, pair: tuple[Browser, Browser, str]
    ) -> None:
        """The card shows who it is, and a second press sends nothing more."""
        ann, bob, chat_id = pair
        cat = await register(app, "cat")
        for _ in range(2):
            response = await ann.call(
                "POST", "/share", share_id="s", kind="contact", id=cat.id, to=f"c:{chat_id}"
            )
            assert response.status_code == 200
        page = await bob.page(f"/chats/{chat_id}")

        assert page.count(f'data-card="contact:{cat.id}"') == 1
        assert 'href="/contacts/cat"' in page


class TestLive:
    """Two browsers on the live channel."""

    async def test_a_message_reaches_the_other_browser_and_none_is_lost_while_away(
        self, app: Quart, pair: tuple[Browser, Browser, str]
    ) -> None:
        """Bob hears of one while connected, is away for two, and resumes with exactly those."""
        ann, bob, chat_id = pair

        async with app.test_app():
            async with bob.client.websocket(await live_path(bob)) as socket:
                last = await next_event(socket, "live.ready")
                await put(ann, chat_id, "c-1", "one")
                heard = await next_event(socket, "chat.message")
            await put(ann, chat_id, "c-2", "two")
            await put(ann, chat_id, "c-3", "three")
            async with bob.client.websocket(await live_path(bob, since=heard["ev"])) as socket:
                missed = [await next_event(socket, "chat.message") for _ in range(2)]
                ready = await next_event(socket, "live.ready")

        assert heard["payload"]["client_id"] == "c-1"
        assert heard["ev"] == last["payload"]["ev"] + 1
        assert [m["payload"]["client_id"] for m in missed] == ["c-2", "c-3"]
        assert [m["ev"] for m in missed] == [heard["ev"] + 1, heard["ev"] + 2]
        assert ready["payload"]["ev"] == missed[-1]["ev"]

    async def test_a_stranger_hears_nothing(
        self, app: Quart, pair: tuple[Browser, Browser, str]
    ) -> None:
        """Neither messages, nor reading; and what they send into the socket changes nothing."""
        ann, bob, chat_id = pair
        eve = await register(app, "eve")

        async with app.test_app(), eve.client.websocket(await live_path(eve)) as socket:
            await next_event(socket, "live.ready")
            await socket.send(json.dumps({"kind": "chat.read", "payload": {"id": chat_id}}))
            refused = await next_event(socket, "live.refused")
            await put(ann, chat_id, "c-1", "private")
            await bob.page(f"/chats/{chat_id}")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await socket.receive()

        assert refused["payload"]["kind"] == "chat.read"


async def live_path(browser: Browser, since: int = 0) -> str:
    """Return the address of one's own live channel with a fresh ticket."""
    response = await browser.call("POST", "/live/ticket")
    ticket = (await response.get_json())["ticket"]
    return f"/live?ticket={ticket}&since={since}"


async def next_event(socket: Any, kind: str) -> dict[str, Any]:
    """Return the next event of a kind, within two seconds."""
    async with asyncio.timeout(2):
        while True:
            event: dict[str, Any] = json.loads(await socket.receive())
            if event["kind"] == kind:
                return event
