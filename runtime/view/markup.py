"""Reads the markup of a template, strictly: what is opened is closed, what is named is quoted.

A browser's parser repairs mistakes and so hides them from the merchant, and two parsers that
repair differently are how markup slips past a filter.  This one refuses, with line and column, and
keeps ``{{ }}`` whole wherever it stands.
"""

import html
import re
from dataclasses import dataclass
from typing import NoReturn

from runtime.findings import Finding
from runtime.view.errors import TemplateRefusedError

TEMPLATE_BYTES_MAX = 64 * 1024
MARKUP_DEPTH_MAX = 32

VOID_TAGS = frozenset({"br", "hr", "img", "input", "wbr"})

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
_ATTRIBUTE = re.compile(r"\s+([^\s=>/\"'<]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_TAG_END = re.compile(r"\s*(/?)>")
# The end of plain text: a tag, a comment, or an expression.
_MARK = re.compile(r"<|\{\{")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text or of an attribute's value: plain, or the inside of ``{{ }}``."""

    text: str
    is_expression: bool
    offset: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; no parts when it stands alone, such as ``disabled``."""

    name: str
    parts: tuple[Part, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class MarkupText:
    """A run of text between two tags."""

    parts: tuple[Part, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class MarkupElement:
    """An element as it was written."""

    tag: str
    attributes: tuple[Attribute, ...]
    children: tuple["Markup", ...]
    offset: int


Markup = MarkupText | MarkupElement


class Source:
    """A template's text and where its lines begin."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of ``offset``, both from one."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def finding(self, offset: int, code: str, message: str, fix: str) -> Finding:
        """Return a finding at ``offset``."""
        line, column = self.place(offset)
        return Finding(self.path, line, column, code, message, fix)


def parse_markup(source: Source) -> tuple[Markup, ...]:
    """Return the nodes of a template or raise ``TemplateRefusedError``."""
    if len(source.text.encode(errors="replace")) > TEMPLATE_BYTES_MAX:
        message = f"a template may have {TEMPLATE_BYTES_MAX // 1024} KiB"
        raise TemplateRefusedError(
            [Finding(source.path, 0, 0, "VIEW013", message, "split the page into components")]
        )
    return _Parser(source).document()


class _Open:
    """An element whose end has not been read yet."""

    def __init__(self, tag: str, attributes: tuple[Attribute, ...], offset: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.offset = offset
        self.children: list[Markup] = []

    def closed(self) -> MarkupElement:
        return MarkupElement(self.tag, self.attributes, tuple(self.children), self.offset)


class _Parser:
    """One pass over the text with a stack of open elements."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._at = 0
        self._stack = [_Open("", (), 0)]

    def document(self) -> tuple[Markup, ...]:
        while self._at < len(self._text):
            if self._text.startswith("<!--", self._at):
                self._skip_comment()
            elif self._text.startswith("</", self._at):
                self._close()
            elif self._text.startswith("<", self._at):
                self._open()
            else:
                self._read_text()
        if len(self._stack) > 1:
            left = self._stack[-1]
            self._refuse(left.offset, f"<{left.tag}> is never closed", f"add  </{left.tag}>")
        return tuple(self._stack[0].children)

    def _refuse(self, offset: int, message: str, fix: str, code: str = "VIEW001") -> NoReturn:
        raise TemplateRefusedError([self._source.finding(offset, code, message, fix)])

    def _skip_comment(self) -> None:
        end = self._text.find("-->", self._at + 4)
        if end < 0:
            self._refuse(self._at, "this comment never ends", "add  -->")
        self._at = end + 3

    def _close(self) -> None:
        match = _NAME.match(self._text, self._at + 2)
        end = _TAG_END.match(self._text, match.end()) if match else None
        if match is None or end is None or end[1]:
            self._refuse(self._at, "this is not a tag", "write  </name>")
        tag, opened = match[0].lower(), self._stack[-1]
        if len(self._stack) == 1 or opened.tag != tag:
            fix = f"close <{opened.tag}> first" if opened.tag else "remove it"
            self._refuse(self._at, f"</{tag}> closes nothing here", fix)
        self._stack.pop()
        self._stack[-1].children.append(opened.closed())
        self._at = end.end()

    def _open(self) -> None:
        start = self._at
        match = _NAME.match(self._text, start + 1)
        if match is None:
            self._refuse(start, "'<' begins a tag", "write  &lt;  for the sign itself")
        tag = match[0].lower()
        self._at = match.end()
        attributes = self._attributes()
        end = _TAG_END.match(self._text, self._at)
        if end is None:
            self._refuse(self._at, f"<{tag}> cannot be read from here", 'write  name="value"  or >')
        self._at = end.end()
        element = _Open(tag, attributes, start)
        if end[1] or tag in VOID_TAGS:
            self._stack[-1].children.append(element.closed())
            return
        if len(self._stack) > MARKUP_DEPTH_MAX:
            self._refuse(start, f"more than {MARKUP_DEPTH_MAX} levels", "nest less", "VIEW013")
        self._stack.append(element)

    def _attributes(self) -> tuple[Attribute, ...]:
        found: list[Attribute] = []
        while match := _ATTRIBUTE.match(self._text, self._at):
            name, offset = match[1].lower(), match.start(1)
            if match[4] is not None:
                fix = f'write  {name}="{match[4][:20]}"'
                self._refuse(offset, "the value has no quotes", fix)
            if any(name == other.name for other in found):
                self._refuse(offset, f"'{name}' stands here twice", "remove one")
            group = 2 if match[2] is not None else 3
            parts: tuple[Part, ...] = ()
            if match[group] is not None:
                parts = self._split(match.start(group), match.end(group))
            found.append(Attribute(name, parts, offset))
            self._at = match.end()
        return tuple(found)

    def _read_text(self) -> None:
        start = self._at
        while match := _MARK.search(self._text, self._at):
            if match[0] == "<":
                self._at = match.start()
                break
            end = self._text.find("}}", match.end())
            if end < 0:
                self._refuse(match.start(), "this {{ never ends", "add  }}")
            self._at = end + 2
        else:
            self._at = len(self._text)
        parts = self._split(start, self._at)
        self._stack[-1].children.append(MarkupText(parts, start))

    def _split(self, start: int, end: int) -> tuple[Part, ...]:
        """Part the text from ``start`` to ``end`` at its expressions."""
        parts: list[Part] = []
        at = start
        while at < end:
            begin = self._text.find("{{", at, end)
            if begin != at:
                plain = html.unescape(self._text[at : begin if begin >= 0 else end])
                parts.append(Part(plain, is_expression=False, offset=at))
            if begin < 0:
                break
            close = self._text.find("}}", begin, end)
            if close < 0:
                self._refuse(begin, "this {{ never ends", "add  }}")
            inside = self._text[begin + 2 : close]
            parts.append(Part(inside, is_expression=True, offset=begin + 2))
            at = close + 2
        return tuple(parts)
