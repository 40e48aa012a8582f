"""Where the person is, what their camera reads, whom they know: each by their act."""

from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.handler import Handler
from host.bridge.visit import Visit


async def location_get(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Ask where the person is.  Only their browser knows, so the sheet opens each time."""
    ask(visit, number, "location.get", args)


async def scan_code(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person scan a code."""
    ask(visit, number, "scan.code", args)


async def contacts_choose(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person choose a contact, each time anew."""
    ask(visit, number, "contacts.choose", args)


HANDLERS: Mapping[str, Handler] = {
    "location.get": location_get,
    "scan.code": scan_code,
    "contacts.choose": contacts_choose,
}
