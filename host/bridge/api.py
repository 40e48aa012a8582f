"""JSON of the bridge: a merchant's server learns who has signed in to its mini-program."""

from typing import Annotated

import msgspec
from msgspec import Meta
from quart import Blueprint, g, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.brands.model import KeyPurpose
from host.bridge import service
from host.bridge.pairwise import openid, unionid
from host.core.db import Tx
from host.core.errors import SignInRequiredError
from host.core.limits import check_rate
from host.core.web import decode, deps, settings
from host.identity import service as identity

blueprint = Blueprint("bridge_api", __name__, url_prefix="/api/v1/programs")

# Of one merchant: ten people a second sign in.
_LOGINS_PER_MINUTE = 600


class PostLogin(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /programs/<app_id>/logins``."""

    code: Annotated[str, Meta(min_length=1, max_length=100)]


@blueprint.post("/<app_id>/logins")
async def post_login(app_id: str) -> ResponseReturnValue:
    """Change the code of ``identity.login`` for the person's ids, once."""
    brand_id = await _server()
    body = decode(PostLogin, await request.get_data())
    person_id = await deps().db.write(
        _use_code, body.code, app_id=app_id, brand_id=brand_id, now_ms=deps().now_ms()
    )
    secret = settings().secret_key
    return {
        "openid": openid(secret, app_id, person_id),
        "unionid": unionid(secret, brand_id, person_id),
    }


async def _server() -> str:
    """Return the brand whose server key the request carries."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise SignInRequiredError("Send your server key: Authorization: Bearer hus_…")
    found = await deps().db.write(
        brands.use_key,
        identity.hash_token(key.strip()),
        purpose=KeyPurpose.SERVER,
        now_ms=deps().now_ms(),
    )
    g.auth = "bearer"
    return found.brand_id


def _use_code(tx: Tx, code: str, *, app_id: str, brand_id: str, now_ms: int) -> str:
    check_rate(tx, f"login:{brand_id}", per_minute=_LOGINS_PER_MINUTE, now_ms=now_ms)
    return service.use_login_code(
        tx, identity.hash_token(code), program_id=app_id, brand_id=brand_id, now_ms=now_ms
    )
