"""The WebSocket of the live channel: getting in, and saying nonsense.

Of the list of abuses: CH-09, CH-11, CH-12, ID-07.
"""

import asyncio

from quart import Quart

from host.core import live
from host.core.deps import Deps
from host.identity import service as identity
from tests.abuse.wire import (
    BAD_FRAME,
    BAD_ORIGIN,
    BAD_TICKET,
    app,
    closed_with,
    connected,
    hear,
    say,
    ticket,
)
from tests.bridge.conftest import ann, lane, running
from tests.bridge.shop import Browser
from tests.conftest import Clock

__all__ = ["ann", "app", "lane", "running"]

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

    async def test_garbage_ends_the_socket_and_nothing_else(
        self, app: Quart, running: Deps, ann: Browser
    ) -> None:
        """What is no frame closes this one socket; the person's other one goes on."""
        async with connected(app, running, ann.person_id) as other:
            for name, garbage in GARBAGE.items():
                path = f"/live?ticket={await ticket(running, ann.person_id)}"
                assert BAD_FRAME == await closed_with(app.test_client(), path, garbage), name
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

    async def test_an_odd_place_to_resume_from(
        self, app: Quart, running: Deps, ann: Browser
    ) -> None:
        """CH-09: refused, and the ticket is gone."""
        for since in ("-1", "9" * 40, "1.5", "x", "%00", "%D9%A3"):
            path = f"/live?ticket={await ticket(running, ann.person_id)}&since={since}"
            assert BAD_TICKET == await closed_with(app.test_client(), path), since

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
