"""What a program keeps for a person.  It waits in the event's ``writes`` until it has succeeded."""

from collections.abc import Mapping
from typing import Any

import msgspec

from host.bridge.capabilities.handler import Handler
from host.bridge.visit import Visit
from runtime.model import CallRefusedError
from sdk.contract import CALL_ERRORS
from sdk.contract.errors import QUOTA_EXCEEDED

# One person's share of a program's storage.
STORAGE_BYTES_MAX = 1024 * 1024
STORAGE_KEYS_MAX = 500


async def storage_get(visit: Visit, _number: int, args: dict[str, Any]) -> Any:
    """Return what was stored, this event's own writes included."""
    key = args["key"]
    if key in visit.writes.storage:
        text = visit.writes.storage[key]
    else:
        text = await visit.store.find_value(visit.person_id, key)
    return args["default"] if text is None else msgspec.json.decode(text)


async def storage_set(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Store a value when the person's share has room."""
    key, text = args["key"], msgspec.json.encode(args["value"]).decode()
    sizes = await _sizes(visit)
    sizes[key] = len(key.encode()) + len(text.encode())
    if len(sizes) > STORAGE_KEYS_MAX or sum(sizes.values()) > STORAGE_BYTES_MAX:
        raise CallRefusedError(QUOTA_EXCEEDED, CALL_ERRORS[QUOTA_EXCEEDED])
    visit.writes.storage[key] = text


async def storage_remove(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Forget a value."""
    visit.writes.storage[args["key"]] = None


async def storage_keys(visit: Visit, _number: int, args: dict[str, Any]) -> list[str]:
    """List the keys, this event's own writes included."""
    return sorted(key for key in await _sizes(visit) if key.startswith(args["prefix"]))


async def _sizes(visit: Visit) -> dict[str, int]:
    sizes = await visit.store.find_sizes(visit.person_id)
    for key, text in visit.writes.storage.items():
        if text is None:
            sizes.pop(key, None)
        else:
            sizes[key] = len(key.encode()) + len(text.encode())
    return sizes


HANDLERS: Mapping[str, Handler] = {
    "storage.get": storage_get,
    "storage.set": storage_set,
    "storage.remove": storage_remove,
    "storage.keys": storage_keys,
}
