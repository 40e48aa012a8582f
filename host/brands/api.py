"""JSON of the brands domain: from an upload key to a token of ten minutes."""

from typing import Annotated

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service
from host.core.db import Tx
from host.core.limits import check_rate
from host.core.web import current_address, decode, deps, settings
from host.identity import service as identity
from host.identity.model import ACCESS_TOKEN_TTL_S

blueprint = Blueprint("brands_api", __name__, url_prefix="/api/v1")

# The key is random, so this is no wall against guessing; it keeps a broken script from the writer.
_TOKENS_PER_MINUTE = 60


class PostToken(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /tokens``."""

    upload_key: Annotated[str, Meta(min_length=20, max_length=200)]


@blueprint.post("/tokens")
async def post_token() -> ResponseReturnValue:
    """Change an upload key for an access token that uploads packages of its brand."""
    body = decode(PostToken, await request.get_data())
    now_ms = deps().now_ms()
    await deps().db.write(_count, current_address(), now_ms=now_ms)
    key = await deps().db.write(
        service.use_key, identity.hash_token(body.upload_key), now_ms=now_ms
    )
    token = identity.make_access_token(
        identity.signing_key(settings().data_dir),
        subject=key.brand_id,
        session_id=key.id,
        audience=service.UPLOAD_AUDIENCE,
        now_ms=now_ms,
    )
    answer = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_TTL_S,
        "brand_id": key.brand_id,
    }
    return answer, 201


def _count(tx: Tx, address: str, *, now_ms: int) -> None:
    check_rate(tx, f"upload-token:{address}", per_minute=_TOKENS_PER_MINUTE, now_ms=now_ms)
