"""``enum`` for mini-programs, without what the real one leads to.

The real ``EnumType`` has names that change other classes and modules (``global_enum``), shows the
dict behind its members, and makes ``IntEnum`` a subclass of ``int``, which passes for a number
where the interpreter looks and behaves otherwise.  Here a member is an object of the class that
the program wrote, with a name and a value in slots that no program can write to.  Members of
``StrEnum`` and ``IntEnum`` equal their values, and are kept in the state of a page as these.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import Any, NoReturn

from runtime import plain
from runtime.policy import text
from runtime.policy.classes import ProgramType
from runtime.policy.facade import Facade, real_of

# ruff: noqa: N805  (the methods of a metaclass take the class)

MEMBERS_MAX = 1000
_NO_MEMBERS = (FunctionType, property, staticmethod, classmethod)
# In the dict of a class; no program can say the names.
_BY_NAME = "_members_"


class EnumType(ProgramType):
    """The type of the classes that list members."""

    def __call__(cls, value: Any, /) -> Any:
        """Return the member with this value."""
        if type(value) is cls:
            return value
        for member in _listed(cls):
            if member._value_ == value:
                return member
        if not _members(cls):
            raise TypeError(f"write the members down: class {cls.__name__}Name({cls.__name__}): …")
        raise ValueError(f"{text.to_repr(value)} is no {cls.__name__}")

    def __getitem__(cls, name: str, /) -> Any:
        """Return the member with this name."""
        return _members(cls)[name]

    def __iter__(cls) -> Iterator[Any]:
        yield from _listed(cls)

    def __reversed__(cls) -> Iterator[Any]:
        yield from reversed(_listed(cls))

    def __len__(cls) -> int:
        return len(_listed(cls))

    def __bool__(cls) -> bool:
        return True

    def __contains__(cls, value: Any) -> bool:
        return type(value) is cls or any(each._value_ == value for each in _listed(cls))

    def __setattr__(cls, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{cls.__name__} is written once: {name} cannot be set")

    def __delattr__(cls, name: str) -> NoReturn:
        raise AttributeError(f"{cls.__name__} is written once: {name} cannot be deleted")


def _members(cls: type) -> Mapping[str, Any]:
    members: Mapping[str, Any] = cls.__dict__.get(_BY_NAME, {})
    return members


def _listed(cls: type) -> list[Any]:
    # A second name of a value is no second member.
    return [member for name, member in _members(cls).items() if member._name_ == name]


class Enum(metaclass=EnumType):
    """What ``class Status(Enum)`` is made from."""

    __slots__ = ("_name_", "_value_")
    _name_: str
    _value_: Any

    @property
    def name(self) -> str:
        """The member's name."""
        return self._name_

    @property
    def value(self) -> Any:
        """The member's value."""
        return self._value_

    def __hash__(self) -> int:
        return hash(self._name_)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self._name_}: {text.to_repr(self._value_)}>"

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self._name_}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class _Valued(Enum, plain.ByValue):
    """Members that can stand for their values."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return bool(self._value_ == _value(other))

    def __hash__(self) -> int:
        return hash(self._value_)

    def __bool__(self) -> bool:
        return bool(self._value_)

    def __lt__(self, other: Any) -> Any:
        return self._value_ < _value(other)

    def __le__(self, other: Any) -> Any:
        return self._value_ <= _value(other)

    def __gt__(self, other: Any) -> Any:
        return self._value_ > _value(other)

    def __ge__(self, other: Any) -> Any:
        return self._value_ >= _value(other)

    def __str__(self) -> str:
        return str(self._value_)

    def __format__(self, spec: str) -> str:
        return format(self._value_, spec)

    def __add__(self, other: Any) -> Any:
        return self._value_ + _value(other)

    def __radd__(self, other: Any) -> Any:
        return _value(other) + self._value_


def _value(other: Any) -> Any:
    return other._value_ if isinstance(other, _Valued) else other


def _both(sign: Callable[[Any, Any], Any]) -> dict[str, Callable[[Any, Any], Any]]:
    """Return an operator for both sides of its sign."""
    name = sign.__name__
    return {
        f"__{name}__": lambda self, other: sign(self._value_, _value(other)),
        f"__r{name}__": lambda self, other: sign(_value(other), self._value_),
    }


class IntEnum(_Valued):
    """Members that equal whole numbers."""

    __slots__ = ()

    def __index__(self) -> int:
        return int(self._value_)

    def __int__(self) -> int:
        return int(self._value_)

    def __float__(self) -> float:
        return float(self._value_)

    def __neg__(self) -> int:
        return -int(self._value_)


for _sign in (operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod):
    for _name, _method in _both(_sign).items():
        type.__setattr__(IntEnum, _name, _method)


class StrEnum(_Valued):
    """Members that equal texts; a text's own methods work on them, too."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self._value_)

    def __iter__(self) -> Iterator[str]:
        yield from self._value_

    def __contains__(self, other: Any) -> bool:
        return _value(other) in self._value_

    def __getitem__(self, key: Any) -> str:
        return str(self._value_[key])


