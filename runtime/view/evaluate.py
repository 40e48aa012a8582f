"""What expressions mean: each becomes a closure over its operands.

Missing members, absent entries and arithmetic with none give none; what is a mistake even so (a
text times a number, a list compared) fails with the line.  The number of steps of an expression is
known when it is made and paid for at once; only what grows with the values is paid for as it goes.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

from runtime.view.expr import (
    Binary,
    Conditional,
    Expr,
    Filter,
    Index,
    Literal,
    Member,
    Name,
    Sequence,
    Unary,
)
from runtime.view.filters import FILTERS
from runtime.view.run import Run

Compute = Callable[[Run], Any]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def build(expr: Expr) -> Compute:  # noqa: PLR0911  (one case per kind)
    """Return what computes ``expr``."""
    match expr:
        case Literal(value):
            return lambda _run: value
        case Name(name):
            return lambda run: run.scope.get(name)
        case Member(of, name):
            return _member(build(of), name)
        case Index(of, index):
            return _index(build(of), build(index))
        case Unary(op, operand):
            return _not(build(operand)) if op == "not" else _negative(build(operand))
        case Binary(op, left, right):
            return _binary(op, build(left), build(right))
        case Conditional(test, then, other):
            return _conditional(build(test), build(then), build(other))
        case Sequence(items):
            parts = tuple(map(build, items))
            return lambda run: [part(run) for part in parts]
        case Filter(value, name, arguments):
            return _filter(name, build(value), tuple(map(build, arguments)))


def _member(of: Compute, name: str) -> Compute:
    def compute(run: Run) -> Any:
        value = of(run)
        return value.get(name) if isinstance(value, dict) else None

    return compute


def _index(of: Compute, index: Compute) -> Compute:
    def compute(run: Run) -> Any:
        value, at = of(run), index(run)
        if isinstance(value, dict) and isinstance(at, str):
            run.charge_chars(len(at))
            return value.get(at)
        if isinstance(value, list | str) and type(at) is int and -len(value) <= at < len(value):
            return value[at]
        return None

    return compute


def _not(operand: Compute) -> Compute:
    return lambda run: not operand(run)


def _negative(operand: Compute) -> Compute:
    def compute(run: Run) -> Any:
        value = operand(run)
        return None if value is None else _number(run, -_need_number(run, value, "-"))

    return compute


def _conditional(test: Compute, then: Compute, other: Compute) -> Compute:
    return lambda run: then(run) if test(run) else other(run)


def _filter(name: str, value: Compute, arguments: tuple[Compute, ...]) -> Compute:
    call = FILTERS[name].call
    return lambda run: call(run, value(run), *[argument(run) for argument in arguments])


def _binary(op: str, left: Compute, right: Compute) -> Compute:  # noqa: PLR0911  (the same)
    if op == "and":
        return lambda run: left(run) and right(run)
    if op == "or":
        return lambda run: left(run) or right(run)
    if op == "==":
        return lambda run: _equal(run, left(run), right(run))
    if op == "!=":
        return lambda run: not _equal(run, left(run), right(run))
    if op == "in":
        return lambda run: _contains(run, left(run), right(run))
    if op in _ORDER:
        compare = _ORDER[op]
        return lambda run: _compare(run, compare, left(run), right(run))
    return lambda run: _arithmetic(run, op, left(run), right(run))


def _equal(run: Run, a: Any, b: Any) -> bool:
    if isinstance(a, list | dict) or isinstance(b, list | dict):
        if a is None or b is None:
            return False
        raise run.fail("lists and objects cannot be compared; compare a member or the  | length")
    if isinstance(a, str) and isinstance(b, str):
        run.charge_chars(min(len(a), len(b)))
    # In Python True == 1; on a page the two are shown differently, so they differ.
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def _compare(run: Run, compare: Callable[[Any, Any], bool], a: Any, b: Any) -> bool:
    if a is None or b is None:
        return False
    if isinstance(a, str) and isinstance(b, str):
        run.charge_chars(min(len(a), len(b)))
        return compare(a, b)
    if _is_number(a) and _is_number(b):
        return compare(a, b)
    raise run.fail("only two numbers or two texts have an order")


def _contains(run: Run, item: Any, where: Any) -> bool:
    if where is None or item is None:
        return False
    if isinstance(where, str) and isinstance(item, str):
        # A hostile pair costs length times length, and Python's search may come near it.
        run.charge_chars(len(where) * max(1, len(item) // 16))
        return item in where
    if isinstance(where, dict):
        run.charge(1)
        return isinstance(item, str) and item in where
    if isinstance(where, list):
        run.charge(len(where))
        return any(_equal(run, item, each) for each in where if not isinstance(each, list | dict))
    raise run.fail("'in' looks into a text, a list or an object")


def _arithmetic(run: Run, op: str, a: Any, b: Any) -> Any:
    if a is None or b is None:
        return None
    if op == "+" and isinstance(a, str) and isinstance(b, str):
        run.check_length(len(a) + len(b))
        return a + b
    a, b = _need_number(run, a, op), _need_number(run, b, op)
    try:
        return _number(run, _calculate(op, a, b))
    except ZeroDivisionError:
        raise run.fail("division by zero") from None
    except OverflowError:
        raise run.fail("this number is too large") from None


def _calculate(op: str, a: Any, b: Any) -> Any:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case "//":
            return a // b
        case _:
            return a % b


def _number(run: Run, value: Any) -> Any:
    if isinstance(value, int):
        return run.checked_int(value)
    if not math.isfinite(value):
        raise run.fail("this number is not finite")
    return value


def _need_number(run: Run, value: Any, op: str) -> Any:
    if _is_number(value):
        return run.checked_int(value) if isinstance(value, int) else value
    kind = "a text" if isinstance(value, str) else "this"
    raise run.fail(f"'{op}' needs numbers, and {kind} is none; texts are put side by side instead")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
