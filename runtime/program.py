"""Everything that can be said about a mini-program without running it.

The merchant's ``hutong check``, the upload and the review desk call the same function, so that what
a merchant is told at home is what the lane says.
"""

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from runtime.class_scan import (
    APP,
    FoundClass,
    find_page_class,
    idempotent_methods,
    own_methods,
    page_classes,
    set_names,
)
from runtime.code_scan import check_code
from runtime.component_scan import check_components, component_classes
from runtime.findings import Finding, has_errors
from runtime.package import Package, check_layout, read_manifest
from runtime.policy import check as check_language
from runtime.view import (
    Components,
    TemplateRefusedError,
    check_css,
    compile_template,
    component_sheet_scope,
    page_scope,
)
from runtime.view.ir import Template
from sdk.contract.events import APP_LIFE
from sdk.contract.manifest import FILE as MANIFEST_FILE
from sdk.contract.manifest import HOST_CODE, Manifest
from sdk.contract.scopes import LANGUAGES

PROGRAM_RULES: Mapping[str, str] = {
    "PAGE001": "A page file needs exactly one class made from Page.",
    "PAGE002": "A handler named in a template or in `then` is not a method of the page.",
    "PAGE003": "Warning: a template reads a name that the page never sets.",
    "PAGE004": "An import names no file of the package.",
    "PAGE005": "A page has an `__init__`, which is never called: life begins in `on_load`.",
    "PAGE006": "Warning: an attribute that begins with an underscore is forgotten after the event.",
    "COMP001": "A component's file needs exactly one class made from Component, and a template.",
    "COMP002": "`self.emit` needs the name of its event as a plain text.",
    "COMP003": "A component calls what waits for a person: only a page can be answered.",
    "APP001": "`app.py` has more than one class made from App.",
    "APP002": "An App sets an attribute: it keeps nothing between its handlers.",
    "API001": "There is no capability with this name.",
    "API002": "A capability needs a permission that the manifest does not declare.",
    "API003": "Warning: a declared permission is never used.",
    "API004": "`api.nav` names a page that the manifest does not have.",
    "API005": "Warning: `api.http` is used, and `hutong.network` declares no host.",
    "API006": "`api.db` names a collection that `hutong.collections` does not declare.",
    "API007": "`api.messages.send` names a message that `hutong.messages` does not declare.",
    "SEC001": "A file contains what looks like a secret key.",
    "SEC002": "Warning: a file names a web address that `api.http` will not ask: its host is not in"
    " `hutong.network`, or it is not https.",
    "SEC003": "Warning: `hutong.network` declares a host that no file of the program names.",
    "TEXT001": "A file is not UTF-8 text.",
    "TEXT002": "A translation file is not an object of texts, or is for an unknown language.",
}

# Keys of well-known shapes; a package is read by reviewers and kept for ever.
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bsk_live_[0-9A-Za-z]{16,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[0-9A-Za-z]{30,}|\bxox[abpr]-[0-9A-Za-z-]{20,}|\bhtk_[0-9A-Za-z_-]{20,}"
)
# All text of a package together: what the checks may cost the host is bounded by it.
TEXT_CHARS_MAX = 1_500_000
_ADDRESS = re.compile(r"\b(https?)://([a-zA-Z0-9.-]+)")
_TEXT_SUFFIXES = (".py", ".html", ".css", ".json")
_TRANSLATION_TEXTS = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class PageView:
    """How one page looks."""

    template: Template
    # Checked, and scoped to the page.
    css: str


@dataclass(frozen=True, slots=True)
class Views:
    """How a program looks: its pages by route, the style they share, its texts by language."""

    pages: Mapping[str, PageView]
    app_css: str
    texts: Mapping[str, Mapping[str, str]]


