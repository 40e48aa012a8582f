"""The read-only objects that stand between a mini-program and real ones.

A module object leads to every module that it imported, and a ``MappingProxyType`` hands the dict
behind it to any ``__eq__``; so a mini-program never sees either.  It sees these instead: a bag of
chosen names that cannot be written to.  Attribute access from a mini-program goes through
``runtime.policy.guards``, which reads ``names_of`` and ``fields_of`` and nothing else.
"""

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, NoReturn


class TypeHint:
    """What a name for annotations stands for: nothing is an instance of it."""


class Facade:
    """A module, a group of functions or a type, as a mini-program sees it."""

    __slots__ = ("_call", "_name", "_names", "_real")

    def __init__(
        self,
        name: str,
        names: Mapping[str, Any],
        *,
        call: Callable[..., Any] | None = None,
        real: type | UnionType | None = None,
    ) -> None:
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_call", call)
        # The type that `isinstance` means by this façade.
        object.__setattr__(self, "_real", real)

    def __getattr__(self, name: str) -> Any:
        """Serve ``from json import dumps``, which the interpreter reads without a guard."""
        if name in self._names and not name.startswith("_"):
            return self._names[name]
        raise AttributeError(f"{self._name} has no {name!r} here")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{self._name} is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{self._name} is read-only")

    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        """Call what a façade of a type makes."""
        if self._call is None:
            raise TypeError(f"{self._name} cannot be called")
        return self._call(*args, **keywords)

    def __or__(self, other: Any) -> "Facade":
        """Join types: ``isinstance(x, int | str)``, where ``str`` is a façade."""
        return _join(self, other)

    def __ror__(self, other: Any) -> "Facade":
        return _join(other, self)

    def __repr__(self) -> str:
        return f"<{self._name}>"


def _join(left: Any, right: Any) -> Facade:
    sides: list[Any] = [real_of(e) if type(e) is Facade else e for e in (left, right)]
    # Before they are joined: an operator of the program's own would be handed the real type.
    if not all(each is None or isinstance(each, UnionType | type) for each in sides):
        raise TypeError("only types can be joined by |")
    if None in {real_of(each) for each in (left, right) if type(each) is Facade}:
        raise TypeError("only types can be joined by |")
    return Facade("types", {}, real=sides[0] | sides[1])


def names_of(facade: Facade) -> Mapping[str, Any]:
    """Return what a façade shows."""
    names: Mapping[str, Any] = object.__getattribute__(facade, "_names")
    return names


def real_of(facade: Facade) -> type | UnionType | None:
    """Return the type that a façade stands for, if it stands for one."""
    real: type | UnionType | None = object.__getattribute__(facade, "_real")
    return real


class Record:
    """A read-only object with a few plain fields: an event, or the answer of a wait call.

    A field that is missing reads as ``None`` when ``is_open`` says so: the fields of a declined
    answer, for example.
    """

    __slots__ = ("_fields", "_is_open")

    def __init__(self, fields: Mapping[str, Any], *, is_open: bool = False) -> None:
        object.__setattr__(self, "_fields", dict(fields))
        object.__setattr__(self, "_is_open", is_open)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("this object is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("this object is read-only")

    def __repr__(self) -> str:
        fields: dict[str, Any] = object.__getattribute__(self, "_fields")
        return f"<{', '.join(sorted(fields))}>"


def field_of(record: Record, name: str) -> Any:
    """Return a field of a record, or raise ``AttributeError``."""
    fields: dict[str, Any] = object.__getattribute__(record, "_fields")
    if name in fields:
        return fields[name]
    if object.__getattribute__(record, "_is_open"):
        return None
    raise AttributeError(f"there is no {name!r} here; there is {', '.join(sorted(fields))}")
