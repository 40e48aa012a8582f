"""Daily files for the merchant's own books."""

import base64

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.core.db import Tx
from host.core.web import current_person_id, deps
from host.settlement import service
from host.settlement.money_model import DailyFile

blueprint = Blueprint("files", __name__)


@blueprint.get("/m/<handle>/money/files/<kind>/<day>")
async def download(handle: str, kind: str, day: str) -> ResponseReturnValue:
    """Send one file of a past day; ``bom=1`` is for spreadsheets."""
    file = await deps().db.read(
        _make,
        handle,
        kind,
        day,
        actor_id=current_person_id(),
        has_bom=request.args.get("bom") == "1",
        now_ms=deps().now_ms(),
    )
    return send(file, f"{handle}-{file.name}")


def send(file: DailyFile, name: str) -> Response:
    """Return a file with its digest (RFC 9530), for the merchant to keep."""
    response = Response(file.content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    response.headers["Content-Digest"] = f"sha-256=:{digest}:"
    response.headers["X-SHA256"] = file.sha256
    return response


def _make(
    tx: Tx, handle: str, kind: str, day: str, *, actor_id: str, has_bom: bool, now_ms: int
) -> DailyFile:
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return service.make_file(
        tx, brand.id, service.read_kind(kind), day, has_bom=has_bom, now_ms=now_ms
    )
