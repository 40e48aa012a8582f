"""What the classes of components have, read without running them."""

import ast
import re
from collections.abc import Iterable, Mapping

from runtime.class_scan import COMPONENT, lineage, name_of, page_classes, plain_texts
from runtime.findings import Finding
from runtime.view.parts import ComponentClass
from sdk.contract.capabilities import CAPABILITIES
from sdk.contract.events import COMPONENT_LIFE

_FILE = re.compile(r"components/([a-z0-9-]+)/\1\.py")


def component_classes(trees: Mapping[str, ast.Module]) -> dict[str, ComponentClass]:
    """Return what is known of each component that has exactly one class, by its name."""
    found = {}
    for path in trees:
        name = _FILE.fullmatch(path)
        classes = page_classes(trees, path, COMPONENT) if name else []
        if name and len(classes) == 1:
            nodes = lineage(trees, classes[0])
            found[name[1]] = _read(path.removesuffix(".py"), nodes)
    return found


def check_components(trees: Mapping[str, ast.Module], paths: Iterable[str]) -> Iterable[Finding]:
    """Check the files of components that have a class."""
    known = set(paths)
    for path in trees:
        if not _FILE.fullmatch(path):
            continue
        template = path.removesuffix(".py") + ".html"
        if template not in known:
            fix = f"add {template}, or move the file out of components/"
            yield Finding(path, 0, 0, "COMP001", "has no template beside it", fix)
        classes = page_classes(trees, path, COMPONENT)
        if len(classes) != 1:
            fix = "write 'class Name(Component):' once, after 'from sdk import Component'"
            message = f"has {len(classes)} classes made from Component"
            yield Finding(path, 1, 0, "COMP001", message, fix)
            continue
        for node in lineage(trees, classes[0]):
            yield from _check_class(path, node)


def _check_class(path: str, cls: ast.ClassDef) -> Iterable[Finding]:
    for node in ast.walk(cls):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            fix = "give first values in the class, and do the rest in 'def on_attach(self):'"
            message = "a component is made anew for each event, so its __init__ is never called"
            yield _finding(path, node, "PAGE005", message, fix)
        if not isinstance(node, ast.Call):
            continue
        if _is_emit(node) and 0 not in plain_texts(node):
            fix = 'write  self.emit("change", value=self.count)'
            yield _finding(path, node, "COMP002", "the event has no plain name", fix)
        if _waits(node):
            fix = "emit an event, and ask in the handler of the page that hears it"
            message = "a component cannot ask a person: the answer would come to the page"
            yield _finding(path, node, "COMP003", message, fix)


def _finding(path: str, node: ast.expr | ast.stmt, code: str, message: str, fix: str) -> Finding:
    return Finding(path, node.lineno, node.col_offset + 1, code, message, fix)


def _read(path: str, nodes: list[ast.ClassDef]) -> ComponentClass:
    body = [each for node in nodes for each in node.body]
    methods = {each.name for each in body if isinstance(each, ast.FunctionDef)}
    worked_out = {
        each.name
        for each in body
        if isinstance(each, ast.FunctionDef)
        and any(name_of(one) == "property" for one in each.decorator_list)
    }
    given = {
        name_of(each.target)
        for each in body
        if isinstance(each, ast.AnnAssign) and each.value is None
    }
    data = worked_out | _names_kept(nodes)
    life = frozenset(methods & COMPONENT_LIFE.keys())
    return ComponentClass(
        path=path,
        methods=frozenset(methods - worked_out - life),
        data=frozenset(data - given),
        props=frozenset(given - {""} - _values(body)),
        emits=frozenset(_emitted(nodes)),
        life=life,
        follows="on_update" in life or bool(worked_out),
    )


def _values(body: list[ast.stmt]) -> set[str]:
    """Return the names that a class gives a value."""
    found: set[str] = set()
    for each in body:
        if isinstance(each, ast.AnnAssign) and each.value is not None:
            found.add(name_of(each.target))
        elif isinstance(each, ast.Assign):
            found |= {name_of(target) for target in each.targets}
    return found


def _names_kept(nodes: list[ast.ClassDef]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        found |= _values(node.body)
        for each in ast.walk(node):
            if not isinstance(each, ast.Attribute) or not isinstance(each.ctx, ast.Store):
                continue
            if name_of(each.value) == "self":
                found.add(each.attr)
    return {name for name in found if name and not name.startswith("_")}


def _is_emit(node: ast.Call) -> bool:
    called = node.func
    return (
        isinstance(called, ast.Attribute)
        and called.attr == "emit"
        and name_of(called.value) == "self"
    )


def _emitted(nodes: list[ast.ClassDef]) -> Iterable[str]:
    for node in nodes:
        for each in ast.walk(node):
            if isinstance(each, ast.Call) and _is_emit(each):
                name = plain_texts(each).get(0)
                if name is not None:
                    yield name


def _waits(node: ast.Call) -> bool:
    """Tell whether a call is of ``api`` and waits for a person."""
    called = node.func
    if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Attribute):
        return False
    capability = CAPABILITIES.get(f"{called.value.attr}.{called.attr}")
    is_api = name_of(called.value.value) == "api"
    return is_api and capability is not None and capability.kind == "wait"
