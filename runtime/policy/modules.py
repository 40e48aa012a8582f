"""The modules that a mini-program can import: chosen names of the standard library.

Nothing here is a module object.  Functions that could import, block, read the clock or run for
ever on a short input are replaced.  What is random and what time it is comes from the host with
each event, so that a recorded event runs again exactly as it did.
"""

# datetime imports _strptime at first use, and inside the box nothing can be imported any more.
import _strptime  # type: ignore[import-not-found]  # noqa: F401  (see above)
import collections
import datetime as dt
import decimal
import itertools
import json
import math
import operator
import random
import string
import uuid
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from runtime import plain
from runtime.policy.contexts import CONTEXT_NAMES
from runtime.policy.enums import ENUM_NAMES
from runtime.policy.facade import Facade, names_of
from runtime.policy.functions import SMALL_MODULES, STRING_EXTRAS
from runtime.policy.patterns import REGEX_NAMES
from runtime.policy.records import DATACLASS_NAMES
from runtime.policy.tuples import TUPLE_NAMES, NamedRecord, items_of

NowMs = Callable[[], int]

# 2000! has 5736 digits; the time to compute grows much faster than anything honest needs.
_FACTORIAL_MAX = 2000
_MATH = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist e exp fabs"
    " floor fmod frexp fsum gcd hypot inf isclose isfinite isinf isnan isqrt lcm log log10 log1p"
    " log2 modf nan pi pow prod radians remainder sin sinh sqrt tan tanh tau trunc"
)
_ITERTOOLS = (
    "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile"
    " filterfalse groupby islice pairwise permutations product repeat starmap takewhile zip_longest"
)
_STRING = "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation whitespace"
_RANDOM = "choice choices gauss randint random randrange sample shuffle triangular uniform"
_ROUNDING = (
    "ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP"
)
_DECIMAL_ERRORS = "DecimalException DivisionByZero InvalidOperation"


def make_modules(*, now_ms: NowMs, rng: random.Random) -> dict[str, Facade]:
    """Return the standard modules of one mini-program."""
    names: dict[str, Mapping[str, Any]] = {
        "collections": {
            **_pick(collections, "Counter defaultdict deque"),
            **TUPLE_NAMES,
            # A dict keeps its order; the real one adds a way to corrupt it while it is compared.
            "OrderedDict": Facade("OrderedDict", {"fromkeys": dict.fromkeys}, call=dict, real=dict),
        },
        "contextlib": CONTEXT_NAMES,
        "datetime": _datetime_names(now_ms),
        "dataclasses": DATACLASS_NAMES,
        "decimal": _pick(decimal, f"Decimal {_ROUNDING} {_DECIMAL_ERRORS}"),
        "enum": ENUM_NAMES,
        "itertools": _pick(itertools, _ITERTOOLS),
        "json": {"dumps": _dump, "loads": _load, "JSONDecodeError": json.JSONDecodeError},
        "math": _pick(math, _MATH) | {"factorial": _factorial, "comb": _comb, "perm": _perm},
        "random": _random_names(rng),
        "re": REGEX_NAMES,
        "string": _pick(string, _STRING) | STRING_EXTRAS,
        "time": {"time": lambda: now_ms() / 1000},
        "uuid": {"uuid4": lambda: uuid.UUID(int=rng.getrandbits(128), version=4)},
        **SMALL_MODULES,
    }
    return {name: Facade(f"module {name}", each) for name, each in names.items()}


def _pick(module: ModuleType, names: str) -> dict[str, Any]:
    return {name: getattr(module, name) for name in names.split()}


def _factorial(n: int, /) -> int:
    n = operator.index(n)
    if n > _FACTORIAL_MAX:
        raise ValueError(f"factorial takes numbers up to {_FACTORIAL_MAX} here")
    return math.factorial(n)


def _comb(n: int, k: int, /) -> int:
    n = operator.index(n)
    if n > _FACTORIAL_MAX:
        raise ValueError(f"comb takes numbers up to {_FACTORIAL_MAX} here")
    return math.comb(n, k)


def _perm(n: int, k: int | None = None, /) -> int:
    n = operator.index(n)
    if n > _FACTORIAL_MAX:
        raise ValueError(f"perm takes numbers up to {_FACTORIAL_MAX} here")
    return math.perm(n, k)


