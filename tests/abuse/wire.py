"""A WebSocket as something speaks it that is no browser of ours."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from quart import Quart
from quart.testing.connections import WebsocketDisconnectError
from quart.typing import TestClientProtocol as Client
from quart.typing import TestWebsocketConnectionProtocol as Socket

from host.app import create_app
from host.core import live
from host.core.deps import Deps
from host.identity import service as identity
from tests.bridge.shop import Browser

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
