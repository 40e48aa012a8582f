"""What the reading of a source needs before it knows any rule: dispatch, scopes and reporting."""

import ast
from collections.abc import Iterable

from runtime.findings import Finding, Severity
from runtime.policy import names

# Nodes whose contents decide.
_PLAIN_NODES = (
    *(ast.Module, ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Pass),
    *(ast.If, ast.Raise, ast.Assert, ast.arguments),
    *(ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.NamedExpr, ast.Call),
    *(ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred, ast.Subscript, ast.Slice),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension),
    *(ast.JoinedStr, ast.FormattedValue, ast.Match, ast.match_case),
    *(ast.MatchSingleton, ast.MatchSequence, ast.With, ast.withitem),
    *(ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop),
)
_PLAIN_KINDS = frozenset(
    kind
    for listed in _PLAIN_NODES
    for kind in (listed, *listed.__subclasses__())
    if kind.__module__ == "ast"
)

_ENDS_FLOW = {"Return": "return", "Break": "break", "Continue": "continue"}


class RuleVisitor(ast.NodeVisitor):
    """Reads a source by the exact kind of each node, and refuses kinds that it does not know."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._bound: frozenset[str] = frozenset()
        # What encloses the node being read, innermost last: "def", "class", "loop", "finally".
        self._inside: list[str] = []
        self.findings: list[Finding] = []

    # Everything else is refused.

    def visit(self, node: ast.AST) -> None:
        """Visit a node by its exact kind."""
        method = getattr(self, f"visit_{type(node).__name__}", None)
        if method is not None:
            method(node)
        elif type(node) in _PLAIN_KINDS:
            self.generic_visit(node)
        else:
            self._refuse(
                node, "LANG027", f"{type(node).__name__} is not available", "write it differently"
            )

    def visit_Module(self, node: ast.Module) -> None:
        """Learn which names the file defines, then read it."""
        self._bound = frozenset(bound_names(node))
        self.generic_visit(node)

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _visit_inside(self, what: str, nodes: Iterable[ast.AST]) -> None:
        self._inside.append(what)
        self._visit_all(nodes)
        self._inside.pop()

    def _is_reserved(self, node: ast.AST, name: str | None) -> bool:
        """Report a name that belongs to the sandbox."""
        if name is None or not names.is_reserved(name):
            return False
        fix = names.BUILTIN_FIXES.get(name, "begin it with a letter or with one underscore")
        self._refuse(node, "LANG010", f"the name '{name}' is not available", fix)
        return True

    def _refuse(self, node: ast.AST, code: str, message: str, fix: str) -> None:
        self._add(node, code, message, fix, "error")

    def _add(self, node: ast.AST, code: str, message: str, fix: str, severity: Severity) -> None:
        line = getattr(node, "lineno", 0)
        column = getattr(node, "col_offset", -1) + 1
        self.findings.append(Finding(self._path, line, column, code, message, fix, severity))


def is_dotted(node: ast.expr) -> bool:
    """Tell whether an expression is a name with attributes, such as ``Status.PAID``."""
    inner = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return isinstance(node, ast.Attribute) and isinstance(inner, ast.Name)


def is_slots(node: ast.stmt) -> bool:
    """Tell whether a statement of a class is ``__slots__ = (…)``, which saves memory elsewhere.

    It is left out: objects here take any attribute.
    """
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    values = node.value.elts if isinstance(node.value, ast.Tuple | ast.List) else [node.value]
    is_plain = all(isinstance(each, ast.Constant) for each in values)
    return is_plain and [node.targets[0].id, len(node.targets)] == ["__slots__", 1]


def bound_names(tree: ast.AST) -> Iterable[str]:
    """Return every name that the file gives a meaning, anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def flow_ends(node: ast.AST, *, in_loop: bool = False) -> Iterable[tuple[str, ast.AST]]:
    """Find what would leave a ``finally`` block; a loop inside it may be left freely."""
    kind = _ENDS_FLOW.get(type(node).__name__)
    if kind and (kind == "return" or not in_loop):
        yield kind, node
    if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
        return
    inside = in_loop or isinstance(node, ast.For | ast.While)
    for child in ast.iter_child_nodes(node):
        yield from flow_ends(child, in_loop=inside)
