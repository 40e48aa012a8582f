"""The rules of the language: what is refused in the source, where, and what to write instead.

This pass only reads.  It knows every kind of node by name and refuses the ones it does not know, so
a construct that a later Python brings stays out until somebody has thought about it.
"""

# ruff: noqa: N802  (methods are named after the nodes that they visit)

import ast

from RestrictedPython.transformer import INSPECT_ATTRIBUTES

from runtime.policy import names
from runtime.policy.modules import STANDARD_MODULES
from runtime.policy.rule_visitor import RuleVisitor, flow_ends, is_dotted, is_slots

# Ways out of the program that have no underscore.
_LEADING_OUT = INSPECT_ATTRIBUTES | {"mro", "format_map", "with_traceback", "tb_lasti", "tb_lineno"}

_ATTRIBUTE_FIXES = {
    "__name__": "write the name itself",
    "__class__": "use isinstance(value, …), or write the class's own name",
    "__dict__": "keep values in a dict of your own",
    "__doc__": "keep texts in names of your own",
    "__init__": "call super().__init__(…)",
}

# Deeper than anything readable.
_FINALLY_NEST_MAX = 3


class Rules(RuleVisitor):
    """Collects what a source breaks.  One instance per file."""

    # Names.

    def visit_Name(self, node: ast.Name) -> None:
        """Names of our own only, and of the built-ins that are given."""
        if self._is_reserved(node, node.id) or node.id in self._bound:
            return
        if isinstance(node.ctx, ast.Load) and node.id in names.MISSING_BUILTINS:
            fix = names.BUILTIN_FIXES.get(node.id, "see docs/reference/language.md for what is")
            self._refuse(node, "LANG012", f"'{node.id}' is not available in a mini-program", fix)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Attributes without underscores, and ``super().__init__``."""
        is_init = node.attr == "__init__" and _is_super_call(node.value)
        if not is_init and names.is_reserved(node.attr):
            self._refuse(
                node,
                "LANG011",
                f"the attribute '{node.attr}' is not available",
                _ATTRIBUTE_FIXES.get(
                    node.attr, "use attributes that begin with a letter or one underscore"
                ),
            )
        elif node.attr in _LEADING_OUT:
            self._refuse(
                node,
                "LANG011",
                f"the attribute '{node.attr}' is not available",
                "give the attribute of your own class another name",
            )
        self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Check the name of an argument; its annotation never runs."""
        self._is_reserved(node, node.arg)

    def visit_keyword(self, node: ast.keyword) -> None:
        """Check the name of a keyword in a call."""
        self._is_reserved(node, node.arg)
        self.visit(node.value)

    def visit_Global(self, node: ast.Global) -> None:
        """Say that module variables are no place for a person's data."""
        for name in node.names:
            self._is_reserved(node, name)
        self._add(
            node,
            "LANG030",
            f"'{node.names[0]}' of the module is shared by all people, and may vanish any time",
            "use self for a page, api.storage for a person",
            "warning",
        )

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        """Check the names."""
        for name in node.names:
            self._is_reserved(node, name)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Check target and value; the annotation never runs."""
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    # Functions and classes.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Check name, arguments, decorators and body; annotations never run."""
        if _is_dunder(node.name):
            self._refuse(
                node,
                "LANG026",
                f"'{node.name}' is a magic method outside a class",
                "give the function another name",
            )
        else:
            self._is_reserved(node, node.name)
        self._read_function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Check name, bases and body; only here may magic methods stand."""
        self._is_reserved(node, node.name)
        self._refuse_type_parameters(node)
        if node.keywords:
            self._refuse(
                node, "LANG022", "keywords in a class statement are not available", "remove them"
            )
        self._visit_all([*node.decorator_list, *node.bases])
        self._inside.append("class")
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef) and _is_dunder(statement.name):
                self._check_magic(statement)
                self._read_function(statement)
            elif not is_slots(statement):
                self.visit(statement)
        self._inside.pop()

    def _check_magic(self, node: ast.FunctionDef) -> None:
        if node.name not in names.ALLOWED_DUNDERS:
            self._refuse(
                node,
                "LANG026",
                f"the magic method '{node.name}' is not available",
                "use a method with a name of its own",
            )

    def _read_function(self, node: ast.FunctionDef) -> None:
        self._refuse_type_parameters(node)
        self._visit_all([*node.decorator_list, node.args])
        self._visit_inside("def", node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Read arguments and body."""
        self.visit(node.args)
        self._visit_inside("def", [node.body])

    def _refuse_type_parameters(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        if getattr(node, "type_params", None):
            self._refuse(node, "LANG027", "type parameters are not available", "remove the [...]")

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Refuse."""
        self._refuse_async(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        """Refuse."""
        self._refuse_async(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        """Refuse."""
        self._refuse_async(node)

    def visit_Await(self, node: ast.Await) -> None:
        """Refuse."""
        self._refuse_async(node)

    def _refuse_async(self, node: ast.AST) -> None:
        self._refuse(
            node, "LANG020", "async is not available", "call the host directly: calls are plain"
        )

    # Statements.

    def visit_Try(self, node: ast.Try) -> None:
        """Refuse a ``finally`` that swallows what passes, the time limit among it."""
        for statement in node.finalbody:
            for kind, inner in flow_ends(statement):
                self._refuse(
                    inner,
                    "LANG025",
                    f"'{kind}' inside 'finally' would hide an error",
                    "move it behind the try statement",
                )
        self._visit_all([*node.body, *node.handlers, *node.orelse])
        self._visit_inside("finally", node.finalbody)
        # The compiler writes each `finally` out twice, so a nest of n becomes 2^n copies.
        if node.finalbody and self._inside.count("finally") >= _FINALLY_NEST_MAX:
            self._refuse(
                node,
                "LANG002",
                f"'finally' nests more than {_FINALLY_NEST_MAX} deep",
                "move the inner part into a function",
            )

    def visit_TryStar(self, node: ast.AST) -> None:
        """Refuse: ``split`` of a group is the program's own method (CVE-2025-22153)."""
        self._refuse(node, "LANG021", "'except*' is not available", "use 'except'")

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Check the name that an exception is bound to."""
        self._is_reserved(node, node.name)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        """Read a loop."""
        self._visit_all([node.target, node.iter])
        self._visit_inside("loop", node.body)
        self._visit_all(node.orelse)

    def visit_While(self, node: ast.While) -> None:
        """Read a loop."""
        self.visit(node.test)
        self._visit_inside("loop", node.body)
        self._visit_all(node.orelse)

    def visit_Break(self, node: ast.Break) -> None:
        """Allow it in a loop."""
        self._check_place(node, "break", ("loop",))

    def visit_Continue(self, node: ast.Continue) -> None:
        """Allow it in a loop."""
        self._check_place(node, "continue", ("loop",))

    def visit_Return(self, node: ast.Return) -> None:
        """Allow it in a function."""
        self._check_place(node, "return", ("def",))
        self.generic_visit(node)

    def visit_Yield(self, node: ast.Yield) -> None:
        """Allow it in a function."""
        self._check_place(node, "yield", ("def",))
        self.generic_visit(node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> None:
        """Allow it in a function."""
        self._check_place(node, "yield from", ("def",))
        self.generic_visit(node)

    def _check_place(self, node: ast.AST, word: str, places: tuple[str, ...]) -> None:
        """Say now what the compiler would only say inside the box."""
        scope = list(self._inside)
        while scope and scope[-1] not in {"def", "class", *places}:
            scope.pop()
        if not scope or scope[-1] not in places:
            fix = "put it into a loop" if "loop" in places else "put it into a function"
            self._refuse(node, "LANG001", f"'{word}' stands in the wrong place", fix)

    # Imports.

    def visit_Import(self, node: ast.Import) -> None:
        """Whole modules: only standard ones have a short name."""
        for alias in node.names:
            self._is_reserved(node, alias.asname)
            if "." in alias.name:
                self._refuse(
                    node,
                    "LANG015",
                    f"'import {alias.name}' is not available",
                    f"write 'from {alias.name} import …'",
                )
            else:
                self._check_module(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Names from a module."""
        if node.level or not node.module:
            fix = "write the path from the package's root: 'from pages.cart.prices import …'"
            self._refuse(node, "LANG015", "relative imports are not available", fix)
            return
        if node.module == "__future__":
            return
        self._check_module(node, node.module)
        for alias in node.names:
            if alias.name == "*":
                self._refuse(
                    node, "LANG015", "'import *' is not available", "write the names that you use"
                )
                continue
            if not self._is_reserved(node, alias.name) and alias.name.startswith("_"):
                self._refuse(
                    node,
                    "LANG010",
                    f"'{alias.name}' is private to its file",
                    "give it a name without the underscore there",
                )
            self._is_reserved(node, alias.asname)
            self._check_member(node, node.module, alias.name)

    def _check_module(self, node: ast.stmt, module: str) -> None:
        top = module.partition(".")[0]
        if top.startswith("_"):
            self._is_reserved(node, top)
        elif module not in STANDARD_MODULES and top in names.KNOWN_MODULES:
            fix = names.MODULE_FIXES.get(top, "see docs/reference/language.md for what is")
            self._refuse(
                node, "LANG013", f"the module '{module}' is not available in a mini-program", fix
            )

    def _check_member(self, node: ast.stmt, module: str, name: str) -> None:
        available = STANDARD_MODULES.get(module)
        if available is not None and name not in available and not name.startswith("_"):
            self._refuse(
                node,
                "LANG014",
                f"'{module}' has no '{name}' in a mini-program",
                f"it has {', '.join(sorted(available))[:300]}",
            )

    # Match.

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        """Literals, and dotted names, which the guard of the case compares."""
        if is_dotted(node.value):
            self.visit(node.value)
        else:
            self._check_literal(node.value)

    def visit_MatchOr(self, node: ast.MatchOr) -> None:
        """Beside a dotted name stand values only: they are compared together."""
        values = (ast.MatchValue, ast.MatchSingleton)
        # Inside an alternative, too: each would bind a name of its own.
        dotted = any(isinstance(p, ast.MatchValue) and is_dotted(p.value) for p in ast.walk(node))
        if dotted and not all(isinstance(each, values) for each in node.patterns):
            self._refuse(
                node,
                "LANG023",
                "a dotted name can stand beside values only",
                "write a case of its own for each",
            )
        self._visit_all(node.patterns)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        """Check keys, the rest and the patterns."""
        for key in node.keys:
            self._check_literal(key)
        self._is_reserved(node, node.rest)
        self._visit_all(node.patterns)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        """Check the name."""
        self._is_reserved(node, node.name)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        """Check the name and the pattern before it."""
        self._is_reserved(node, node.name)
        if node.pattern is not None:
            self.visit(node.pattern)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        """Refuse: it reads attributes that no guard sees."""
        self._refuse(
            node,
            "LANG023",
            "class patterns are not available in match",
            "use 'case name if isinstance(name, …)'",
        )

    def _check_literal(self, node: ast.expr) -> None:
        literal = (ast.Constant, ast.UnaryOp, ast.USub, ast.UAdd, ast.BinOp, ast.Add, ast.Sub)
        if not all(isinstance(each, literal) for each in ast.walk(node)):
            self._refuse(
                node,
                "LANG023",
                "a pattern compares with a literal only",
                "use 'case name if name == …'",
            )


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_super_call(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "super"
        and not node.args
        and not node.keywords
    )
