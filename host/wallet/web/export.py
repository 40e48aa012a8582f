"""The file of everything about one's own money."""

import msgspec
from quart import Blueprint, Response
from quart.typing import ResponseReturnValue

from host.core.web import current_person_id, deps
from host.wallet.service.export import export_money

blueprint = Blueprint("export", __name__)


@blueprint.get("/wallet/export.json")
async def get_export() -> ResponseReturnValue:
    """Give everything that the wallet keeps about who asks, as a file."""
    found = await deps().db.read(export_money, current_person_id(), now_ms=deps().now_ms())
    body = msgspec.json.format(msgspec.json.encode(found), indent=1)
    response = Response(body, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-money.json"'
    return response
