"""What a rendering leaves for the next one: the rows of its loops, by what they were made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runtime.view.parts import Part
from runtime.view.tree import Node


@dataclass(slots=True)
class Memo:
    """What the last rendering made, by loop and row; a new one replaces it each time."""

    loops: dict[str, "LoopMemo"] = field(default_factory=dict)
    parts: dict[str, "Memo"] = field(default_factory=dict)
    # Components with a class, by the names of their places; only the memo of the page has any.
    found: Mapping[str, Part] = field(default_factory=dict)


@dataclass(slots=True)
class LoopMemo:
    """The rows of one loop by their keys, each row's item encoded, and what they read beside it."""

    outer: bytes
    rows: dict[str, "Row"] = field(default_factory=dict)
    signatures: list[bytes] = field(default_factory=list)
    # Of all rows together.
    node_count: int = 0
    char_count: int = 0
    has_parts: bool = False


@dataclass(slots=True)
class Row:
    """One row: its nodes, what they cost, and what the next rendering takes from it."""

    nodes: list[Node]
    node_count: int
    char_count: int
    memo: Memo
    found: dict[str, Part]
