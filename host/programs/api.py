"""JSON of the programs domain: merchants' machines upload packages and ask how they stand."""

import base64
import hashlib
from typing import Any

from quart import Blueprint, g, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import SignInRequiredError
from host.core.limits import check_rate
from host.core.web import deps, settings
from host.identity import service as identity
from host.programs import service
from host.programs.errors import DigestMismatchError, PackageTooLargeError, describe
from host.programs.model import Version
from host.programs.service import upload

blueprint = Blueprint("programs_api", __name__, url_prefix="/api/v1/programs")

# Each one costs a compile in a box.
_UPLOADS_PER_MINUTE = 20


@blueprint.post("/<app_id>/packages")
async def post_package(app_id: str) -> ResponseReturnValue:
    """Take a package; the same bytes again give the same version and status 200."""
    brand_id = await _uploader()
    data = await _read_body(settings().package_bytes_max)
    _check_digest(data, request.headers.get("Content-Digest", ""))
    now_ms = deps().now_ms()
    await deps().db.write(_count, brand_id, now_ms=now_ms)
    version, is_new = await upload.upload(
        deps(), data, app_id=app_id, brand_id=brand_id, now_ms=now_ms
    )
    brand = (await deps().db.read(brands.find_brands, [brand_id]))[brand_id]
    place = {"console_url": f"{settings().base_url}/m/{brand.handle}/program"}
    return _format(version) | place, 201 if is_new else 200


@blueprint.get("/<app_id>/versions")
async def list_versions(app_id: str) -> ResponseReturnValue:
    """Tell how the versions of one's program stand."""
    brand_id = await _uploader()
    versions = await deps().db.read(service.find_versions_of_brand, app_id, brand_id=brand_id)
    return {"versions": [_format(version) for version in versions]}


async def _uploader() -> str:
    """Return the brand that the request's access token may upload for."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInRequiredError("Send an access token: POST your upload key to /api/v1/tokens.")
    claims = identity.read_access_token(
        identity.signing_key(settings().data_dir),
        token.strip(),
        audience=brands.UPLOAD_AUDIENCE,
        now_ms=deps().now_ms(),
    )
    key = await deps().db.read(brands.access_key, claims.session_id)
    g.auth = "bearer"
    return key.brand_id


async def _read_body(bytes_max: int) -> bytes:
    """Return the body, and stop reading one that is too large as soon as that is known."""
    refusal = PackageTooLargeError(
        "A package may have %(limit)s bytes. Make pictures smaller or leave files out.",
        limit=bytes_max,
    )
    if (request.content_length or 0) > bytes_max:
        raise refusal
    body = bytearray()
    async for chunk in request.body:
        body += chunk
        if len(body) > bytes_max:
            raise refusal
    return bytes(body)


def _check_digest(data: bytes, header: str) -> None:
    """Refuse a body that is not what the sender says it sent (RFC 9530, ``sha-256=:…:``)."""
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "sha-256":
            sent = base64.b64encode(hashlib.sha256(data).digest()).decode()
            if value.strip(": ") != sent:
                raise DigestMismatchError("The package changed on its way. Upload it again.")


def _count(tx: Tx, brand_id: str, *, now_ms: int) -> None:
    check_rate(tx, f"upload:{brand_id}", per_minute=_UPLOADS_PER_MINUTE, now_ms=now_ms)


def _format(version: Version) -> dict[str, Any]:
    return {
        "version_id": version.id,
        "app_id": version.program_id,
        "version_name": version.version_name,
        "code": version.code,
        "digest": version.digest,
        "status": version.status.value,
        "rule": version.rule,
        "reason": version.reason,
        "findings": [describe(finding) for finding in version.findings],
    }
