"""Pages over the live channel: what browsers send under ``page.…`` and what they get back.

Up: ``page.open``, ``page.event``, ``page.resume``.  Down, to the connection that asked:
``page.patch`` (a page, or what it is missing, with what the shell is to do), ``page.ask`` (the
person must decide first), ``page.failed`` (the program has a problem).  ``page.answer`` comes
numbered, when an answer waits to be fetched with ``page.resume``.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from host.bridge.pages import Pages
from host.bridge.requests import (
    ConsentNeeded,
    OpenRequest,
    PageFailedError,
    Reply,
    ResumeRequest,
    TouchRequest,
    read_request,
)
from host.core.deps import Deps
from host.core.live import Connection, Hub, Payload

R = TypeVar("R", OpenRequest, TouchRequest, ResumeRequest)

# One per host of this process; tests have several.
_pages: WeakKeyDictionary[Hub, Pages] = WeakKeyDictionary()


def pages_of(deps: Deps) -> Pages:
    """Return the open pages of this host."""
    pages = _pages.get(deps.hub)
    if pages is None:
        pages = _pages[deps.hub] = Pages(deps)
    return pages


async def close_pages(deps: Deps) -> None:
    """Let running events end and put the databases away: the host is stopping."""
    pages = _pages.pop(deps.hub, None)
    if pages is not None:
        await pages.close()


def install(deps: Deps) -> None:
    """Take what browsers say about pages."""

    async def open_page(connection: Connection, payload: Payload) -> None:
        request = read_request(OpenRequest, payload)
        await _answer(connection, request, pages_of(deps).open, "")

    async def touch_page(connection: Connection, payload: Payload) -> None:
        request = read_request(TouchRequest, payload)
        await _answer(connection, request, pages_of(deps).touch, request.event_id)

    async def resume_page(connection: Connection, payload: Payload) -> None:
        request = read_request(ResumeRequest, payload)
        await _answer(connection, request, pages_of(deps).resume, "")

    deps.hub.on("page.open", open_page)
    deps.hub.on("page.event", touch_page)
    deps.hub.on("page.resume", resume_page)


async def _answer(
    connection: Connection,
    request: R,
    work: Callable[..., Awaitable[Reply | ConsentNeeded]],
    event_id: str,
) -> None:
    try:
        reply = await work(request, person_id=connection.person_id, lang=connection.lang)
    except PageFailedError as error:
        payload: dict[str, Any] = {
            "page_id": error.page_id,
            "event_id": event_id,
            "is_retryable": error.is_retryable,
            "detail": error.detail,
        }
        await connection.send("page.failed", payload)
        return
    if isinstance(reply, ConsentNeeded):
        await connection.send("page.ask", {"page_id": reply.page_id, "url": reply.url})
        return
    await connection.send("page.patch", describe(reply, event_id))


def describe(reply: Reply, event_id: str) -> dict[str, Any]:
    """Return a reply as the browser gets it; what is empty is left out."""
    payload: dict[str, Any] = {"page_id": reply.page_id, "n": reply.n}
    if event_id:
        payload["event_id"] = event_id
    if reply.tree is not None:
        payload |= {"tree": reply.tree, "title": reply.title, "path": reply.path}
        payload["life"] = reply.life
    for name in ("patches", "effects", "sheets"):
        value = getattr(reply, name)
        if value:
            payload[name] = value
    return payload
