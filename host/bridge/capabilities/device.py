"""What the device in the person's hand can do: clipboard, calls, telephone numbers."""

from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.handler import Handler
from host.bridge.seals import sheet_address
from host.bridge.visit import Visit


async def clipboard_set(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Have the shell copy a text, and say for whom."""
    visit.effects.append({"name": "clipboard.set", "args": args})


async def clipboard_get(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person paste a text, each time anew."""
    ask(visit, number, "clipboard.get", args)


async def phone_call(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Show a number to call."""
    open_sheet(visit, "call", {"number": args["number"]})


async def identity_phone(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person choose a number, each time anew."""
    ask(visit, number, "identity.phone", args)


def open_sheet(visit: Visit, name: str, values: Mapping[str, str]) -> None:
    """Have the shell open a sheet of the host that asks nothing back."""
    url = sheet_address(visit, name, values)
    visit.effects.append({"name": "sheet", "args": {"url": url}})


HANDLERS: Mapping[str, Handler] = {
    "clipboard.set": clipboard_set,
    "clipboard.get": clipboard_get,
    "phone.call": phone_call,
    "identity.phone": identity_phone,
}
