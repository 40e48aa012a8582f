"""Pictures: those that a person gives, and what the shell does with those that a page shows."""

import re
from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.device import open_sheet
from host.bridge.capabilities.handler import Handler
from host.bridge.visit import Visit


async def media_choose(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person choose pictures, each time anew."""
    ask(visit, number, "media.choose", args)


async def media_preview(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Have the shell draw pictures over everything."""
    alts = args["alts"]
    pictures = [
        {"url": _full_url(visit, url), "alt": alts[place] if place < len(alts) else ""}
        for place, url in enumerate(args["urls"])
    ]
    shown = {"pictures": pictures, "current": min(args["current"], len(pictures) - 1)}
    visit.effects.append({"name": "media.preview", "args": shown})


async def media_save(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Show a picture that can be saved."""
    open_sheet(visit, "save", {"picture": _full_url(visit, args["url"])})


def _full_url(visit: Visit, url: str) -> str:
    """Return the address of a picture in its full size; one of a package is of this version's."""
    if url.startswith("/media/"):
        return re.sub(r"-\d+\.webp$", ".webp", url)
    return f"/assets/{visit.running.version.digest}/{url.removeprefix('/')}"


HANDLERS: Mapping[str, Handler] = {
    "media.choose": media_choose,
    "media.preview": media_preview,
    "media.save": media_save,
}
