"""Which classes of a package are pages, and what they have, read without running them.

A page may share its behaviour with others through a class in another file, so bases are followed
through the package's own imports.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Trees = Mapping[str, ast.Module]
_BASES_MAX = 30


@dataclass(frozen=True, slots=True)
class FoundClass:
    """A class statement and the file it stands in."""

    path: str
    node: ast.ClassDef


# What a base class turned out to be: the SDK's Page, one of the package's own, or unknown.
Base = FoundClass | str | None
PAGE, COMPONENT, APP = "Page", "Component", "App"
_SDK_BASES = frozenset({PAGE, COMPONENT, APP})


def find_page_class(trees: Trees, path: str) -> FoundClass | None:
    """Return the page of a file, or None if there is not exactly one."""
    classes = page_classes(trees, path)
    return classes[0] if len(classes) == 1 else None


def page_classes(trees: Trees, path: str, base: str = PAGE) -> list[FoundClass]:
    """Return the classes of a file that are made from ``base``, and no base of another there."""
    tree = trees.get(path)
    if tree is None:
        return []
    found = [
        FoundClass(path, node)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and base in _lineage(trees, FoundClass(path, node))
    ]
    bases = {
        parent.node.name
        for each in found
        for parent in _bases(trees, each)
        if isinstance(parent, FoundClass) and parent.path == path
    }
    return [each for each in found if each.node.name not in bases]


def own_methods(trees: Trees, page: FoundClass) -> set[str] | None:
    """Return the methods of a page and of its bases, or None when a base cannot be found."""
    lineage = _lineage(trees, page)
    if None in lineage:
        return None
    return {
        each.name
        for cls in lineage
        if isinstance(cls, FoundClass)
        for each in cls.node.body
        if isinstance(each, ast.FunctionDef)
    }


def set_names(trees: Trees, page: FoundClass) -> set[str]:
    """Return the names that a page and its bases set, on the class or on ``self``."""
    found: set[str] = set()
    for cls in _lineage(trees, page):
        if isinstance(cls, FoundClass):
            found |= _names_set_by(cls.node)
    return found


def idempotent_methods(trees: Trees, page: FoundClass) -> frozenset[str]:
    """Return the methods of a page that it declares with the SDK's ``idempotent``.

    A class that replaces a method of its base says for itself whether it keeps the promise.
    """
    promised: dict[str, bool] = {}
    for cls in _lineage(trees, page):
        for each in cls.node.body if isinstance(cls, FoundClass) else ():
            if isinstance(cls, FoundClass) and isinstance(each, ast.FunctionDef):
                marks = [_imports_of(trees[cls.path], mark) for mark in each.decorator_list]
                promised.setdefault(each.name, ("sdk", "idempotent") in marks)
    return frozenset(name for name, is_promised in promised.items() if is_promised)


def _imports_of(tree: ast.Module, mark: ast.expr) -> tuple[str, str]:
    """Return module and name of what a decorator is, if the file imports it."""
    if isinstance(mark, ast.Attribute):
        found = _imported(tree, name_of(mark.value))
        return next(((module, mark.attr) for module, name in found if not name), ("", ""))
    return next(iter(_imported(tree, name_of(mark))), ("", ""))


def name_of(node: ast.expr) -> str:
    """Return the name that an expression is, or nothing."""
    return node.id if isinstance(node, ast.Name) else ""


def plain_texts(call: ast.Call) -> dict[str | int, str]:
    """Return the arguments of a call that are written as plain texts, by name or number."""
    arguments: dict[str | int, ast.expr] = dict(enumerate(call.args))
    arguments |= {each.arg: each.value for each in call.keywords if each.arg}
    return {
        key: value.value
        for key, value in arguments.items()
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def _names_set_by(node: ast.ClassDef) -> set[str]:
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found.add(each.id)
        elif isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
            found.add(each.attr)
        elif isinstance(each, ast.Call) and name_of(each.func) == "setattr":
            found |= set(plain_texts(each).values())
    return found


def lineage(trees: Trees, cls: FoundClass) -> list[ast.ClassDef]:
    """Return a class of the package and those of its bases that are the package's own."""
    return [each.node for each in _lineage(trees, cls) if isinstance(each, FoundClass)]


def _lineage(trees: Trees, cls: FoundClass) -> list[Base]:
    """Return a class and everything that it is made from, each once."""
    found: list[Base] = [cls]
    for each in found:
        if isinstance(each, FoundClass) and len(found) < _BASES_MAX:
            found += [base for base in _bases(trees, each) if base not in found]
    return found


def _bases(trees: Trees, cls: FoundClass) -> list[Base]:
    return [_resolve(trees, cls.path, base) for base in cls.node.bases]


def _resolve(trees: Trees, path: str, base: ast.expr) -> Base:
    """Find what a base class is called in the file that names it."""
    tree = trees.get(path)
    if tree is None:
        return None
    if isinstance(base, ast.Name):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == base.id:
                return FoundClass(path, node)
        for module, name in _imported(tree, base.id):
            is_given = module == "sdk" and name in _SDK_BASES
            return name if is_given else _find(trees, module, name)
    elif isinstance(base, ast.Attribute) and isinstance(base.value, ast.Name):
        for module, name in _imported(tree, base.value.id):
            file = f"{module}.{name}" if name else module
            return _find(trees, file, base.attr)
    return None


def _imported(tree: ast.Module, local: str) -> Iterable[tuple[str, str]]:
    """Return where a name of a file comes from: a module and a name in it."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == local:
                    yield node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name) == local:
                    yield alias.name, ""


def _find(trees: Trees, module: str, name: str) -> Base:
    path = module.replace(".", "/") + ".py"
    tree = trees.get(path)
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and node.name == name:
            return FoundClass(path, node)
    return None
