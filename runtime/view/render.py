"""IR + state → tree, within the budgets of ``runtime.view.run``.

A row of a loop whose item did not change, in a loop whose other inputs did not change, is the same
object as in the last tree; so is everything that never changes.  ``diff`` skips what is the same
object, and a change in one of 200 rows costs one row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from runtime.view.filters import to_text
from runtime.view.ir import (
    ComponentIr,
    ElementIr,
    ForIr,
    IfIr,
    Ir,
    Parts,
    SlotIr,
    StaticIr,
    Template,
    TextIr,
)
from runtime.view.memo import LoopMemo, Memo, Row
from runtime.view.parts import PARTS_MAX, ComponentClass, Part, bind_events, name_part
from runtime.view.run import CHARS_PER_STEP, Env, Run
from runtime.view.tree import Element, Node, Text
from runtime.view.values import attribute_text, compute, join, value_of

# A longer key is cut; rows that then have the same key are told apart by their position.
KEY_CHARS_MAX = 200

_encode = msgspec.msgpack.Encoder().encode
_MISSING: Any = object()
NO_PARTS: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


@dataclass(slots=True)
class _Place:
    """Where nodes go: their list, what their keys begin with, and the memos of this level."""

    out: list[Node]
    prefix: str
    old: Memo
    new: Memo


def render(
    template: Template,
    state: Mapping[str, Any],
    env: Env | None = None,
    memo: Memo | None = None,
    *,
    page_class: str = "page",
    parts: Mapping[str, Mapping[str, Any]] = NO_PARTS,
) -> tuple[Element, Memo]:
    """Return the tree of ``template`` for ``state`` and the memo for the next rendering.

    Raises ``ViewFailedError`` with file and line when the state does not fit or a budget ends.
    """
    run = Run(state, env or Env(), template.path, parts)
    place = _Place([], "", memo or Memo(), Memo())
    run.charge_node(0)
    _render_all(template.body, run, place)
    place.new.found = run.found
    return Element("main", {"class": page_class}, tuple(place.out), ""), place.new


def _render_all(nodes: tuple[Ir, ...], run: Run, place: _Place) -> None:
    run.go_down()
    for node in nodes:
        _RENDER[type(node)](node, run, place)
    run.depth -= 1


def _static(node: StaticIr, run: Run, place: _Place) -> None:
    run.charge_node(node.char_count, node.node_count)
    made = node.node
    if place.prefix:
        key = place.prefix + made.key
        made = (
            Text(made.text, key)
            if isinstance(made, Text)
            else Element(made.tag, made.attrs, made.children, key)
        )
    place.out.append(made)


def _text(node: TextIr, run: Run, place: _Place) -> None:
    text = join(node.parts, run)
    run.charge_node(len(text))
    place.out.append(Text(text, place.prefix + node.slot))


def _element(node: ElementIr, run: Run, place: _Place) -> None:
    run.line = node.line
    attrs = _attributes(node, run)
    run.charge_node(sum(map(len, attrs.values())))
    inner = _Place([], "", place.old, place.new)
    run.levels += 1
    _render_all(node.children, run, inner)
    run.levels -= 1
    key = place.prefix + node.slot
    place.out.append(Element(node.tag, attrs, tuple(inner.out), key))


def _if(node: IfIr, run: Run, place: _Place) -> None:
    for test, body in node.branches:
        if test is None or compute(test, run):
            _render_all(body, run, place)
            return


def _for(node: ForIr, run: Run, place: _Place) -> None:
    items = compute(node.items, run)
    if items is None:
        items = []
    if not isinstance(items, list):
        kind = "an object: make a list of it" if isinstance(items, dict) else "none"
        raise run.fail(f"m-for needs a list, and {node.items.source} is {kind}")
    outer = _outer_signature(node, run)
    old = place.old.loops.get(node.number)
    if old is None or old.outer != outer:
        old = LoopMemo(outer)
    saved = {name: run.scope.get(name, _MISSING) for name in (node.item, node.index) if name}
    read = zip(items, range(len(items)), strict=True) if node.index else items
    signatures = [_encode(each) for each in read]
    run.charge(2 * len(items) + sum(map(len, signatures)) // CHARS_PER_STEP)
    new = _few_rows(node, items, signatures, old, run, place)
    if new is None:
        new = _all_rows(node, items, signatures, old, run, place)
    place.new.loops[node.number] = new
    place.out += [each for row in new.rows.values() for each in row.nodes]
    for name, value in saved.items():
        if value is _MISSING:
            run.scope.pop(name, None)
        else:
            run.scope[name] = value


def _few_rows(  # noqa: PLR0917  (what both ways to make rows need)
    node: ForIr, items: list[Any], signatures: list[bytes], old: LoopMemo, run: Run, place: _Place
) -> LoopMemo | None:
    """Render the rows that differ, where no row came, went or moved; None where one did.

    Most changes are such, and this looks at each other row once, in two comparisons.
    """
    if len(items) != len(old.signatures) or node.has_slot or old.has_parts:
        return None
    pairs = zip(signatures, old.signatures, strict=True)
    changed = [index for index, (a, b) in enumerate(pairs) if a != b]
    keys = list(old.rows) if changed else []
    for index in changed:
        _set_item(node, index, items[index], run)
        if _row_key(node, index, {}, run) != keys[index]:
            return None
    nodes_left, text_left = run.nodes_left, run.text_left
    rows, has_parts = dict(old.rows), False
    last = [rows[keys[index]] for index in changed]
    run.charge_node(
        old.char_count - sum(row.char_count for row in last),
        old.node_count - sum(row.node_count for row in last),
    )
    for index, before in zip(changed, last, strict=True):
        _set_item(node, index, items[index], run)
        key = keys[index]
        rows[key] = row = _render_row(node, run, place, key, before.memo)
        has_parts = has_parts or bool(row.found)
    counts = nodes_left - run.nodes_left, text_left - run.text_left
    return LoopMemo(old.outer, rows, signatures, *counts, has_parts)


def _all_rows(  # noqa: PLR0917  (the same)
    node: ForIr, items: list[Any], signatures: list[bytes], old: LoopMemo, run: Run, place: _Place
) -> LoopMemo:
    """Look for each row among those of last time, wherever it was."""
    nodes_left, text_left = run.nodes_left, run.text_left
    rows: dict[str, Row] = {}
    before = dict(zip(old.rows, old.signatures, strict=True))
    for index, (item, signature) in enumerate(zip(items, signatures, strict=True)):
        _set_item(node, index, item, run)
        key = _row_key(node, index, rows, run)
        row = old.rows.get(key)
        if row and before[key] == signature and not node.has_slot and _is_same(row, run):
            run.charge_node(row.char_count, row.node_count)
            run.found.update(row.found)
        else:
            row = _render_row(node, run, place, key, row.memo if row else Memo())
        rows[key] = row
    counts = nodes_left - run.nodes_left, text_left - run.text_left
    has_parts = any(row.found for row in rows.values())
    return LoopMemo(old.outer, rows, signatures, *counts, has_parts)


def _set_item(node: ForIr, index: int, item: Any, run: Run) -> None:
    run.scope[node.item] = item
    if node.index:
        run.scope[node.index] = index


def _is_same(row: Row, run: Run) -> bool:
    """Tell whether the parts in a row have the data that they had last time."""
    return all(run.parts.get(part.name) is part.state for part in row.found.values())


def _render_row(node: ForIr, run: Run, outside: _Place, key: str, last: Memo) -> Row:
    nodes_left, text_left = run.nodes_left, run.text_left
    place = _Place([], f"{outside.prefix}{node.slot}\0{key}\0", last, Memo())
    way, found = run.place, run.found
    run.place, run.found = f"{way}r{node.number}\0{key}\0", {}
    _render_all(node.body, run, place)
    own, run.place, run.found = run.found, way, found
    found.update(own)
    counts = nodes_left - run.nodes_left, text_left - run.text_left
    return Row(place.out, *counts, place.new, own)


def _row_key(node: ForIr, index: int, rows: Mapping[str, Row], run: Run) -> str:
    """Return the row's key; a second row with the same key gets one of its own."""
    if node.key is None:
        return str(index)
    text = to_text(run, compute(node.key, run))[:KEY_CHARS_MAX]
    # Neither sign may come from the state: they part the pieces of a node's key.
    key = text.replace("\0", "").replace("\1", "")
    return key if key not in rows else f"{key}\1{index}"


