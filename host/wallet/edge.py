"""Numbers and keys as they come in: strict, because every softness here is somebody's money.

`int()` takes full-width digits, underscores and white space, JSON readers keep the last of two
equal keys, and a float looks like an amount.  None of that passes here.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from quart import g, request

from host.core.errors import AppError, BadInputError
from host.core.money import AMOUNT_MINOR_MAX, Money, parse_amount, parse_currency
from host.core.web import decode, deps
from host.wallet.authority import Gate, PaymentIntent, Proof
from host.wallet.errors import AmountTooLargeError
from host.wallet.service.authorise import preview_payment

T = TypeVar("T")

# A place on this host: one slash and no second one, so that it cannot name another host.
# What a device signs has about one kilobyte.
SIGNED_CHARS_MAX = 16_384
_PATH = re.compile(r"/[A-Za-z0-9_-][A-Za-z0-9_/.?=&%-]*", re.ASCII)


def decode_once(kind: type[T], data: bytes | str) -> T:
    """Return a JSON body as ``kind``; a name that stands in it twice is refused.

    What is signed or logged could be the first of the two and what is paid the second.
    """
    body = decode(kind, data)
    json.loads(data, object_pairs_hook=_refuse_twice)
    return body


def read_money(amount_minor: int, currency: str) -> Money:
    """Return an amount from JSON, in minor units."""
    known = parse_currency(currency)
    if amount_minor > AMOUNT_MINOR_MAX:
        raise AmountTooLargeError("One transfer moves at most %(max)s.", max=AMOUNT_MINOR_MAX)
    if amount_minor < 1:
        raise BadInputError("The amount must be at least 1 minor unit.")
    return Money(amount_minor, known)


def read_typed_money(text: str, currency: str) -> Money:
    """Return an amount that a person typed: ASCII digits and one point."""
    return Money(parse_amount(text, currency), parse_currency(currency))


def read_last_day(text: str) -> int:
    """Return when a day that was typed or chosen is over (UTC)."""
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
        return int((day + timedelta(days=1)).timestamp() * 1000) - 1
    except (ValueError, OverflowError) as error:
        raise BadInputError("A day is written like 2026-03-31.") from error


def gate() -> Gate:
    """Return what judging a proof needs."""
    return Gate(deps().db, deps().passwords, origin())


def origin() -> str:
    """Return where people reach this host: what was set, or what this browser says."""
    return deps().settings.public_url.rstrip("/") or f"{request.scheme}://{request.host}"


def read_proof(pin: str | None, passkey: str | None = None) -> Proof:
    """Return what came with a payment, and from which device."""
    return Proof(pin, passkey, device_at_ms=g.get("session_at_ms"))


async def needs_proof(intent: PaymentIntent) -> bool:
    """Tell whether a payment will ask for a PIN or a passkey, for the page that asks.

    What would be refused is asked for as usual: paying it says why it is refused.
    """
    device_at_ms = read_proof(None).device_at_ms
    try:
        demand = await deps().db.read(
            preview_payment, intent, device_at_ms=device_at_ms, now_ms=deps().now_ms()
        )
    except AppError:
        return True
    return demand.needs_proof


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInputError("The body names a member twice. Send each name once.")
    return found


def safe_next(path: str, fallback: str = "/wallet") -> str:
    """Return where to go on, only ever to a page of this host."""
    return path if _PATH.fullmatch(path) else fallback
