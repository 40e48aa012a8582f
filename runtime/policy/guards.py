"""What every attribute access, item access and write of a mini-program passes.

The rule is an allowlist by exact type: an object whose type is not listed has no attributes at
all.  ``type(x) is …`` and never ``isinstance``, because a subclass may lie about everything else.
"""

import collections
import datetime as dt
import decimal
import functools
import itertools
import json
import operator
import re
import types
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from runtime.policy import text
from runtime.policy.classes import ProgramErrorType, ProgramType, is_of_program
from runtime.policy.enums import EnumType, StrEnum
from runtime.policy.facade import Facade, Record, TypeHint, field_of, names_of, real_of
from runtime.policy.names import is_reserved
from sdk.errors import ApiError


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Left out on purpose: format_map (attribute look-ups), everything that names a codec.
_STR = _set(
    "capitalize casefold center count endswith expandtabs find index isalnum isalpha isascii"
    " isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join"
    " ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust"
    " rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper"
    " zfill"
)
_DICT = _set("clear copy fromkeys get items keys pop popitem setdefault update values")
_DATE = _set(
    "year month day ctime isoformat weekday isoweekday isocalendar replace toordinal resolution"
)
_TIME = _set("hour minute second microsecond tzinfo isoformat replace utcoffset")
_SET_READ = _set(
    "copy difference intersection isdisjoint issubset issuperset symmetric_difference union"
)
ATTRIBUTES: Mapping[type, frozenset[str]] = {
    str: _STR,
    bytes: _set("endswith find fromhex hex join replace split startswith strip count index"),
    int: _set("bit_count bit_length from_bytes to_bytes"),
    bool: _set("bit_length"),
    float: _set("as_integer_ratio fromhex hex is_integer"),
    list: _set("append clear copy count extend index insert pop remove reverse sort"),
    tuple: _set("count index"),
    dict: _DICT,
    collections.defaultdict: _DICT,
    collections.Counter: _DICT | _set("elements most_common subtract total"),
    collections.deque: _set(
        "append appendleft clear copy count extend extendleft index insert maxlen pop popleft"
        " remove reverse rotate"
    ),
    set: _SET_READ
    | _set(
        "add clear difference_update discard intersection_update pop remove"
        " symmetric_difference_update update"
    ),
    frozenset: _SET_READ,
    range: _set("count index start step stop"),
    slice: _set("start step stop"),
    dt.datetime: _DATE | _TIME | _set("date time timetz timestamp tzname"),
    dt.date: _DATE,
    dt.time: _TIME,
    dt.timedelta: _set("days microseconds seconds total_seconds"),
    dt.timezone: _set("utc utcoffset tzname"),
    decimal.Decimal: _set(
        "adjusted as_integer_ratio as_tuple compare copy_abs copy_negate copy_sign exp is_finite"
        " is_infinite is_nan is_signed is_zero ln log10 max min normalize quantize scaleb sqrt"
        " to_eng_string to_integral to_integral_value"
    ),
    re.Match: _set("end expand group groupdict groups lastgroup lastindex span start string"),
    uuid.UUID: _set("hex"),
    types.GeneratorType: _set("close send"),
    itertools.chain: _set("from_iterable"),
    property: _set("deleter getter setter"),
}
# Methods that are replaced by one of ours.
_REPLACED: Mapping[tuple[type, str], Callable[..., Any]] = {
    (str, "format"): text.format_text,
    (str, "encode"): text.encode,
    (bytes, "decode"): text.decode,
    (dt.datetime, "astimezone"): text.in_zone,
    **{(kind, "strftime"): text.format_time for kind in (dt.datetime, dt.date, dt.time)},
}
ERROR_ATTRIBUTES: Mapping[type, frozenset[str]] = {
    ApiError: _set("code message"),
    json.JSONDecodeError: _set("msg doc pos lineno colno"),
}
# Values of these types may come out of an exception as they are.
_PLAIN = frozenset({bytes, int, float, bool, type(None), decimal.Decimal})
_READABLE_ITEMS = frozenset(
    {str, bytes, list, tuple, dict, range, re.Match}
    | {collections.deque, collections.Counter, collections.defaultdict}
)
_GENERIC = frozenset(
    {list, tuple, dict, set, frozenset}
    | {collections.deque, collections.Counter, collections.defaultdict}
)
_HINTED = _GENERIC | {TypeHint}
_HASHED = frozenset(
    {str, bytes, int, float, bool, decimal.Decimal, uuid.UUID}
    | {dt.date, dt.datetime, dt.time, dt.timedelta}
)
_DESCRIPTORS = frozenset({types.MemberDescriptorType, types.GetSetDescriptorType})
# Past `super.__getattribute__`, which looks into the classes first.
_SUPER = vars(super)
_WRITABLE = frozenset({dict, list, collections.deque, collections.Counter, collections.defaultdict})
_IN_PLACE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+=": operator.iadd,
    "-=": operator.isub,
    "*=": operator.imul,
    "/=": operator.itruediv,
    "//=": operator.ifloordiv,
    "%=": text.percent,
    "**=": operator.ipow,
    "<<=": operator.ilshift,
    ">>=": operator.irshift,
    "|=": operator.ior,
    "^=": operator.ixor,
    "&=": operator.iand,
    "@=": operator.imatmul,
}


