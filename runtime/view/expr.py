"""Expressions as data: what the parser yields and ``runtime.view.evaluate`` gives meaning."""

from dataclasses import dataclass
from typing import Literal as OneOf


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true, false or none."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A value of the page or of a loop."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """``of.name``: none when ``of`` has no such member."""

    of: "Expr"
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """``of[index]``: none when there is no such entry."""

    of: "Expr"
    index: "Expr"


@dataclass(frozen=True, slots=True)
class Unary:
    """``not a`` or ``-a``."""

    op: OneOf["not", "-"]
    operand: "Expr"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands: arithmetic, comparison, ``in``, ``and``, ``or``."""

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Conditional:
    """``then if test else other``."""

    test: "Expr"
    then: "Expr"
    other: "Expr"


@dataclass(frozen=True, slots=True)
class Sequence:
    """``[a, b]``."""

    items: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """``value | name(arguments)``."""

    value: "Expr"
    name: str
    arguments: tuple["Expr", ...]


Expr = Literal | Name | Member | Index | Unary | Binary | Conditional | Sequence | Filter


def names_in(expr: Expr) -> frozenset[str]:
    """Return the names that ``expr`` reads."""
    if isinstance(expr, Name):
        return frozenset([expr.name])
    found: set[str] = set()
    for child in children_of(expr):
        found |= names_in(child)
    return frozenset(found)


def size_of(expr: Expr) -> int:
    """Return how many steps one evaluation takes at most, growth of values not counted."""
    return 1 + sum(map(size_of, children_of(expr)))


def children_of(expr: Expr) -> tuple[Expr, ...]:  # noqa: PLR0911  (one case per kind)
    """Return the operands of ``expr``."""
    match expr:
        case Member(of, _):
            return (of,)
        case Index(of, index):
            return (of, index)
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Conditional(test, then, other):
            return (test, then, other)
        case Sequence(items):
            return items
        case Filter(value, _, arguments):
            return (value, *arguments)
        case _:
            return ()
