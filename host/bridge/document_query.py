"""Queries of ``api.db`` as SQL.  Nothing that a program wrote is ever part of its text.

The text is put together from the constants below.  Fields travel as parameters: as JSON paths that
``sdk.contract.documents`` has checked; so do values.  What the event itself has written joins as
rows of a JSON array, so that SQLite judges both alike.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from host.bridge.documents import Draft, Viewer, draft_rows
from sdk.contract.arguments import INTEGER_MAX
from sdk.contract.documents import ORDER_CHARS_MAX, CollectionRule, Condition
from sdk.contract.errors import ArgumentRefusedError

_STORED = (
    "SELECT id, owner_id, read_rule, write_rule, version, created_at_ms, updated_at_ms, body"
    " FROM document WHERE collection = :collection"
)
_DRAFTED = (
    " AND id NOT IN (SELECT value ->> 'id' FROM json_each(:drafts)) UNION ALL"
    " SELECT value ->> 'id', value ->> 'owner_id', value ->> 'read_rule', value ->> 'write_rule',"
    " value ->> 'version', value ->> 'created_at_ms', value ->> 'updated_at_ms', value ->> 'body'"
    " FROM json_each(:drafts) WHERE value ->> 'body' IS NOT NULL"
)
_VISIBLE = (
    "(owner_id = :viewer OR (:is_open AND read_rule IN (SELECT value FROM json_each(:readable))))"
)
_MINE = "owner_id = :viewer"
_SELECT = (
    "SELECT :collection, id, owner_id, read_rule, write_rule, version, created_at_ms,"
    " updated_at_ms, body, {key} FROM ({source}) WHERE {tests} ORDER BY {key} {way}, id {way}"
    " LIMIT :limit"
)
_COUNT = "SELECT COUNT(*) FROM ({source}) WHERE {tests}"

# A value of a document by the kinds that JSON knows; `_` is the number of a parameter.
_VALUE = "json_extract(body, :f_)"
_KIND = "json_type(body, :f_)"
_IS_KIND = {
    "text": f"{_KIND} = 'text'",
    "number": f"{_KIND} IN ('integer', 'real')",
    "true": f"{_KIND} = 'true'",
    "false": f"{_KIND} = 'false'",
    "none": f"COALESCE({_KIND}, 'null') = 'null'",
}
_SIGNS = {"eq": "=", "ne": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PREFIX = f"{_IS_KIND['text']} AND SUBSTR({_VALUE}, 1, LENGTH(:v_)) = :v_"
# The host's own columns.
_COLUMNS = {"id": "text", "created_at_ms": "integer", "updated_at_ms": "integer"}
_KEY = (
    f"CASE WHEN {_KIND} IN ('text', 'array', 'object')"
    f" THEN SUBSTR({_VALUE}, 1, {ORDER_CHARS_MAX}) ELSE COALESCE({_VALUE}, '') END"
)


class _Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    key: Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)] | float | str
    id: str


@dataclass(slots=True)
class Query:
    """What to find, in one collection, for one viewer."""

    collection: str
    rule: CollectionRule
    viewer: Viewer
    conditions: Sequence[Condition]
    drafts: list[Draft]
    is_mine: bool
    params: dict[str, Any] = field(default_factory=dict)

    def count(self) -> tuple[str, dict[str, Any]]:
        """Return the statement that counts."""
        return _COUNT.format(source=self._source(), tests=self._tests()), self.params

    def find(
        self, order: tuple[str, bool], *, limit: int, after: str | None
    ) -> tuple[str, dict[str, Any]]:
        """Return the statement that finds; the last column is what the next cursor is made of."""
        name, is_down = order
        key = name if name in _COLUMNS else self._fill(_KEY, name)
        tests = self._tests()
        if after is not None:
            cursor = _read_cursor(after)
            self.params |= {"after_key": cursor.key, "after_id": cursor.id}
            tests += f" AND ({key}, id) {'<' if is_down else '>'} (:after_key, :after_id)"
        self.params["limit"] = limit
        way = "DESC" if is_down else "ASC"
        text = _SELECT.format(key=key, source=self._source(), tests=tests, way=way)
        return text, self.params

    def _source(self) -> str:
        self.params["collection"] = self.collection
        if not self.drafts:
            return _STORED
        self.params["drafts"] = draft_rows(self.drafts)
        return _STORED + _DRAFTED

    def _tests(self) -> str:
        readable = self.viewer.readable
        self.params |= {
            "viewer": self.viewer.person_id,
            "is_open": self.rule.read in readable,
            "readable": msgspec.json.encode(sorted(readable)).decode(),
        }
        tests = [_MINE if self.is_mine else _VISIBLE, *map(self._test, self.conditions)]
        return " AND ".join(tests)

    def _test(self, condition: Condition) -> str:
        match condition.operator:
            case "in":
                tests = [self._compare(condition.field, "=", each) for each in condition.value]
                return f"({' OR '.join(tests)})"
            case "prefix":
                return f"({self._fill(_PREFIX, condition.field, condition.value)})"
            case "ne":
                return f"({self._compare(condition.field, '=', condition.value)}) IS NOT TRUE"
            case operator:
                return self._compare(condition.field, _SIGNS[operator], condition.value)

    def _compare(self, name: str, sign: str, value: Any) -> str:
        """Return the test of one value, which is false for one of another kind."""
        kind = _kind_of(value)
        if kind in ("text", "number"):
            return self._fill(f"({_IS_KIND[kind]} AND {_VALUE} {sign} :v_)", name, value)
        return self._fill(f"({_IS_KIND[kind]})", name)

    def _fill(self, text: str, name: str, value: Any = None) -> str:
        """Give a piece of SQL parameters of its own."""
        number = str(len(self.params))
        if name in _COLUMNS:
            text = text.replace(_KIND, f"'{_COLUMNS[name]}'").replace(_VALUE, name)
        else:
            self.params[f"f{number}"] = f"$.{name}"
        if ":v_" in text:
            self.params[f"v{number}"] = value
        return text.replace(":f_", f":f{number}").replace(":v_", f":v{number}")


def write_cursor(key: float | str, document_id: str) -> str:
    """Return where a page of a list has ended."""
    return base64.urlsafe_b64encode(msgspec.json.encode([key, document_id])).decode()


def _read_cursor(text: str) -> _Cursor:
    try:
        return msgspec.json.decode(base64.b64decode(text, b"-_", validate=True), type=_Cursor)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise ArgumentRefusedError("db.find: after is what an earlier db.find has given") from None


def _kind_of(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "text" if isinstance(value, str) else "number"
