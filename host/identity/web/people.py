"""Other people's pages."""

from quart import Blueprint

from host.core.web import current_person_id, deps, render
from host.identity import service

blueprint = Blueprint("people", __name__)


@blueprint.get("/people/<handle>")
async def show_person(handle: str) -> str:
    """Show the profile of the person with this handle."""
    viewer_id = current_person_id()
    shown = await deps().db.read(service.access_person_by_handle, handle)
    return await render("identity/person.html", shown=shown, is_me=shown.id == viewer_id)
