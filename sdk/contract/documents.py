"""What a document of ``api.db`` may be, what a query may ask, what a change may do.

Pure data and rules, with no database: the host applies changes with them, ``sdk.testing`` runs
queries with them, and a test holds them against what SQLite says of the same documents.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from sdk.contract.errors import CONFLICT, QUOTA_EXCEEDED, ArgumentRefusedError

# Who may do something with a collection's documents: the rule of `hutong.collections`.
Who = Literal["owner", "staff", "everyone"]
WHO: tuple[Who, ...] = ("owner", "staff", "everyone")

COLLECTIONS_MAX = 20
DOCUMENT_BYTES_MAX = 16 * 1024
DOCUMENT_DEPTH_MAX = 12
# A query without an index reads a whole collection; within these two it takes milliseconds.
DOCUMENTS_PER_COLLECTION_MAX = 10_000
COLLECTION_BYTES_MAX = 16 * 1024 * 1024
# In all collections of one program together.
DOCUMENTS_PER_PERSON_MAX = 500
CONDITIONS_MAX = 8
ALTERNATIVES_MAX = 20
# A page of a list ends early when its documents are large.
FOUND_BYTES_MAX = 256 * 1024
# Text is put in order by its first characters, so that a cursor stays short.
ORDER_CHARS_MAX = 60

TIMES = ("created_at_ms", "updated_at_ms")
# What the host says of a document itself; a query can name the id and the times.
RESERVED: frozenset[str] = frozenset({"id", "owner", "is_mine", *TIMES})
_NOT_ASKED = frozenset({"owner", "is_mine"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}(?:\.[a-z][a-z0-9_]{0,39}){0,3}")
_INTEGER_MAX = 2**53 - 1

Document = dict[str, Any]


class DocumentRefusedError(Exception):
    """A document is not in a state, or has no room, for what was asked of it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class CollectionRule:
    """Who may read and who may change the documents of one collection."""

    read: Who
    write: Who


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a field must be."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What one `update` does, kept as it was asked for: `inc` counts from what is there then."""

    changes: Mapping[str, Any]
    inc: Mapping[str, int | float]
    unset: tuple[str, ...]
    when: tuple[Condition, ...]

    @property
    def overwrites(self) -> bool:
        """Tell whether it may undo what somebody else wrote since it was read."""
        return bool(self.changes or self.unset)


def _class_of(value: Any) -> str:
    """Return which values are compared with each other: others are never equal, more or less."""
    if value is None or isinstance(value, bool):
        return str(value)
    return "number" if isinstance(value, int | float) else type(value).__name__


def _alike(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda has, value: _class_of(has) == _class_of(value) and test(has, value)


_equal = _alike(lambda has, value: bool(has == value))
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "eq": _equal,
        "ne": lambda has, value: not _equal(has, value),
        "gt": _alike(lambda has, value: bool(has > value)),
        "gte": _alike(lambda has, value: bool(has >= value)),
        "lt": _alike(lambda has, value: bool(has < value)),
        "lte": _alike(lambda has, value: bool(has <= value)),
        "in": lambda has, values: any(_equal(has, each) for each in values),
        "prefix": lambda has, value: isinstance(has, str) and has.startswith(value),
    }
)


def check_document(doc: Document) -> int:
    """Return the bytes of a document, or refuse what cannot be one."""
    for name in doc:
        if name in RESERVED:
            raise ArgumentRefusedError(f"db: {name!r} is written by the host; choose another name")
        if not _NAME.fullmatch(name):
            raise ArgumentRefusedError(
                f"db: {name[:60]!r} is no name of a field: small letters, digits and _, at most 40"
            )
    _refuse_deep(doc)
    size = len(msgspec.json.encode(doc))
    if size > DOCUMENT_BYTES_MAX:
        raise DocumentRefusedError(
            QUOTA_EXCEEDED, f"A document of {size} bytes; {DOCUMENT_BYTES_MAX} are allowed."
        )
    return size