def get_attribute(obj: Any, name: str, /) -> Any:
    """Return ``obj.name`` if a mini-program may have it; everything else does not exist."""
    if type(name) is not str:
        raise TypeError("the name of an attribute is a text")
    kind = type(obj)
    if name[:1] != "_" or not is_reserved(name):
        if type(kind) is ProgramType:
            return getattr(obj, name)
        allowed = ATTRIBUTES.get(kind)
        if allowed is not None:
            if name in allowed:
                return getattr(obj, name)
            if (kind, name) in _REPLACED:
                return functools.partial(_REPLACED[kind, name], obj)
        elif kind is Facade:
            names = names_of(obj)
            if name in names:
                return names[name]
        elif kind is Record:
            return field_of(obj, name)
        else:
            return _rare_attribute(obj, kind, name)
    raise AttributeError(f"{_name_of(obj, kind)} has no attribute {name!r} here")


def _rare_attribute(obj: Any, kind: type, name: str) -> Any:
    """Serve classes, members of enums, exceptions and ``super()``."""
    if type(kind) is EnumType:
        return _member_attribute(obj, kind, name)
    if issubclass(kind, ProgramType) and is_of_program(obj, name):
        return getattr(obj, name)
    if kind is type:
        if (obj, name) in _REPLACED:
            return _REPLACED[obj, name]
        found = getattr(obj, name) if name in ATTRIBUTES.get(obj, ()) else None
        # Methods and constants of a type, not the descriptors of its instances' fields.
        if found is not None and type(found) not in _DESCRIPTORS:
            return found
    if kind is super:
        return _inherited_attribute(obj, name)
    if isinstance(obj, BaseException):
        return _error_attribute(obj, kind, name)
    raise AttributeError(f"{_name_of(obj, kind)} has no attribute {name!r} here")


def _member_attribute(member: Any, kind: type, name: str) -> Any:
    """Serve a member of an enum: what its class has, what its ``__init__`` set, a text's own."""
    if is_of_program(kind, name) or name in getattr(member, "__dict__", ()):
        return getattr(member, name)
    if isinstance(member, StrEnum):
        return get_attribute(member.value, name)
    raise AttributeError(f"{kind.__name__} has no attribute {name!r} here")


def _inherited_attribute(bound: Any, name: str) -> Any:
    """Serve ``super().name``: what a class of the program or the SDK has, behind the one it is in.

    A method of the program's own does not open one that the interpreter gives exceptions.
    """
    place, spoken_for = (
        _SUPER[each].__get__(bound) for each in ("__thisclass__", "__self_class__")
    )
    order: tuple[type, ...] = spoken_for.__mro__ if spoken_for is not None else ()
    after = order[order.index(place) + 1 :] if order else ()
    owner = next((each for each in after if name in each.__dict__), object)
    if owner.__module__ == "builtins":
        raise AttributeError(f"super() has no attribute {name!r} here")
    return getattr(bound, name)


def _error_attribute(error: BaseException, kind: type, name: str) -> Any:
    """Serve an exception: what a mini-program put there, and a copy of ``args``.

    ``args`` of an exception from trusted code may hold anything, so strangers become text; and
    the text of one from the interpreter may name an address, as ``[].index(f)`` does.
    """
    if name == "args":
        return tuple(_shown_argument(each) for each in error.args)
    if type(kind) is ProgramErrorType and (name in error.__dict__ or is_of_program(kind, name)):
        return getattr(error, name)
    for base, names in ERROR_ATTRIBUTES.items():
        if isinstance(error, base) and name in names:
            return getattr(error, name)
    raise AttributeError(f"{kind.__name__} has no attribute {name!r} here; it has args")


