"""What comes in from outside, made into what a use case takes."""

from quart import request
from werkzeug.datastructures import MultiDict

from host.codes.model import PICTURES_PER_MINUTE_MAX
from host.codes.service.entry import Desk
from host.core.barcodes import read_picture
from host.core.errors import BadInputError
from host.core.limits import check_rate
from host.core.web import current_person_id, deps, read_upload
from host.wallet.edge import gate
from sdk.contract.capabilities.place import CODE_CHARS_MAX


def desk() -> Desk:
    """Return what taking a payment needs."""
    parts = deps()
    return Desk(gate(), parts.now_ms, parts.settings.platform_fee_bps)


async def read_scanned(form: MultiDict[str, str]) -> str:
    """Return the text of a code: in the picture that was sent, or typed."""
    picture = await read_upload("pictures") if "pictures" in await request.files else b""
    if picture:
        key = f"codes.picture:{current_person_id()}"
        await deps().db.write(
            check_rate, key, per_minute=PICTURES_PER_MINUTE_MAX, now_ms=deps().now_ms()
        )
        text, _ = await read_picture(deps(), picture)
        return text
    text = form.get("code", "").strip()
    if not 0 < len(text) <= CODE_CHARS_MAX:
        raise BadInputError("Scan a code, choose a picture of one, or type it.")
    return text
