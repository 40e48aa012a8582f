"""An admin stops a version, or lets one go: with a reason, and a line in the log."""

from dataclasses import dataclass

from host.brands import service as brands
from host.core.db import Tx
from host.identity import service as identity
from host.programs import service as programs
from host.programs.errors import VersionNotFoundError
from host.programs.incident import Incident, Suspension
from host.review.service.audit import append_audit
from host.review.service.decisions import check_reason, refuse_own_brand


@dataclass(frozen=True, slots=True)
class Case:
    """What an admin sees of a version that did, or may have done, what it must not."""

    version: programs.Version
    program: programs.Program
    brand: brands.Brand
    # The last suspension, which may have been lifted.
    suspension: Suspension | None
    # Who decided about it, by id.
    deciders: dict[str, identity.Person]
    incidents: list[Incident]
    is_own_brand: bool


def open_case(tx: Tx, version_id: str, *, actor_id: str) -> Case:
    """Return everything about a version for an admin."""
    identity.require_admin(tx, actor_id)
    version, program = _find(tx, version_id)
    brand = brands.access_public_brand(tx, program.brand_id)
    suspension = programs.find_suspension(tx, version.id)
    deciders = {suspension.actor_id, suspension.lifted_by} - {""} if suspension else set()
    return Case(
        version=version,
        program=program,
        brand=brand,
        suspension=suspension,
        deciders=identity.find_people(tx, deciders),
        incidents=programs.find_incidents_of(tx, version.id),
        is_own_brand=actor_id in brands.find_member_ids(tx, brand.id),
    )


def suspend(tx: Tx, version_id: str, *, actor_id: str, reason: str, now_ms: int) -> str:
    """Stop a version for everybody; the merchant reads the reason.  Return the version's id."""
    text, program = _check(tx, version_id, actor_id=actor_id, reason=reason)

    version = programs.suspend_version(
        tx, version_id, actor_id=actor_id, reason=text, now_ms=now_ms
    )
    _audit(tx, "version_suspended", version, program, actor_id=actor_id, text=text, now_ms=now_ms)
    return version.id


def lift(tx: Tx, version_id: str, *, actor_id: str, reason: str, now_ms: int) -> str:
    """Let a version go; its merchant reads the reason and may put it live again."""
    text, program = _check(tx, version_id, actor_id=actor_id, reason=reason)

    version = programs.lift_suspension(
        tx, version_id, actor_id=actor_id, reason=text, now_ms=now_ms
    )
    _audit(tx, "suspension_lifted", version, program, actor_id=actor_id, text=text, now_ms=now_ms)
    return version.id


def _check(tx: Tx, version_id: str, *, actor_id: str, reason: str) -> tuple[str, programs.Program]:
    identity.require_admin(tx, actor_id)
    _, program = _find(tx, version_id)
    refuse_own_brand(tx, program.brand_id, actor_id=actor_id)
    return check_reason(reason), program


def _find(tx: Tx, version_id: str) -> tuple[programs.Version, programs.Program]:
    version = programs.find_version(tx, version_id)
    if version is None:
        raise VersionNotFoundError("There is no version with this id.")
    program = programs.find_program(tx, version.program_id)
    assert program is not None, "a version belongs to a program"
    return version, program


def _audit(
    tx: Tx,
    action: str,
    version: programs.Version,
    program: programs.Program,
    *,
    actor_id: str,
    text: str,
    now_ms: int,
) -> None:
    append_audit(
        tx,
        actor_id=actor_id,
        action=action,
        subject=f"version:{version.id}",
        detail={"program_id": program.id, "version_id": version.id, "reason": text},
        now_ms=now_ms,
    )
