"""Small standard modules in versions of ours, which pass the guards where the real ones would not.

``functools.update_wrapper`` writes ``__dict__`` of anything, ``operator.attrgetter`` reads any
attribute, ``copy`` calls ``__reduce_ex__``: whole escapes, each of them.  What a program uses them
for is a few lines.
"""

import bisect
import calendar
import collections
import copy
import decimal
import functools
import heapq
import operator
import statistics
import string
import textwrap
from collections import abc
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from runtime import plain
from runtime.policy import guards, text
from runtime.policy.class_making import TYPED_DICT
from runtime.policy.classes import ProgramErrorType, ProgramType
from runtime.policy.facade import Facade, TypeHint
from runtime.policy.tuples import NAMED_TUPLE, NamedRecord, items_of

_CACHE_MAX = 1024
_COPY_DEPTH_MAX = 100
_STATISTICS = "median median_low median_high mode multimode"
_STATISTICS_OF_NUMBERS = (
    "mean fmean stdev pstdev variance pvariance quantiles geometric_mean harmonic_mean"
)
# With None and texts, which are settings of these functions.
_NUMBERS = frozenset({int, float, bool, decimal.Decimal, str, type(None)})
_BISECT = "bisect bisect_left bisect_right insort insort_left insort_right"
_HEAPQ = "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest"
_OPERATOR = (
    "abs add and_ concat contains eq floordiv ge gt index inv is_ is_not le lt mul ne neg not_ or_"
    " pos sub truediv truth xor"
)
_TYPING = (
    "Any AnyStr Callable ClassVar Collection Counter DefaultDict Deque Dict Final FrozenSet"
    " Generator Hashable Iterable Iterator List Literal Mapping MutableMapping MutableSequence"
    " NoReturn Optional Self Sequence Set Sized Tuple Type TypeAlias Union"
)
_ABC = (
    "Callable Collection Generator Hashable Iterable Iterator Mapping MutableMapping"
    " MutableSequence Sequence Set Sized"
)


def _ours(module: ModuleType, names: str) -> dict[str, Any]:
    """Return functions behind closures of ours: they have no module of theirs to lead to."""
    return {name: _behind(getattr(module, name)) for name in names.split()}


def _behind(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **keywords: Any) -> Any:
        return function(*args, **keywords)

    return call


def _on_text(function: Callable[..., str]) -> Callable[..., str]:
    """Give a function a real text: it hands tables that all share to the methods of another."""

    def call(text: str, /, *args: Any, **keywords: Any) -> str:
        if type(text) is not str:
            raise TypeError(f"{type(text).__name__} is no text")
        return function(text, *args, **keywords)

    return call


# statistics.


def _numeric(name: str) -> Callable[..., Any]:
    """Return a function that is given numbers only: of others it would call the methods."""
    function = getattr(statistics, name)

    def call(*args: Any, **keywords: Any) -> Any:
        given = {each: _numbers(value) for each, value in keywords.items()}
        return function(*map(_numbers, args), **given)

    return call


def _numbers(value: Any) -> Any:
    if type(value) in _NUMBERS:
        return value
    values = [each._value_ if isinstance(each, plain.ByValue) else each for each in value]  # type: ignore[attr-defined]  # see plain.ByValue
    stranger = next((each for each in values if type(each) not in _NUMBERS), None)
    if stranger is not None:
        raise TypeError(f"{type(stranger).__name__} is no number")
    return values


# functools.


def _partial(function: Callable[..., Any], /, *first: Any, **given: Any) -> Callable[..., Any]:
    def call(*args: Any, **keywords: Any) -> Any:
        return function(*first, *args, **{**given, **keywords})

    return call


def _lru_cache(maxsize: Any = 128, typed: bool = False) -> Any:  # noqa: ARG001, FBT001, FBT002  (as Python writes it)
    """Remember answers by arguments; the oldest goes first."""
    if callable(maxsize):
        return _lru_cache()(maxsize)
    most = _CACHE_MAX if maxsize is None else min(int(maxsize), _CACHE_MAX)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        known: dict[Any, Any] = {}

        def call(*args: Any, **keywords: Any) -> Any:
            key = (args, tuple(sorted(keywords.items())))
            if key not in known:
                while known and len(known) >= most:
                    del known[next(iter(known))]
                known[key] = function(*args, **keywords)
            return known[key]

        return call

    return decorate


def _wraps(_wrapped: Any, /) -> Callable[[Any], Any]:
    """Do nothing: names and texts of functions cannot be read here."""
    return lambda wrapper: wrapper


def _total_ordering(cls: Any, /) -> Any:
    """Add what is missing of the four comparisons to a class that has ``__lt__``."""
    if type(cls) is not ProgramType or "__lt__" not in cls.__dict__:
        raise ValueError("total_ordering needs a class of yours with __lt__")
    missing: dict[str, Callable[[Any, Any], Any]] = {
        "__gt__": lambda self, other: other < self,
        "__le__": lambda self, other: not other < self,
        "__ge__": lambda self, other: not self < other,
    }
    for name, method in missing.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)
    return cls


_FUNCTOOLS: dict[str, Any] = {
    "reduce": functools.reduce,
    "cmp_to_key": _behind(functools.cmp_to_key),
    "partial": _partial,
    "lru_cache": _lru_cache,
    "cache": lambda function, /: _lru_cache(None)(function),
    "wraps": _wraps,
    "total_ordering": _total_ordering,
}

# operator.