def _outer_signature(node: ForIr, run: Run) -> bytes:
    """Return what the rows read beside their item, encoded, so that a change is seen."""
    parts = []
    for name in node.state_names:
        if name not in run.signatures:
            run.signatures[name] = _encode(run.scope.get(name))
            run.charge(1 + len(run.signatures[name]) // CHARS_PER_STEP)
        parts.append(run.signatures[name])
    if node.local_names:
        parts.append(_encode([run.scope.get(name) for name in node.local_names]))
    if run.data:
        parts.append(_encode(run.data))
    run.charge(1 + sum(map(len, parts)) // CHARS_PER_STEP)
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Inside:
    """What was put into the component that is being rendered, and the names it is read with."""

    contents: Mapping[str, tuple[Ir, ...]]
    outer: "_Names"


@dataclass(frozen=True, slots=True)
class _Names:
    """Everything a template reads: taken aside while another one is rendered."""

    scope: dict[str, Any]
    file: str
    signatures: dict[str, bytes]
    events: Mapping[str, str] | None
    data: Mapping[str, str]
    inside: _Inside | None

    @classmethod
    def of(cls, run: Run) -> "_Names":
        return cls(run.scope, run.file, run.signatures, run.events, run.data, run.inside)

    def put(self, run: Run) -> None:
        run.scope, run.file, run.signatures = self.scope, self.file, self.signatures
        run.events, run.data, run.inside = self.events, self.data, self.inside


def _component(node: ComponentIr, run: Run, place: _Place) -> None:
    run.line = node.line
    outer = _Names.of(run)
    attrs = _texts(node.attrs, run)
    attrs["class"] = " ".join(filter(None, [f"c-{node.name}", attrs.get("class")]))
    run.charge_node(sum(map(len, attrs.values())))
    scope = {name: value_of(parts, run) if parts else True for name, parts in node.props}
    events = {
        event: handler
        for event, name in node.events.items()
        if (handler := name if outer.events is None else outer.events.get(name))
    }
    data = {**run.data, **_texts(node.data, run)}
    way, run.place = run.place, f"{run.place}{node.number}\0"
    if node.template.of is not None:
        scope, events = _part(node.template.of, run, scope, events, data)
    _Names(scope, node.template.path, {}, events, data, _Inside(node.contents, outer)).put(run)
    inner = _Place([], "", place.old.parts.get(node.number, Memo()), Memo())
    place.new.parts[node.number] = inner.new
    run.levels += 1
    _render_all(node.template.body, run, inner)
    run.levels -= 1
    run.place = way
    outer.put(run)
    place.out.append(Element("div", attrs, tuple(inner.out), place.prefix + node.slot))


def _part(
    of: ComponentClass,
    run: Run,
    given: dict[str, Any],
    events: dict[str, str],
    data: dict[str, str],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Note a component with a class; return the names that it reads, and what its events mean."""
    name = name_part(run.place)
    state = run.parts.get(name)
    props = {**dict.fromkeys(of.props), **given}
    run.found[name] = Part(name, of, props, state, events, data)
    if len(run.found) > PARTS_MAX:
        raise run.fail(f"this page has more than {PARTS_MAX} components with a class")
    return {**(state or {}), **props}, bind_events(name, of, events)


def _slot(node: SlotIr, run: Run, place: _Place) -> None:
    old = place.old.parts.get(node.number, Memo())
    new = place.new.parts[node.number] = Memo()
    inner = _Place(place.out, f"{place.prefix}{node.slot}\0", old, new)
    way, run.place = run.place, f"{run.place}s{node.number}\0"
    content = run.inside.contents.get(node.name) if run.inside else None
    if content is None:
        _render_all(node.fallback, run, inner)
    else:
        names = _Names.of(run)
        run.inside.outer.put(run)
        _render_all(content, run, inner)
        names.put(run)
    run.place = way


def _texts(attributes: tuple[tuple[str, Parts], ...], run: Run) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, parts in attributes:
        text = attribute_text(name, value_of(parts, run), run) if parts else ""
        if text is not None:
            found[name] = text
    return found


_RENDER: dict[type, Any] = {
    SlotIr: _slot,
    StaticIr: _static,
    TextIr: _text,
    ElementIr: _element,
    IfIr: _if,
    ForIr: _for,
    ComponentIr: _component,
}


def _attributes(node: ElementIr, run: Run) -> dict[str, str]:
    attrs: dict[str, str] = {}
    is_bound = False
    for name, parts in node.attrs:
        if run.events is not None and name[:1] == "@":
            handler = run.events.get(str(parts[0]))
            if handler is not None:
                attrs[name], is_bound = handler, True
            continue
        if not parts:
            attrs[name] = ""
            continue
        text = attribute_text(name, value_of(parts, run), run)
        if text is not None:
            attrs[name] = text
    if is_bound:
        attrs = {**run.data, **attrs}
    return attrs
