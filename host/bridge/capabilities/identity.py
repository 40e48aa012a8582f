"""Who the person is, as far as they want to say."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.handler import Handler
from host.bridge.pairwise import openid
from host.bridge.profile import find_profile
from host.bridge.service import accepted, create_login_code, find_open_scopes
from host.bridge.visit import Visit
from host.identity.service import hash_token


async def identity_user(visit: Visit, _number: int, _args: dict[str, Any]) -> dict[str, str]:
    """Return the person's id for this program alone: nobody can compare it with another's."""
    secret = visit.deps.settings.secret_key
    return {
        "openid": openid(secret, visit.program_id, visit.person_id),
        "lang": visit.lang,
    }


async def identity_login(visit: Visit, number: int, _args: dict[str, Any]) -> dict[str, str]:
    """Return a code that the merchant's server changes for ids.

    It follows from the event, so that an event that runs again gives the same code; only this host
    can work it out.
    """
    secret = visit.deps.settings.secret_key.encode()
    text = f"login:{visit.program_id}:{visit.person_id}:{visit.event_id}:{number}".encode()
    digest = hmac.digest(secret, text, hashlib.sha256)
    code = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    await visit.deps.db.write(
        create_login_code,
        hash_token(code),
        program_id=visit.program_id,
        brand_id=visit.brand_id,
        person_id=visit.person_id,
        now_ms=visit.now_ms,
    )
    return {"code": code}


async def identity_profile(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Ask for name and picture; who has allowed it before is not asked again."""
    open_scopes = await visit.deps.db.read(
        find_open_scopes, visit.person_id, visit.program_id, now_ms=visit.now_ms
    )
    result = None
    if "profile" in open_scopes:
        result = accepted(await visit.deps.db.read(find_profile, visit.person_id))
    ask(visit, number, "identity.profile", args, result=result)


async def address_choose(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person choose an address, each time anew."""
    ask(visit, number, "address.choose", args)


HANDLERS: Mapping[str, Handler] = {
    "identity.user": identity_user,
    "identity.login": identity_login,
    "identity.profile": identity_profile,
    "address.choose": address_choose,
}
