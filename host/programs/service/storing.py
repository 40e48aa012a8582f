"""Storing a checked package as a version: whose id it is, and that versions grow."""

from host.brands import service as brands
from host.core.db import Tx
from host.core.ids import new_id
from host.programs import repository
from host.programs.errors import AppIdTakenError, VersionNotNewerError
from host.programs.model import CheckedPackage, Program, Version


def find_uploaded(tx: Tx, app_id: str, *, brand_id: str, digest: str) -> Version | None:
    """Return the version that this brand made from exactly these bytes before."""
    program = repository.find_program_by_key(tx, app_id.casefold())
    if program is None or program.brand_id != brand_id or program.id != app_id:
        return None
    return repository.find_version_by_digest(tx, program.id, digest)


def check_may_upload(tx: Tx, app_id: str, *, brand_id: str, code: int) -> None:
    """Refuse an id of another brand and a version code that does not grow.

    Asked before the dear checks, and again in the transaction that stores.
    """
    program = repository.find_program_by_key(tx, app_id.casefold())
    if program is None:
        return
    if program.brand_id != brand_id or program.id != app_id:
        raise AppIdTakenError(
            "The id %(app_id)s belongs to another program. Choose another in manifest.json.",
            app_id=app_id,
        )
    highest = repository.find_highest_code(tx, program.id)
    if code <= highest:
        raise VersionNotNewerError(
            "version.code is %(code)s and must be above %(highest)s. Raise it in manifest.json.",
            code=code,
            highest=highest,
        )


def store_version(tx: Tx, package: CheckedPackage, *, brand_id: str, now_ms: int) -> Version:
    """Store a checked package as a version in development; the first one claims the app id."""
    if brands.find_brand(tx, brand_id) is None:
        raise AppIdTakenError("This brand is no longer here.")
    program = Program(
        id=package.app_id,
        brand_id=brand_id,
        name=package.name,
        description=package.description,
        icon_id=package.icon_id,
        live_version_id=None,
        live_at_ms=None,
        created_at_ms=now_ms,
    )
    repository.insert_program(tx, program)
    repository.lock_program(tx, package.app_id)
    # Of two uploads of the same bytes at once, the second finds the first.
    earlier = find_uploaded(tx, package.app_id, brand_id=brand_id, digest=package.digest)
    if earlier is not None:
        return earlier
    check_may_upload(tx, package.app_id, brand_id=brand_id, code=package.code)

    version_id = new_id()
    repository.insert_version(tx, version_id, package, now_ms=now_ms)
    version = repository.find_version(tx, version_id)
    assert version is not None
    return version
