"""A compiled template: plain data that rendering reads.

Every node has a ``slot``: its place among the children of its parent in the template, which names
it in the tree whatever stands before it at the moment.  HTML-like templates compile to this form
(``runtime.view.compiler``); another front end may yield it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runtime.findings import Finding
from runtime.view.evaluate import Compute
from runtime.view.parts import ComponentClass
from runtime.view.tree import Node


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression in its place."""

    source: str
    line: int
    # Steps of one evaluation.
    cost: int
    names: frozenset[str]
    compute: Compute


# A text or attribute that is put together: plain pieces and expressions in turn.
Parts = tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class StaticIr:
    """A part of the page that never changes: made once, the same object in every tree."""

    node: Node
    node_count: int
    char_count: int


@dataclass(frozen=True, slots=True)
class TextIr:
    """A run of text."""

    parts: Parts
    slot: str


@dataclass(frozen=True, slots=True)
class ElementIr:
    """An element with computed attributes or children."""

    tag: str
    attrs: tuple[tuple[str, Parts], ...]
    children: tuple["Ir", ...]
    line: int
    slot: str


@dataclass(frozen=True, slots=True)
class IfIr:
    """``m-if``, ``m-elif``, ``m-else``: the first branch whose test holds."""

    branches: tuple[tuple[Expression | None, tuple["Ir", ...]], ...]


@dataclass(frozen=True, slots=True)
class ForIr:
    """``m-for``: the body once per row."""

    item: str
    index: str | None
    items: Expression
    key: Expression | None
    body: tuple["Ir", ...]
    # What a row reads beside its own item, by where it comes from: when none of it and not the
    # item has changed, the row of the last rendering is taken as it is.
    state_names: tuple[str, ...]
    local_names: tuple[str, ...]
    slot: str
    # Its own among the loops and components of the template.
    number: str
    line: int
    # Whether a row shows what a component's user put into it: then no row is taken as it was.
    has_slot: bool = False


@dataclass(frozen=True, slots=True)
class SlotIr:
    """``<slot>``: what the user of a component put inside, or what stands there otherwise."""

    name: str
    fallback: tuple["Ir", ...]
    slot: str
    number: str


@dataclass(frozen=True, slots=True)
class ComponentIr:
    """A component of the package: its template with the given values as its only names."""

    name: str
    props: tuple[tuple[str, Parts], ...]
    template: "Template"
    # What it fires → the name of it where the component is used.
    events: Mapping[str, str]
    # ``data-…`` for everything in it that can be touched, and attributes of its own element.
    data: tuple[tuple[str, Parts], ...]
    attrs: tuple[tuple[str, Parts], ...]
    # What is put inside, by slot, in the names of where it is used.
    contents: Mapping[str, tuple["Ir", ...]]
    slot: str
    # Its own among the loops and components of the template.
    number: str
    line: int


Ir = StaticIr | TextIr | ElementIr | IfIr | ForIr | ComponentIr | SlotIr


@dataclass(frozen=True, slots=True)
class Template:
    """A template that passed every check."""

    path: str
    body: tuple[Ir, ...]
    # Handler name → line of its first use; of a component: the events that it fires.
    handlers: Mapping[str, int]
    # Names that fields write to (``m-model``), and what they write: "text", "number" or "flag".
    models: Mapping[str, str]
    # Names that the template reads from the page.
    names: frozenset[str]
    warnings: tuple[Finding, ...] = field(default=())
    # Names of its slots; the one without a name is empty.  Only components have any.
    slots: frozenset[str] = frozenset()
    # A component's class, when it has one.
    of: ComponentClass | None = None
    # Whether anything in it is a component with a class.
    has_parts: bool = False
