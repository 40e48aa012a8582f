"""The merchant's side of a rejection: read it, and ask for a second look."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.core.web import current_person_id, deps, render, see_other
from host.review import service
from host.review.model import APPEAL_LENGTH_MAX, RULES

blueprint = Blueprint("appeals", __name__, url_prefix="/m/<handle>/appeals/<version_id>")


@blueprint.get("")
async def show_appeal(handle: str, version_id: str) -> str:
    """Show the rejection, and the appeal or the form for one."""
    person_id = current_person_id()
    brand = await deps().db.read(brands.access_brand_by_handle, handle, actor_id=person_id)
    version, submission, appeal = await deps().db.read(
        service.open_own_rejection, version_id, actor_id=person_id
    )
    return await render(
        "review/appeal.html",
        tab="merchant",
        console_tab="program",
        brand=brand,
        version=version,
        submission=submission,
        appeal=appeal,
        rules=RULES,
        appeal_length_max=APPEAL_LENGTH_MAX,
    )


@blueprint.post("")
async def post_appeal(handle: str, version_id: str) -> ResponseReturnValue:
    """Ask for a second look."""
    form = await request.form
    await deps().db.write(
        service.appeal,
        version_id,
        actor_id=current_person_id(),
        text=form.get("text", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/appeals/{version_id}")
