"""From bytes to a version: every machine check, then one transaction.

The order is from cheap to dear: size, zip and manifest, language and templates, and last the
compiler, which runs in a box because it can be bombed.  Nothing is stored of a package that fails.
"""

import asyncio
import contextlib
import hashlib

from host.core.deps import Deps
from host.core.errors import BadInputError, UnavailableError
from host.core.media import store_image
from host.programs.errors import (
    AppIdMismatchError,
    PackageRefusedError,
    PackageTooLargeError,
)
from host.programs.model import CheckedPackage, MessageTopic, Permission, Version
from host.programs.service import storing
from runtime import package as packages
from runtime.findings import has_errors
from runtime.pool import SourceRefusedError
from runtime.program import check_files

# Longer texts than these are cut where they are listed; the package keeps them whole.
_NAME_LENGTH_MAX = 60
_DESCRIPTION_LENGTH_MAX = 300


async def upload(
    deps: Deps, data: bytes, *, app_id: str, brand_id: str, now_ms: int
) -> tuple[Version, bool]:
    """Check a package and store it as a version; the same bytes again give the same version.

    Returns the version and whether it is new.
    """
    if len(data) > deps.settings.package_bytes_max:
        raise PackageTooLargeError(
            "A package may have %(limit)s bytes. Make pictures smaller or leave files out.",
            limit=deps.settings.package_bytes_max,
        )
    digest = hashlib.sha256(data).hexdigest()
    earlier = await deps.db.read(storing.find_uploaded, app_id, brand_id=brand_id, digest=digest)
    if earlier is not None:
        return earlier, False

    checked = await check_package(deps, data, app_id=app_id, brand_id=brand_id)
    version = await deps.db.write(storing.store_version, checked, brand_id=brand_id, now_ms=now_ms)
    return version, True


async def check_package(deps: Deps, data: bytes, *, app_id: str, brand_id: str) -> CheckedPackage:
    """Return what an upload becomes, or refuse it with every finding at once."""
    package = await asyncio.to_thread(_read, data)
    manifest = package.manifest
    if manifest.app_id != app_id:
        raise AppIdMismatchError(
            "The package is %(found)s and was sent to the address of %(expected)s.",
            found=manifest.app_id,
            expected=app_id,
        )
    await deps.db.read(
        storing.check_may_upload, app_id, brand_id=brand_id, code=manifest.version_code
    )
    findings = [*package.warnings, *await asyncio.to_thread(check_files, package.files)]
    if has_errors(findings):
        raise PackageRefusedError(findings)

    compiled = await _compile(deps, package)
    icon_id = await _store_icon(deps, package, brand_id=brand_id)
    return CheckedPackage(
        app_id=manifest.app_id,
        version_name=manifest.version_name,
        code=manifest.version_code,
        digest=await asyncio.to_thread(deps.blobs.put, data),
        compiled_digest=await asyncio.to_thread(deps.blobs.put, compiled),
        size_bytes=len(data),
        name=manifest.name[:_NAME_LENGTH_MAX],
        description=manifest.description[:_DESCRIPTION_LENGTH_MAX],
        icon_id=icon_id,
        permissions=tuple(
            Permission(p.scope, p.required, dict(p.reason)) for p in manifest.permissions
        ),
        findings=tuple(sorted(set(findings))),
        network=manifest.network,
        messages=tuple(MessageTopic(m.topic, dict(m.text)) for m in manifest.messages),
    )


def load_package(deps: Deps, version: Version) -> packages.Package:
    """Return the package of a version, whose bytes are still what was reviewed.

    Reads the disk: call it in a thread.
    """
    data = deps.blobs.get(version.digest)
    if data is None or hashlib.sha256(data).hexdigest() != version.digest:
        raise UnavailableError("This version's package is missing or damaged on the host.")
    return packages.read_package(data)


async def compile_package(deps: Deps, package: packages.Package) -> bytes:
    """Return the compiled sources of a package, made inside the box."""
    if deps.runtime is None:
        raise UnavailableError("This host runs no mini-programs at the moment. Try again later.")
    sources = {
        path: content.decode("utf-8")
        for path, content in package.files.items()
        if path.endswith(".py") and not path.startswith("tests/")
    }
    return await deps.runtime.compile(sources)


def _read(data: bytes) -> packages.Package:
    try:
        return packages.read_package(data)
    except packages.PackageRefusedError as error:
        raise PackageRefusedError(error.findings) from error


async def _compile(deps: Deps, package: packages.Package) -> bytes:
    try:
        return await compile_package(deps, package)
    except SourceRefusedError as error:
        raise PackageRefusedError(error.findings) from error


async def _store_icon(deps: Deps, package: packages.Package, *, brand_id: str) -> str | None:
    """Keep the first icon that is a picture; a shop without one gets a letter."""
    for icon in package.manifest.icons:
        data = package.files.get(icon.src)
        if data is not None:
            with contextlib.suppress(BadInputError):
                return await store_image(deps, data, owner_id=brand_id)
    return None
