"""What a person allows shops and what these learned; what a merchant reads about failures."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.bridge import service
from host.bridge.channel import pages_of
from host.core.web import current_person_id, deps, render, see_other
from host.programs import service as directory
from sdk.contract.scopes import SCOPES

blueprint = Blueprint("permissions", __name__)


@blueprint.get("/me/permissions")
async def show_permissions() -> str:
    """Show what shops may know, and what they have asked to know."""
    consents, accesses, programs = await deps().db.read(
        service.find_permissions, current_person_id(), now_ms=deps().now_ms()
    )
    subscriptions = await deps().db.read(service.find_subscriptions, current_person_id())
    visited = await deps().db.read(directory.find_visited, current_person_id())
    return await render(
        "bridge/permissions.html",
        tab="me",
        visited=visited,
        subscriptions=subscriptions,
        consents=consents,
        allowed={(consent.program_id, consent.scope) for consent in consents},
        accesses=accesses,
        programs=programs,
        scopes=SCOPES,
    )


@blueprint.post("/me/permissions/revoke")
async def post_revoke() -> ResponseReturnValue:
    """Take back what was allowed."""
    form = await request.form
    await deps().db.write(
        service.revoke, current_person_id(), form.get("program_id", ""), form.get("scope", "")
    )
    return see_other("/me/permissions")


@blueprint.post("/me/permissions/forget")
async def post_forget() -> ResponseReturnValue:
    """Delete what a program has kept for this person."""
    form = await request.form
    await pages_of(deps()).forget_person(form.get("program_id", ""), person_id=current_person_id())
    return see_other("/me/permissions")


@blueprint.get("/programs/<program_id>/log")
async def show_log(program_id: str) -> str:
    """Show a merchant what went wrong and what the program logged."""
    page = await deps().db.read(
        service.read_log,
        program_id,
        actor_id=current_person_id(),
        severity=request.args.get("severity", ""),
        version_id=request.args.get("version", ""),
    )
    return await render("bridge/log.html", tab="merchant", page=page)
