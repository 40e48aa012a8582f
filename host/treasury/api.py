"""Where rails call back."""

import logging

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.errors import TooLargeError
from host.core.web import deps
from host.treasury import service
from host.treasury.errors import CallbackRefusedError
from host.treasury.signing import callback_secret, check_signature
from host.wallet.rails import RAILS

blueprint = Blueprint("treasury_api", __name__)
logger = logging.getLogger(__name__)

CALLBACK_BYTES_MAX = 16 * 1024


@blueprint.post("/api/v1/rails/<rail>/callbacks")
async def post_callback(rail: str) -> ResponseReturnValue:
    """Hear what a rail says of an order: signed by it, at most once, believed where it fits."""
    body: bytes = await request.get_data(as_text=False)  # type: ignore[assignment]
    if len(body) > CALLBACK_BYTES_MAX:
        raise TooLargeError("A call-back has 16 KiB at most.")
    if rail not in RAILS:
        raise CallbackRefusedError("The signature does not fit, or the message is too old.")
    message_id = request.headers.get("webhook-id", "")
    check_signature(
        callback_secret(deps().settings, rail),
        message_id=message_id,
        timestamp=request.headers.get("webhook-timestamp", ""),
        signatures=request.headers.get("webhook-signature", ""),
        body=body,
        now_ms=deps().now_ms(),
    )
    told, at_ms = service.read_told(body), deps().now_ms()
    outcome = await deps().db.write(
        service.hear_callback, message_id, rail=rail, told=told, now_ms=at_ms
    )
    if outcome not in {"noted", "repeated"}:
        logger.warning("a call-back of the rail %s does not fit: %s", rail, outcome)
    return {"outcome": outcome}