def read_where(where: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Return the conditions of `where`: a value, or operators with values, for each field."""
    found = []
    for field, asked in where.items():
        check_field(field)
        if isinstance(asked, list):
            raise ArgumentRefusedError(f'db: {field}: write {{"in": […]}} for one of several')
        if asked == {}:
            raise ArgumentRefusedError(f'db: {field}: {{}} asks nothing; write {{"gt": 5}} or so')
        operators = asked if isinstance(asked, dict) else {"eq": asked}
        found += [_condition(field, name, value) for name, value in operators.items()]
    if len(found) > CONDITIONS_MAX:
        raise ArgumentRefusedError(f"db: more than {CONDITIONS_MAX} conditions")
    return tuple(found)


def read_order(order: str) -> tuple[str, bool]:
    """Return the field of `order`, and whether the largest comes first."""
    field = order.removeprefix("-")
    check_field(field)
    return field, order.startswith("-")


def check_field(field: str) -> None:
    """Refuse what is no path to a field."""
    if not _FIELD.fullmatch(field):
        raise ArgumentRefusedError(
            f"db: {field[:60]!r} is no field: write names of small letters, digits and _, with"
            " dots between them"
        )
    if field in _NOT_ASKED:
        raise ArgumentRefusedError("db: a query cannot name the owner; write mine=True")


def read_change(args: Mapping[str, Any]) -> Change:
    """Return what the arguments of `update` ask for."""
    change = Change(args["changes"], args["inc"], tuple(args["unset"]), read_where(args["when"]))
    for field in (*change.changes, *change.inc, *change.unset):
        check_field(field)
        if field.partition(".")[0] in RESERVED:
            raise ArgumentRefusedError(f"db: {field!r} is written by the host")
    if not (change.changes or change.inc or change.unset):
        raise ArgumentRefusedError("db: update changes nothing; name fields in changes or inc")
    return change


def matches(doc: Mapping[str, Any], conditions: Iterable[Condition]) -> bool:
    """Tell whether a document fulfils every condition; a missing field is None."""
    return all(
        OPERATORS[each.operator](value_at(doc, each.field), each.value) for each in conditions
    )


def value_at(doc: Mapping[str, Any], field: str) -> Any:
    """Return what stands at a path, or None."""
    value: Any = doc
    for name in field.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def order_key(doc: Mapping[str, Any], field: str) -> tuple[int, Any]:
    """Return what documents are put in order by: numbers first, then text by its beginning."""
    value = value_at(doc, field)
    if isinstance(value, int | float):
        return (0, value)
    if isinstance(value, str):
        return (1, value[:ORDER_CHARS_MAX])
    text = "" if value is None else msgspec.json.encode(value).decode()
    return (1, text[:ORDER_CHARS_MAX])


def apply_change(doc: Document, change: Change, own: Mapping[str, Any]) -> Document:
    """Return the document after a change, or refuse it; ``doc`` stays as it is.

    ``own`` is what the host says of it: its id and times.
    """
    if not matches({**doc, **own}, change.when):
        raise DocumentRefusedError(CONFLICT, "The document is not as `when` says.")
    made: Document = msgspec.json.decode(msgspec.json.encode(doc))
    for field, value in change.changes.items():
        holder, name = _holder(made, field)
        holder[name] = value
    for field, step in change.inc.items():
        holder, name = _holder(made, field)
        holder[name] = _sum(field, holder.get(name), step)
    for field in change.unset:
        holder, name = _holder(made, field)
        holder.pop(name, None)
    check_document(made)
    return made


def _condition(field: str, operator: str, value: Any) -> Condition:
    if operator not in OPERATORS:
        known = ", ".join(OPERATORS)
        raise ArgumentRefusedError(f"db: {field}: no operator {operator[:40]!r}; one of {known}")
    values = value if operator == "in" else [value]
    if operator == "in":
        if not isinstance(value, list) or not 1 <= len(value) <= ALTERNATIVES_MAX:
            raise ArgumentRefusedError(f"db: {field}: `in` takes 1 to {ALTERNATIVES_MAX} values")
    elif operator not in {"eq", "ne"}:
        is_number = _class_of(value) == "number" and operator != "prefix"
        if not (is_number or isinstance(value, str)):
            raise ArgumentRefusedError(f"db: {field}: `{operator}` compares with text or a number")
    for each in values:
        if isinstance(each, dict | list):
            raise ArgumentRefusedError(f"db: {field}: compare with text, a number, a flag or None")
        if isinstance(each, str) and "\0" in each:
            raise ArgumentRefusedError(f"db: {field}: text without the character NUL")
    return Condition(field, operator, value)


def _holder(doc: Document, field: str) -> tuple[Document, str]:
    """Return the dict that a path ends in, made where there is none, and the last name."""
    *parents, name = field.split(".")
    holder = doc
    for parent in parents:
        holder = holder.setdefault(parent, {})
        if not isinstance(holder, dict):
            raise DocumentRefusedError(CONFLICT, f"{parent} is not a dict in this document.")
    return holder, name


def _sum(field: str, has: Any, step: float) -> int | float:
    if has is not None and _class_of(has) != "number":
        raise DocumentRefusedError(CONFLICT, f"{field} is not a number in this document.")
    total: int | float = (has or 0) + step
    if not math.isfinite(total) or abs(total) > _INTEGER_MAX:
        raise DocumentRefusedError(CONFLICT, f"{field} would be beyond ±{_INTEGER_MAX}.")
    return total


def _refuse_deep(doc: Document) -> None:
    stack: list[tuple[Any, int]] = [(doc, 1)]
    while stack:
        value, depth = stack.pop()
        if depth > DOCUMENT_DEPTH_MAX:
            raise ArgumentRefusedError(f"db: a document nests more than {DOCUMENT_DEPTH_MAX} deep")
        if isinstance(value, dict):
            stack += ((each, depth) for each in value)
            stack += ((each, depth + 1) for each in value.values())
        elif isinstance(value, list):
            stack += ((each, depth + 1) for each in value)
        elif isinstance(value, str) and "\0" in value:
            raise ArgumentRefusedError("db: text without the character NUL")
