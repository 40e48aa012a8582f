"""What becomes of a version: submitted, decided, live, rolled back.

Each step locks the program first, so that of two people who press at once one goes first and the
other is told where the version stands.
"""

from collections.abc import Collection, Iterable

from host.brands import service as brands
from host.brands.errors import BrandNotFoundError
from host.core import live, outbox
from host.core.db import Tx
from host.identity import service as identity
from host.programs import repository, repository_incidents
from host.programs.errors import (
    ProgramNotFoundError,
    StatusRefusedError,
    VersionNotFoundError,
)
from host.programs.events import (
    VersionApproved,
    VersionLive,
    VersionRejected,
    VersionSubmitted,
    VersionWithdrawn,
)
from host.programs.model import VERSIONS_SHOWN_MAX, Program, Status, Version
from host.programs.service.suspensions import refuse_suspended


def access_program(tx: Tx, program_id: str, *, actor_id: str) -> Program:
    """Return a program of a brand that ``actor_id`` may act for.

    A stranger's program and a missing one give the same error.
    """
    program = repository.find_program_by_key(tx, program_id.casefold())
    if program is None:
        raise ProgramNotFoundError(_NO_PROGRAM)
    try:
        brands.access_brand(tx, program.brand_id, actor_id=actor_id)
    except BrandNotFoundError as error:
        raise ProgramNotFoundError(_NO_PROGRAM) from error
    return program


def access_version(tx: Tx, version_id: str, *, actor_id: str) -> tuple[Program, Version]:
    """Return a version of a program that ``actor_id`` may act for, and the program."""
    version = repository.find_version(tx, version_id)
    if version is None:
        raise VersionNotFoundError(_NO_VERSION)
    try:
        program = access_program(tx, version.program_id, actor_id=actor_id)
    except ProgramNotFoundError as error:
        raise VersionNotFoundError(_NO_VERSION) from error
    return program, version


def open_version(tx: Tx, version_id: str, *, viewer_id: str) -> tuple[Program, Version]:
    """Return a version that ``viewer_id`` may open: a live one, their brand's, or as an admin any.

    The bridge begins a trial with this.
    """
    version = repository.find_version(tx, version_id)
    if version is None:
        raise VersionNotFoundError(_NO_VERSION)
    is_admin = identity.access_person(tx, viewer_id).is_admin
    if version.status is Status.LIVE or is_admin:
        return _program_of(tx, version), version
    return access_version(tx, version_id, actor_id=viewer_id)


def find_version(tx: Tx, version_id: str) -> Version | None:
    """Return a version.  For domains that have checked who is asking."""
    return repository.find_version(tx, version_id)


def find_version_named(tx: Tx, program_id: str, name: str) -> Version | None:
    """Return a program's version by its id, or the newest of this name.  For operators."""
    program = repository.find_program_by_key(tx, program_id.casefold())
    if program is None:
        return None
    version = repository.find_version(tx, name)
    if version is not None and version.program_id == program.id:
        return version
    newest = repository.find_versions(tx, program.id, limit=VERSIONS_SHOWN_MAX)
    return next((each for each in newest if each.version_name == name), None)


def find_live_version(tx: Tx, program_id: str) -> Version | None:
    """Return the version that people open, or None when the program is not live."""
    program = repository.find_program_by_key(tx, program_id.casefold())
    if program is None or program.live_version_id is None:
        return None
    return repository.find_version(tx, program.live_version_id)


def find_versions(tx: Tx, program_id: str, *, actor_id: str) -> list[Version]:
    """Return the newest versions of a program that ``actor_id`` may act for."""
    program = access_program(tx, program_id, actor_id=actor_id)
    return repository.find_versions(tx, program.id, limit=VERSIONS_SHOWN_MAX)


def find_versions_of_brand(tx: Tx, program_id: str, *, brand_id: str) -> list[Version]:
    """Return the newest versions of one of the brand's programs: for the holder of its key."""
    program = repository.find_program_by_key(tx, program_id.casefold())
    if program is None or program.brand_id != brand_id:
        raise ProgramNotFoundError(_NO_PROGRAM)
    return repository.find_versions(tx, program.id, limit=VERSIONS_SHOWN_MAX)


def find_versions_by_id(tx: Tx, ids: Iterable[str]) -> dict[str, Version]:
    """Return those of ``ids`` that exist, by id.  For domains that have checked who is asking."""
    return {version.id: version for version in repository.find_versions_by_id(tx, sorted(set(ids)))}


def find_grants(tx: Tx, version_id: str) -> frozenset[str]:
    """Return the scopes that an admin allowed the version to ask people for."""
    return repository.find_grants(tx, version_id)


def submit_version(tx: Tx, version_id: str, *, actor_id: str, now_ms: int) -> Version:
    """Ask for a review."""
    program, version = _lock(tx, version_id, actor_id=actor_id)
    _check_status(version, Status.DEVELOPMENT)

    repository.update_status(tx, version.id, Status.SUBMITTED)
    repository.update_submitted(tx, version.id, submitted_at_ms=now_ms)
    event = VersionSubmitted(version.id, program.id, program.brand_id, actor_id)
    outbox.publish(tx, event, now_ms=now_ms)
    return _again(tx, version.id)


def withdraw_version(tx: Tx, version_id: str, *, actor_id: str, now_ms: int) -> Version:
    """Take a submission back before it is decided."""
    program, version = _lock(tx, version_id, actor_id=actor_id)
    _check_status(version, Status.SUBMITTED)

    repository.update_status(tx, version.id, Status.DEVELOPMENT)
    repository.update_submitted(tx, version.id, submitted_at_ms=None)
    event = VersionWithdrawn(version.id, program.id, program.brand_id)
    outbox.publish(tx, event, now_ms=now_ms)
    return _again(tx, version.id)


