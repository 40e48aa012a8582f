"""JSON of the identity domain."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.web import current_address, current_lang, current_person_id, decode, deps
from host.identity import service
from host.identity.model import Person
from host.identity.service import entry
from host.identity.session import (
    current_device,
    current_token_hash,
    session_ttl_ms,
    sign_browser_in,
    sign_browser_out,
)

blueprint = Blueprint("identity_api", __name__, url_prefix="/api/v1")

# Above every limit of the domain, so that the domain's own refusal is the one that is heard; below
# anything that would cost memory or time.
_TEXT_LENGTH_MAX = 1024
Text = Annotated[str, Meta(max_length=_TEXT_LENGTH_MAX)]


class PostPerson(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /people``."""

    handle: Text
    name: Text
    password: Text


class PostSession(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /session``."""

    handle: Text
    password: Text


class PutMe(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /me``."""

    name: Text
    about: Text


@blueprint.post("/people")
async def post_person() -> ResponseReturnValue:
    """Register and sign in."""
    body = decode(PostPerson, await request.get_data())
    signed_in = await entry.register(
        deps().db,
        deps().passwords,
        handle=body.handle,
        name=body.name,
        password=body.password,
        lang=current_lang(),
        address=current_address(),
        device=current_device(),
        ttl_ms=session_ttl_ms(),
        now_ms=deps().now_ms(),
    )
    made = await deps().db.read(service.access_person, signed_in.session.person_id)
    return await sign_browser_in((_format(made), 201), signed_in)


@blueprint.post("/session")
async def post_session() -> ResponseReturnValue:
    """Sign in with handle and password."""
    body = decode(PostSession, await request.get_data())
    signed_in = await entry.sign_in_with_password(
        deps().db,
        deps().passwords,
        handle=body.handle,
        password=body.password,
        address=current_address(),
        device=current_device(),
        ttl_ms=session_ttl_ms(),
        now_ms=deps().now_ms(),
    )
    person = await deps().db.read(service.access_person, signed_in.session.person_id)
    return await sign_browser_in((_format(person), 201), signed_in)


@blueprint.delete("/session")
async def delete_session() -> ResponseReturnValue:
    """Sign out."""
    await deps().db.write(service.sign_out, current_token_hash(), now_ms=deps().now_ms())
    return await sign_browser_out(({}, 200))


@blueprint.get("/me")
async def get_me() -> ResponseReturnValue:
    """Return who is signed in."""
    person = await deps().db.read(service.access_person, current_person_id())
    return _format(person)


@blueprint.put("/me")
async def put_me() -> ResponseReturnValue:
    """Change what one says of oneself; nothing else can be sent."""
    body = decode(PutMe, await request.get_data())
    person = await deps().db.write(
        service.change_profile, current_person_id(), name=body.name, about=body.about
    )
    return _format(person)


def _format(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "handle": person.handle,
        "name": person.name,
        "about": person.about,
        "avatar_id": person.avatar_id,
        "lang": person.lang,
        "is_admin": person.is_admin,
    }
