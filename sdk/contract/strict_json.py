"""A JSON reader that knows where everything stands and forgives nothing.

The usual readers keep the last of two equal keys, take ``NaN``, and turn ``1e2`` into a number
without a trace, so what a reviewer reads is not what the host gets.  This one refuses doubles and
NaN, keeps each number as it was written, and remembers line and column for the message.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from json.decoder import scanstring as _scanstring  # type: ignore[attr-defined]
from typing import Any, Literal

DEPTH_MAX = 20

Kind = Literal["object", "array", "text", "number", "flag", "null"]

# The standard library's own scanner of one text, which its stubs leave out.
_scan_string: Callable[[str, int, bool], tuple[str, int]] = _scanstring
# RFC 8259, section 6.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_SPACE = re.compile(r"[ \t\n\r]*")
_WORDS: dict[str, tuple[Kind, Any]] = {
    "true": ("flag", True),
    "false": ("flag", False),
    "null": ("null", None),
}


class JsonRefusedError(Exception):
    """The text is not strict JSON."""

    def __init__(self, line: int, column: int, message: str, fix: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the place where it begins."""

    kind: Kind
    # object: dict[str, Node]; array: list[Node]; number: the text as written.
    value: Any
    line: int
    column: int

    @property
    def is_whole(self) -> bool:
        """Tell whether this is a number written as a plain whole number."""
        return self.kind == "number" and bool(re.fullmatch(r"-?[0-9]+", self.value))

    def shown(self) -> str:
        """Return the value as it stands in the file, shortened for a message."""
        if self.kind in {"object", "array"}:
            return f"an {self.kind} of {len(self.value)}"
        text = str(self.value) if self.kind == "number" else json.dumps(self.value)
        return text if len(text) <= _SHOWN_CHARS_MAX else text[:_SHOWN_CHARS_MAX] + "…"


_SHOWN_CHARS_MAX = 60


def parse(data: bytes) -> Node:
    """Read one JSON value that fills the whole text."""
    if data.startswith(b"\xef\xbb\xbf"):
        raise JsonRefusedError(1, 1, "begins with a byte order mark", "save as UTF-8 without BOM")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise JsonRefusedError(line, 1, "is not UTF-8", "save the file as UTF-8") from None
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Node:
        node = self._value(0)
        self._skip()
        if self._at < len(self._text):
            raise self._refusal("has text after the end of the value", "remove it")
        return node

    def _value(self, depth: int) -> Node:
        if depth > DEPTH_MAX:
            raise self._refusal(f"nests more than {DEPTH_MAX} deep", "make it flatter")
        self._skip()
        line, column = self._place()
        kind, value = self._read(depth)
        return Node(kind, value, line, column)

    def _read(self, depth: int) -> tuple[Kind, Any]:
        first = self._text[self._at : self._at + 1]
        if first == "{":
            return "object", self._object(depth)
        if first == "[":
            return "array", self._array(depth)
        if first == '"':
            return "text", self._string()
        for word, found in _WORDS.items():
            if self._text.startswith(word, self._at):
                self._at += len(word)
                return found
        number = _NUMBER.match(self._text, self._at)
        if number is None:
            raise self._refusal("is not JSON here", 'expected a value such as "text", 1 or true')
        self._at = number.end()
        return "number", number.group()

    def _object(self, depth: int) -> dict[str, Node]:
        members: dict[str, Node] = {}
        self._at += 1
        while not self._ends("}", first=not members):
            self._skip()
            if self._text[self._at : self._at + 1] != '"':
                raise self._refusal("needs a member name here", "write it in double quotes")
            start = self._at
            name = self._string()
            if name in members:
                self._at = start
                raise self._refusal(
                    f'has the member "{name[:80]}" twice',
                    "keep one: which of them counts is a guess",
                )
            self._expect(":")
            members[name] = self._value(depth + 1)
        return members

    def _array(self, depth: int) -> list[Node]:
        items: list[Node] = []
        self._at += 1
        while not self._ends("]", first=not items):
            items.append(self._value(depth + 1))
        return items

    def _ends(self, bracket: str, *, first: bool) -> bool:
        """Step over the bracket and say yes, or over the comma that another item needs."""
        self._skip()
        if self._text.startswith(bracket, self._at):
            self._at += 1
            return True
        if not first:
            self._expect(",")
        return False

    def _expect(self, sign: str) -> None:
        self._skip()
        if not self._text.startswith(sign, self._at):
            raise self._refusal(f"needs {sign!r} here", "compare with a JSON example")
        self._at += 1

    def _string(self) -> str:
        try:
            text, end = _scan_string(self._text, self._at + 1, True)
        except json.JSONDecodeError as error:
            raise self._refusal(
                f"has a broken text: {error.msg}", "close it with a double quote"
            ) from None
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self._refusal("has half of a surrogate pair", "write the character itself")
        self._at = end
        return text

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        if found is not None:
            self._at = found.end()

    def _place(self) -> tuple[int, int]:
        before = self._text.rfind("\n", 0, self._at)
        return self._text.count("\n", 0, self._at) + 1, self._at - before

    def _refusal(self, message: str, fix: str) -> JsonRefusedError:
        line, column = self._place()
        return JsonRefusedError(line, column, message, fix)
