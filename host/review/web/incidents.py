"""What the runtime reported about mini-programs, and the versions that did it, for the admins."""

from quart import Blueprint

from host.core.db import Tx
from host.core.web import current_person_id, deps, render
from host.identity import service as identity
from host.programs import service as programs
from host.programs.incident import ALARMS_MAX, ALARMS_WITHIN_MS, Incident
from host.review import service
from host.review.model import REASON_LENGTH_MAX, REASON_LENGTH_MIN

blueprint = Blueprint("incidents", __name__, url_prefix="/admin")


@blueprint.get("/incidents")
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


@blueprint.get("/incidents/<incident_id>")
async def show_incident(incident_id: str) -> str:
    """Show one incident: what ran, what it tried, and how to run it again."""
    incident, version = await deps().db.read(
        _read_incident, incident_id, actor_id=current_person_id()
    )
    return await render(
        "review/incident.html",
        tab="admin",
        admin_tab="incidents",
        incident=incident,
        version=version,
    )


@blueprint.get("/versions/<version_id>")
async def show_case(version_id: str) -> str:
    """Show a version with its incidents, and the form that stops it or lets it go."""
    case = await deps().db.read(service.open_case, version_id, actor_id=current_person_id())
    return await render(
        "review/case.html",
        tab="admin",
        admin_tab="incidents",
        case=case,
        alarms_max=ALARMS_MAX,
        alarms_within_min=ALARMS_WITHIN_MS // 60_000,
        reason_length_min=REASON_LENGTH_MIN,
        reason_length_max=REASON_LENGTH_MAX,
    )


def _read_incidents(
    tx: Tx, *, actor_id: str
) -> tuple[list[Incident], dict[str, programs.Version], frozenset[str]]:
    identity.require_admin(tx, actor_id)
    incidents = programs.find_incidents(tx)
    versions = programs.find_versions_by_id(tx, {each.version_id for each in incidents})
    return incidents, versions, programs.find_suspended(tx, versions)


def _read_incident(
    tx: Tx, incident_id: str, *, actor_id: str
) -> tuple[Incident, programs.Version | None]:
    identity.require_admin(tx, actor_id)
    incident = programs.access_incident(tx, incident_id)
    return incident, programs.find_version(tx, incident.version_id)
