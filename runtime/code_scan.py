"""What the code of a mini-program asks of the host, read without running it.

Names that are built at run time escape this scan; the bridge checks every call again.  What is
found here is found a day earlier: at the merchant's desk.
"""

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from runtime.class_scan import APP, find_page_class, name_of, own_methods, page_classes, plain_texts
from runtime.findings import Finding
from runtime.policy.modules import STANDARD_MODULES
from sdk.contract.capabilities import CAPABILITIES, Capability
from sdk.contract.manifest import FILE as MANIFEST_FILE
from sdk.contract.manifest import Manifest
from sdk.contract.scopes import SCOPES


@dataclass(frozen=True, slots=True)
class ApiUse:
    """One place where a file names a capability."""

    name: str
    node: ast.Attribute
    # Its keyword arguments and first argument that are plain texts; empty when it is not called.
    texts: Mapping[str | int, str]


def check_code(
    manifest: Manifest, trees: Mapping[str, ast.Module], paths: Collection[str]
) -> Iterable[Finding]:
    """Check classes, imports and capabilities of every file against the manifest.

    ``trees`` are the files that follow the rules of the language, whose size and depth are
    therefore bounded; ``paths`` are all files of the package.
    """
    used: set[str] = set()
    yield from _check_app(trees)
    for path, tree in trees.items():
        if path.removesuffix(".py") in manifest.pages:
            yield from _check_page(trees, path)
        yield from _check_imports(tree, path, paths)
        uses = list(_api_uses(tree))
        for use in uses:
            yield from _check_use(use, path, manifest)
        yield from _check_then(trees, uses, path)
        used |= {scope for use in uses for scope in _possible_scopes(use)}
    for permission in manifest.permissions:
        if permission.scope not in used:
            fix = "remove it: people are asked for nothing that is not needed"
            message = f"hutong.permissions asks for '{permission.scope}', which no file uses"
            yield Finding(MANIFEST_FILE, 0, 0, "API003", message, fix, "warning")


def _check_app(trees: Mapping[str, ast.Module]) -> Iterable[Finding]:
    """Check that there is one App at most, and that it does not count on remembering anything."""
    path = "app.py"
    classes = page_classes(trees, path, APP)
    if len(classes) > 1:
        fix = "put their methods into one class"
        yield Finding(path, 1, 0, "APP001", f"has {len(classes)} classes made from App", fix)
    for each in classes:
        for node in ast.walk(each.node):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.ctx, ast.Store)
                and name_of(node.value) == "self"
            ):
                fix = "use api.storage.set(…), or data of the page"
                message = f"self.{node.attr}: an App keeps nothing between its handlers"
                yield Finding(path, node.lineno, node.col_offset + 1, "APP002", message, fix)


def _check_page(trees: Mapping[str, ast.Module], path: str) -> Iterable[Finding]:
    """Check that a page's file has one page, and that it begins and keeps its data as pages do."""
    classes = page_classes(trees, path)
    if len(classes) != 1:
        fix = "write 'class Name(Page):' once, after 'from sdk import Page, api'"
        message = f"has {len(classes)} classes made from Page"
        yield Finding(path, 1, 0, "PAGE001", message, fix)
        return
    for node in classes[0].node.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            fix = "give first values in the class, and do the rest in 'def on_load(self, query):'"
            message = "a page is made anew for each event, so its __init__ is never called"
            yield Finding(path, node.lineno, node.col_offset + 1, "PAGE005", message, fix)
    for inner in ast.walk(classes[0].node):
        if _is_forgotten(inner):
            assert isinstance(inner, ast.Attribute), "that is what was looked for"
            fix = f"name it '{inner.attr.lstrip('_')}' if the page has to remember it"
            message = f"self.{inner.attr} is forgotten after the event"
            place = inner.lineno, inner.col_offset + 1
            yield Finding(path, *place, "PAGE006", message, fix, "warning")


def _is_forgotten(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and node.attr.startswith("_")
        and name_of(node.value) == "self"
    )


def _possible_scopes(use: ApiUse) -> frozenset[str]:
    """Return the scopes that a call may need; all of them when a computed value decides."""
    capability = CAPABILITIES.get(use.name)
    if capability is None:
        return frozenset()
    known = _deciding_text(capability, use)
    scope = capability.scope_for(known)
    return capability.scopes if not known or scope is None else frozenset({scope})


