"""Where a template uses a component: which attributes are properties, events or data of it."""

import dataclasses
import re
from typing import TYPE_CHECKING

from runtime.view import allowlist
from runtime.view.ir import ComponentIr, Ir, Parts, Template
from runtime.view.markup import Attribute, Markup, MarkupElement

if TYPE_CHECKING:
    from runtime.view.compiler import _Compiler, _Scope

_HANDLER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_OWN = re.compile(r"(data|aria)-[a-z0-9-]{1,40}", re.ASCII)
DEFAULT_SLOT = ""


class ComponentUse:
    """Compiles one use of a component."""

    def __init__(
        self, compiler: "_Compiler", node: MarkupElement, template: Template, scope: "_Scope"
    ) -> None:
        self._compiler = compiler
        self._node = node
        self._template = template
        self._scope = scope
        self._props: list[tuple[str, Parts]] = []
        self._attrs: list[tuple[str, Parts]] = []
        self._data: list[tuple[str, Parts]] = []
        self._events: dict[str, str] = {}

    def compile(self, attributes: tuple[Attribute, ...], slot: str, number: str) -> ComponentIr:
        """Return the use; note what the component does not take."""
        for attribute in attributes:
            self._take(attribute)
        line, _ = self._compiler.source.place(self._node.offset)
        return ComponentIr(
            self._node.tag,
            tuple(self._props),
            self._template,
            self._events,
            tuple(self._data),
            tuple(self._attrs),
            self._contents(),
            slot,
            number,
            line,
        )

    def _refuse(self, attribute: Attribute, code: str, message: str, fix: str) -> None:
        self._compiler.refuse(attribute.offset, code, message, fix)

    def _take(self, attribute: Attribute) -> None:
        name, tag = attribute.name, self._node.tag
        if name.startswith("m-on:"):
            self._event(attribute, name.removeprefix("m-on:"))
            return
        if name.startswith("m-"):
            fix = 'pass a value, and write what comes back in a handler: m-on:change="set_qty"'
            self._refuse(attribute, "VIEW015", f"{name} cannot stand on a component", fix)
            return
        parts = self._compiler.parts(attribute.parts, self._scope)
        prop = name.replace("-", "_")
        if prop in self._template.names:
            self._props.append((prop, parts))
        elif name.startswith("data-") and _OWN.fullmatch(name):
            self._data.append((name, parts))
        elif name in allowlist.GLOBAL_ATTRS - {"style"} or _OWN.fullmatch(name):
            self._attrs.append((name, parts))
        else:
            takes = ", ".join(sorted(self._template.names)) or "no properties"
            message = f"<{tag}> has no property '{name}'"
            self._refuse(attribute, "VIEW015", message, f"it has {takes}")

    def _event(self, attribute: Attribute, event: str) -> None:
        known = self._template.handlers
        if event not in known:
            fires = ", ".join(sorted(known)) or "no events"
            message = f"<{self._node.tag}> has no event '{event}'"
            self._refuse(attribute, "VIEW007", message, f"it has {fires}")
            return
        handler = "".join(part.text for part in attribute.parts).strip()
        is_plain = not any(part.is_expression for part in attribute.parts)
        if not is_plain or not _HANDLER.fullmatch(handler):
            fix = f'write  {attribute.name}="set_qty"; values go in data-… attributes'
            self._refuse(attribute, "VIEW008", "an event needs the name of a handler", fix)
            return
        line, _ = self._compiler.source.place(attribute.offset)
        self._compiler.handlers.setdefault(handler, line)
        self._events[event] = handler

    def _contents(self) -> dict[str, tuple[Ir, ...]]:
        """Compile what stands inside, by the slot that it is for."""
        by_slot: dict[str, list[Markup]] = {}
        for child in self._node.children:
            slot = DEFAULT_SLOT
            if isinstance(child, MarkupElement):
                given = next((a for a in child.attributes if a.name == "slot"), None)
                if given is not None:
                    slot = "".join(part.text for part in given.parts).strip()
                    rest = tuple(a for a in child.attributes if a is not given)
                    child = dataclasses.replace(child, attributes=rest)  # noqa: PLW2901  (the same without its slot)
            by_slot.setdefault(slot, []).append(child)
        contents = {
            slot: made
            for slot, nodes in by_slot.items()
            if (made := self._compiler.contents(tuple(nodes), self._scope))
        }
        for slot in contents.keys() - self._template.slots:
            what = f"a slot '{slot}'" if slot else "a place for what stands inside"
            tag = f'<slot name="{slot}"></slot>' if slot else "<slot></slot>"
            self._compiler.refuse(
                self._node.offset,
                "VIEW015",
                f"<{self._node.tag}> has no {what.removeprefix('a ')}",
                f"add  {tag}  to its template",
            )
        return contents
