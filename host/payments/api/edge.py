"""What the addresses for merchants' servers share: who asks, strict bodies, answers by shape."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from quart import Response, request

from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.limits import check_rate
from host.core.text import whole_number
from host.core.web import current_address, deps, settings
from host.payments.errors import PaymentKeyRefusedError
from host.payments.model import REFUSALS_PER_MINUTE_MAX
from host.payments.service import keys, orders
from host.wallet.edge import decode_once

T = TypeVar("T")
_SCHEME = "bearer "


async def run(use_case: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """Run ``use_case`` with ``caller``: the merchant whose key the request bears."""
    header = request.headers.get("Authorization", "")
    if header[: len(_SCHEME)].lower() != _SCHEME:
        await _count_refusal()
        raise PaymentKeyRefusedError(
            "Send your key in the header “Authorization: Bearer hpk_…”. It is in your console."
        )
    token = header[len(_SCHEME) :].strip()
    secret_key, now_ms = settings().secret_key, deps().now_ms()

    def admitted(tx: Tx) -> T:
        caller = keys.admit(tx, token, secret_key=secret_key, now_ms=now_ms)
        return use_case(tx, *args, caller=caller, **kwargs)

    try:
        return await deps().db.write(admitted)
    except PaymentKeyRefusedError:
        await _count_refusal()
        raise


async def body_of(kind: type[T]) -> T:
    """Return the JSON body of the request; a name that stands in it twice is refused."""
    return decode_once(kind, await request.get_data())


async def _count_refusal() -> None:
    """Count a wrong key by where it came from; past the limit the answer is 429.

    A right key from there keeps working: a forgotten server with an old one must not stop the shop.
    """
    await deps().db.write(
        check_rate,
        f"payments.refused:{current_address()}",
        per_minute=REFUSALS_PER_MINUTE_MAX,
        now_ms=deps().now_ms(),
    )


def answer(shape: Any, status: int = 200) -> Response:
    """Return a shape as JSON."""
    return Response(msgspec.json.encode(shape), status, content_type="application/json")


def page_limit() -> int:
    """Return how many the caller wants at once."""
    text = request.args.get("limit", "20")
    limit = whole_number(text, digits_max=3)
    if limit is None or not 1 <= limit <= orders.PAGE_MAX:
        raise BadInputError("limit is a whole number from 1 to %(max)s.", max=orders.PAGE_MAX)
    return limit


def may_loop() -> bool:
    """Tell whether notices may go to this very machine: where somebody is developing."""
    return settings().may_notify_loopback
