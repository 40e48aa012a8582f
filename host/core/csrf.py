"""Cross-site request forgery: no other site can make a signed-in browser act.

Two checks, either of which is enough alone: the Origin must be this host's, and the request must
carry a token that only our pages hold.  The token is masked anew in each response, so that
compression does not leak it (BREACH).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

from quart import current_app, g, request
from quart.typing import ResponseReturnValue

from host.core.errors import ForbiddenError, SignInRequiredError

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[ResponseReturnValue]])

COOKIE = "hutong_csrf"
FIELD = "csrf"
HEADER = "X-CSRF"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_TOKEN_BYTES = 16


class ForgedRequestError(ForbiddenError):
    """The request did not come from a page of this host."""

    problem = "forged-request"
    title = "This page is out of date"


_FOR_ANYBODY = "is_for_anybody"
_STALE = "This page is out of date, so nothing was done. Load it again and repeat."


def for_anybody(handler: Handler) -> Handler:
    """Mark the handler of a form that is sent by browsers in which nobody is signed in."""
    setattr(handler, _FOR_ANYBODY, True)
    return handler


def secret() -> str:
    """Return the secret that tokens of this browser are made from.

    A session has its own (``g.csrf_secret``, set by identity); a browser without one gets a cookie.
    """
    known: str | None = g.get("csrf_secret") or g.get("new_csrf_cookie")
    if known is None:
        known = request.cookies.get(COOKIE)
    if not known:
        known = g.new_csrf_cookie = secrets.token_urlsafe(24)
    return known


def token() -> str:
    """Return a freshly masked token for a form or the page's meta tag."""
    mask = secrets.token_bytes(_TOKEN_BYTES)
    return base64.urlsafe_b64encode(mask + _xor(mask, _plain())).decode()


async def check() -> None:
    """Refuse an unsafe request that another site may have caused."""
    if request.method in _SAFE_METHODS or g.get("auth") == "bearer":
        return
    check_origin()
    has_session = g.get("csrf_secret") is not None
    is_form = (request.mimetype or "") != "application/json"
    is_api = request.path.startswith("/api/")
    if not has_session and (is_api or not is_form):
        return  # no cookie speaks for anybody here, so there is nothing to forge
    sent = request.headers.get(HEADER) or (await request.form).get(FIELD, "")
    if _matches(sent):
        return
    if not has_session and not _is_for_anybody():
        # The form is of a session that has ended while it was filled in.
        raise SignInRequiredError("You were signed out, so nothing was done. Sign in and repeat.")
    raise ForgedRequestError(_STALE)


def check_origin() -> None:
    """Refuse a request whose Origin is another site's.  Clients that are no browser send none."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.split("://")[-1] != request.host:
        raise ForgedRequestError(_STALE)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForgedRequestError(_STALE)


def _is_for_anybody() -> bool:
    handler = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(handler, _FOR_ANYBODY, False))


def _plain() -> bytes:
    return hmac.digest(secret().encode(), b"csrf", hashlib.sha256)[:_TOKEN_BYTES]


def _matches(sent: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(sent.encode("ascii", "replace"))
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * _TOKEN_BYTES:
        return False
    return hmac.compare_digest(_xor(raw[:_TOKEN_BYTES], raw[_TOKEN_BYTES:]), _plain())


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
