"""Pages of the contacts domain: the list, looking somebody up, requests, one person, blocked."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.contacts import service
from host.contacts.model import Relation
from host.core.db import Tx
from host.core.web import (
    current_person_id,
    deps,
    render,
    see_other,
    translate,
    wants_fragment,
    wants_json,
)
from host.identity import service as identity

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")


@blueprint.get("")
async def list_contacts() -> str:
    """Show one's contacts and who asks to be one."""
    person_id = current_person_id()
    contacts = await deps().db.read(service.find_contacts, actor_id=person_id)
    waiting = await deps().db.read(service.find_waiting, actor_id=person_id)
    return await render(
        "contacts/list.html",
        tab="chats",
        contacts=contacts,
        waiting_count=len(waiting),
        open_handle="",
    )


@blueprint.get("/new")
async def show_search() -> str:
    """Look somebody up by handle."""
    person_id = current_person_id()
    handle = request.args.get("handle", "")
    found = None
    if handle:
        found = await deps().db.write(
            service.search, handle, actor_id=person_id, now_ms=deps().now_ms()
        )
    me = await deps().db.read(identity.access_person, person_id)
    return await render("contacts/new.html", tab="chats", handle=handle, found=found, me=me)


@blueprint.get("/requests")
async def list_requests() -> str:
    """Show who asks, and whom one has asked."""
    person_id = current_person_id()
    waiting = await deps().db.read(service.find_waiting, actor_id=person_id)
    asked = await deps().db.read(service.find_asked, actor_id=person_id, now_ms=deps().now_ms())
    return await render("contacts/requests.html", tab="chats", waiting=waiting, asked=asked)


@blueprint.get("/blocked")
async def list_blocked() -> str:
    """Show who is blocked."""
    blocked = await deps().db.read(service.find_blocked, actor_id=current_person_id())
    return await render("contacts/blocked.html", tab="chats", blocked=blocked)


@blueprint.post("/requests")
async def post_request() -> ResponseReturnValue:
    """Ask somebody to be a contact."""
    form = await request.form
    relation = await deps().db.write(
        service.ask,
        form.get("handle", ""),
        actor_id=current_person_id(),
        hello=form.get("hello", ""),
        now_ms=deps().now_ms(),
    )
    if relation is Relation.CONTACT:
        return _done(f"/contacts/{form.get('handle', '')}", translate("You are contacts now."))
    return _done(f"/contacts/{form.get('handle', '')}", translate("Your request was sent."))


@blueprint.post("/requests/<request_id>/accept")
async def post_accept(request_id: str) -> ResponseReturnValue:
    """Accept a request and go to the chat."""
    person = await deps().db.write(
        service.accept, request_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/chats/with/{person.handle}")


@blueprint.post("/requests/<request_id>/decline")
async def post_decline(request_id: str) -> ResponseReturnValue:
    """Decline a request."""
    await deps().db.write(
        service.decline, request_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other("/contacts/requests")


@blueprint.get("/<handle>")
async def show_person(handle: str) -> str:
    """Show what somebody is to oneself, and what can be done about it."""
    person_id = current_person_id()
    profile = await deps().db.read(
        service.show_person, handle, actor_id=person_id, now_ms=deps().now_ms()
    )
    # A sheet over a chat shows the person alone; a page on a laptop has the list beside it.
    contacts = (
        [] if wants_fragment() else await deps().db.read(service.find_contacts, actor_id=person_id)
    )
    waiting = await deps().db.read(service.find_waiting, actor_id=person_id)
    return await render(
        "contacts/person.html",
        tab="chats",
        profile=profile,
        contacts=contacts,
        waiting_count=len(waiting),
        open_handle=handle,
    )


@blueprint.post("/<handle>/alias")
async def post_alias(handle: str) -> ResponseReturnValue:
    """Change what one calls a contact."""
    form = await request.form
    await deps().db.write(
        _set_alias, handle, actor_id=current_person_id(), alias=form.get("alias", "")
    )
    return _done(f"/contacts/{handle}", translate("Saved."))


@blueprint.post("/<handle>/remove")
async def post_remove(handle: str) -> ResponseReturnValue:
    """Take a contact off the list."""
    await deps().db.write(_remove, handle, actor_id=current_person_id(), now_ms=deps().now_ms())
    return see_other("/contacts")


@blueprint.post("/<handle>/block")
async def post_block(handle: str) -> ResponseReturnValue:
    """Block somebody."""
    await deps().db.write(_block, handle, actor_id=current_person_id(), now_ms=deps().now_ms())
    return _done(f"/contacts/{handle}", translate("Blocked."))


@blueprint.post("/<handle>/unblock")
async def post_unblock(handle: str) -> ResponseReturnValue:
    """Unblock somebody."""
    await deps().db.write(_unblock, handle, actor_id=current_person_id(), now_ms=deps().now_ms())
    return _done(f"/contacts/{handle}", translate("Unblocked."))


def _done(url: str, text: str) -> ResponseReturnValue:
    """Say what happened in a sheet; without script, go to the person's page, which says it too."""
    return {"close": True, "reload": True, "toast": text} if wants_json() else see_other(url)


# Pages name people by handle, use cases by id; both steps are one transaction.


def _set_alias(tx: Tx, handle: str, *, actor_id: str, alias: str) -> None:
    person = identity.access_person_by_handle(tx, handle)
    service.set_alias(tx, person.id, actor_id=actor_id, alias=alias)


def _remove(tx: Tx, handle: str, *, actor_id: str, now_ms: int) -> None:
    person = identity.access_person_by_handle(tx, handle)
    service.remove(tx, person.id, actor_id=actor_id, now_ms=now_ms)


def _block(tx: Tx, handle: str, *, actor_id: str, now_ms: int) -> None:
    person = identity.access_person_by_handle(tx, handle)
    service.block(tx, person.id, actor_id=actor_id, now_ms=now_ms)


def _unblock(tx: Tx, handle: str, *, actor_id: str, now_ms: int) -> None:
    person = identity.access_person_by_handle(tx, handle)
    service.unblock(tx, person.id, actor_id=actor_id, now_ms=now_ms)
