"""The names under ``api``, made from the capability table.

``make_api`` gives the worker plain functions by group and name; ``Api`` wraps the same functions
for editors and tests, outside the sandbox.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sdk.contract.arguments import bind_args
from sdk.contract.capabilities import CAPABILITIES
from sdk.contract.errors import ArgumentRefusedError
from sdk.errors import ApiError

# Takes the name of a capability and its checked arguments; gives the answer or raises ApiError.
Caller = Callable[[str, dict[str, Any]], Any]


def make_api(call: Caller) -> dict[str, dict[str, Callable[..., Any]]]:
    """Return ``{group: {name: function}}`` for the whole table.

    Arguments are checked here, so that the merchant's mistake is named on the merchant's line; the
    host checks them again.
    """
    groups: dict[str, dict[str, Callable[..., Any]]] = {}
    for full_name in CAPABILITIES:
        group, name = full_name.split(".")
        groups.setdefault(group, {})[name] = _function(full_name, call)
    return groups


def _function(full_name: str, call: Caller) -> Callable[..., Any]:
    def ask(*positional: Any, **keywords: Any) -> Any:
        try:
            args = bind_args(full_name, positional, keywords)
        except ArgumentRefusedError as error:
            raise ApiError(error.code, error.message) from None
        # A card is only a value with a checked shape: nobody needs to be asked for it.
        return args if full_name == "share.card" else call(full_name, args)

    ask.__name__ = full_name
    ask.__doc__ = CAPABILITIES[full_name].doc
    return ask


class Group:
    """The functions of one group, as attributes."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = dict(functions)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        try:
            return self._functions[name]
        except KeyError:
            raise AttributeError(f"there is no api function named {name!r}") from None


class Api:
    """Everything a mini-program may ask of the host."""

    def __init__(self, call: Caller) -> None:
        self._groups = {name: Group(each) for name, each in make_api(call).items()}

    def __getattr__(self, name: str) -> Group:
        try:
            return self._groups[name]
        except KeyError:
            raise AttributeError(f"there is no api group named {name!r}") from None


def _no_host(name: str, args: dict[str, Any]) -> Any:
    raise ApiError(
        "unavailable", f"api.{name} needs a host ({len(args)} arguments). Use sdk.testing in tests."
    )


api = Api(_no_host)
