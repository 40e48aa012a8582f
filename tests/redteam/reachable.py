"""Lists everything that a mini-program can get hold of, as one table for people to review.

``python -m tests.redteam.reachable`` prints the table; ``tests/redteam/reachable.txt`` is the one
that was reviewed.  A line is a dotted name and its type, and for what can be called the types of
what came back from a fixed set of arguments.  The search begins at the names a program is given,
takes every attribute that the guards hand out, and goes on at each type that it meets.
"""

import itertools
import random
import sys
import types
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from runtime import policy
from runtime.language import sdk_names
from runtime.policy.facade import Facade, names_of
from runtime.policy.guards import get_attribute, get_item
from runtime.policy.modules import STANDARD_MODULES

# A program that has one of everything that can be defined.
_PROGRAM = """
from sdk import Component, Page
from enum import Enum, IntEnum, StrEnum
from contextlib import suppress
from typing import NamedTuple
import dataclasses
class Size(Enum):
    SMALL = 1
    def __init__(self, value): self.own = value
class Level(IntEnum):
    LOW = 1
class Status(StrEnum):
    PAID = "paid"
class Pair(NamedTuple):
    left: int
    right: int = 2
class Held:
    def __enter__(self): return self
    def __exit__(self, kind, error, traceback): return False
small, low, paid = Size.SMALL, Level.LOW, Status.PAID
row, quiet, held = Pair(1), suppress(KeyError), Held()
def function(x=1): return x
def make():
    yield 1
generator = make()
class Own:
    x = 1
    def method(self): return self
    def bound(self): return super()
    @property
    def shown(self): return 1
    @classmethod
    def of_class(cls): return cls
    @staticmethod
    def free(): return 1
class OwnError(Exception): pass
class OwnPage(Page): pass
class OwnPart(Component): pass
@dataclasses.dataclass
class OwnData:
    x: int = 1
own, page, part, data = Own(), OwnPage(), OwnPart(), OwnData()
method, behind, own_error = own.method, own.bound(), OwnError("x")
text, data_bytes, number, share, truth = "abc", b"abc", 7, 1.5, True
items, pair, table, names = [1, 2], (1, 2), {"a": 1}, {1}
frozen, span, cut = frozenset([1]), range(3), slice(1)
"""
# What callables are called with.  Nothing in it lets a built-in run for long.
_ARGUMENTS: tuple[tuple[Any, ...], ...] = (
    *((), ("abc",), (3,), ([2, 1],), ("a", "abc"), ("a", "b", "abc"), (2, 3), ({"a": 1},)),
    *((abs, [1, 2]), ([1, 2], 1), (b"abc",), (1.5,), (None,), ("abc", 1), ("[1]",), ([1, 2], [3])),
)
_SHOWN_TYPES_MAX = 12


def namespace() -> dict[str, Any]:
    """Return what the sample program has when it has run."""
    names = policy.make_globals(
        sdk_modules={"sdk": sdk_names(lambda _name, _args: {"ok": 1})},
        program_modules=lambda _name: None,
        log=lambda _line: None,
        now_ms=lambda: 1_700_000_000_000,
        rng=random.Random(1),  # noqa: S311  (must be repeatable)
    )
    exec(policy.compile_source(_PROGRAM, "sample.py"), names)  # noqa: S102  (our own sample)
    return names


def roots() -> Iterator[tuple[str, Any]]:
    """Return the names that a program is given, and one value of each kind that it can make."""
    names = namespace()
    given = names["__builtins__"]
    for name in sorted(given):
        if not name.startswith("__"):
            yield name, given[name]
    for name in (*sorted(STANDARD_MODULES), "sdk"):
        yield f"import {name}", given["__import__"](name)
    yield "event", policy.Record({"dataset": {}, "value": None}, is_open=True)
    for name in sorted(names):
        if not name.startswith("_"):
            yield f"program.{name}", names[name]


def table() -> list[str]:
    """Return every line of the table, sorted."""
    with warnings.catch_warnings():
        # Whether a warning is an error is the caller's affair.
        warnings.simplefilter("ignore")
        return sorted(_lines())


def _lines() -> set[str]:
    lines: set[str] = set()
    queue = deque(roots())
    met: set[str] = set()
    while queue:
        name, value = queue.popleft()
        results = list(_results(value))
        lines.add(f"{name}: {type_of(value)}{_shown(results)}")
        queue.extend(_attributes(name, value, met))
        for result in results:
            # Each type is taken apart once, whoever gave the value first.
            kind = f"<{type_of(result)}>"
            if kind not in met:
                met.add(kind)
                queue.append((kind, result))
    return lines


def type_of(value: Any) -> str:
    """Name a type; a class says which one it is, and so does a façade."""
    kind = type(value)
    if isinstance(value, type):
        return f"class {value.__module__}.{value.__qualname__}"
    if kind is Facade:
        return f"façade {value!r}"
    name = f"{kind.__module__}.{kind.__qualname__}"
    return name.removeprefix("builtins.")


def _attributes(name: str, value: Any, met: set[str]) -> Iterator[tuple[str, Any]]:
    """Return the attributes that the guards hand out, and the items."""
    if type(value) is not Facade and not isinstance(value, type):
        name = f"<{type_of(value)}>"
    if f"inside {name}" in met:
        return
    met.add(f"inside {name}")
    shown: Iterable[str] = names_of(value) if type(value) is Facade else ()
    if type(value) is policy.Record:
        shown = (*object.__getattribute__(value, "_fields"), "not_there")
    for each in sorted({*dir(value), *shown}):
        try:
            yield f"{name}.{each}", get_attribute(value, each)
        except Exception:  # noqa: BLE001, S112  (a refusal)
            continue
    for key in (0, "a", int):
        try:
            item = get_item(value, key)
        except Exception:  # noqa: BLE001, S112  (a refusal)
            continue
        # `list[int]` is list.
        if item is not value:
            yield f"{name}[{key!r}]", item


def _results(value: Any) -> Iterator[Any]:
    """Call what can be called; return one value of each type that comes back, errors too."""
    if not callable(value) or (type(value) is Facade and not _is_called(value)):
        return
    seen: set[str] = set()
    for arguments in _ARGUMENTS:
        try:
            result = value(*map(_fresh, arguments))
        except Exception as error:  # noqa: BLE001  (an error is a value that a program can catch)
            result = error
        for each in _unpacked(result):
            if type_of(each) not in seen:
                seen.add(type_of(each))
                yield each


def _is_called(facade: Facade) -> bool:
    return object.__getattribute__(facade, "_call") is not None


def _fresh(argument: Any) -> Any:
    return argument.copy() if isinstance(argument, list | dict) else argument


def _unpacked(value: Any) -> Iterator[Any]:
    """Return a value and the first of what it holds; all of a set, for it has no order."""
    yield value
    if isinstance(value, set | frozenset):
        yield from sorted(value, key=type_of)
    elif isinstance(value, list | tuple | dict | types.GeneratorType) or (
        type(value).__module__ in {"builtins", "itertools"} and hasattr(value, "__next__")
    ):
        try:
            yield from itertools.islice(iter(value), 2)
        except Exception as error:  # noqa: BLE001  (it is a value that a program can catch)
            yield error


def _shown(results: list[Any]) -> str:
    kinds = sorted({type_of(each) for each in results})
    if not kinds:
        return ""
    more = " …" if len(kinds) > _SHOWN_TYPES_MAX else ""
    return f" -> {' | '.join(kinds[:_SHOWN_TYPES_MAX])}{more}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")
