"""Turn one tree into another with few, small operations.

An operation is a list ``[code, path, …]``; ``path`` holds the child positions from the root down.
Operations apply one after the other, so positions are those at that moment:

    [0, path, text]                   the text at path becomes text
    [1, path, {name: value|null}]     attributes change; null takes one away
    [2, path, index, node, node…]     nodes come in before index
    [3, path, index, count]           count nodes go
    [4, path, from, to]               a node leaves position from and comes in at to
    [5, path, node]                   the node at path becomes another

``host/shell/static/frame.js`` applies the same operations to the page.
"""

from typing import Any

from runtime.view.tree import Element, Node, Text, Wire, to_wire

TEXT, ATTRS, INSERT, REMOVE, MOVE, REPLACE = range(6)
Op = list[Any]
Path = list[int]

# Moving n of m rows takes n·m steps in the host.  Above this the parent is sent anew instead.
_MOVE_STEPS_MAX = 100_000


def diff(old: Node, new: Node) -> list[Op]:
    """Return the operations that turn ``old`` into ``new``."""
    ops: list[Op] = []
    _diff_node(old, new, [], ops)
    return ops


def apply(tree: Wire, ops: list[Op]) -> Wire:
    """Apply ``ops`` to a tree in wire form: what the browser does, for tests and the simulator."""
    root: list[Any] = [tree]
    for op in ops:
        parent, index = root, 0
        for step in op[1]:
            parent, index = _children(parent[index]), step
        _apply_at(parent, index, op)
    whole: Wire = root[0]
    return _tidy(whole)


def _diff_node(old: Node, new: Node, path: Path, ops: list[Op]) -> None:
    if old is new:
        return
    if isinstance(new, Text):
        if not isinstance(old, Text):
            ops.append([REPLACE, path, new.text])
        elif old.text != new.text:
            ops.append([TEXT, path, new.text])
        return
    if not isinstance(old, Element) or old.tag != new.tag:
        ops.append([REPLACE, path, to_wire(new)])
        return
    if old.attrs != new.attrs:
        ops.append([ATTRS, path, _changed_attrs(old.attrs, new.attrs)])
    _diff_children(old, new, path, ops)


def _changed_attrs(old: dict[str, str], new: dict[str, str]) -> dict[str, str | None]:
    changed: dict[str, str | None] = {
        name: value for name, value in new.items() if old.get(name) != value
    }
    changed.update({name: None for name in old if name not in new})
    return changed


def _diff_children(old: Element, new: Element, path: Path, ops: list[Op]) -> None:
    if len(old.children) == len(new.children):
        pairs = zip(old.children, new.children, strict=True)
        others = [(index, a, b) for index, (a, b) in enumerate(pairs) if a is not b]
        if all(a.key == b.key for _, a, b in others):
            for index, a, b in others:
                _diff_node(a, b, [*path, index], ops)
            return

    old_keys = [child.key for child in old.children]
    new_keys = [child.key for child in new.children]
    kept = set(old_keys) & set(new_keys)
    moved = _find_moved(
        [key for key in old_keys if key in kept], [key for key in new_keys if key in kept]
    )
    if len(moved) * len(new_keys) > _MOVE_STEPS_MAX:
        ops.append([REPLACE, path, to_wire(new)])
        return

    current = _remove(old_keys, kept, path, ops)
    _place(current, new, moved, path, ops)
    before = {child.key: child for child in old.children}
    for index, child in enumerate(new.children):
        if child.key in kept:
            _diff_node(before[child.key], child, [*path, index], ops)


def _remove(keys: list[str], kept: set[str], path: Path, ops: list[Op]) -> list[str]:
    """Take away what is not kept, neighbours together, from the end."""
    index = len(keys)
    while index:
        end = index
        while index and keys[index - 1] not in kept:
            index -= 1
        if index < end:
            ops.append([REMOVE, path, index, end - index])
        else:
            index -= 1
    return [key for key in keys if key in kept]


def _find_moved(old: list[str], new: list[str]) -> set[str]:
    """Return the fewest keys to move: all but a longest run that is in order in both."""
    if old == new:
        return set()
    position = {key: n for n, key in enumerate(old)}
    # Patience sorting: tails[n] ends the best increasing run of length n + 1.
    tails: list[int] = []
    tail_at: list[int] = []
    previous: list[int] = []
    wanted = [position[key] for key in new]
    for n, value in enumerate(wanted):
        low = _bisect(tails, value)
        previous.append(tail_at[low - 1] if low else -1)
        if low == len(tails):
            tails.append(value)
            tail_at.append(n)
        else:
            tails[low] = value
            tail_at[low] = n
    stays: set[str] = set()
    n = tail_at[-1]
    while n >= 0:
        stays.add(new[n])
        n = previous[n]
    return set(old) - stays


def _bisect(values: list[int], value: int) -> int:
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


def _place(current: list[str], new: Element, moved: set[str], path: Path, ops: list[Op]) -> None:
    """Move and insert from the last child to the first, each before the one that follows it."""
    present = set(current)
    anchor = len(current)
    for child in reversed(new.children):
        if child.key not in present:
            _insert(ops, path, anchor, child)
            current.insert(anchor, child.key)
        elif child.key in moved:
            source = current.index(child.key)
            current.pop(source)
            if source < anchor:
                anchor -= 1
            if source != anchor:
                ops.append([MOVE, path, source, anchor])
            current.insert(anchor, child.key)
        else:
            # What is still to be moved may stand between, so the position must be looked up.
            anchor = _index_before(current, child.key, anchor)


def _index_before(keys: list[str], key: str, end: int) -> int:
    index = end - 1
    while keys[index] != key:
        index -= 1
    return index


def _insert(ops: list[Op], path: Path, index: int, child: Node) -> None:
    """Add an insertion; one that comes directly before the last one joins it."""
    last = ops[-1] if ops else None
    if last is not None and last[0] == INSERT and last[1] is path and last[2] == index:
        last.insert(3, to_wire(child))
    else:
        ops.append([INSERT, path, index, to_wire(child)])


def _children(node: Any) -> list[Any]:
    while len(node) < 3:  # noqa: PLR2004  (a node in full is tag, attributes, children)
        node.append({} if len(node) == 1 else [])
    children: list[Any] = node[2]
    return children


def _apply_at(parent: list[Any], index: int, op: Op) -> None:
    code = op[0]
    if code in (TEXT, REPLACE):
        parent[index] = op[2]
        return
    node = parent[index]
    children = _children(node)
    if code == ATTRS:
        node[1] = {k: v for k, v in {**node[1], **op[2]}.items() if v is not None}
    elif code == INSERT:
        children[op[2] : op[2]] = op[3:]
    elif code == REMOVE:
        del children[op[2] : op[2] + op[3]]
    elif code == MOVE:
        children.insert(op[3], children.pop(op[2]))


def _tidy(node: Wire) -> Wire:
    """Leave out empty attributes and children, as ``to_wire`` does."""
    if isinstance(node, str):
        return node
    attrs = node[1] if len(node) > 1 else {}
    if len(node) == 3 and node[2]:  # noqa: PLR2004  (tag, attributes, children)
        return [node[0], attrs, [_tidy(child) for child in node[2]]]
    return [node[0], attrs] if attrs else [node[0]]
