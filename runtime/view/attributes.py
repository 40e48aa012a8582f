"""Attributes of an element → what rendering puts on it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.view import allowlist
from runtime.view.evaluate import build
from runtime.view.expr import Binary, Literal, Name
from runtime.view.inline_style import read_declaration
from runtime.view.ir import Expression, Parts
from runtime.view.markup import Attribute, MarkupElement

if TYPE_CHECKING:
    from runtime.view.compiler import _Compiler, _Scope

_HANDLER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_OWN = re.compile(r"(?:data|aria)-[a-z0-9-]{1,40}", re.ASCII)
_CONTROL = ("m-if", "m-elif", "m-else", "m-for", "m-key")


@dataclass(frozen=True, slots=True)
class Directives:
    """The attributes of an element that decide whether and how often it is shown, and the rest."""

    if_: Attribute | None
    elif_: Attribute | None
    else_: Attribute | None
    for_: Attribute | None
    key: Attribute | None
    rest: tuple[Attribute, ...]

    @classmethod
    def of(cls, node: MarkupElement) -> "Directives":
        """Part the attributes of ``node``."""
        found = {a.name: a for a in node.attributes if a.name in _CONTROL}
        rest = tuple(a for a in node.attributes if a.name not in _CONTROL)
        if_, elif_, else_, for_, key = map(found.get, _CONTROL)
        return cls(if_, elif_, else_, for_, key, rest)


class AttributeCompiler:
    """Compiles the attributes of one element."""

    def __init__(self, compiler: "_Compiler", node: MarkupElement, scope: "_Scope") -> None:
        self._compiler = compiler
        self._node = node
        self._scope = scope
        self._made: dict[str, Parts] = {}

    def compile(self, attributes: tuple[Attribute, ...]) -> tuple[tuple[str, Parts], ...]:
        """Return name and value of each attribute; note those that are not allowed."""
        for attribute in attributes:
            name = attribute.name
            if name.startswith("m-on:"):
                self._event(attribute, name.removeprefix("m-on:"))
            elif name == "m-model":
                self._model(attribute)
            elif name.startswith("m-"):
                fix = "use m-if, m-elif, m-else, m-for, m-key, m-on:<event> or m-model"
                self._refuse(attribute, "VIEW006", f"there is no {name}", fix)
            else:
                self._plain(attribute)
        self._check_whole()
        return tuple(self._made.items())

    def _refuse(self, attribute: Attribute, code: str, message: str, fix: str) -> None:
        self._compiler.refuse(attribute.offset, code, message, fix)

    def _plain(self, attribute: Attribute) -> None:
        name, tag = attribute.name, self._node.tag
        allowed = name in allowlist.GLOBAL_ATTRS or name in allowlist.TAGS[tag]
        if not allowed and not _OWN.fullmatch(name):
            fix = allowlist.ATTR_HINTS.get(name, "remove it, or use a class or data-… attribute")
            if name.startswith("on"):
                fix = 'use m-on:<event>="handler"'
            self._refuse(attribute, "VIEW003", f"'{name}' is not available on <{tag}>", fix)
            return
        if name == "type" and not self._check_type(attribute):
            return
        if name == "src" and not self._check_src(attribute):
            return
        if name == "style" and not self._check_style(attribute):
            return
        self._made[name] = self._compiler.parts(attribute.parts, self._scope)

    def _check_type(self, attribute: Attribute) -> bool:
        allowed = allowlist.INPUT_TYPES if self._node.tag == "input" else allowlist.BUTTON_TYPES
        if _plain_text(attribute) in allowed:
            return True
        fix = f"use one of {', '.join(sorted(allowed))}"
        if _plain_text(attribute) == "password":
            fix = "a mini-program never asks for a password; the host knows who the person is"
        self._refuse(attribute, "VIEW014", "this type is not available", fix)
        return False

    def _check_src(self, attribute: Attribute) -> bool:
        text = _plain_text(attribute)
        if text is None or text.startswith(("assets/", "/assets/", "/media/")):
            return True
        fix = "put it in the package's assets/ folder and write  assets/name.webp"
        self._refuse(attribute, "VIEW014", "pictures come from the package or the host", fix)
        return False

    def _check_style(self, attribute: Attribute) -> bool:
        """Check the names; a value that is worked out is looked at when it is known."""
        text = "".join("0" if part.is_expression else part.text for part in attribute.parts)
        for declaration in filter(str.strip, text.split(";")):
            if not read_declaration(declaration):
                fix = 'write  style="width: {{ percent }}%" ; the rest goes in the .css file'
                what = declaration.strip()[:60]
                self._refuse(attribute, "VIEW014", f"'{what}' is not available in style", fix)
                return False
        return True

    def _event(self, attribute: Attribute, event: str) -> None:
        if event not in allowlist.EVENTS:
            fix = allowlist.EVENT_HINTS.get(
                event, f"use one of {', '.join(sorted(allowlist.EVENTS))}"
            )
            self._refuse(attribute, "VIEW007", f"there is no event '{event}'", fix)
            return
        handler = _plain_text(attribute)
        if handler is None or not _HANDLER.fullmatch(handler):
            fix = f'write  {attribute.name}="add_to_cart"; values go in data-… attributes'
            self._refuse(attribute, "VIEW008", "an event needs the name of a handler", fix)
            return
        line, _ = self._compiler.source.place(attribute.offset)
        self._compiler.handlers.setdefault(handler, line)
        self._made[f"@{event}"] = (handler,)

    def _model(self, attribute: Attribute) -> None:
        name = _plain_text(attribute)
        if self._compiler.is_component:
            fix = (
                'write  value="{{ draft }}" m-on:change="write"  and keep event.value there'
                " (in the component's class, or of whoever uses it)"
            )
            self._refuse(attribute, "VIEW009", "m-model stands on pages, not in components", fix)
            return
        if self._node.tag not in allowlist.MODEL_TAGS:
            fix = "use it on <input>, <textarea>, <select> or <m-stepper>"
            self._refuse(attribute, "VIEW009", "m-model needs a field", fix)
            return
        if name is None or not _HANDLER.fullmatch(name) or name in self._scope.locals:
            fix = 'write  m-model="query", the name of an attribute of the page'
            self._refuse(attribute, "VIEW009", "m-model needs a name of the page", fix)
            return
        self._compiler.names.add(name)
        self._made["@model"] = (name,)

    def _check_whole(self) -> None:
        """What depends on more than one attribute."""
        model = self._made.get("@model")
        if model is not None:
            self._bind_model(str(model[0]))
        if self._node.tag == "img" and "alt" not in self._made:
            self._compiler.refuse(
                self._node.offset, "VIEW003", "a picture needs a text for people who cannot see it",
                'add  alt="…"  (empty for decoration)',
            )  # fmt: skip

    def _bind_model(self, name: str) -> None:
        """Show the value that the field writes to."""
        kind = self._made.get("type", ("text",))
        is_number = self._node.tag == "m-stepper" or kind in (("number",), ("range",))
        writes = "number" if is_number else "flag" if kind == ("checkbox",) else "text"
        self._compiler.models[name] = writes
        line, _ = self._compiler.source.place(self._node.offset)
        whole = Expression(name, line, 1, frozenset([name]), build(Name(name)))
        if kind == ("checkbox",):
            self._made["checked"] = (whole,)
        elif kind == ("radio",):
            value = self._made.get("value", ())
            text = str(value[0]) if len(value) == 1 and isinstance(value[0], str) else ""
            same = build(Binary("==", Name(name), Literal(text)))
            self._made["checked"] = (Expression(name, line, 3, frozenset([name]), same),)
        else:
            self._made["value"] = (whole,)


def _plain_text(attribute: Attribute) -> str | None:
    """Return the value of an attribute that is written out, None for a computed one."""
    if any(part.is_expression for part in attribute.parts):
        return None
    return "".join(part.text for part in attribute.parts).strip()