def _itemgetter(*keys: Any) -> Callable[[Any], Any]:
    if len(keys) == 1:
        return lambda obj, /: guards.get_item(obj, keys[0])
    return lambda obj, /: tuple(guards.get_item(obj, key) for key in keys)


def _attrgetter(*names: str) -> Callable[[Any], Any]:
    def get(obj: Any, name: str) -> Any:
        return functools.reduce(guards.get_attribute, name.split("."), obj)

    if len(names) == 1:
        return lambda obj, /: get(obj, names[0])
    return lambda obj, /: tuple(get(obj, name) for name in names)


def _methodcaller(name: str, /, *args: Any, **keywords: Any) -> Callable[[Any], Any]:
    return lambda obj, /: guards.get_attribute(obj, name)(*args, **keywords)


# copy.


def _copy(value: Any, /) -> Any:
    kind = type(value)
    if _is_copied(kind):
        return _new(kind, value.__dict__)
    return copy.copy(value) if kind in _CONTAINERS else value


def _deepcopy(value: Any, /) -> Any:
    return _deep(value, {}, 0)


_CONTAINERS = frozenset(
    {list, dict, set, collections.deque, collections.Counter, collections.defaultdict}
)


def _is_copied(kind: type) -> bool:
    """Tell whether objects are the program's own and can change: members of enums cannot."""
    is_plain = type(kind) in {ProgramType, ProgramErrorType}
    return is_plain and not issubclass(kind, NamedRecord)


def _new(kind: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(kind, ProgramErrorType):
        raise TypeError("exceptions cannot be copied")
    new = object.__new__(kind)
    new.__dict__.update(values)
    return new


def _deep(value: Any, made: dict[int, Any], depth: int) -> Any:
    kind = type(value)
    is_own = _is_copied(kind)
    if isinstance(value, NamedRecord):
        return kind(*_deep(items_of(value), made, depth))
    if not is_own and kind not in _CONTAINERS and kind is not tuple:
        return value
    if depth > _COPY_DEPTH_MAX:
        raise RecursionError("this nests too deeply to be copied")
    if id(value) in made:
        return made[id(value)]
    if kind is tuple:
        return tuple(_deep(each, made, depth + 1) for each in value)
    new = made[id(value)] = _new(kind, {}) if is_own else copy.copy(value)
    if is_own:
        new.__dict__.update({k: _deep(v, made, depth + 1) for k, v in value.__dict__.items()})
    elif isinstance(new, dict):
        for key in new:
            new[key] = _deep(new[key], made, depth + 1)
    elif kind is not set:
        items = [_deep(each, made, depth + 1) for each in value]
        new.clear()
        new.extend(items)
    return new


# string.


def _template(source: str, /) -> Facade:
    if type(source) is not str:
        raise TypeError("a template is a text")
    made = string.Template(source)

    def fill(method: Callable[..., str]) -> Callable[..., str]:
        def call(values: Any = None, /, **keywords: Any) -> str:
            given = values if type(values) is dict else {}
            return text.hide_addresses(method({**given, **keywords}))

        return call

    names = {
        "substitute": fill(made.substitute),
        "safe_substitute": fill(made.safe_substitute),
        "template": source,
    }
    return Facade("template", names)


# typing.


# What `isinstance` means by a name for annotations, where it means anything.
_REAL_TYPES: Mapping[str, type] = {
    "Counter": collections.Counter,
    "DefaultDict": collections.defaultdict,
    "Deque": collections.deque,
    "Dict": dict,
    "FrozenSet": frozenset,
    "List": list,
    "Set": set,
    "Tuple": tuple,
}


def _hints(names: str) -> dict[str, Any]:
    return {
        name: Facade(name, {}, real=_REAL_TYPES.get(name) or getattr(abc, name, TypeHint))
        for name in names.split()
    }


SMALL_MODULES: dict[str, dict[str, Any]] = {
    "bisect": _ours(bisect, _BISECT),
    "calendar": {
        **_ours(calendar, "isleap leapdays monthrange monthcalendar weekday"),
        # Texts alone: the real ones hold the format that makes them.
        **{
            name: tuple(getattr(calendar, name))
            for name in ("month_name", "month_abbr", "day_name", "day_abbr")
        },
    },
    "collections.abc": _hints(_ABC),
    "copy": {"copy": _copy, "deepcopy": _deepcopy},
    "functools": _FUNCTOOLS,
    "heapq": _ours(heapq, _HEAPQ),
    "operator": {
        **_ours(operator, _OPERATOR),
        "attrgetter": _attrgetter,
        "itemgetter": _itemgetter,
        "methodcaller": _methodcaller,
        "mod": text.percent,
    },
    "statistics": {
        **_ours(statistics, _STATISTICS),
        **{name: _numeric(name) for name in _STATISTICS_OF_NUMBERS.split()},
        "StatisticsError": statistics.StatisticsError,
    },
    "textwrap": {
        name: _on_text(getattr(textwrap, name))
        for name in ("dedent", "fill", "indent", "shorten", "wrap")
    },
    "typing": {
        **_hints(_TYPING),
        "NamedTuple": NAMED_TUPLE,
        "TypedDict": TYPED_DICT,
        "NewType": lambda _name, kind, /: kind,
        "TYPE_CHECKING": False,
        "cast": lambda _kind, value, /: value,
    },
}
STRING_EXTRAS: dict[str, Any] = {"Template": _template, "capwords": _on_text(string.capwords)}