def check_files(
    files: Mapping[str, bytes], *, host_code: int = HOST_CODE, taken_ids: Collection[str] = ()
) -> list[Finding]:
    """Return every finding about a package's files, in order of file and line."""
    manifest, findings = read_manifest(files, host_code=host_code, taken_ids=taken_ids)
    if manifest is not None:
        findings += check_layout(manifest, files)
    texts, broken = _decode(files)
    findings += broken
    size = sum(len(text) for text in texts.values())
    if size > TEXT_CHARS_MAX:
        fix = f"at most {TEXT_CHARS_MAX} in code, templates, styles and translations together"
        return [*findings, Finding("package", 0, 0, "PKG002", f"has {size} characters", fix)]
    trees, broken = _read_code(texts)
    findings += broken
    for path, text in texts.items():
        findings += _check_secrets(path, text)
    findings += _check_translations(texts)
    if manifest is not None:
        findings += _check_look(manifest, texts, files, trees)
        findings += check_code(manifest, trees, files)
    findings += _check_network(manifest.network if manifest else (), texts)
    return sorted(set(findings))


def build_views(package: Package) -> Views:
    """Compile the templates and style sheets of a package that has passed ``check_files``."""
    texts, _ = _decode(package.files)
    components = components_of(texts)
    pages = {
        page: PageView(
            compile_template(texts[f"{page}.html"], f"{page}.html", components),
            check_css(texts.get(f"{page}.css", ""), f"{page}.css", page_scope(page))[0],
        )
        for page in package.manifest.pages
    }
    translations = {
        language: _TRANSLATION_TEXTS.decode(texts[f"i18n/{language}.json"])
        for language in LANGUAGES
        if f"i18n/{language}.json" in texts
    }
    sheets = [check_css(texts.get("app.css", ""), "app.css")[0]]
    for path, text in texts.items():
        scope = component_sheet_scope(path)
        if scope is not None:
            sheets.append(check_css(text, path, scope)[0])
    return Views(pages, "\n".join(filter(None, sheets)), translations)


def find_idempotent(package: Package) -> frozenset[tuple[str, str]]:
    """Return page and name of each handler that its program promises to be idempotent."""
    trees, found = _find_pages(package, b"idempotent")
    return frozenset(
        (page, name) for page, cls in found.items() for name in idempotent_methods(trees, cls)
    )


def find_migrating(package: Package) -> frozenset[str]:
    """Return the pages whose class takes over what a page of another version has kept."""
    trees, found = _find_pages(package, b"migrate")
    return frozenset(
        page for page, cls in found.items() if "migrate" in (own_methods(trees, cls) or ())
    )


def _find_pages(
    package: Package, word: bytes
) -> tuple[dict[str, ast.Module], dict[str, FoundClass]]:
    """Return the page classes of a package, or none when no file of it contains ``word``."""
    if not any(word in content for content in package.files.values()):
        return {}, {}
    texts, _ = _decode(package.files)
    trees, _ = _read_code(texts)
    found = {page: find_page_class(trees, f"{page}.py") for page in package.manifest.pages}
    return trees, {page: cls for page, cls in found.items() if cls is not None}


def find_app_life(files: Mapping[str, bytes]) -> frozenset[str]:
    """Return which methods of ``APP_LIFE`` the program's own class in ``app.py`` has."""
    if b"App" not in files.get("app.py", b""):
        return frozenset()
    texts, _ = _decode(files)
    trees, _ = _read_code(texts)
    classes = page_classes(trees, "app.py", APP)
    methods = own_methods(trees, classes[0]) if len(classes) == 1 else None
    return frozenset((methods or set()) & APP_LIFE.keys())


def components_of(texts: Mapping[str, str]) -> Components:
    """Return the components of a package that has passed ``check_files``."""
    if not any(path.startswith("components/") and path.endswith(".py") for path in texts):
        # Nothing is read for the classes of a package that has none.
        return Components(texts)
    trees = {path: ast.parse(text) for path, text in texts.items() if path.endswith(".py")}
    return Components(texts, component_classes(trees))


def _decode(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[Finding]]:
    texts: dict[str, str] = {}
    findings = []
    for path, content in files.items():
        if not path.endswith(_TEXT_SUFFIXES):
            continue
        try:
            texts[path] = content.decode("utf-8-sig" if path == MANIFEST_FILE else "utf-8")
        except UnicodeDecodeError:
            fix = "save the file as UTF-8"
            findings.append(Finding(path, 0, 0, "TEXT001", "is not UTF-8 text", fix))
    return texts, findings


