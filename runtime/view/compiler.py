"""Templates → IR: every element, attribute, event and expression is checked against the lists.

All mistakes of a template are reported at once; only markup that cannot be read stops at the first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from runtime.findings import Finding
from runtime.view import allowlist
from runtime.view.attributes import AttributeCompiler, Directives
from runtime.view.component_use import ComponentUse
from runtime.view.errors import TemplateRefusedError
from runtime.view.evaluate import build
from runtime.view.expr import names_in, size_of
from runtime.view.expression import ExpressionError, parse
from runtime.view.folding import fold
from runtime.view.ir import (
    ElementIr,
    Expression,
    ForIr,
    IfIr,
    Ir,
    Parts,
    SlotIr,
    StaticIr,
    Template,
    TextIr,
)
from runtime.view.markup import (
    Attribute,
    Markup,
    MarkupElement,
    MarkupText,
    Part,
    Source,
    parse_markup,
)
from runtime.view.tree import Text

_FOR = re.compile(r"\s*\(?\s*([^\W\d]\w*)\s*(?:,\s*([^\W\d]\w*))?\s*\)?\s+in\s+(\S.*)", re.DOTALL)
_SPACE = re.compile(r"\s+")


def compile_template(
    text: str,
    path: str,
    components: Mapping[str, Template | None] | None = None,
    *,
    is_component: bool = False,
) -> Template:
    """Return the checked template in ``text``, or raise ``TemplateRefusedError`` with findings.

    ``components`` are the package's own elements by name, such as ``product-card``.
    """
    source = Source(text, path)
    return compile_nodes(source, parse_markup(source), components, is_component=is_component)


def compile_nodes(
    source: Source,
    nodes: tuple[Markup, ...],
    components: Mapping[str, Template | None] | None = None,
    *,
    is_component: bool = False,
) -> Template:
    """Return the checked template of a tree, whoever has read it."""
    compiler = _Compiler(source, {} if components is None else components, is_component)
    body = compiler.siblings(nodes, _Scope(), _Slots())
    if compiler.findings:
        raise TemplateRefusedError(sorted(compiler.findings))
    return Template(
        path=source.path,
        body=body,
        handlers=compiler.handlers,
        models=compiler.models,
        names=frozenset(compiler.names),
        warnings=tuple(compiler.warnings),
        slots=frozenset(compiler.slots),
        has_parts=compiler.has_parts,
    )


@dataclass(slots=True)
class _Slots:
    """Numbers the places among the children of one element."""

    used: int = 0

    def take(self) -> str:
        self.used += 1
        return str(self.used - 1)


@dataclass(frozen=True, slots=True)
class _Scope:
    """The loop variables that are in sight."""

    locals: frozenset[str] = frozenset()
    keeps_space: bool = False

    def having(self, names: set[str]) -> "_Scope":
        return _Scope(self.locals | names, self.keeps_space)


@dataclass
class _Compiler:
    source: Source
    components: Mapping[str, Template | None]
    is_component: bool
    findings: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    handlers: dict[str, int] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    slots: set[str] = field(default_factory=set)
    slot_count: int = 0
    names: set[str] = field(default_factory=set)
    has_parts: bool = False
    loop_count: int = 0

    def refuse(self, offset: int, code: str, message: str, fix: str) -> None:
        """Note a mistake and go on."""
        self.findings.append(self.source.finding(offset, code, message, fix))

    def expression(self, part: Part, scope: _Scope) -> Expression | None:
        """Return the expression in ``part``, or note what is wrong with it."""
        try:
            expr = parse(part.text)
        except ExpressionError as error:
            self.refuse(part.offset + error.offset, error.code, error.message, error.fix)
            return None
        names = names_in(expr)
        self.names |= names - scope.locals
        line, _ = self.source.place(part.offset)
        return Expression(part.text.strip(), line, size_of(expr), names, build(expr))

    def parts(self, parts: tuple[Part, ...], scope: _Scope) -> Parts:
        """Return text and expressions in turn."""
        made = [self.expression(p, scope) if p.is_expression else p.text for p in parts]
        return tuple(piece for piece in made if piece is not None)

    def siblings(self, nodes: tuple[Markup, ...], scope: _Scope, slots: _Slots) -> tuple[Ir, ...]:
        """Compile the children of one element."""
        made: list[Ir] = []
        chain: list[tuple[Expression | None, tuple[Ir, ...]]] = []
        for at, node in enumerate(nodes):
            if isinstance(node, MarkupText):
                if chain and _is_blank(node) and _continues_chain(nodes, at + 1):
                    continue
                if text := self._text(node, _neighbours(nodes, at), scope, slots):
                    made += _close_chain(chain)
                    made.append(text)
                continue
            directives = Directives.of(node)
            if directives.elif_ or directives.else_:
                self._branch(node, directives, chain, scope, slots)
                continue
            made += _close_chain(chain)
            if directives.if_ and not directives.for_:
                self._branch(node, directives, chain, scope, slots)
            else:
                made += self._repeated(node, directives, scope, slots)
        return (*made, *_close_chain(chain))

    def _branch(
        self,
        node: MarkupElement,
        directives: Directives,
        chain: list[tuple[Expression | None, tuple[Ir, ...]]],
        scope: _Scope,
        slots: _Slots,
    ) -> None:
        attribute = directives.if_ or directives.elif_ or directives.else_
        assert attribute is not None, "the caller has seen one"
        if attribute is not directives.if_ and (not chain or chain[-1][0] is None):
            fix = "put it directly behind an element with m-if"
            self.refuse(attribute.offset, "VIEW006", f"{attribute.name} follows no m-if", fix)
            return
        if directives.for_ and attribute is not directives.if_:
            fix = "put a <block> with the condition around it"
            message = f"m-for and {attribute.name} cannot stand on one element"
            self.refuse(attribute.offset, "VIEW006", message, fix)
        test = None
        if attribute is not directives.else_:
            test = self._directive_expression(attribute, scope)
            if test is None:
                return
        chain.append((test, self._element(node, directives, scope, slots)))

    def _directive_expression(self, attribute: Attribute, scope: _Scope) -> Expression | None:
        """Return the expression of ``m-if="…"``; ``{{ }}`` around it is allowed."""
        if len(attribute.parts) != 1:
            self.refuse(
                attribute.offset,
                "VIEW006",
                f"{attribute.name} needs one expression",
                f'write  {attribute.name}="item.stock > 0"',
            )
            return None
        return self.expression(attribute.parts[0], scope)

    def _repeated(
        self, node: MarkupElement, directives: Directives, scope: _Scope, slots: _Slots
    ) -> tuple[Ir, ...]:
        attribute = directives.for_
        if attribute is None:
            if directives.key:
                fix = "put it beside an m-for, or remove it"
                self.refuse(directives.key.offset, "VIEW006", "m-key needs an m-for", fix)
            return self._element(node, directives, scope, slots)
        part = attribute.parts[0] if len(attribute.parts) == 1 else None
        match = _FOR.fullmatch(part.text) if part and not part.is_expression else None
        if part is None or match is None:
            fix = 'write  m-for="item in items"  or  m-for="item, index in items"'
            self.refuse(attribute.offset, "VIEW010", "this loop cannot be read", fix)
            return ()
        return self._loop(node, directives, (part, match), scope, slots)

    def _loop(
        self,
        node: MarkupElement,
        directives: Directives,
        heading: tuple[Part, "re.Match[str]"],
        scope: _Scope,
        slots: _Slots,
    ) -> tuple[Ir, ...]:
        part, match = heading
        item, index = match[1], match[2]
        variables = {name for name in (item, index) if name}
        self._check_variables(part.offset, variables, item == index)
        where = Part(match[3], is_expression=True, offset=part.offset + match.start(3))
        items = self.expression(where, scope)
        inner = scope.having(variables)
        self.loop_count += 1
        number, slot = str(self.loop_count), slots.take()
        before, slots_before = set(self.names), self.slot_count
        self.names.clear()
        key = self._directive_expression(directives.key, inner) if directives.key else None
        if directives.key is None:
            self._warn_without_key(part.offset, item)
        body = self._loop_body(node, directives, inner, slots)
        read_from_state = tuple(sorted(self.names))
        self.names |= before
        if items is None:
            return ()
        line, _ = self.source.place(part.offset)
        return (
            ForIr(
                item, index, items, key, body, read_from_state,
                tuple(sorted(scope.locals - variables)), slot, number, line,
                self.slot_count > slots_before,
            ),
        )  # fmt: skip

    def _loop_body(
        self, node: MarkupElement, directives: Directives, scope: _Scope, slots: _Slots
    ) -> tuple[Ir, ...]:
        if directives.if_ is None:
            return self._element(node, directives, scope, slots)
        chain: list[tuple[Expression | None, tuple[Ir, ...]]] = []
        self._branch(node, directives, chain, scope, slots)
        return tuple(_close_chain(chain))

    def _check_variables(self, offset: int, names: set[str], same: bool) -> None:  # noqa: FBT001  (private, one caller)
        if same:
            self.refuse(offset, "VIEW010", "item and index have one name", "give each its own")
        for name in names:
            if name.startswith("_"):
                fix = "rename it without the underscore"
                self.refuse(offset, "VIEW012", f"'{name}' begins with _", fix)

    def _warn_without_key(self, offset: int, item: str) -> None:
        line, column = self.source.place(offset)
        self.warnings.append(
            Finding(
                self.source.path, line, column, "VIEW011",
                "rows without m-key are redrawn when the list is sorted",
                f'add  m-key="{item}.id"', "warning",
            )
        )  # fmt: skip

    def _element(
        self, node: MarkupElement, directives: Directives, scope: _Scope, slots: _Slots
    ) -> tuple[Ir, ...]:
        if node.tag == "block":
            for attribute in directives.rest:
                self.refuse(
                    attribute.offset, "VIEW003", "a <block> is not shown, so it has no attributes",
                    "use <div>",
                )  # fmt: skip
            return self.siblings(node.children, scope, slots)
        if node.tag == "slot":
            return self._slot(node, directives, scope, slots)
        if node.tag in self.components:
            return self._component(node, directives, scope, slots)
        if node.tag not in allowlist.TAGS:
            self._refuse_tag(node)
            return ()
        attrs = AttributeCompiler(self, node, scope).compile(directives.rest)
        line, _ = self.source.place(node.offset)
        slot = slots.take()
        if node.tag in ("textarea", "m-stepper") and node.children:
            fix = f'use  <{node.tag} value="…"></{node.tag}>'
            self.refuse(node.offset, "VIEW003", f"<{node.tag}> holds nothing inside", fix)
        inner = _Scope(scope.locals, scope.keeps_space or node.tag == "pre")
        children = self.siblings(node.children, inner, _Slots())
        element = ElementIr(node.tag, attrs, children, line, slot)
        # What an event of a component means is known only where the component is used.
        is_bound = self.is_component and any(name[:1] == "@" for name, _ in attrs)
        return (element if is_bound else fold(element),)

    def _component(
        self, node: MarkupElement, directives: Directives, scope: _Scope, slots: _Slots
    ) -> tuple[Ir, ...]:
        template = self.components[node.tag]
        if template is None:
            return ()  # refused already, with its own findings
        self.loop_count += 1
        self.has_parts |= template.has_parts or template.of is not None
        use = ComponentUse(self, node, template, scope)
        return (use.compile(directives.rest, slots.take(), str(self.loop_count)),)

    def contents(self, nodes: tuple[Markup, ...], scope: _Scope) -> tuple[Ir, ...]:
        """Compile what is put into a component."""
        if all(isinstance(node, MarkupText) and _is_blank(node) for node in nodes):
            return ()
        return self.siblings(nodes, scope, _Slots())

    def _slot(
        self, node: MarkupElement, directives: Directives, scope: _Scope, slots: _Slots
    ) -> tuple[Ir, ...]:
        names = [attribute for attribute in directives.rest if attribute.name == "name"]
        for attribute in directives.rest:
            if attribute.name != "name" or any(part.is_expression for part in attribute.parts):
                fix = 'write  <slot></slot>  or  <slot name="footer"></slot>'
                self.refuse(attribute.offset, "VIEW003", "a <slot> has a plain name only", fix)
        if not self.is_component:
            fix = "write the content itself; slots stand in components/…"
            self.refuse(node.offset, "VIEW015", "a page has no <slot>", fix)
        name = "".join(part.text for part in names[0].parts).strip() if names else ""
        self.slots.add(name)
        self.slot_count += 1
        self.loop_count += 1
        number, slot = str(self.loop_count), slots.take()
        return (SlotIr(name, self.siblings(node.children, scope, _Slots()), slot, number),)

    def _refuse_tag(self, node: MarkupElement) -> None:
        if "-" in node.tag and not node.tag.startswith("m-"):
            fix = f"add components/{node.tag}/{node.tag}.html, or use a listed element"
            self.refuse(node.offset, "VIEW015", f"there is no component <{node.tag}>", fix)
            return
        fix = allowlist.TAG_HINTS.get(node.tag, "use an element from the reference, such as <div>")
        self.refuse(node.offset, "VIEW002", f"<{node.tag}> is not available", fix)

    def _text(
        self, node: MarkupText, beside: tuple[Markup | None, Markup | None], scope: _Scope,
        slots: _Slots,
    ) -> Ir | None:  # fmt: skip
        parts = self.parts(node.parts, scope)
        if not scope.keeps_space:
            parts = tuple(_SPACE.sub(" ", p) if isinstance(p, str) else p for p in parts)
            if parts == (" ",) and not all(map(_is_inline, beside)):
                return None
        if not parts:
            return None
        slot = slots.take()
        if len(parts) == 1 and isinstance(parts[0], str):
            return StaticIr(Text(parts[0], slot), 1, len(parts[0]))
        return TextIr(parts, slot)


def _neighbours(nodes: tuple[Markup, ...], at: int) -> tuple[Markup | None, Markup | None]:
    return (nodes[at - 1] if at else None, nodes[at + 1] if at + 1 < len(nodes) else None)


def _is_blank(node: MarkupText) -> bool:
    return all(not part.is_expression and not part.text.strip() for part in node.parts)


def _continues_chain(nodes: tuple[Markup, ...], at: int) -> bool:
    node = nodes[at] if at < len(nodes) else None
    names = {a.name for a in node.attributes} if isinstance(node, MarkupElement) else set()
    return bool(names & {"m-elif", "m-else"})


def _is_inline(node: Markup | None) -> bool:
    return isinstance(node, MarkupElement) and node.tag in allowlist.INLINE_TAGS


def _close_chain(chain: list[tuple[Expression | None, tuple[Ir, ...]]]) -> list[Ir]:
    """Return the finished ``m-if`` chain as one node and begin anew."""
    if not chain:
        return []
    done = IfIr(tuple(chain))
    chain.clear()
    return [done]
