"""Pages that belong to no domain: the door, problem types, and what makes the site installable."""

import msgspec
from quart import Blueprint, Response, current_app, g, redirect
from quart.typing import ResponseReturnValue

from host.core.db import Tx
from host.core.errors import NotFoundError
from host.core.openapi import Operation, find_operations, list_members, make_document
from host.core.web import assets, deps, render, settings, translate
from host.identity import service as identity
from host.identity.model import Person
from host.shell.problems import problem_texts

blueprint = Blueprint("shell", __name__)

_HOUR = "public, max-age=3600"


@blueprint.get("/")
async def show_door() -> ResponseReturnValue:
    """Lead who is signed in to the chats, and tell everybody else what this is."""
    if g.get("person_id") is not None:
        return redirect("/chats", 303)
    handles = current_app.config.get("DEMO_HANDLES", ())
    return await render("shell/landing.html", demo_people=await deps().db.read(_find_all, handles))


@blueprint.get("/problems/<slug>")
async def show_problem(slug: str) -> str:
    """Explain a problem type: the ``type`` of every refusal leads here."""
    text = problem_texts().get(slug)
    if text is None:
        raise NotFoundError("There is no problem type of this name.")
    return await render("shell/problem.html", text=text)


@blueprint.get("/api/openapi.json")
async def show_openapi() -> Response:
    """Return the OpenAPI document of the addresses that are described."""
    document = make_document(_operations(), base_url=settings().base_url)
    response = Response(msgspec.json.encode(document), content_type="application/json")
    # For anybody's tools, also in a page of theirs: it says nothing about anybody.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/api/docs")
async def show_api_docs() -> str:
    """Show the same as a page."""
    found = _operations()
    members = list_members(make_document(found, base_url=settings().base_url))
    return await render("shell/api_docs.html", operations=found, members=members)


@blueprint.get("/offline")
async def show_offline() -> str:
    """Show what the service worker keeps for when the host cannot be reached."""
    return await render("shell/offline.html")


@blueprint.get("/manifest.webmanifest")
async def show_manifest() -> Response:
    """Describe the site as an app that can be installed."""
    icons = [
        {"src": assets().url(f"icon-{px}.png"), "sizes": f"{px}x{px}", "type": "image/png"}
        for px in (192, 512)
    ]
    manifest = {
        "id": "/",
        "name": "Hutong",
        "short_name": "Hutong",
        "description": translate("Chat, feed, wallet and a lane of small shops, in one place."),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f4f0",
        "theme_color": "#f6f4f0",
        "icons": icons,
    }
    return _file(msgspec.json.encode(manifest), "application/manifest+json", _HOUR)


@blueprint.get("/sw.js")
async def show_worker() -> Response:
    """Serve the service worker: from the root, because a worker rules what lies below it."""
    asset = assets().find("sw.js")
    assert asset is not None, "sw.js is one of our own static files"
    return _file(asset.content, asset.content_type, "no-cache")


def _file(content: bytes, content_type: str, cache: str) -> Response:
    response = Response(content, content_type=content_type)
    response.headers["Cache-Control"] = cache
    return response


def _find_all(tx: Tx, handles: tuple[str, ...]) -> list[Person]:
    found = (identity.find_person_by_handle(tx, handle) for handle in handles)
    return [person for person in found if person is not None]


def _operations() -> list[Operation]:
    return find_operations(current_app.url_map.iter_rules(), current_app.view_functions)
