"""JSON of the contacts domain."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.contacts import service
from host.contacts.model import Contact, ShownRequest
from host.core.web import current_person_id, decode, deps
from host.identity.model import Person

blueprint = Blueprint("contacts_api", __name__, url_prefix="/api/v1/contacts")


class PostRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /contacts/requests``."""

    handle: Annotated[str, Meta(max_length=100)]
    hello: Annotated[str, Meta(max_length=1000)] = ""


class PutAlias(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /contacts/<id>/alias``."""

    alias: Annotated[str, Meta(max_length=400)]


@blueprint.get("")
async def list_contacts() -> ResponseReturnValue:
    """Return one's contacts by name."""
    found = await deps().db.read(service.find_contacts, actor_id=current_person_id())
    return {"contacts": [_contact(contact) for contact in found]}


@blueprint.get("/requests")
async def list_requests() -> ResponseReturnValue:
    """Return the requests that one may answer."""
    waiting = await deps().db.read(service.find_waiting, actor_id=current_person_id())
    return {"requests": [_request(shown) for shown in waiting]}


@blueprint.post("/requests")
async def post_request() -> ResponseReturnValue:
    """Ask somebody to be a contact; again changes nothing."""
    body = decode(PostRequest, await request.get_data())
    relation = await deps().db.write(
        service.ask,
        body.handle,
        actor_id=current_person_id(),
        hello=body.hello,
        now_ms=deps().now_ms(),
    )
    return {"relation": relation}, 202


@blueprint.put("/requests/<request_id>/accepted")
async def put_accepted(request_id: str) -> ResponseReturnValue:
    """Accept a request."""
    person = await deps().db.write(
        service.accept, request_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return {"contact": _person(person)}


@blueprint.put("/requests/<request_id>/declined")
async def put_declined(request_id: str) -> ResponseReturnValue:
    """Decline a request."""
    await deps().db.write(
        service.decline, request_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return "", 204


@blueprint.put("/<person_id>/alias")
async def put_alias(person_id: str) -> ResponseReturnValue:
    """Change what one calls a contact."""
    body = decode(PutAlias, await request.get_data())
    contact = await deps().db.write(
        service.set_alias, person_id, actor_id=current_person_id(), alias=body.alias
    )
    return {"contact": _contact(contact)}


@blueprint.delete("/<person_id>")
async def delete_contact(person_id: str) -> ResponseReturnValue:
    """Take a contact off the list."""
    await deps().db.write(
        service.remove, person_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return "", 204


@blueprint.put("/blocked/<person_id>")
async def put_block(person_id: str) -> ResponseReturnValue:
    """Block somebody."""
    await deps().db.write(
        service.block, person_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return "", 204


@blueprint.delete("/blocked/<person_id>")
async def delete_block(person_id: str) -> ResponseReturnValue:
    """Unblock somebody."""
    await deps().db.write(
        service.unblock, person_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return "", 204


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "handle": person.handle,
        "name": person.name,
        "avatar_id": person.avatar_id,
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return _person(contact.person) | {"alias": contact.alias, "since_ms": contact.since_ms}


def _request(shown: ShownRequest) -> dict[str, Any]:
    return {
        "id": shown.request.id,
        "from": _person(shown.person),
        "hello": shown.request.hello,
        "created_at_ms": shown.request.created_at_ms,
    }
