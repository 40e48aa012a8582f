"""Versions that nobody may open: stopped by the host or an admin, and let go by an admin.

Letting go does not put a version live.  Its merchant may do that again, as with any version that
was approved and retired.
"""

from collections.abc import Iterable

from host.brands import service as brands
from host.core import live, outbox
from host.core.db import Tx
from host.programs import repository, repository_incidents
from host.programs.errors import (
    StatusRefusedError,
    VersionNotFoundError,
    VersionSuspendedError,
)
from host.programs.events import VersionLive, VersionSuspended
from host.programs.incident import BY_ADMIN, Suspension
from host.programs.model import Program, Status, Version


def suspend_version(tx: Tx, version_id: str, *, actor_id: str, reason: str, now_ms: int) -> Version:
    """Stop a version.  Only review calls this, after it has checked the admin and the reason."""
    _, version = _lock(tx, version_id)
    if is_suspended(tx, version.id):
        raise StatusRefusedError("This version is stopped already. Load the page again.")

    stop_version(tx, version, BY_ADMIN, actor_id=actor_id, reason=reason, now_ms=now_ms)
    return version


def lift_suspension(tx: Tx, version_id: str, *, actor_id: str, reason: str, now_ms: int) -> Version:
    """Let a version go.  Only review calls this, after it has checked the admin and the reason."""
    program, version = _lock(tx, version_id)
    if not is_suspended(tx, version.id):
        raise StatusRefusedError("This version is not stopped any more. Load the page again.")

    repository_incidents.update_lifted(
        tx, version.id, actor_id=actor_id, reason=reason, now_ms=now_ms
    )
    _tell_members(tx, program, version.id, now_ms=now_ms)
    return version


def stop_version(
    tx: Tx, version: Version, kind: str, *, actor_id: str, reason: str, now_ms: int
) -> None:
    """Close a version for everybody and, if people open it, go back to the one before."""
    program, version = _lock(tx, version.id)

    repository_incidents.put_suspension(
        tx, version.id, kind, actor_id=actor_id, reason=reason, now_ms=now_ms
    )
    fallback_id = ""
    if program.live_version_id == version.id:
        repository.update_status(tx, version.id, Status.RETIRED)
        fallback_id = _go_back(tx, program.id, program.brand_id, now_ms=now_ms)
    event = VersionSuspended(version.id, program.id, program.brand_id, kind, fallback_id, actor_id)
    outbox.publish(tx, event, now_ms=now_ms)
    _tell_members(tx, program, version.id, now_ms=now_ms)


def is_suspended(tx: Tx, version_id: str) -> bool:
    """Tell whether nobody may open this version."""
    return bool(find_suspended(tx, [version_id]))


def find_suspension(tx: Tx, version_id: str) -> Suspension | None:
    """Return a version's last suspension, which may have been lifted."""
    return find_suspensions(tx, [version_id]).get(version_id)


def find_suspensions(tx: Tx, version_ids: Iterable[str]) -> dict[str, Suspension]:
    """Return the last suspensions of ``version_ids``, lifted ones as well."""
    found = repository_incidents.find_suspensions(tx, sorted(set(version_ids)))
    return {each.version_id: each for each in found}


def find_suspended(tx: Tx, version_ids: Iterable[str]) -> frozenset[str]:
    """Return those of ``version_ids`` that nobody may open."""
    found = find_suspensions(tx, version_ids).values()
    return frozenset(each.version_id for each in found if not each.is_lifted)


def refuse_suspended(tx: Tx, version_id: str) -> None:
    """Refuse to open or publish a version that was stopped."""
    if is_suspended(tx, version_id):
        raise VersionSuspendedError(
            "This host has stopped this version of the shop. Open the shop again: you get the"
            " version before it, if there is one."
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


def _lock(tx: Tx, version_id: str) -> tuple[Program, Version]:
    """Return a version and its program, held until the transaction ends."""
    version = repository.find_version(tx, version_id)
    if version is None:
        raise VersionNotFoundError("There is no version with this id.")
    program = repository.lock_program(tx, version.program_id)
    again = repository.find_version(tx, version_id)
    assert program is not None, "a program is never deleted"
    assert again is not None, "a version is never deleted"
    return program, again


def _tell_members(tx: Tx, program: Program, version_id: str, *, now_ms: int) -> None:
    live.publish(
        tx,
        brands.find_member_ids(tx, program.brand_id),
        "programs.version",
        {"program_id": program.id, "version_id": version_id},
        now_ms=now_ms,
    )
