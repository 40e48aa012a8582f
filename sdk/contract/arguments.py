"""Checks the arguments of a call against the table, on both sides of the wall.

In the worker it gives the merchant an early and exact message; in the host it is the check that
counts, because a worker may send anything.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sdk.contract.capabilities import CAPABILITIES, Capability
from sdk.contract.errors import ArgumentRefusedError

# A stored value must come back within one event's reply of 1 MiB, with room for others.
VALUE_BYTES_MAX = 64 * 1024
VALUE_DEPTH_MAX = 24
QUERY_KEYS_MAX = 20
QUERY_BYTES_MAX = 2048
# JavaScript reads whole numbers exactly up to here, and every value may reach a browser.
INTEGER_MAX = 2**53 - 1


def bind_args(
    name: str, positional: Sequence[Any] = (), keywords: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Turn a Python call of ``name`` into named arguments, and check them.

    Keywords that the signature does not name go to the capability's ``rest`` argument.
    """
    capability = _capability(name)
    # Not `params`: it works out the types, too, which takes longer than the rest of a call.
    names = capability.arguments.__struct_fields__
    if len(positional) > len(names) - (capability.rest is not None):
        raise ArgumentRefusedError(f"{name} takes {_signature(capability)}")

    bound = dict(zip(names, positional, strict=False))
    rest: dict[str, Any] = {}
    for key, value in (keywords or {}).items():
        if key in bound:
            raise ArgumentRefusedError(f"{name} got {key} twice")
        if capability.rest and key not in names:
            rest[key] = value
        else:
            bound[key] = value
    if rest and capability.rest:
        given = bound.get(capability.rest, {})
        if type(given) is not dict:
            raise ArgumentRefusedError(f"{name}: {capability.rest} is a dict")
        bound[capability.rest] = {**given, **rest}
    return validate_args(name, bound)


def validate_args(name: str, args: Any) -> dict[str, Any]:
    """Return the arguments of ``name``, complete with defaults, or refuse them.

    The result holds nothing but plain JSON values.
    """
    capability = _capability(name)
    _refuse_strange_values(args, name)
    try:
        read = msgspec.convert(args, capability.arguments, strict=True)
    except msgspec.ValidationError as error:
        raise ArgumentRefusedError(
            f"{name}: {error}. It takes {_signature(capability)}."
        ) from error
    plain: dict[str, Any] = msgspec.to_builtins(read)
    _refuse_large_query(plain, name)
    return plain


def _capability(name: str) -> Capability:
    capability = CAPABILITIES.get(name)
    if capability is None:
        raise ArgumentRefusedError(f"There is no capability named {name!r}.")
    return capability


def _signature(capability: Capability) -> str:
    fields = msgspec.structs.fields(capability.arguments)
    names = [field.name if field.required else f"{field.name}=…" for field in fields]
    return f"({', '.join(names)})"


def _refuse_strange_values(args: Any, name: str) -> None:
    """Refuse what JSON cannot hold exactly: NaN, other types, deep nests, huge numbers.

    Walks with its own stack and exact types, so that neither a hostile subclass nor a nest can
    do anything here.
    """
    bytes_left = VALUE_BYTES_MAX
    stack: list[tuple[Any, int]] = [(args, 0)]
    while stack:
        value, depth = stack.pop()
        if depth > VALUE_DEPTH_MAX:
            raise ArgumentRefusedError(f"{name}: values nest more than {VALUE_DEPTH_MAX} deep")
        bytes_left -= _size(value, name)
        if bytes_left < 0:
            raise ArgumentRefusedError(f"{name}: more than {VALUE_BYTES_MAX} bytes of values")
        if type(value) is dict:
            for key, each in value.items():
                stack += ((key if type(key) is str else b"", depth + 1), (each, depth + 1))
        elif type(value) is list:
            stack += ((each, depth + 1) for each in value)


def _size(value: Any, name: str) -> int:
    """Return about how many bytes of JSON a value takes, or refuse it."""
    kind = type(value)
    if kind is str:
        try:
            return len(value.encode()) + 2
        except UnicodeEncodeError:
            raise ArgumentRefusedError(f"{name}: text is not valid Unicode") from None
    if kind is int and abs(value) > INTEGER_MAX:
        raise ArgumentRefusedError(f"{name}: a whole number is beyond ±{INTEGER_MAX}")
    if kind is float and not math.isfinite(value):
        raise ArgumentRefusedError(f"{name}: NaN and Infinity are not values")
    if value is not None and kind not in (int, float, bool, dict, list):
        raise ArgumentRefusedError(
            f"{name}: only text, numbers, true, false, None, lists and dicts with text keys"
            " can be sent"
        )
    return 4


def _refuse_large_query(plain: dict[str, Any], name: str) -> None:
    query = plain.get("query")
    if type(query) is not dict:
        return
    if len(query) > QUERY_KEYS_MAX or len(msgspec.json.encode(query)) > QUERY_BYTES_MAX:
        raise ArgumentRefusedError(
            f"{name}: the query has more than {QUERY_KEYS_MAX} names or {QUERY_BYTES_MAX} bytes"
        )
