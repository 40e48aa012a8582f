"""The session cookie: who a request speaks for, and how a browser is signed in and out.

The cookie holds a random token and nothing else; the database knows its hash.  Over TLS its name
begins with ``__Host-``, so that no other host of the domain and no plain-HTTP page can set it.
"""

import re
from typing import cast

from quart import Response, g, make_response, request
from quart.typing import ResponseReturnValue

from host.core import live, web
from host.core.db import Tx
from host.core.settings import Settings
from host.identity import service
from host.identity.model import Person, Session, SignedIn

# Files that are the same for everybody need no session.
_PUBLIC_PREFIXES = ("/static/", "/media/", "/livez", "/readyz")
_BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("hutong", "Hutong"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def cookie_name(settings: Settings) -> str:
    """Return the name of the session cookie at this host's address."""
    return "__Host-hutong" if settings.is_https else "hutong"


async def load_session() -> None:
    """Note in ``g`` who is asking; runs before every handler, and refuses nobody."""
    if request.path.startswith(_PUBLIC_PREFIXES):
        return
    token = request.cookies.get(cookie_name(web.settings()))
    if not token:
        return
    deps, now_ms = web.deps(), web.deps().now_ms()
    found = await deps.db.read(_find_session, service.hash_token(token), now_ms=now_ms)
    if found is None:
        return
    session, person, g.live_since = found
    g.person_id, g.person, g.lang = person.id, person, person.lang
    g.session_id, g.csrf_secret = session.id, session.csrf_secret
    g.session_at_ms = session.created_at_ms
    if service.is_seen_stale(session, now_ms=now_ms):
        await deps.db.write(
            service.touch_session, session.id, ttl_ms=session_ttl_ms(), now_ms=now_ms
        )
        g.renewed_token = token


def _find_session(tx: Tx, token_hash: str, *, now_ms: int) -> tuple[Session, Person, int] | None:
    """Return who asks, and the number of their last live event.

    It is read before anything that the page shows: what happens in between comes twice, not never.
    """
    found = service.find_session(tx, token_hash, now_ms=now_ms)
    return None if found is None else (*found, live.last_ev(tx, found[1].id))


async def renew_cookie(response: Response) -> Response:
    """Let the browser keep the cookie for as long as the session that was just used lasts."""
    token: str | None = g.get("renewed_token")
    if token is not None and "Set-Cookie" not in response.headers:
        _set_cookie(response, token)
    return response


def session_ttl_ms() -> int:
    """Return how long a browser stays signed in without being used."""
    return web.settings().session_ttl_s * 1000


def current_token_hash() -> str:
    """Return the hash of this browser's token; of nothing when it has none."""
    return service.hash_token(request.cookies.get(cookie_name(web.settings()), ""))


async def sign_browser_in(answer: ResponseReturnValue, signed_in: SignedIn) -> Response:
    """Return ``answer`` with the session's cookie."""
    response = cast("Response", await make_response(answer))
    _set_cookie(response, signed_in.token)
    return response


def _set_cookie(response: Response, token: str) -> None:
    settings = web.settings()
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=settings.session_ttl_s,
        httponly=True,
        samesite="Lax",
        secure=settings.is_https,
        path="/",
    )


async def sign_browser_out(answer: ResponseReturnValue) -> Response:
    """Return ``answer`` with word to forget the session's cookie."""
    settings = web.settings()
    response = cast("Response", await make_response(answer))
    response.delete_cookie(
        cookie_name(settings),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings.is_https,
    )
    return response


def current_device() -> str:
    """Return a name for this browser that its owner will know again in the list of devices."""
    agent = re.sub(r"[^\x20-\x7e]", "", request.headers.get("User-Agent", ""))[:400]
    browser = next((name for sign, name in _BROWSERS if sign in agent), "Browser")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return f"{browser} · {system}" if system else browser
