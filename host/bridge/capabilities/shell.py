"""Questions in the shop's name, and the way into another mini-program: the host draws them."""

from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.handler import Handler
from host.bridge.visit import Visit
from host.programs import service as programs


async def ui_modal(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Ask yes or no."""
    ask(visit, number, "ui.modal", args)


async def ui_action_sheet(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person choose one of a few."""
    ask(visit, number, "ui.action_sheet", args)


async def ui_prompt(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Ask for a line of text."""
    ask(visit, number, "ui.prompt", args)


async def nav_open_program(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Ask the person whether to go on elsewhere; only what is open can be named."""
    await visit.deps.db.read(programs.access_live, args["app_id"])
    ask(visit, number, "nav.open_program", args)


HANDLERS: Mapping[str, Handler] = {
    "ui.modal": ui_modal,
    "ui.action_sheet": ui_action_sheet,
    "ui.prompt": ui_prompt,
    "nav.open_program": nav_open_program,
}
