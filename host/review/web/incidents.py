"""What the runtime reported about mini-programs, for the admins."""

from quart import Blueprint

from host.core.db import Tx
from host.core.web import current_person_id, deps, render
from host.identity import service as identity
from host.programs import service as programs
from host.programs.incident import Incident

blueprint = Blueprint("incidents", __name__, url_prefix="/admin/incidents")


@blueprint.get("")
async def show_incidents() -> str:
    """Show the newest incidents, and which versions were stopped."""
    incidents, versions, suspended = await deps().db.read(
        _read_incidents, actor_id=current_person_id()
    )
    return await render(
        "review/incidents.html",
        tab="admin",
        admin_tab="incidents",
        incidents=incidents,
        versions=versions,
        suspended=suspended,
    )


def _read_incidents(
    tx: Tx, *, actor_id: str
) -> tuple[list[Incident], dict[str, programs.Version], frozenset[str]]:
    identity.require_admin(tx, actor_id)
    incidents = programs.find_incidents(tx)
    versions = programs.find_versions_by_id(tx, {each.version_id for each in incidents})
    return incidents, versions, programs.find_suspended(tx, versions)