class _Auto:
    """What ``auto()`` stands for."""


_AUTO = Facade("auto()", {}, real=_Auto)
_EXACT: Mapping[type, type] = {IntEnum: int, StrEnum: str}
BASES = frozenset({Enum, IntEnum, StrEnum})


def with_family(bases: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the bases with ``(str, Enum)`` and ``(int, Enum)`` as the one that they mean."""
    kinds = {real_of(each) if type(each) is Facade else each for each in bases}
    for family, exact in _EXACT.items():
        if kinds == {exact, Enum}:
            return (family,)
    return bases


def make_enum(name: str, bases: tuple[Any, ...], namespace: dict[str, Any]) -> type:
    """Make a class of members from a class statement's names."""
    for base in bases:
        if _members(base):
            raise TypeError(f"class {name}: {base.__name__} has members, so it is no base")
    values = {
        each: value
        for each, value in namespace.items()
        if not each.startswith("_")
        and not isinstance(value, _NO_MEMBERS)
        and not isinstance(value, ProgramType)
    }
    if len(values) > MEMBERS_MAX:
        raise TypeError(f"class {name}: at most {MEMBERS_MAX} members")
    rest = {each: value for each, value in namespace.items() if each not in values}
    cls: Any = EnumType(name, bases, rest)
    members: dict[str, Any] = {}
    for each, value in values.items():
        if each in {"name", "value"}:
            raise TypeError(f"class {name}: a member cannot be called {each}")
        members[each] = _member(cls, each, value, members)
    type.__setattr__(cls, _BY_NAME, members)
    for each, member in members.items():
        type.__setattr__(cls, each, member)
    return cls  # type: ignore[no-any-return]  # it is a class


def _member(cls: type, name: str, value: Any, before: Mapping[str, Any]) -> Any:
    """Return a new member, or the earlier one that has the same value."""
    if value is _AUTO:
        value = _next_value(cls, name, before)
    exact = next((kind for base, kind in _EXACT.items() if issubclass(cls, base)), None)
    if exact is not None and type(value) is not exact:
        raise TypeError(f"{cls.__name__}.{name} is not of type {exact.__name__}")
    for earlier in before.values():
        if type(earlier._value_) is type(value) and earlier._value_ == value:
            return earlier
    member: Any = object.__new__(cls)
    object.__setattr__(member, "_name_", name)
    object.__setattr__(member, "_value_", value)
    start = getattr(cls, "__init__", object.__init__)
    if start is not object.__init__:
        start(member, *(value if type(value) is tuple else (value,)))
    return member


def _next_value(cls: type, name: str, before: Mapping[str, Any]) -> Any:
    if issubclass(cls, StrEnum):
        return name.lower()
    numbers = [each._value_ for each in before.values() if type(each._value_) is int]
    return max(numbers, default=0) + 1


def _unique(cls: Any, /) -> Any:
    """Refuse a second name for a value."""
    if type(cls) is not EnumType:
        raise TypeError("unique is for classes made from Enum")
    for name, member in _members(cls).items():
        if member._name_ != name:
            raise ValueError(f"{cls.__name__}: {name} and {member._name_} have one value")
    return cls


ENUM_NAMES: dict[str, Any] = {
    "Enum": Enum,
    "IntEnum": IntEnum,
    "StrEnum": StrEnum,
    "auto": lambda: _AUTO,
    "unique": _unique,
}
