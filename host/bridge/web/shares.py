"""A shared page: the picture of its QR code, and the poster that a person may save."""

import asyncio
import io

from quart import Blueprint, Response
from quart.typing import ResponseReturnValue

from host.bridge import service
from host.bridge.errors import ShareNotFoundError
from host.bridge.share import QR_URL_LENGTH_MAX, url_of
from host.core.errors import NotFoundError
from host.core.web import current_person_id, deps, render, settings

blueprint = Blueprint("shares", __name__)

# Eight dots of picture for a dot of the code (`poster.js` counts on it), and the four quiet dots
# around it of ISO/IEC 18004.
_SCALE, _BORDER = 8, 4


@blueprint.get("/media/qr/<share_id>.png")
async def show_qr(share_id: str) -> ResponseReturnValue:
    """Serve a QR code.  No cookie comes from a frame without origin: the id is what is known."""
    share = await deps().db.read(service.access_share, share_id)
    url = url_of(settings().base_url, share)
    if len(url) > QR_URL_LENGTH_MAX:
        raise NotFoundError("There is no such picture.")
    response = Response(await asyncio.to_thread(_draw, url), content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/shares/<share_id>")
async def show_share(share_id: str) -> str:
    """Show a poster to who has made it."""
    share = await deps().db.read(service.access_share, share_id)
    if share.person_id != current_person_id():
        raise ShareNotFoundError("There is nothing shared at this address.")
    running = await deps().db.read(
        service.access_running, share.program_id, viewer_id=share.person_id
    )
    return await render("bridge/poster.html", share=share, running=running)


def _draw(url: str) -> bytes:
    import segno  # noqa: PLC0415  (40 ms and 2 MB that most hosts never need)

    out = io.BytesIO()
    segno.make_qr(url, error="m").save(out, kind="png", scale=_SCALE, border=_BORDER)
    return out.getvalue()
