"""Searches what a payload has got hold of for anything that leads out of the language.

An allowlist, like the guards it checks, and written apart from them: a value is harmless when its
type is known to be, and everything else is a find.  From each harmless value the search goes on to
what it contains and to every attribute that the guards would hand out.
"""

import builtins
import functools
import re
import sys
import types
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from runtime.policy.classes import ProgramType
from runtime.policy.contexts import Manager
from runtime.policy.facade import Facade, Record, names_of
from runtime.policy.guards import ATTRIBUTES, get_attribute
from runtime.policy.modules import STANDARD_MODULES

_VALUES_MAX = 30_000
# Attributes of attributes of …: a chain longer than this was never seen in a published escape.
_STEPS_MAX = 4
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{8,}")

# Built-in functions that are half of an escape, by identity.
_FORBIDDEN = {
    id(getattr(builtins, name)): name
    for name in (
        *("open", "eval", "exec", "compile", "__import__", "globals", "locals", "vars", "dir"),
        *("getattr", "setattr", "delattr", "hasattr", "input", "breakpoint", "id", "print"),
        *("isinstance", "issubclass", "repr", "format"),
    )
}
_FORBIDDEN[id(object.__subclasses__)] = "object.__subclasses__"
# Types of values that can be held without harm: the guards give them no attributes.
_INERT: tuple[Any, ...] = (
    *(type(None), type(Ellipsis), type(NotImplemented), complex, types.FunctionType),
    *(types.MethodType, types.BuiltinFunctionType, types.MethodDescriptorType),
    *(types.ClassMethodDescriptorType, types.GeneratorType, types.GenericAlias, types.UnionType),
    *(staticmethod, classmethod, super, functools.partial, Facade, Record, Manager),
    *(map, filter, zip, enumerate, reversed, type(iter([])), type(iter(())), type(iter(""))),
    *(type(iter({})), type(iter({}.values())), type(iter({}.items())), type(iter(set()))),
    *(type(iter(range(1))), type({}.keys()), type({}.values()), type({}.items())),
    type(functools.cmp_to_key(max)(1)),
    *(type(iter(int, 1)), type(iter(b"")), type(iter("é")), type(reversed([]))),
)
# Types that are built-ins of a mini-program.
_GIVEN_TYPES = frozenset({enumerate, filter, map, zip, reversed, staticmethod, classmethod, super})
# Modules whose plain functions may be held: ours, and the Python half of collections.
_OWN_MODULES = ("runtime.policy", "sdk", "collections", "tests.redteam")

# Modules in C whose functions reach nothing, but for those that are forbidden above.
_ERROR_MODULES = frozenset(
    {"builtins", "sdk.errors", "decimal", "json.decoder", "re", "statistics"}
)
_PLAIN_MODULES = frozenset({"builtins", "math", "itertools", "_functools"})


