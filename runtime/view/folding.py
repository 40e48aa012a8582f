"""Parts of a template that never change: made once, the same object in every tree."""

from runtime.view.inline_style import clean_style
from runtime.view.ir import ElementIr, Ir, StaticIr
from runtime.view.tree import Element, count_chars, count_nodes


def fold(element: ElementIr) -> Ir:
    """Make an element that never changes now, so that every tree holds the same object."""
    attrs: dict[str, str] = {}
    for name, parts in element.attrs:
        if name == "src" or not all(isinstance(part, str) for part in parts):
            return element
        text = "".join(part for part in parts if isinstance(part, str))
        attrs[name] = clean_style(text) if name == "style" else text
    children = [child for child in element.children if isinstance(child, StaticIr)]
    if len(children) != len(element.children):
        return element
    node = Element(element.tag, attrs, tuple(child.node for child in children), element.slot)
    return StaticIr(node, count_nodes(node), count_chars(node))
