"""The WebSocket of the live channel, and its two HTTP helpers.

A browser asks for a ticket, opens ``/live?ticket=…&since=…`` and gets every event after ``since``
in order, first from the database, then as they are committed.  What it sends is ``{kind, payload}``
and goes to the handler that a domain registered on the hub.
"""

import asyncio
import logging

import msgspec
from quart import Blueprint, g, request, websocket
from quart.typing import ResponseReturnValue

from host.core import i18n, live
from host.core.db import Tx
from host.core.errors import AppError, BadInputError
from host.core.limits import check_rate
from host.core.live import Connection, Socket
from host.core.text import whole_number
from host.core.web import current_person_id, deps

logger = logging.getLogger(__name__)
blueprint = Blueprint("live", __name__)

# One frame from a browser; page events carry at most what a person typed into a form.
FRAME_BYTES_MAX = 256 * 1024
UPSTREAM_COUNT_MAX = 32
TICKETS_PER_MINUTE = 120
_CLOSE_CODES = {
    "resume": 4008,
    "too-many": 4029,
    "signed-out": 4001,
    "stopping": 1012,
    "bad-frame": 4400,
}


class Upstream(msgspec.Struct):
    """What a browser sends."""

    kind: str
    payload: dict[str, object]


@blueprint.post("/live/ticket")
async def post_ticket() -> ResponseReturnValue:
    """Give a ticket for one WebSocket."""
    person_id = current_person_id()
    session_id: str = g.get("session_id", "")
    ticket = await deps().db.write(_issue, person_id, session_id, now_ms=deps().now_ms())
    return {"ticket": ticket}


@blueprint.get("/live/events")
async def list_events() -> ResponseReturnValue:
    """Return the person's events after ``since``, at most 200."""
    since = _parse_since(request.args.get("since", "0"))
    events = await deps().db.read(live.find_events, current_person_id(), since=since)
    return {"events": [{"ev": e.ev, "kind": e.kind, "payload": e.payload} for e in events]}


@blueprint.websocket("/live")
async def open_live() -> None:
    """Serve one browser until it leaves, falls behind, or the host stops."""
    origin = websocket.headers.get("Origin")
    if origin is not None and origin.split("://")[-1] != websocket.host:
        await websocket.close(4003, "origin")
        return
    try:
        person_id, session_id = await deps().db.write(
            live.use_ticket, websocket.args.get("ticket", ""), now_ms=deps().now_ms()
        )
        since = _parse_since(websocket.args.get("since", "0"))
    except AppError:
        await websocket.close(4001, "ticket")
        return
    await websocket.accept()
    lang = websocket.args.get("lang", "en")
    connection = Connection(
        person_id,
        session_id,
        _this_socket(),
        since,
        lang if lang in i18n.LANGS else "en",
    )
    deps().hub.add(connection)
    try:
        reason = await _serve(connection)
    finally:
        deps().hub.remove(connection)
    await websocket.close(_CLOSE_CODES.get(reason, 1000), reason)


def _this_socket() -> Socket:
    """Return the socket itself: the proxy would mean another one in another socket's task."""
    this: Socket = websocket._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    return this


async def _serve(connection: Connection) -> str:
    """Run both directions; the first to end, ends both.  Returns the reason."""
    down = asyncio.ensure_future(_send_events(connection))
    up = asyncio.ensure_future(_receive(connection))
    try:
        done, _ = await asyncio.wait(
            {down, up, connection.ended}, return_when=asyncio.FIRST_COMPLETED
        )
        if connection.ended in done:
            return connection.ended.result()
        return next(iter(done)).result() or "bye"
    finally:
        for task in (down, up):
            task.cancel()
        await asyncio.gather(down, up, return_exceptions=True)


async def _send_events(connection: Connection) -> str:
    # The connection is in the hub already, so what is committed from now on is queued; what is
    # both in the table and in the queue is dropped by its number.
    await _catch_up(connection)
    await connection.send("live.ready", {"ev": connection.last_ev})
    while True:
        event = await connection.queue.get()
        connection.waiting_bytes = 0 if connection.queue.empty() else connection.waiting_bytes
        if event.ev <= connection.last_ev:
            continue
        if event.ev > connection.last_ev + 1 or event.kind == live.TO_BE_READ:
            await _catch_up(connection)
            continue
        await connection.send_frame(event.encode())
        connection.last_ev = event.ev


async def _catch_up(connection: Connection) -> None:
    while True:
        events = await deps().db.read(
            live.find_events, connection.person_id, since=connection.last_ev
        )
        for event in events:
            await connection.send_frame(event.encode())
            connection.last_ev = event.ev
        if len(events) < live.PAGE_COUNT_MAX:
            return


async def _receive(connection: Connection) -> str:
    async with asyncio.TaskGroup() as group:
        waiting = asyncio.Semaphore(UPSTREAM_COUNT_MAX)
        while True:
            data = await websocket.receive()
            if len(data) > FRAME_BYTES_MAX:
                return "bad-frame"
            try:
                message = msgspec.json.decode(data, type=Upstream)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return "bad-frame"
            await waiting.acquire()
            group.create_task(_answer(connection, message, waiting))


async def _answer(connection: Connection, message: Upstream, waiting: asyncio.Semaphore) -> None:
    try:
        handler = deps().hub.find_upstream(message.kind)
        if handler is None:
            await connection.send("live.refused", {"kind": message.kind})
            return
        await handler(connection, message.payload)
    except AppError as error:
        problem = {"status": error.status, "problem": error.problem, "detail": str(error)}
        await connection.send(
            "live.refused", problem | {"kind": message.kind, "sent": message.payload}
        )
    except Exception:
        # One bad message must not take the socket and its other pages down.
        logger.exception("upstream %s failed", message.kind)
        await connection.send("live.refused", {"kind": message.kind, "status": 500})
    finally:
        waiting.release()


def _issue(tx: Tx, person_id: str, session_id: str, *, now_ms: int) -> str:
    check_rate(tx, f"ticket:{person_id}", per_minute=TICKETS_PER_MINUTE, now_ms=now_ms)
    return live.issue_ticket(tx, person_id, session_id, now_ms=now_ms)


def _parse_since(text: str) -> int:
    since = whole_number(text)
    if since is None:
        raise BadInputError("since is the number of the last event you have, 0 for none.")
    return since
