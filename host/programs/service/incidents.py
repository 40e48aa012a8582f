"""What the runtime reports: kept for the admins, and a version that attacks is stopped at once.

Nobody is asked first.  An attack is under way while it is reported, and the merchant loses little:
people get the version that was live before.
"""

from collections.abc import Iterable

from host.brands import service as brands
from host.core import live, outbox
from host.core.db import Tx
from host.programs import repository, repository_incidents
from host.programs.errors import VersionSuspendedError
from host.programs.events import VersionLive, VersionSuspended
from host.programs.incident import (
    ALARM_KINDS,
    ALARMS_MAX,
    ALARMS_WITHIN_MS,
    DETAIL_SIGNS_KEPT,
    INCIDENT_KEPT_MS,
    INCIDENTS_SHOWN,
    Incident,
)
from host.programs.model import Status


def note_incident(
    tx: Tx, incident_id: str, *, version_id: str, kind: str, detail: str, now_ms: int
) -> bool:
    """Keep what the runtime reported; tell whether the version was suspended for it."""
    version = repository.find_version(tx, version_id)
    text = detail[:DETAIL_SIGNS_KEPT]
    known_id = "" if version is None else version.id
    repository_incidents.insert_incident(tx, Incident(incident_id, known_id, kind, text, now_ms))
    if version is None or kind not in ALARM_KINDS or is_suspended(tx, version.id):
        return False
    since_ms = now_ms - ALARMS_WITHIN_MS
    if repository_incidents.count_alarms(tx, version.id, since_ms=since_ms) < ALARMS_MAX:
        return False
    _suspend(tx, version.id, kind, now_ms=now_ms)
    return True


def find_incidents(tx: Tx) -> list[Incident]:
    """Return the newest incidents.  For review, which has checked the admin."""
    return repository_incidents.find_incidents(tx, limit=INCIDENTS_SHOWN)


def is_suspended(tx: Tx, version_id: str) -> bool:
    """Tell whether nobody may open this version."""
    return bool(repository_incidents.find_suspended(tx, [version_id]))


def find_suspended(tx: Tx, version_ids: Iterable[str]) -> frozenset[str]:
    """Return those of ``version_ids`` that nobody may open."""
    return repository_incidents.find_suspended(tx, sorted(set(version_ids)))


def refuse_suspended(tx: Tx, version_id: str) -> None:
    """Refuse to open or publish a version that was stopped."""
    if is_suspended(tx, version_id):
        raise VersionSuspendedError(
            "This version of the shop tried something that no shop may do, so this host has"
            " stopped it. Open the shop again: you get the version before it, if there is one."
        )


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Forget incidents that nobody needs any more."""
    return repository_incidents.delete_incidents(tx, before_ms=now_ms - INCIDENT_KEPT_MS)


def _suspend(tx: Tx, version_id: str, kind: str, *, now_ms: int) -> None:
    """Close a version for everybody and, if people open it, go back to the one before."""
    version = repository.find_version(tx, version_id)
    assert version is not None, "the caller has just read it"
    program = repository.lock_program(tx, version.program_id)
    assert program is not None, "a program is never deleted"

    repository_incidents.put_suspension(tx, version_id, kind, now_ms=now_ms)
    fallback_id = ""
    if program.live_version_id == version_id:
        repository.update_status(tx, version_id, Status.RETIRED)
        fallback_id = _go_back(tx, program.id, program.brand_id, now_ms=now_ms)
    event = VersionSuspended(version_id, program.id, program.brand_id, kind, fallback_id)
    outbox.publish(tx, event, now_ms=now_ms)
    live.publish(
        tx,
        brands.find_member_ids(tx, program.brand_id),
        "programs.version",
        {"program_id": program.id, "version_id": version_id},
        now_ms=now_ms,
    )


def _go_back(tx: Tx, program_id: str, brand_id: str, *, now_ms: int) -> str:
    """Put the version live that was live before, or close the shop; return its id."""
    fallback_id = repository_incidents.find_fallback_id(tx, program_id)
    fallback = None if fallback_id is None else repository.find_version(tx, fallback_id)
    if fallback is not None:
        repository.update_status(tx, fallback.id, Status.LIVE)
        repository_incidents.update_last_live(tx, fallback.id, now_ms=now_ms)
        outbox.publish(tx, VersionLive(fallback.id, program_id, brand_id), now_ms=now_ms)
    repository.update_live(tx, program_id, fallback, now_ms=now_ms)
    return "" if fallback is None else fallback.id
