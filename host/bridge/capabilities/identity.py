"""Who the person is, as far as they want to say."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.handler import Handler
from host.bridge.profile import find_profile
from host.bridge.service import accepted, find_open_scopes
from host.bridge.visit import Visit


async def identity_user(visit: Visit, _number: int, _args: dict[str, Any]) -> dict[str, str]:
    """Return the person's id for this program alone: nobody can compare it with another's."""
    secret = visit.deps.settings.secret_key.encode()
    text = f"openid:{visit.program_id}:{visit.person_id}".encode()
    openid = hmac.digest(secret, text, hashlib.sha256).hex()[:32]
    return {"openid": openid, "lang": visit.lang}


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
    "identity.profile": identity_profile,
    "address.choose": address_choose,
}
