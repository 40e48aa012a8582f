"""Answers by idempotency key: a repeated request hears what the first one heard.

``@idempotent()`` on the handler of a JSON address takes the key from the place ``<key>`` of the
address or from the header ``Idempotency-Key``.  The same key with other content is refused, a
second call while the first one runs waits for its answer, and what was refused stays refused.

This is the outer of two nets.  The inner one is the domain's: ids derived from the key, unique for
ever, so that a crash between the change and its stored answer repeats nothing.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import msgspec
from quart import Response, current_app, request
from quart.typing import ResponseReturnValue

from host.core import problems
from host.core.answers import Answer, Asked, find_answer, keep_answer, keep_refusal
from host.core.errors import (
    AppError,
    BadInputError,
    ForbiddenError,
    IdempotencyKeyReusedError,
    SignInRequiredError,
    TooLargeError,
    TooManyError,
    UnavailableError,
)
from host.core.web import current_person_id, deps

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
# Not a judgement on what was asked: nothing was understood, or somebody else was asking, or it was
# the wrong moment.  The same key may be used once that is put right.
_NOT_KEPT = (
    BadInputError,
    ForbiddenError,
    IdempotencyKeyReusedError,
    SignInRequiredError,
    TooLargeError,
    TooManyError,
    UnavailableError,
)

# "Accepted": how it ends is not known yet, and the same key asks.
_NOT_FINAL = 202

Handler = Callable[..., Awaitable[ResponseReturnValue]]


def idempotent(who: Callable[[], str] = current_person_id) -> Callable[[Handler], Handler]:
    """Let a handler run once for each key of ``who``."""

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        async def answer(**places: str) -> ResponseReturnValue:
            key = read_key(places.get("key") or request.headers.get(HEADER, ""))
            asked = Asked(f"{request.endpoint}:{who()}", key, await _fingerprint())
            found = await deps().in_flight.join(asked, lambda: _once(asked, handler, places))
            return Response(found.body, found.status, content_type=found.content_type)

        return answer

    return wrap


def read_key(text: str) -> str:
    """Return an idempotency key: 8 to 64 ASCII letters, digits, points, hyphens, underscores."""
    if _KEY.fullmatch(text) is None:
        raise BadInputError(
            "The key must be 8 to 64 letters, digits, points, hyphens or underscores."
        )
    return text


async def _once(asked: Asked, handler: Handler, places: dict[str, str]) -> Answer:
    """Return the earlier answer, or ask the handler and keep what it says once that is final."""
    earlier = await deps().db.read(find_answer, asked)
    if earlier is not None:
        return earlier
    keep = keep_answer
    try:
        response: Any = await current_app.make_response(await handler(**places))
    except AppError as refusal:
        if isinstance(refusal, _NOT_KEPT):
            raise
        keep = keep_refusal
        response = await current_app.make_response(await problems.answer(refusal))
    body = await response.get_data(as_text=True)
    answer = Answer(response.status_code, response.content_type or "", body)
    if answer.status == _NOT_FINAL:
        return answer
    return await deps().db.write(keep, asked, answer, now_ms=deps().now_ms())


async def _fingerprint() -> str:
    """Return a digest of address and content: white space and the order of members say nothing."""
    data: Any = await request.get_data(as_text=False)
    try:
        content = msgspec.json.encode(msgspec.json.decode(data), order="sorted")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        content = data  # the handler refuses it
    text = b"\n".join((request.method.encode(), request.full_path.encode(), content))
    return hmac.digest(deps().settings.secret_key.encode(), text, hashlib.sha256).hex()
