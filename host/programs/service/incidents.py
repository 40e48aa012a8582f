"""What the runtime reports: kept for the admins, and a version that attacks is stopped at once.

Nobody is asked first.  An attack is under way while it is reported, and the merchant loses little:
people get the version that was live before.
"""

from dataclasses import replace

from host.core.db import Tx
from host.programs import repository, repository_incidents
from host.programs.errors import IncidentNotFoundError
from host.programs.incident import (
    ALARMS_AFTER_LIFTING_MAX,
    ALARMS_MAX,
    ALARMS_WITHIN_MS,
    DETAIL_SIGNS_KEPT,
    INCIDENT_KEPT_MS,
    INCIDENTS_SHOWN,
    Incident,
)
from host.programs.service.suspensions import find_suspension, stop_version


def note_incident(tx: Tx, reported: Incident) -> bool:
    """Keep what the runtime reported; tell whether the version was suspended for it."""
    version = repository.find_version(tx, reported.version_id)
    incident = replace(
        reported,
        version_id="" if version is None else version.id,
        detail=reported.detail[:DETAIL_SIGNS_KEPT],
    )
    repository_incidents.insert_incident(tx, incident)
    if version is None or not incident.is_alarm:
        return False
    suspension = find_suspension(tx, version.id)
    if suspension is not None and not suspension.is_lifted:
        return False
    since_ms = incident.at_ms - ALARMS_WITHIN_MS
    alarms_max = ALARMS_MAX if suspension is None else ALARMS_AFTER_LIFTING_MAX
    if repository_incidents.count_alarms(tx, version.id, since_ms=since_ms) < alarms_max:
        return False
    stop_version(tx, version, incident.kind, actor_id="", reason="", now_ms=incident.at_ms)
    return True


def find_incidents(tx: Tx) -> list[Incident]:
    """Return the newest incidents.  For review, which has checked the admin."""
    return repository_incidents.find_incidents(tx, limit=INCIDENTS_SHOWN)


def find_incidents_of(tx: Tx, version_id: str) -> list[Incident]:
    """Return the newest incidents of a version.  For review, which has checked the admin."""
    return repository_incidents.find_incidents_of(tx, version_id, limit=INCIDENTS_SHOWN)


def access_incident(tx: Tx, incident_id: str) -> Incident:
    """Return an incident.  For review, which has checked the admin."""
    incident = repository_incidents.find_incident(tx, incident_id)
    if incident is None:
        raise IncidentNotFoundError(
            "There is no incident with this id. Incidents are kept for ninety days."
        )
    return incident


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Forget incidents that nobody needs any more."""
    return repository_incidents.delete_incidents(tx, before_ms=now_ms - INCIDENT_KEPT_MS)
