"""``namedtuple`` and ``NamedTuple`` for mini-programs, without what the real ones do by ``eval``.

A record of fields in their order: it is unpacked, compared, counted and indexed like a tuple.  It
is no tuple, because a subclass of one passes for it where the interpreter looks; so
``isinstance(point, tuple)`` is false.
"""

import keyword
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn

from runtime.policy import text
from runtime.policy.classes import ProgramType
from runtime.policy.facade import Facade, TypeHint
from runtime.policy.guards import to_hash
from runtime.policy.names import is_reserved

FIELDS_MAX = 100
NAMED_TUPLE = Facade("NamedTuple", {}, real=TypeHint)


class NamedRecord(metaclass=ProgramType):
    """What every named tuple is made from."""

    __slots__ = ("_items_",)
    _items_: tuple[Any, ...]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items_)

    def __len__(self) -> int:
        return len(self._items_)

    def __getitem__(self, key: Any) -> Any:
        return self._items_[key]

    def __contains__(self, value: object) -> bool:
        return value in self._items_

    def __eq__(self, other: object) -> Any:
        items = _items(other)
        return NotImplemented if items is None else self._items_ == items

    def __hash__(self) -> int:
        return to_hash(self._items_)

    def __add__(self, other: Any) -> Any:
        items = _items(other)
        return NotImplemented if items is None else self._items_ + items

    def __repr__(self) -> str:
        pairs = zip(_names(type(self)), self._items_, strict=True)
        shown = ", ".join(f"{name}={text.to_repr(value)}" for name, value in pairs)
        return f"{type(self).__name__}({shown})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed; use _replace({name}=…)")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(_names(type(self)), self._items_, strict=True))

    def _replace(self, /, **changes: Any) -> Any:
        return type(self)(**{**self._asdict(), **changes})

    @classmethod
    def _make(cls, values: Iterable[Any], /) -> Any:
        return cls(*values)


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    def method(self: NamedRecord, other: object) -> Any:
        items = _items(other)
        return NotImplemented if items is None else compare(self._items_, items)

    return method


for _sign, _compare in {
    "__lt__": lambda a, b: a < b,
    "__le__": lambda a, b: a <= b,
    "__gt__": lambda a, b: a > b,
    "__ge__": lambda a, b: a >= b,
}.items():
    setattr(NamedRecord, _sign, _compared(_compare))


def _items(value: object) -> tuple[Any, ...] | None:
    if type(value) is tuple:
        return value
    return value._items_ if isinstance(value, NamedRecord) else None


def _names(cls: type) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(cls, "_field_names_", ())
    return names


def items_of(record: NamedRecord) -> tuple[Any, ...]:
    """Return what a record holds."""
    return record._items_


def make_named(
    name: str, names: Iterable[str], defaults: Mapping[str, Any], rest: Mapping[str, Any]
) -> type:
    """Make a class of records with these fields, and with the methods in ``rest``."""
    fields = tuple(names)
    if len(fields) > FIELDS_MAX or len(set(fields)) != len(fields):
        raise ValueError(f"{name}: up to {FIELDS_MAX} fields, each once")
    for each in fields:
        if type(each) is not str or not each.isidentifier() or keyword.iskeyword(each):
            raise ValueError(f"{name}: {text.to_repr(each)} is no name for a field")
        if each[0] == "_" or is_reserved(each):
            raise ValueError(f"{name}: a field cannot begin with an underscore: {each}")
    late = [each in defaults for each in fields]
    if late != sorted(late):
        raise TypeError(f"{name}: fields without a default come first")
    own = {
        "__slots__": (),
        "__init__": _make_init(name, fields, defaults),
        "_field_names_": fields,
        "_fields": fields,
        **{each: property(_getter(at)) for at, each in enumerate(fields)},
    }
    return ProgramType(name, (NamedRecord,), {**rest, **own})


def _getter(at: int) -> Callable[[Any], Any]:
    return lambda record: record._items_[at]


def _make_init(
    name: str, fields: tuple[str, ...], defaults: Mapping[str, Any]
) -> Callable[..., None]:
    def init(self: Any, /, *args: Any, **keywords: Any) -> None:
        given = dict(zip(fields, args, strict=False))
        if len(args) > len(fields) or any(k not in fields or k in given for k in keywords):
            raise TypeError(f"{name} takes {', '.join(fields)}, each once")
        values = {**defaults, **given, **keywords}
        missing = [each for each in fields if each not in values]
        if missing:
            raise TypeError(f"{name} needs {', '.join(missing)}")
        if hasattr(self, "_items_"):
            raise TypeError(f"{name} is made once")
        object.__setattr__(self, "_items_", tuple(values[each] for each in fields))

    return init


def _namedtuple(name: str, names: Any, /, *, defaults: Iterable[Any] = ()) -> type:
    if type(name) is not str or not name.isidentifier() or is_reserved(name):
        raise ValueError("a named tuple needs a name")
    fields = names.replace(",", " ").split() if type(names) is str else list(names)
    values = list(defaults)
    if len(values) > len(fields):
        raise TypeError(f"{name} has more defaults than fields")
    late = fields[len(fields) - len(values) :]
    return make_named(name, fields, dict(zip(late, values, strict=True)), {})


TUPLE_NAMES: dict[str, Any] = {"namedtuple": _namedtuple}