class Walker:
    """One search.  ``namespace`` is what the payload ran in, ``secret`` what must stay unread.

    A walker that does not trust the policy judges what the policy itself hands out.
    """

    def __init__(
        self, namespace: Mapping[str, Any], secret: str, *, trusts_policy: bool = True
    ) -> None:
        self._namespace = namespace
        self._secret = secret
        # What the policy hands out by itself: held by everybody, so no find.
        self._granted = {id(each) for each in _granted(namespace)} if trusts_policy else set()
        self._trusts_policy = trusts_policy
        modules = [each for each in sys.modules.values() if isinstance(each, types.ModuleType)]
        self._dicts = {id(vars(module)) for module in modules}
        self._dicts |= {id(namespace), id(namespace["__builtins__"])}

    def find(self, value: Any) -> str:
        """Name the first danger that can be reached from ``value``, or return an empty text."""
        seen: set[int] = set()
        queue: deque[tuple[Any, int]] = deque([(value, 0)])
        kept: list[Any] = []
        while queue and len(seen) < _VALUES_MAX:
            each, steps = queue.popleft()
            if id(each) in seen:
                continue
            seen.add(id(each))
            kept.append(each)  # or its id may be used again
            danger = self._danger(each)
            if danger:
                return danger
            queue.extend((inner, steps) for inner in _contents(each))
            if steps < _STEPS_MAX and id(each) not in self._granted:
                queue.extend((inner, steps + 1) for inner in _guarded_attributes(each))
        return ""

    def _danger(self, value: Any) -> str:
        if id(value) in _FORBIDDEN:
            return f"the built-in {_FORBIDDEN[id(value)]}"
        if id(value) in self._dicts:
            return "the names of a module"
        if id(value) in self._granted:
            return ""
        if isinstance(value, str | bytes):
            return self._danger_in_text(value)
        return _danger_of_type(value) if isinstance(value, type) else self._danger_of_kind(value)

    def _danger_of_kind(self, value: Any) -> str:
        kind = type(value)
        if kind is types.BuiltinFunctionType and isinstance(value.__self__, types.ModuleType):
            is_plain = not self._trusts_policy and value.__self__.__name__ in _PLAIN_MODULES
            return "" if is_plain else f"the function {value.__self__.__name__}.{value.__name__}"
        if kind is types.FunctionType and value.__globals__ is not self._namespace:
            is_own = str(value.__module__).startswith(_OWN_MODULES)
            return "" if is_own else f"the function {value.__module__}.{value.__qualname__}"
        if isinstance(kind, ProgramType) or isinstance(value, Exception):
            return ""
        if kind in ATTRIBUTES or kind in _INERT or kind.__module__ == "itertools":
            return ""
        return f"a {kind.__module__}.{kind.__qualname__}"

    def _danger_in_text(self, value: str | bytes) -> str:
        text = value if isinstance(value, str) else value.decode("latin-1")
        if self._secret in text:
            return "the content of the canary file"
        if _ADDRESS.search(text):
            return f"a memory address: {text[:80]}"
        return ""


def _danger_of_type(value: type) -> str:
    if (
        value in _GIVEN_TYPES
        or isinstance(value, ProgramType)
        or value in ATTRIBUTES
        or value.__module__ == "itertools"
    ):
        return ""
    if issubclass(value, Exception) and value.__module__ in _ERROR_MODULES:
        return ""
    return f"the type {value.__module__}.{value.__qualname__}"


def _granted(namespace: Mapping[str, Any]) -> Iterator[Any]:
    """Return what the built-ins and modules of a namespace give, by their own names."""
    given = namespace["__builtins__"]
    for name, value in given.items():
        if not name.startswith("__"):
            yield value
            yield from _members(value)
    for name in (*STANDARD_MODULES, "sdk"):
        module = given["__import__"](name)
        yield module
        yield from _members(module)


def _members(value: Any) -> Iterator[Any]:
    if type(value) is not Facade:
        return
    for each in dict(names_of(value)).values():
        yield each
        yield from _members(each)


def _contents(value: Any) -> Iterator[Any]:
    """Return what a value holds, whether or not the guards would show it."""
    kind = type(value)
    if issubclass(kind, dict):
        yield from [*dict.keys(value), *dict.values(value)]
    elif issubclass(kind, list | tuple | set | frozenset | deque):
        yield from list(value)
    elif isinstance(value, ProgramType):
        # Names with underscores at both ends are the sandbox's own: no program can say them.
        yield from [each for name, each in vars(value).items() if not name[0] == "_" == name[-1]]
    elif isinstance(kind, ProgramType):
        yield from getattr(value, "__dict__", {}).values()
        yield kind
    elif isinstance(value, BaseException) or kind is functools.partial:
        yield from value.args
    elif kind in {types.MethodType, types.BuiltinFunctionType} and not isinstance(
        value.__self__, types.ModuleType
    ):
        yield value.__self__


def _guarded_attributes(value: Any) -> Iterator[Any]:
    """Return every attribute that a program would be given."""
    for name in dir(value):
        try:
            yield get_attribute(value, name)
        except Exception:  # noqa: BLE001, S112  (a refusal, or a property of the payload's own)
            continue