def approve_version(tx: Tx, version_id: str, *, scopes: Collection[str], now_ms: int) -> Version:
    """Allow people to see a version, and it to ask for ``scopes``.

    Only review calls this, after it has checked the admin.  A required scope that is not granted
    would make a shop that cannot work, so it is refused here.
    """
    program, version = _lock_decided(tx, version_id)
    _check_status(version, Status.SUBMITTED, Status.REJECTED)
    asked = {permission.scope for permission in version.permissions}
    required = {p.scope for p in version.permissions if p.is_required}
    if not required <= set(scopes) <= asked:
        raise StatusRefusedError(
            "Grant every permission that the program requires and none that it does not ask for,"
            " or reject it."
        )

    for scope in sorted(scopes):
        repository.put_grant(tx, version.id, scope)
    repository.update_status(tx, version.id, Status.APPROVED)
    repository.update_decision(tx, version.id, rule="", reason="", now_ms=now_ms)
    event = VersionApproved(version.id, program.id, program.brand_id)
    outbox.publish(tx, event, now_ms=now_ms)
    _tell_members(tx, program, version.id, now_ms=now_ms)
    return _again(tx, version.id)


def reject_version(tx: Tx, version_id: str, *, rule: str, reason: str, now_ms: int) -> Version:
    """Refuse a version.  Only review calls this, after it has checked the admin."""
    program, version = _lock_decided(tx, version_id)
    _check_status(version, Status.SUBMITTED)

    repository.update_status(tx, version.id, Status.REJECTED)
    repository.update_decision(tx, version.id, rule=rule, reason=reason, now_ms=now_ms)
    event = VersionRejected(version.id, program.id, program.brand_id)
    outbox.publish(tx, event, now_ms=now_ms)
    _tell_members(tx, program, version.id, now_ms=now_ms)
    return _again(tx, version.id)


def put_live(tx: Tx, version_id: str, *, actor_id: str, now_ms: int) -> Version:
    """Let people open this version from now on; the one before retires.

    The same step forward and back: a retired version becomes live again without a new review.
    Pages that are open finish on the version they began with.
    """
    program, version = _lock(tx, version_id, actor_id=actor_id)
    if version.status is Status.LIVE:
        return version
    _check_status(version, Status.APPROVED, Status.RETIRED)
    refuse_suspended(tx, version.id)

    if program.live_version_id is not None:
        repository.update_status(tx, program.live_version_id, Status.RETIRED)
    repository.update_status(tx, version.id, Status.LIVE)
    repository.update_live(tx, program.id, version, now_ms=now_ms)
    repository_incidents.update_last_live(tx, version.id, now_ms=now_ms)
    event = VersionLive(version.id, program.id, program.brand_id)
    outbox.publish(tx, event, now_ms=now_ms)
    _tell_members(tx, program, version.id, now_ms=now_ms)
    return _again(tx, version.id)


def take_offline(tx: Tx, program_id: str, *, actor_id: str, now_ms: int) -> Program:
    """Close the shop: nobody can open it until a version is put live again."""
    access_program(tx, program_id, actor_id=actor_id)
    program = repository.lock_program(tx, program_id)
    if program is None or program.live_version_id is None:
        raise StatusRefusedError("This program is not live, so there is nothing to close.")
    repository.update_status(tx, program.live_version_id, Status.RETIRED)
    repository.update_live(tx, program.id, None, now_ms=now_ms)
    return access_program(tx, program_id, actor_id=actor_id)


def replace_compiled(tx: Tx, version_id: str, compiled_digest: str) -> None:
    """Point a version at code that a newer compiler made of the same package.  For the bridge."""
    repository.update_compiled(tx, version_id, compiled_digest)


def _lock(tx: Tx, version_id: str, *, actor_id: str) -> tuple[Program, Version]:
    """Return a version of the actor's program and the program, held until the transaction ends."""
    program, _ = access_version(tx, version_id, actor_id=actor_id)
    locked = repository.lock_program(tx, program.id)
    assert locked is not None, "a program is never deleted"
    return locked, _again(tx, version_id)


def _lock_decided(tx: Tx, version_id: str) -> tuple[Program, Version]:
    version = repository.find_version(tx, version_id)
    if version is None:
        raise VersionNotFoundError(_NO_VERSION)
    locked = repository.lock_program(tx, version.program_id)
    assert locked is not None, "a program is never deleted"
    return locked, _again(tx, version_id)


def _again(tx: Tx, version_id: str) -> Version:
    version = repository.find_version(tx, version_id)
    assert version is not None, "a version is never deleted"
    return version


def _program_of(tx: Tx, version: Version) -> Program:
    program = repository.find_program_by_key(tx, version.program_id.casefold())
    assert program is not None, "a version belongs to a program"
    return program


def _check_status(version: Version, *allowed: Status) -> None:
    if version.status not in allowed:
        raise StatusRefusedError(
            "This version has moved on, so that step is not possible now. Load the page again.",
            status=version.status.value,
        )


def _tell_members(tx: Tx, program: Program, version_id: str, *, now_ms: int) -> None:
    live.publish(
        tx,
        brands.find_member_ids(tx, program.brand_id),
        "programs.version",
        {"program_id": program.id, "version_id": version_id},
        now_ms=now_ms,
    )


_NO_PROGRAM = "Your brands have no program with this id."
_NO_VERSION = "Your brands have no version with this id."
