"""Templates as JSON documents: what a second front end, for WXML say, hands to our compiler.

A document is the tree of a template before it is checked.  It passes the same lists, the same
rules and the same budgets as HTML does, because it goes through the same compiler: whoever makes
documents is trusted with nothing.  ``docs/reference/ir.md`` describes the form.
"""

import re
from collections.abc import Mapping
from typing import Annotated, NoReturn

import msgspec
from msgspec import Meta

from runtime.findings import Finding
from runtime.view.compiler import compile_nodes
from runtime.view.errors import TemplateRefusedError
from runtime.view.ir import Template
from runtime.view.markup import (
    MARKUP_DEPTH_MAX,
    VOID_TAGS,
    Attribute,
    Markup,
    MarkupElement,
    MarkupText,
    Part,
    Source,
)

DOCUMENT_BYTES_MAX = 256 * 1024
DOCUMENT_VERSION = 1
# A place of the source that the document was made from, in one number.
_COLUMNS = 1 << 20
_TAG = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)
_ATTRIBUTE = re.compile(r"[a-z@:_-][a-z0-9:_-]{0,99}", re.ASCII)

Line = Annotated[int, Meta(ge=0, lt=1 << 20)]
At = tuple[Line, Line]


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An expression: what stands between ``{{`` and ``}}``."""

    expr: str
    at: At = (0, 0)


Piece = str | Value


class TextNode(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="text", tag_field="kind"
):
    """A run of text: plain pieces and expressions in turn."""

    text: list[Piece]
    at: At = (0, 0)


class ElementNode(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="element", tag_field="kind"
):
    """An element, a component, ``block`` or ``slot``.

    Directives (``m-if``, ``m-for``, ``m-key``, ``m-on:tap``, ``m-model``) are attributes.  An empty
    list is an attribute that stands alone, such as ``disabled``.
    """

    tag: str
    attrs: dict[str, list[Piece]] = {}
    children: list["TextNode | ElementNode"] = []
    at: At = (0, 0)


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole template.  ``ir`` is the version of this form."""

    ir: int
    body: list[TextNode | ElementNode]


_read = msgspec.json.Decoder(Document, strict=True)


class _Places(Source):
    """Places that the document itself names."""

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column."""
        return divmod(offset, _COLUMNS)


def compile_document(
    data: bytes,
    path: str,
    components: Mapping[str, Template | None] | None = None,
    *,
    is_component: bool = False,
) -> Template:
    """Return the checked template in a document, or raise ``TemplateRefusedError``.

    ``path`` is the file that findings name: the one that the document was made from.
    """
    source = _Places("", path)
    if len(data) > DOCUMENT_BYTES_MAX:
        _refuse(path, f"a document may have {DOCUMENT_BYTES_MAX // 1024} KiB", "VIEW013")
    try:
        document = _read.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        _refuse(path, f"no document of a template: {error}"[:300])
    if document.ir != DOCUMENT_VERSION:
        _refuse(path, f"'ir' is {document.ir}, and this host reads {DOCUMENT_VERSION}")
    nodes = tuple(_node(node, source, 1) for node in document.body)
    return compile_nodes(source, nodes, components, is_component=is_component)


def _refuse(path: str, message: str, code: str = "VIEW001", at: At = (0, 0)) -> NoReturn:
    fix = "see docs/reference/ir.md for the form"
    raise TemplateRefusedError([Finding(path, *at, code, message, fix)])


def _node(node: TextNode | ElementNode, source: Source, depth: int) -> Markup:
    if isinstance(node, TextNode):
        return MarkupText(_parts(node.text, node.at), _offset(node.at))
    if depth > MARKUP_DEPTH_MAX:
        _refuse(source.path, f"more than {MARKUP_DEPTH_MAX} levels", "VIEW013", node.at)
    if not _TAG.fullmatch(node.tag):
        _refuse(source.path, f"{node.tag[:40]!r} is no tag", at=node.at)
    if node.tag in VOID_TAGS and node.children:
        _refuse(source.path, f"<{node.tag}> holds nothing inside", at=node.at)
    attributes = []
    for name, pieces in node.attrs.items():
        if not _ATTRIBUTE.fullmatch(name):
            _refuse(source.path, f"{name[:40]!r} is no attribute", at=node.at)
        attributes.append(Attribute(name, _parts(pieces, node.at), _offset(node.at)))
    children = tuple(_node(child, source, depth + 1) for child in node.children)
    return MarkupElement(node.tag, tuple(attributes), children, _offset(node.at))


def _parts(pieces: list[Piece], at: At) -> tuple[Part, ...]:
    return tuple(
        Part(piece, is_expression=False, offset=_offset(at))
        if isinstance(piece, str)
        else Part(piece.expr, is_expression=True, offset=_offset(piece.at if any(piece.at) else at))
        for piece in pieces
    )


def _offset(at: At) -> int:
    return at[0] * _COLUMNS + at[1]
