"""The frame of a mini-program and what it may load.

No cookie comes with these requests, because the frame has no origin: digests and ids are what
keeps the unpublished private.
"""

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from host.bridge.channel import pages_of
from host.bridge.frame import frame_csp, frame_html
from host.core.errors import NotFoundError
from host.core.i18n import LANGS
from host.core.web import assets, deps
from host.programs import service as programs

blueprint = Blueprint("files", __name__)

_FOREVER = "public, max-age=31536000, immutable"
# Nothing of the device: a mini-program asks the host, and the host asks the person.
FRAME_PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), clipboard-read=(), clipboard-write=()"
)
_THEMES = ("light", "dark")


@blueprint.get("/frame/<version_id>")
async def show_frame(version_id: str) -> ResponseReturnValue:
    """Serve the document that shows pages of a version."""
    version = await deps().db.read(programs.find_version, version_id)
    if version is None:
        raise NotFoundError("There is nothing at this address.")
    lang, theme = request.args.get("lang", ""), request.args.get("theme", "")
    html = frame_html(
        assets(),
        version.digest,
        title=version.name,
        lang=lang if lang in LANGS else "en",
        theme=theme if theme in _THEMES else "",
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    origin = f"{request.scheme}://{request.host}"
    response.headers["Content-Security-Policy"] = frame_csp(assets(), version.digest, origin=origin)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = FRAME_PERMISSIONS
    return response


@blueprint.get("/assets/<digest>/<path:name>")
async def show_file(digest: str, name: str) -> ResponseReturnValue:
    """Serve a picture of a package, or its style sheet; nothing else in it."""
    found = await pages_of(deps()).pictures.find(digest, name)
    if found is None:
        raise NotFoundError("There is nothing at this address.")
    content, content_type = found
    response = Response(content, content_type=content_type)
    response.headers["Cache-Control"] = _FOREVER
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
