"""Rewrites the source so that attributes, items and writes pass the guards.

RestrictedPython's transformer does it, and refuses by itself what it does not know: a second pair
of eyes behind ``rules``.  The subclass restores what ordinary Python needs (``self.x += 1``,
``d[k] += 1``, ``x: int = 1``, ``nonlocal``, ``match``), takes away the temporary names that
unpacking does not need here because iteration is not guarded, and closes two gaps: text made by
f-strings and ``%``, and ``except:``, which would catch the time limit.
"""

import ast
import re
from typing import Any, TypeVar, cast

from RestrictedPython.transformer import (
    IOPERATOR_TO_STR,
    RestrictingNodeTransformer,
    copy_locations,
)

from runtime.findings import Finding
from runtime.policy.names import (
    ALLOWED_DUNDERS,
    FIELDS_NAME,
    TEMPORARY_PREFIX,
    is_reserved,
)
from runtime.policy.rule_visitor import is_dotted, is_slots

AnyNode = TypeVar("AnyNode", bound=ast.AST)

_LINE = re.compile(r"^Line (\d+): (.*)$", re.DOTALL)


def rewrite(tree: ast.Module, path: str) -> tuple[ast.Module, list[Finding]]:
    """Return the guarded tree, and what the transformer refused."""
    errors: list[str] = []
    guarded = _Transformer(errors, [], {}).visit(tree)
    return ast.fix_missing_locations(guarded), [_finding(error, path) for error in errors]


def _finding(error: str, path: str) -> Finding:
    found = _LINE.match(error)
    line, message = (int(found.group(1)), found.group(2)) if found else (0, error)
    return Finding(path, line, 1, "LANG090", message, "write it differently")


