"""Pages of the bridge: what stands around a mini-program, and the sheets above it.

``program``: the page that holds the frame, its menu, and what is asked before it opens.  ``files``:
the frame and what it loads.  ``sheets``: questions to the person.  ``acts``: sheets that ask
nothing back.  ``permissions``: what people allow, and the merchant's log.  ``messages``: ending
messages.  ``exports``: what a program keeps, as a file.  ``suspensions``: an admin stops a version
or lets it go.
"""

from quart import Blueprint, current_app

from host.bridge.channel import close_pages
from host.bridge.web import (
    acts,
    exports,
    files,
    messages,
    permissions,
    program,
    shares,
    sheets,
    suspensions,
)
from host.core.web import deps

__all__ = ["blueprint"]

blueprint = Blueprint("bridge", __name__)
for part in (program, files, sheets, shares, acts, permissions, messages, exports, suspensions):
    blueprint.register_blueprint(part.blueprint)


@blueprint.after_app_serving
async def stop() -> None:
    """Put the programs' databases away."""
    async with current_app.app_context():
        await close_pages(deps())
