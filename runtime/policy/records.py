"""``dataclasses`` for mini-programs, without what the real one does by ``exec``.

The real module writes the source of methods and runs it.  Here the methods are closures over the
names of the fields, which the rewritten source has noted (``FIELDS_NAME``), because annotations
themselves never run.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from runtime.policy import text
from runtime.policy.classes import ProgramType, plain_repr
from runtime.policy.facade import Facade, names_of, real_of
from runtime.policy.guards import to_hash
from runtime.policy.names import FIELDS_NAME
from runtime.policy.tuples import NamedRecord

# The fields of a class after it was made, in its own dict; no program can read the name.
_MADE = "_made_fields_"
_SETTINGS = "_settings_"
_MISSING: Any = object()


class _FieldMark:
    """What ``field(…)`` stands for."""


class _Field:
    """How one field begins; never handed to a program."""

    __slots__ = ("default", "factory", "is_shown", "name")

    def __init__(self, name: str, default: Any, factory: Any, *, is_shown: bool) -> None:
        self.name = name
        self.default = default
        self.factory = factory
        self.is_shown = is_shown


def _field(
    *, default: Any = _MISSING, default_factory: Any = _MISSING, repr: bool = True  # noqa: A002  (as Python names it)
) -> Facade:  # fmt: skip
    values = {"default": default, "factory": default_factory, "is_shown": bool(repr)}
    return Facade("field", {_SETTINGS: values}, real=_FieldMark)


def _dataclass(
    cls: Any = None,
    /,
    *,
    eq: bool = True,
    order: bool = False,
    frozen: bool = False,
    repr: bool = True,  # noqa: A002  (as Python names it)
    kw_only: bool = False,
    slots: bool = False,  # noqa: ARG001  (only saves memory)
) -> Any:
    def make(cls: Any) -> Any:
        if type(cls) is not ProgramType or issubclass(cls, NamedRecord):
            raise TypeError("dataclass is for classes of your own")
        fields = _read_fields(cls)
        own: dict[str, Any] = {"__init__": _make_init(fields, kw_only=kw_only)}
        if repr:
            own["__repr__"] = _make_repr(fields)
        if eq:
            own["__eq__"] = _make_eq(fields)
            own["__hash__"] = _make_hash(fields) if frozen else None
        if order:
            own |= _make_order(fields)
        if frozen:
            own |= {"__setattr__": _refuse_change, "__delattr__": _refuse_change}
        for name, value in own.items():
            is_written = name in cls.__dict__ and cls.__dict__[name] is not plain_repr
            if not is_written or name == "__hash__":
                setattr(cls, name, value)
        setattr(cls, _MADE, {field.name: field for field in fields})
        return cls

    return make if cls is None else make(cls)


def _read_fields(cls: type) -> list[_Field]:
    fields: dict[str, _Field] = {}
    for base in reversed(cls.__mro__[1:]):
        fields |= base.__dict__.get(_MADE, {})
    for name in cls.__dict__.get(FIELDS_NAME, ()):
        fields[name] = _read_field(cls, name)
    made = list(fields.values())
    needed = [field.default is _MISSING and field.factory is _MISSING for field in made]
    if any(late and not early for early, late in itertools.pairwise(needed)):
        raise TypeError(f"{cls.__name__}: fields without a default come first")
    return made


def _read_field(cls: type, name: str) -> _Field:
    default = cls.__dict__.get(name, _MISSING)
    if type(default) is Facade and real_of(default) is _FieldMark:
        values: Mapping[str, Any] = names_of(default)[_SETTINGS]
        if values["default"] is _MISSING:
            delattr(cls, name)
        else:
            setattr(cls, name, values["default"])
        return _Field(name, values["default"], values["factory"], is_shown=values["is_shown"])
    if type(default) in {list, dict, set}:
        raise ValueError(f"{name}: a list, dict or set as default needs field(default_factory=…)")
    return _Field(name, default, _MISSING, is_shown=True)


def _make_init(fields: list[_Field], *, kw_only: bool) -> Callable[..., None]:
    names = [field.name for field in fields]

    def init(self: Any, /, *args: Any, **keywords: Any) -> None:
        if len(args) > (0 if kw_only else len(names)):
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}")
        given = dict(zip(names, args, strict=False))
        for name, value in keywords.items():
            if name not in names or name in given:
                raise TypeError(f"{type(self).__name__} takes {', '.join(names)}, each once")
            given[name] = value
        for field in fields:
            value = given.get(field.name, _MISSING)
            if value is _MISSING:
                value = field.default if field.factory is _MISSING else field.factory()
            if value is _MISSING:
                raise TypeError(f"{type(self).__name__} needs {field.name!r}")
            object.__setattr__(self, field.name, value)
        after = getattr(type(self), "__post_init__", None)
        if after is not None:
            after(self)

    return init


def _make_repr(fields: list[_Field]) -> Callable[[Any], str]:
    def show(self: Any) -> str:
        shown = (
            f"{field.name}={text.to_repr(getattr(self, field.name))}"
            for field in fields
            if field.is_shown
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    return show


def _values(fields: list[_Field], record: Any) -> tuple[Any, ...]:
    return tuple(getattr(record, field.name) for field in fields)


def _make_eq(fields: list[_Field]) -> Callable[[Any, Any], Any]:
    def equal(self: Any, other: Any) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return _values(fields, self) == _values(fields, other)

    return equal


def _make_hash(fields: list[_Field]) -> Callable[[Any], int]:
    return lambda self: to_hash(_values(fields, self))


def _make_order(fields: list[_Field]) -> dict[str, Any]:
    def by(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
        def method(self: Any, other: Any) -> Any:
            if type(other) is not type(self):
                return NotImplemented
            return compare(_values(fields, self), _values(fields, other))

        return method

    return {
        "__lt__": by(lambda a, b: a < b),
        "__le__": by(lambda a, b: a <= b),
        "__gt__": by(lambda a, b: a > b),
        "__ge__": by(lambda a, b: a >= b),
    }


def _refuse_change(self: Any, name: str, *_value: Any) -> NoReturn:
    raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be changed")


def _fields_of(record: Any) -> Mapping[str, _Field]:
    fields: Mapping[str, _Field] | None = getattr(type(record), _MADE, None)
    if fields is None or not isinstance(type(record), ProgramType):
        raise TypeError("this is no dataclass")
    return fields


def _as_dict(record: Any, /) -> dict[str, Any]:
    return {name: _plain(getattr(record, name)) for name in _fields_of(record)}


def _as_tuple(record: Any, /) -> tuple[Any, ...]:
    return tuple(_plain(getattr(record, name)) for name in _fields_of(record))


def _plain(value: Any) -> Any:
    kind = type(value)
    if isinstance(kind, ProgramType) and getattr(kind, _MADE, None) is not None:
        return _as_dict(value)
    if kind in {list, tuple}:
        return kind(_plain(each) for each in value)
    if kind is dict:
        return {key: _plain(each) for key, each in value.items()}
    return value


def _replace(record: Any, /, **changes: Any) -> Any:
    values = {name: getattr(record, name) for name in _fields_of(record)}
    return type(record)(**{**values, **changes})


DATACLASS_NAMES: dict[str, Any] = {
    "dataclass": _dataclass,
    "field": _field,
    "asdict": _as_dict,
    "astuple": _as_tuple,
    "replace": _replace,
}
