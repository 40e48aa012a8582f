"""Composition root: builds the Quart app from its parts."""

import asyncio
import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from quart import Blueprint, Quart, Response, g, request
from quart.routing import QuartRule
from quart.typing import ResponseReturnValue

from host import subscriptions
from host.core import csrf, live_socket, problems, web
from host.core.assets import Assets
from host.core.deps import Deps
from host.core.errors import NotFoundError
from host.core.media import media_path
from host.core.text import whole_number
from host.demo import web as demo_web
from host.identity.web import load_session
from host.wallet import conformance

core_blueprint = Blueprint("core", __name__)

# A post with nine pictures as telephones make them, and no more than a temporary folder bears.
REQUEST_BYTES_MAX = 32 * 1024 * 1024

_FOREVER = "public, max-age=31536000, immutable"
_GZIP_BYTES_MIN = 1024
# Compressing more than this takes a millisecond or more, so it is done beside the loop.
_GZIP_ON_LOOP_BYTES_MAX = 64 * 1024

# Everything comes from this host, nothing inline, and a script may make HTML only through the
# policy named `hutong` in static/js/html.js.
HOST_CSP = "; ".join(  # noqa: FLY002  (one directive a line)
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "frame-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types hutong",
    )
)


class _Rule(QuartRule):
    """A route that compiles what makes its address only when one is asked for.

    Werkzeug does so for every route at once: four fifths of the time that an app takes to be made,
    for addresses that this host writes itself.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002  (Werkzeug's signature)
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: QuartRule, /, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super(_Rule, self)._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return build


def create_app(deps: Deps) -> Quart:
    """Return the app that serves ``deps``."""
    app = Quart("host", static_folder=None)
    app.url_rule_class = _Rule
    app.config["MAX_CONTENT_LENGTH"] = REQUEST_BYTES_MAX
    web.install(app, deps, _assets())
    problems.install(app)
    app.before_request(load_session)
    app.before_request(csrf.check)
    app.after_request(_finish)
    app.register_blueprint(core_blueprint)
    app.register_blueprint(live_socket.blueprint)
    for blueprint in subscriptions.all_blueprints():
        app.register_blueprint(blueprint)
    if deps.settings.demo:
        app.register_blueprint(demo_web.blueprint)
        app.config["DEMO_HANDLES"] = demo_web.FRONT_HANDLES
    if deps.settings.conformance:
        app.register_blueprint(conformance.make_blueprint())
    deps.card_loaders.update(subscriptions.all_card_loaders())
    deps.due_cards[:] = subscriptions.all_due_cards()
    deps.holdings[:] = subscriptions.all_holdings()
    subscriptions.install_channels(deps)
    return app


@core_blueprint.get("/static/<build>/<path:name>")
async def show_asset(build: str, name: str) -> ResponseReturnValue:
    """Serve a static file; a page of an older build gets today's file, but not for ever."""
    asset = web.assets().find(name)
    if asset is None:
        raise NotFoundError("There is nothing at this address.")
    gzipped = asset.gzipped if "gzip" in request.headers.get("Accept-Encoding", "") else None
    response = Response(gzipped or asset.content, content_type=asset.content_type)
    if gzipped is not None:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    is_current = build == web.assets().build
    response.headers["Cache-Control"] = _FOREVER if is_current else "no-cache"
    # The frame of a mini-program has an opaque origin, so even our own files are foreign to it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@core_blueprint.get("/media/<name>")
async def show_picture(name: str) -> ResponseReturnValue:
    """Serve a picture: ``<id>.webp`` or ``<id>-<width>.webp``."""
    stem, _, suffix = name.partition(".")
    media_id, _, width = stem.partition("-")
    wanted = whole_number(width)
    path = media_path(web.settings(), media_id, wanted)
    is_name = suffix == "webp" and not (width and wanted is None)
    content = await asyncio.to_thread(_read_file, path) if is_name and path is not None else None
    if content is None:
        raise NotFoundError("There is no such picture.")
    response = Response(content, content_type="image/webp")
    response.headers["Cache-Control"] = _FOREVER
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@core_blueprint.get("/livez")
async def show_liveness() -> ResponseReturnValue:
    """Say that the loop turns."""
    return {"status": "ok"}


@core_blueprint.get("/readyz")
async def show_readiness() -> ResponseReturnValue:
    """Say that the writer commits."""
    await web.deps().db.write(lambda tx: tx.row("SELECT 1 AS one"))
    return {"status": "ok"}


@cache
def _assets() -> Assets:
    return Assets()


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


async def _finish(response: Response) -> Response:
    """Add what every answer carries: security headers, the CSRF cookie, compression."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", HOST_CSP)
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    # For the host's own sheets; the frame of a mini-program has a policy of its own.
    headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=(self)")
    if web.settings().is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    cookie = g.get("new_csrf_cookie")
    if cookie is not None:
        response.set_cookie(
            csrf.COOKIE, cookie, httponly=True, samesite="Lax", secure=web.settings().is_https
        )
    return await _compress(response)


async def _compress(response: Response) -> Response:
    wants = "gzip" in request.headers.get("Accept-Encoding", "")
    is_text = response.mimetype in ("text/html", "application/json")
    if not (wants and is_text) or "Content-Encoding" in response.headers:
        return response
    body = await response.get_data(as_text=False)
    if len(body) >= _GZIP_BYTES_MIN:
        if len(body) > _GZIP_ON_LOOP_BYTES_MAX:
            response.set_data(await asyncio.to_thread(_gzip, body))
        else:
            response.set_data(_gzip(body))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.add("Vary", "Accept-Encoding")
    return response


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 5, mtime=0)