def _read_code(texts: Mapping[str, str]) -> tuple[dict[str, ast.Module], list[Finding]]:
    """Return the trees of the files that follow the rules of the language, and what breaks them."""
    trees: dict[str, ast.Module] = {}
    findings: list[Finding] = []
    for path, text in texts.items():
        if path.endswith(".py"):
            found = check_language(text, path)
            findings += found
            if not has_errors(found):
                trees[path] = ast.parse(text)
    return trees, findings


def _check_secrets(path: str, text: str) -> Iterable[Finding]:
    for number, line in enumerate(text.split("\n"), 1):
        secret = _SECRETS.search(line)
        if secret:
            fix = "take it out and make a new one: this one must count as known"
            message = f"has what looks like a secret key ({secret.group()[:8]}…)"
            yield Finding(path, number, secret.start() + 1, "SEC001", message, fix)


def _check_network(network: Collection[str], texts: Mapping[str, str]) -> Iterable[Finding]:
    """Compare the hosts that the code names with those that people are told of."""
    for path, text in texts.items():
        if not path.endswith(".py"):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            for address in _ADDRESS.finditer(line):
                scheme, host = address.groups()
                if scheme == "https" and host in network:
                    continue
                fix = f'to ask it, use https and add "{host[:80]}" to hutong.network'
                message = f"names {scheme}://{host[:80]}"
                yield Finding(path, number, address.start() + 1, "SEC002", message, fix, "warning")
    code = "\n".join(text for path, text in texts.items() if path.endswith(".py"))
    for host in network:
        if host not in code:
            fix = "remove it: people and reviewers are told of every host"
            message = f"hutong.network has {host}, which no file names"
            yield Finding(MANIFEST_FILE, 0, 0, "SEC003", message, fix, "warning")


def _check_translations(texts: Mapping[str, str]) -> Iterable[Finding]:
    for path, text in texts.items():
        if not path.startswith("i18n/"):
            continue
        if path.removeprefix("i18n/").removesuffix(".json") not in LANGUAGES:
            fix = "name it after one of " + ", ".join(LANGUAGES)
            yield Finding(path, 0, 0, "TEXT002", "is for a language that is not here", fix)
        try:
            _TRANSLATION_TEXTS.decode(text)
        except msgspec.DecodeError as error:
            fix = 'write {"English text": "translated text", …}'
            yield Finding(path, 0, 0, "TEXT002", str(error)[:200], fix)


def _check_look(
    manifest: Manifest,
    texts: Mapping[str, str],
    files: Mapping[str, bytes],
    trees: Mapping[str, ast.Module],
) -> Iterable[Finding]:
    """Check templates and style sheets, and each template against its page's class."""
    components = Components(texts, component_classes(trees))
    yield from check_components(trees, texts)
    yield from components.check()
    for page in manifest.pages:
        path = f"{page}.html"
        if path not in texts:
            continue
        try:
            template = compile_template(texts[path], path, components)
        except TemplateRefusedError as error:
            yield from error.findings
            continue
        yield from template.warnings
        yield from _check_against_page(template, path, trees)
    for path, text in texts.items():
        if path.endswith(".css"):
            page = path.removesuffix(".css")
            scope = component_sheet_scope(path) or ""
            if page in manifest.pages:
                scope = page_scope(page)
            yield from check_css(text, path, scope, files)[1]


def _check_against_page(
    template: Template, path: str, trees: Mapping[str, ast.Module]
) -> Iterable[Finding]:
    page = find_page_class(trees, path.removesuffix(".html") + ".py")
    methods = own_methods(trees, page) if page else None
    if page is None or methods is None:
        return
    for handler, line in template.handlers.items():
        if handler not in methods:
            fix = f"add 'def {handler}(self, event):' to class {page.node.name}"
            yield Finding(path, line, 0, "PAGE002", f"the page has no handler '{handler}'", fix)
    for name in sorted(template.names - methods - set_names(trees, page)):
        fix = f"give it a first value in class {page.node.name}: '{name}: … = …'"
        message = f"reads '{name}', which the page never sets"
        yield Finding(path, 0, 0, "PAGE003", message, fix, "warning")
