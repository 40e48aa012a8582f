"""Walking in as somebody of the demo lane with one tap, while the host serves the demo."""

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from host.core import csrf
from host.core.errors import NotFoundError
from host.core.web import current_address, deps
from host.demo.people import ADMIN, PEOPLE
from host.demo.story import PASSWORD
from host.identity.service import entry
from host.identity.session import (
    current_device,
    session_ttl_ms,
    sign_browser_in,
)

blueprint = Blueprint("demo", __name__)

# Shown on the landing page: two friends, a reader of Chinese, a merchant of each kind, the admin.
FRONT_HANDLES = ("mei", "jonas", "xiaowei", "wenqing", "laoma", ADMIN)
_HANDLES = frozenset(role.handle for role in PEOPLE)


@blueprint.post("/demo/sign-in/<handle>")
@csrf.for_anybody
async def sign_in(handle: str) -> ResponseReturnValue:
    """Sign in as one of the demo's people, whose password is no secret."""
    if handle not in _HANDLES:
        raise NotFoundError("Nobody of the demo lane has this name.")
    signed_in = await entry.sign_in_with_password(
        deps().db,
        deps().passwords,
        handle=handle,
        password=PASSWORD,
        address=current_address(),
        device=current_device(),
        ttl_ms=session_ttl_ms(),
        now_ms=deps().now_ms(),
    )
    return await sign_browser_in(redirect("/", 303), signed_in)