def _dump(
    value: Any,
    /,
    *,
    indent: int | None = None,
    sort_keys: bool = False,
    ensure_ascii: bool = False,
    separators: tuple[str, str] | None = None,
) -> str:
    """Write JSON.  ``cls`` and ``default`` are left out: they run code inside the encoder."""
    return json.dumps(
        value,
        indent=indent if type(indent) is int else None,
        sort_keys=bool(sort_keys),
        ensure_ascii=bool(ensure_ascii),
        separators=separators,
        allow_nan=False,
        default=_by_value,
    )


def _by_value(value: Any) -> Any:
    """Return what a member or a named tuple is written as."""
    if isinstance(value, plain.ByValue):
        return value._value_  # type: ignore[attr-defined]  # see plain.ByValue
    if isinstance(value, NamedRecord):
        return list(items_of(value))
    raise TypeError(f"{type(value).__name__} is not plain data: {plain.ADVICE}")


def _load(text: str | bytes, /) -> Any:
    return json.loads(text)


def _random_names(rng: random.Random) -> dict[str, Any]:
    """Look every function up at its call: the worker may change generators between events."""

    def make(name: str) -> Callable[..., Any]:
        find = operator.attrgetter(name)

        def draw(*args: Any, **keywords: Any) -> Any:
            return find(rng)(*args, **keywords)

        return draw

    return {name: make(name) for name in _RANDOM.split()} | {"Random": _seeded}


def _seeded(seed: Any = None, /) -> Facade:
    """Return chance of its own that always draws the same, such as today's riddle."""
    if type(seed) not in {int, str}:
        raise TypeError("Random needs a number or a text to begin with, as in Random(20260512)")
    return Facade("Random", _random_names(random.Random(seed)))  # noqa: S311  (meant to repeat)


def _datetime_names(now_ms: NowMs) -> dict[str, Any]:
    """Dates whose ``now`` is the event's, and whose local time is UTC."""
    moment, day, hour, utc = dt.datetime, dt.date, dt.time, dt.UTC

    def now(tz: dt.tzinfo | None = None) -> dt.datetime:
        aware = moment.fromtimestamp(now_ms() / 1000, tz or utc)
        return aware if tz else aware.replace(tzinfo=None)

    def from_timestamp(seconds: float, tz: dt.tzinfo | None = None) -> dt.datetime:
        aware = moment.fromtimestamp(seconds, tz or utc)
        return aware if tz else aware.replace(tzinfo=None)

    moments = {"now": now, "utcnow": now, "fromtimestamp": from_timestamp, "min": moment.min}
    moments |= {name: getattr(moment, name) for name in ("fromisoformat", "combine")}
    # Through a frame of ours: see text.format_time.
    moments["strptime"] = lambda text, spec, /: moment.strptime(text, spec)
    days = {"today": lambda: now().date(), "min": day.min, "max": day.max}
    days |= {
        name: getattr(day, name) for name in ("fromisoformat", "fromisocalendar", "fromordinal")
    }
    moments |= {"max": moment.max, "today": now}
    hours = {"min": hour.min, "max": hour.max, "fromisoformat": hour.fromisoformat}
    return {
        "datetime": Facade("datetime", moments, call=_unpickled(moment), real=moment),
        "date": Facade("date", days, call=_unpickled(day), real=day),
        "time": Facade("time", hours, call=_unpickled(hour), real=hour),
        "timedelta": dt.timedelta,
        "timezone": dt.timezone,
        "UTC": utc,
    }


def _unpickled(kind: Callable[..., Any]) -> Callable[..., Any]:
    r"""Return what makes a date from numbers, and never from the bytes that pickle would give it.

    Those are hardly looked at: ``date(b"\0\0\1\1").ctime()`` reads memory before a table.
    """

    def make(*numbers: Any, **keywords: Any) -> Any:
        if numbers and type(numbers[0]) in {bytes, str}:
            raise TypeError("a date is made from numbers; for a text use fromisoformat")
        return kind(*numbers, **keywords)

    return make


# What each module has, for messages about what it has not.
STANDARD_MODULES: Mapping[str, frozenset[str]] = {
    name: frozenset(names_of(facade))
    for name, facade in make_modules(now_ms=lambda: 0, rng=random.Random(0)).items()  # noqa: S311  (never drawn from)
}