def _deciding_text(capability: Capability, use: ApiUse) -> dict[str, str]:
    """Return the argument on which the scope depends, when it is written in the source."""
    if capability.scope_when is None:
        return {}
    name = capability.scope_when[0]
    text = use.texts.get(name, use.texts.get(list(capability.params).index(name)))
    return {} if text is None else {name: text}


def _check_imports(tree: ast.Module, path: str, paths: Collection[str]) -> Iterable[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module]
        else:
            continue
        for module in modules:
            place = module.replace(".", "/")
            is_own = f"{place}.py" in paths or any(each.startswith(f"{place}/") for each in paths)
            if (
                module not in STANDARD_MODULES
                and module not in {"sdk", "__future__"}
                and not is_own
            ):
                fix = f"add {place}.py, or see docs/reference/language.md for what can be imported"
                message = f"there is no file {place}.py in the package"
                yield Finding(path, node.lineno, node.col_offset + 1, "PAGE004", message, fix)


def _api_uses(tree: ast.Module) -> Iterable[ApiUse]:
    """Find ``api.group.name``, by whatever name the file imported ``api``."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "sdk"
        for alias in node.names
        if alias.name == "api"
    }
    calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Attribute):
            continue
        if name_of(node.value.value) in names:
            call = calls.get(id(node))
            texts = plain_texts(call) if call else {}
            yield ApiUse(f"{node.value.attr}.{node.attr}", node, texts)


def _at(use: ApiUse, path: str, code: str, message: str, fix: str) -> Finding:
    return Finding(path, use.node.lineno, use.node.col_offset + 1, code, message, fix)


def _check_use(use: ApiUse, path: str, manifest: Manifest) -> Iterable[Finding]:
    """Check that a capability exists, is allowed, and names a page of the program."""
    capability = CAPABILITIES.get(use.name)
    if capability is None:
        group = use.name.partition(".")[0]
        near = ", ".join(f"api.{each}" for each in CAPABILITIES if each.startswith(f"{group}."))
        fix = f"there is {near or 'no such group; see docs/reference/capabilities.md'}"
        yield _at(use, path, "API001", f"there is no api.{use.name}", fix)
        return
    scope = capability.scope_for(_deciding_text(capability, use))
    if scope and scope not in {p.scope for p in manifest.permissions}:
        title = SCOPES[scope].title["en"]
        yield _at(
            use,
            path,
            "API002",
            f"api.{use.name} needs the permission '{scope}' ({title})",
            f'add {{"scope": "{scope}", "reason": …}} to hutong.permissions',
        )
    if capability.kind == "outside" and not manifest.network:
        message = f"api.{use.name} is used, and hutong.network declares no host"
        fix = 'add "network": ["api.example.com"] to hutong'
        place = use.node.lineno, use.node.col_offset + 1
        yield Finding(path, *place, "API005", message, fix, "warning")
    collection = use.texts.get("collection", use.texts.get(0)) if use.name[:3] == "db." else None
    if collection is not None and collection not in manifest.collections:
        fix = f'add "{collection}": {{"read": …, "write": …}} to hutong.collections'
        yield _at(use, path, "API006", f"there is no collection '{collection}'", fix)
    topic = use.texts.get("topic", use.texts.get(0)) if use.name == "messages.send" else None
    if topic is not None and topic not in {each.topic for each in manifest.messages}:
        fix = f'add "{topic}": {{"en": …, "zh-Hans": …}} to hutong.messages'
        yield _at(use, path, "API007", f"there is no message '{topic}'", fix)
    # Only here: another program's page is not in this manifest.
    is_here = use.name.startswith("nav.") and "app_id" not in capability.params
    page = use.texts.get("page", use.texts.get(0)) if is_here else None
    if page is not None and page not in manifest.pages:
        fix = "use one of " + ", ".join(manifest.pages)
        yield _at(use, path, "API004", f"there is no page '{page}'", fix)


def _check_then(
    trees: Mapping[str, ast.Module], uses: list[ApiUse], path: str
) -> Iterable[Finding]:
    """Check that the handler an answer comes to is a method of the page."""
    page = find_page_class(trees, path)
    methods = own_methods(trees, page) if page else None
    if page is None or methods is None:
        return
    for use in uses:
        capability = CAPABILITIES.get(use.name)
        if capability is None or capability.kind != "wait":
            continue
        then = use.texts.get("then", use.texts.get(list(capability.params).index("then")))
        if then is not None and then not in methods:
            fix = f"add 'def {then}(self, result):' to class {page.node.name}"
            yield _at(use, path, "PAGE002", f"the page has no handler '{then}'", fix)
