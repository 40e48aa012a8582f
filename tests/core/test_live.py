"""The live channel: numbered, resumable, for its person alone."""

import asyncio
import json
from typing import Any

import pytest
from quart import Quart
from quart.testing.connections import WebsocketDisconnectError
from quart.typing import TestClientProtocol as Client

from host.core import live
from host.core.deps import Deps
from host.core.errors import SignInRequiredError
from host.core.live import LiveEvent
from host.core.sqlite import SqliteDatabase
from tests.conftest import START_MS


async def tell(deps: Deps, person_id: str, count: int) -> None:
    """Publish one event."""
    await deps.db.write(live.publish, [person_id], "test.told", {"n": count}, now_ms=START_MS)


async def ticket(deps: Deps, person_id: str) -> str:
    """Return a ticket for one socket."""
    return await deps.db.write(live.issue_ticket, person_id, "session", now_ms=START_MS)


async def receive(socket: Any) -> dict[str, Any]:
    """Return the next frame, within a second."""
    async with asyncio.timeout(1):
        message: dict[str, Any] = json.loads(await socket.receive())
        return message


async def test_numbers_have_no_gap_and_are_per_person(db: SqliteDatabase) -> None:
    """Fifty events at once for one person are numbered 1 to 50."""
    await asyncio.gather(
        *(
            db.write(live.publish, ["ann"], "test.told", {"n": n}, now_ms=START_MS)
            for n in range(50)
        ),
        db.write(live.publish, ["bob"], "test.told", {"n": 0}, now_ms=START_MS),
    )

    events = await db.read(live.find_events, "ann", since=0)
    assert list(range(1, 51)) == [event.ev for event in events]
    assert 1 == await db.read(live.last_ev, "bob")


async def test_a_ticket_works_once_and_for_thirty_seconds(db: SqliteDatabase) -> None:
    """A replayed and a late ticket are refused alike."""
    first = await db.write(live.issue_ticket, "ann", "s", now_ms=START_MS)
    late = await db.write(live.issue_ticket, "ann", "s", now_ms=START_MS)

    assert ("ann", "s") == await db.write(live.use_ticket, first, now_ms=START_MS)
    for ticket_text, now_ms in ((first, START_MS), (late, START_MS + 30_001), ("x", START_MS)):
        with pytest.raises(SignInRequiredError):
            await db.write(live.use_ticket, ticket_text, now_ms=now_ms)


async def test_a_browser_resumes_where_it_was(app: Quart, client: Client, deps: Deps) -> None:
    """What was missed comes first, what comes then follows, nothing twice."""
    for count in (1, 2, 3):
        await tell(deps, "ann", count)
    pass_one = await ticket(deps, "ann")

    async with app.test_app(), client.websocket(f"/live?ticket={pass_one}&since=1") as socket:
        missed = [await receive(socket) for _ in range(2)]
        ready = await receive(socket)
        await tell(deps, "ann", 4)
        await tell(deps, "bob", 9)
        fresh = await receive(socket)

    assert [2, 3] == [event["payload"]["n"] for event in missed]
    assert {"kind": "live.ready", "payload": {"ev": 3}} == ready
    assert {"ev": 4, "kind": "test.told", "payload": {"n": 4}} == fresh


async def test_without_a_ticket_or_from_another_site_there_is_no_socket(
    app: Quart, client: Client, deps: Deps
) -> None:
    """Neither a made-up ticket nor a foreign Origin gets in."""
    good = await ticket(deps, "ann")

    async with app.test_app():
        for path, headers in (
            ("/live?ticket=no", {}),
            (f"/live?ticket={good}", {"Origin": "https://evil.example"}),
        ):
            with pytest.raises((WebsocketDisconnectError, Exception)) as refusal:
                async with client.websocket(path, headers=headers) as socket:
                    await receive(socket)
            assert "TimeoutError" not in repr(refusal.value)


async def test_a_slow_consumer_is_asked_to_resume(deps: Deps) -> None:
    """After 256 waiting events the connection ends; the database keeps them all."""

    class Nowhere:
        async def send(self, data: bytes | str) -> None:
            raise NotImplementedError

    connection = live.Connection("ann", "s", Nowhere(), 0)
    deps.hub.add(connection)

    for count in range(300):
        await tell(deps, "ann", count)

    assert "resume" == connection.ended.result()
    assert 200 == len(await deps.db.read(live.find_events, "ann", since=0))
    assert isinstance(connection.queue.get_nowait(), LiveEvent)
