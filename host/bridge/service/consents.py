"""What people allow mini-programs, and what these have learned."""

from collections.abc import Iterable

from host.bridge import repository, repository_messages, repository_shares
from host.bridge.model import ACCESS_LINES_SHOWN, VISIT_MS, Access, Consent
from host.core.db import Tx
from host.core.errors import BadInputError
from host.programs import service as programs
from host.programs.service import Program
from sdk.contract.scopes import SCOPES

HOWS = ("once", "visit", "always")


def allow(tx: Tx, person_id: str, program_id: str, scope: str, *, how: str, now_ms: int) -> None:
    """Let a program use ``scope``: this once (nothing is kept), for this visit, or always."""
    if scope not in SCOPES or how not in HOWS:
        raise BadInputError("Choose once, while using the shop, or always.")
    if how == "once":
        return
    expires_at_ms = None if how == "always" else now_ms + VISIT_MS
    repository.put_consent(tx, Consent(person_id, program_id, scope, now_ms, expires_at_ms))


def allow_all(
    tx: Tx, person_id: str, program_id: str, scopes: Iterable[str], *, how: str, now_ms: int
) -> None:
    """Let a program use every one of ``scopes``."""
    for scope in scopes:
        allow(tx, person_id, program_id, scope, how=how, now_ms=now_ms)


def revoke(tx: Tx, person_id: str, program_id: str, scope: str) -> bool:
    """Take back what was allowed; it counts from the program's next call."""
    return repository.delete_consent(tx, person_id, program_id, scope)


def forget_person(tx: Tx, person_id: str, program_id: str) -> None:
    """Forget a person's answers to a program, what they allowed it, and that they were there.

    What it has learned stays listed: that is the person's own record, and no program can read it.
    """
    repository.delete_of_person(tx, person_id, program_id)
    repository_shares.delete_arrival(tx, person_id, program_id)
    repository_messages.delete_subscriptions(tx, person_id, program_id)
    programs.forget_visit(tx, person_id, program_id)


def find_open_scopes(tx: Tx, person_id: str, program_id: str, *, now_ms: int) -> frozenset[str]:
    """Return what a person allows a program now."""
    consents = repository.find_consents(tx, person_id, program_id)
    return frozenset(c.scope for c in consents if c.is_open(now_ms=now_ms))


def note_access(
    tx: Tx,
    row_id: str,
    *,
    person_id: str,
    program_id: str,
    version_id: str,
    capability: str,
    scope: str,
    now_ms: int,
) -> None:
    """Note for the person that a program learned or did something under ``scope``, once per id.

    The reason is the merchant's, as this version gives it.
    """
    version = programs.find_version(tx, version_id)
    asked = version.permissions if version is not None else ()
    reason = next((p.reason for p in asked if p.scope == scope), {})
    access = Access(program_id, scope, capability, now_ms, dict(reason))
    repository.insert_access(tx, row_id, person_id, access)


def find_permissions(
    tx: Tx, person_id: str, *, now_ms: int
) -> tuple[list[Consent], list[Access], dict[str, Program]]:
    """Return what a person allows, what programs learned, and the programs by id."""
    consents = [c for c in repository.find_all_consents(tx, person_id) if c.is_open(now_ms=now_ms)]
    accesses = repository.find_accesses(tx, person_id, limit=ACCESS_LINES_SHOWN)
    ids = {c.program_id for c in consents} | {a.program_id for a in accesses}
    return consents, accesses, programs.find_programs(tx, ids)
