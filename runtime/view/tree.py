"""What rendering yields: a tree of elements and texts, and its form on the wire.

A node's ``key`` names it among its siblings: the place in the template, and in a loop the row's
key too.  Keys let ``diff`` see a moved row as moved; they never leave the host, because patches
address nodes by position.  ``msgspec.Struct`` and not a dataclass: a page makes thousands of them
per event, and a frozen dataclass takes six times as long to make.
"""

from typing import Any

import msgspec

# The wire form: a text, or ``[tag]``, ``[tag, attrs]``, ``[tag, attrs, children]``.
Wire = str | list[Any]


class Text(msgspec.Struct, frozen=True, gc=False):
    """A run of text."""

    text: str
    key: str


class Element(msgspec.Struct, frozen=True):
    """An allow-listed element.

    Attributes whose names begin with ``@`` are for the renderer: ``@tap`` names the handler of a
    tap, ``@model`` the state that a field writes to.
    """

    tag: str
    attrs: dict[str, str]
    children: tuple["Node", ...]
    key: str


Node = Text | Element


def to_wire(node: Node) -> Wire:
    """Return what the browser gets for ``node``."""
    if isinstance(node, Text):
        return node.text
    if node.children:
        return [node.tag, node.attrs, [to_wire(child) for child in node.children]]
    return [node.tag, node.attrs] if node.attrs else [node.tag]


def count_nodes(node: Node) -> int:
    """Return how many nodes the tree has."""
    if isinstance(node, Text):
        return 1
    return 1 + sum(map(count_nodes, node.children))


def count_chars(node: Node) -> int:
    """Return how many characters the tree shows or holds in attributes."""
    if isinstance(node, Text):
        return len(node.text)
    own = sum(len(name) + len(value) for name, value in node.attrs.items())
    return own + sum(map(count_chars, node.children))