def _shown_argument(value: Any) -> Any:
    if type(value) is str:
        return text.hide_addresses(value)
    is_harmless = type(value) in _PLAIN or type(type(value)) is ProgramType
    return value if is_harmless else text.to_text(value)


def _behind(bound: Any) -> type:
    """Return the class of the object that a ``super()`` speaks for."""
    return type(bound.__self__)


def _name_of(obj: Any, kind: type) -> str:
    return repr(obj) if kind is Facade else kind.__name__


def get_attribute_or(obj: Any, name: str, /, *default: Any) -> Any:
    """Do what ``getattr`` does."""
    try:
        return get_attribute(obj, name)
    except AttributeError:
        if default:
            return default[0]
        raise


def has_attribute(obj: Any, name: str, /) -> bool:
    """Do what ``hasattr`` does."""
    try:
        get_attribute(obj, name)
    except AttributeError:
        return False
    return True


def to_hash(value: Any, /) -> int:
    """Do what ``hash`` does, for values whose hash is not made from their address."""
    kind = type(value)
    if kind in _HASHED:
        return hash(value)
    if kind is tuple:
        return hash(tuple(to_hash(each) for each in value))
    if kind is frozenset:
        return hash(frozenset(to_hash(each) for each in value))
    if value is None:
        return 0
    if isinstance(kind, ProgramType) and is_of_program(kind, "__hash__"):
        return hash(value)
    raise TypeError(f"{_name_of(value, kind)} has no hash here")


def set_attribute(obj: Any, name: str, value: Any, /) -> None:
    """Do what ``setattr`` does, on objects of the mini-program's own classes."""
    if type(name) is not str or is_reserved(name):
        raise AttributeError(f"an attribute cannot be called {name!r} here")
    setattr(owner(obj), name, value)


def get_super_init(bound: Any, /) -> Callable[..., None]:
    """Serve ``super().__init__``, the one magic method that may be called by name."""
    if type(bound) is not super or not isinstance(_behind(bound), ProgramType):
        raise TypeError("super() is for methods of a class")
    init: Callable[..., None] = getattr(bound, "__init__")  # noqa: B009  (of the object behind)
    return init


def get_item(obj: Any, key: Any, /) -> Any:
    """Return ``obj[key]``."""
    kind = type(obj)
    if kind in _READABLE_ITEMS or isinstance(kind, ProgramType) or kind is EnumType:
        return obj[key]
    # `list[int]` and `Optional[str]` say something to readers only.
    if (kind is type and obj in _GENERIC) or (kind is Facade and _is_hint(obj)):
        return obj
    raise TypeError(f"{_name_of(obj, kind)} has no items")


def _is_hint(facade: Facade) -> bool:
    real = real_of(facade)
    return isinstance(real, type) and (real in _HINTED or real.__module__ == "collections.abc")


def writable(obj: Any, /) -> Any:
    """Return ``obj`` if its items may be set or deleted."""
    return obj if type(obj) in _WRITABLE else owner(obj)


def owner(obj: Any, /) -> Any:
    """Return ``obj`` if its attributes may be set or deleted: it, or its class, is the program's.

    A ``Counter`` would take them, and call them in the place of its own methods.
    """
    kind = type(obj)
    if isinstance(kind, ProgramType) or issubclass(kind, ProgramType):
        return obj
    raise TypeError(f"{_name_of(obj, kind)} cannot be changed")


def in_place(sign: str, left: Any, right: Any, /) -> Any:
    """Return what ``left`` becomes in ``left += right`` and its relatives."""
    return _IN_PLACE[sign](left, right)


def call(function: Callable[..., Any], /, *args: Any, **keywords: Any) -> Any:
    """Make a call that uses ``*`` or ``**``."""
    return function(*args, **keywords)


def is_instance(obj: Any, cls: Any, /) -> bool:
    """Do what ``isinstance`` does, where some types are façades."""
    return isinstance(obj, _real_types(cls))


def is_subclass(cls: Any, parent: Any, /) -> bool:
    """Do what ``issubclass`` does, where some types are façades."""
    return issubclass(_real_types(cls), _real_types(parent))


def _real_types(cls: Any) -> Any:
    if type(cls) is tuple:
        return tuple(_real_types(each) for each in cls)
    if type(cls) is Facade:
        real = real_of(cls)
        if real is None or real is TypeHint:
            raise TypeError(f"{cls!r} is not a type")
        return real
    return cls