class _Transformer(RestrictingNodeTransformer):
    """RestrictedPython's transformer with the differences named above."""

    _temporary = 0

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # What the guard of each case that is being read has to compare.
        self._tests: list[list[ast.expr]] = []

    # Names.

    def check_name(
        self,
        node: ast.AST,
        name: str | None,
        allow_magic_methods: bool = False,  # noqa: FBT001, FBT002  (the signature of the base)
    ) -> None:
        """Refuse reserved names; ``rules`` has checked where magic methods may stand."""
        if allow_magic_methods and name in ALLOWED_DUNDERS:
            return
        if name is not None and is_reserved(name):
            self.error(node, f'"{name}" is an invalid variable name')

    def visit_Name(self, node: ast.Name) -> ast.AST:  # noqa: N802
        """Check the name; ``print`` is an ordinary function here."""
        self.check_name(node, node.id)
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:  # noqa: N802
        """Check the names."""
        for name in node.names:
            self.check_name(node, name)
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:  # noqa: N802
        """Check the names, which the base does not."""
        for name in node.names:
            self.check_name(node, name)
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST:  # noqa: N802
        """Check the names, as the base does."""
        return self.check_import_names(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:  # noqa: N802
        """Check the names; annotations never run, so ``__future__`` has nothing to say."""
        if node.level:
            self.error(node, "relative imports are not allowed")
        if node.module == "__future__":
            return _at(ast.Pass(), node)
        return self.check_import_names(node)

    # Annotations never run.

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:  # noqa: N802
        """Turn ``x: int = 1`` into ``x = 1``, and ``x: int`` into nothing."""
        if node.value is None:
            return _at(ast.Pass(), node)
        return self.visit(_at(ast.Assign(targets=[node.target], value=node.value), node))

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Drop the annotation of an argument."""
        node.annotation = None
        self.check_name(node, node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:  # noqa: N802
        """Drop the annotation of the result."""
        node.returns = None
        return cast("ast.AST", super().visit_FunctionDef(node))

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:  # noqa: N802
        """Refuse keywords, and give the class our metaclass."""
        if node.keywords:
            self.error(node, "class keywords are not allowed")
        self.check_name(node, node.name)
        # For dataclasses and named tuples.
        fields = _annotated(node) if node.decorator_list or node.bases else None
        node.body = [each for each in node.body if not is_slots(each)] or [_at(ast.Pass(), node)]
        node = self.node_contents_visit(node)
        if fields is not None:
            names: list[ast.expr] = [ast.Constant(name) for name in fields]
            node.body.append(_assign(FIELDS_NAME, ast.Tuple(names, ast.Load()), node))
        metaclass = _at(ast.Name("__metaclass__", ast.Load()), node)
        node.keywords = [_at(ast.keyword("metaclass", metaclass), node)]
        return node

    # Attributes.

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:  # noqa: N802
        """Let ``super().__init__`` through by its own guard, and ``self._private``."""
        if node.attr == "__init__" and isinstance(node.ctx, ast.Load):
            return _call("_super_init_", [self.visit(node.value)], node)
        attr = node.attr
        if attr.startswith("_") and not is_reserved(attr):
            # The base refuses every name with an underscore.
            node.attr = "private"
        guarded = cast("Any", super().visit_Attribute(node))
        if isinstance(node.ctx, ast.Load):
            return _call("_getattr_", [guarded.args[0], ast.Constant(attr)], node)
        guarded.attr = attr
        guarded.value = _call("_owner_", [guarded.value.args[0]], node)
        return cast("ast.AST", guarded)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:  # noqa: N802
        """Turn ``a.b += c`` and ``a[b] += c`` into a guarded read and a guarded write.

        Object and key are worked out once, as the language promises.
        """
        sign = ast.Constant(IOPERATOR_TO_STR[type(node.op)])
        target = node.target
        if isinstance(target, ast.Name):
            return super().visit_AugAssign(node)

        owner = self._name()
        steps: list[ast.stmt] = [_assign(owner, self.visit(target.value), node)]
        if isinstance(target, ast.Attribute):
            self.visit_Attribute(_at(ast.Attribute(ast.Constant(0), target.attr, ast.Load()), node))
            old = _call("_getattr_", [_load(owner), ast.Constant(target.attr)], node)
            place: ast.expr = ast.Attribute(
                _call("_owner_", [_load(owner)], node), target.attr, ast.Store()
            )
        else:
            key = self._name()
            steps.append(_assign(key, self.visit(target.slice), node))
            old = _call("_getitem_", [_load(owner), _load(key)], node)
            place = ast.Subscript(_call("_write_", [_load(owner)], node), _load(key), ast.Store())
        new = _call("_inplacevar_", [sign, old, self.visit(node.value)], node)
        steps.append(_at(ast.Assign(targets=[place], value=new), node))
        return [ast.fix_missing_locations(step) for step in steps]

    def _name(self) -> str:
        """Return a name that no source can have."""
        self._temporary += 1
        return f"{TEMPORARY_PREFIX}{self._temporary}_"

    # Iteration is not guarded.

    def visit_Assign(self, node: ast.Assign) -> ast.AST:  # noqa: N802
        """Leave unpacking as it is."""
        return cast("ast.AST", self.node_contents_visit(node))

    def visit_For(self, node: ast.For) -> ast.AST:  # noqa: N802
        """Leave iteration as it is."""
        return cast("ast.AST", self.node_contents_visit(node))

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        """Leave iteration as it is."""
        return cast("ast.AST", self.node_contents_visit(node))

    def visit_With(self, node: ast.With) -> ast.AST:  # noqa: N802
        """Let the interpreter enter a stand-in: ``__exit__`` is handed a traceback."""
        node = self.node_contents_visit(node)
        for item in node.items:
            item.context_expr = _call("_with_", [item.context_expr], node)
        return node

    def visit_withitem(self, node: ast.withitem) -> ast.AST:
        """Leave to the parts."""
        return cast("ast.AST", self.node_contents_visit(node))

    # Text without addresses.

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:  # noqa: N802
        """Turn ``{value!r:spec}`` into a guarded call."""
        spec = self.visit(node.format_spec) if node.format_spec else ast.Constant("")
        parts = [self.visit(node.value), ast.Constant(node.conversion), spec]
        return _at(ast.FormattedValue(_call("_shown_", parts, node), -1, None), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:  # noqa: N802
        """Guard ``text % values``."""
        node = self.node_contents_visit(node)
        if not isinstance(node.op, ast.Mod):
            return node
        return _call("_percent_", [node.left, node.right], node)

    # Exceptions.

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:  # noqa: N802
        """Turn ``except:`` into one that the limits of an event pass through."""
        handler = cast("ast.ExceptHandler", super().visit_ExceptHandler(node))
        if handler.type is None:
            handler.type = _at(ast.Name("_AnyError_", ast.Load()), node)
        return handler

    # Match.

    def visit_Match(self, node: ast.Match) -> ast.AST:  # noqa: N802
        """Leave to the patterns."""
        return cast("ast.AST", self.node_contents_visit(node))

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        """Add to the guard what its patterns leave to it."""
        self._tests.append([])
        node = self.node_contents_visit(node)
        tests = [*self._tests.pop(), *([node.guard] if node.guard else [])]
        if tests:
            node.guard = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
        return node

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.AST:  # noqa: N802
        """Keep literals, and compare with ``Status.PAID`` in the guard of the case.

        A pattern cannot hold a guarded call.
        """
        if is_dotted(node.value):
            return self._tested(node, [node])
        self._refuse_unless_literal(node, node.value)
        return node

    def _tested(self, node: ast.pattern, alternatives: list[ast.pattern]) -> ast.AST:
        """Return a name in place of a pattern; the guard will compare what it holds."""
        name = self._name()
        tests: list[ast.expr] = []
        for each in alternatives:
            if isinstance(each, ast.MatchSingleton):
                sign: ast.cmpop = ast.Is()
                value: ast.expr = _at(ast.Constant(each.value), node)
            elif isinstance(each, ast.MatchValue):
                sign, value = ast.Eq(), self.visit(each.value)
            else:
                self.error(node, "a dotted name can stand beside values only")
                return node
            tests.append(_at(ast.Compare(_at(_load(name), node), [sign], [value]), node))
        self._tests[-1].append(tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests))
        return _at(ast.MatchAs(None, name), node)

    def visit_MatchSingleton(self, node: ast.MatchSingleton) -> ast.AST:  # noqa: N802
        """Allow ``None``, ``True`` and ``False``."""
        return node

    def visit_MatchSequence(self, node: ast.MatchSequence) -> ast.AST:  # noqa: N802
        """Leave to the patterns."""
        return cast("ast.AST", self.node_contents_visit(node))

    def visit_MatchOr(self, node: ast.MatchOr) -> ast.AST:  # noqa: N802
        """Leave to the patterns; values with dotted names among them are compared together."""
        if any(
            isinstance(each, ast.MatchValue) and is_dotted(each.value) for each in node.patterns
        ):
            return self._tested(node, node.patterns)
        return cast("ast.AST", self.node_contents_visit(node))

    def visit_MatchStar(self, node: ast.MatchStar) -> ast.AST:  # noqa: N802
        """Check the name."""
        self.check_name(node, node.name)
        return node

    def visit_MatchAs(self, node: ast.MatchAs) -> ast.AST:  # noqa: N802
        """Check the name."""
        self.check_name(node, node.name)
        return cast("ast.AST", self.node_contents_visit(node))

    def visit_MatchMapping(self, node: ast.MatchMapping) -> ast.AST:  # noqa: N802
        """Check the rest; keep the keys as they are."""
        self.check_name(node, node.rest)
        for key in node.keys:
            self._refuse_unless_literal(node, key)
        node.patterns = [self.visit(pattern) for pattern in node.patterns]
        return node

    def _refuse_unless_literal(self, node: ast.AST, value: ast.expr) -> None:
        literal = (ast.Constant, ast.UnaryOp, ast.USub, ast.UAdd, ast.BinOp, ast.Add, ast.Sub)
        if not all(isinstance(each, literal) for each in ast.walk(value)):
            self.error(node, "only literals are allowed in patterns")


def _annotated(node: ast.ClassDef) -> list[str]:
    """Return the names that a class annotates, but for those that say ``ClassVar``."""
    return [
        each.target.id
        for each in node.body
        if isinstance(each, ast.AnnAssign)
        and isinstance(each.target, ast.Name)
        and "ClassVar" not in ast.unparse(each.annotation)
    ]


def _at(new: AnyNode, old: ast.AST) -> AnyNode:
    # The base's types know the kinds of nodes that have places; every node here has one.
    copy_locations(cast("Any", new), cast("Any", old))
    return new


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(name: str, args: list[ast.expr], node: ast.AST) -> ast.Call:
    return ast.fix_missing_locations(_at(ast.Call(_load(name), args, []), node))


def _assign(name: str, value: ast.expr, node: ast.AST) -> ast.Assign:
    return _at(ast.Assign(targets=[ast.Name(name, ast.Store())], value=value), node)
