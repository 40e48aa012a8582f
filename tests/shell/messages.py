"""Every message of the host that people may read, by domain.

``python -m tests.shell.messages DOMAIN`` prints those that have no Chinese yet, ready to be filled
in and added to ``host/shell/locale/zh_Hans/DOMAIN.po``.
"""

import ast
import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from jinja2.ext import babel_extract

from host.core.i18n import messages

HOST = Path(__file__).resolve().parents[2] / "host"
LANG = "zh-Hans"
_TEMPLATE_OPTIONS = {"trimmed": "false", "silent": "false"}
_KEYWORDS = ("_", "gettext", "ngettext")
# Functions of ours whose argument at this place is a message.
_PYTHON_CALLS = {"_": 0, "translate": 0, "gettext": 1}


@functools.cache
def find_messages() -> dict[str, dict[str, str]]:
    """Return each domain's messages and where they stand."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(HOST.rglob("*.html")):
        for line, message in _in_template(path):
            _add(found, path, line, message)
    for path in sorted(HOST.rglob("*.py")):
        if path.relative_to(HOST).parts[0] == "demo":
            continue  # what the demo's people say is theirs
        for line, message in _in_module(path):
            _add(found, path, line, message)
    return found


@functools.cache
def find_missing() -> dict[str, dict[str, str]]:
    """Return each domain's messages that have no Chinese, and where they stand."""
    known = messages(LANG)
    missing = {
        domain: {text: place for text, place in texts.items() if text not in known}
        for domain, texts in find_messages().items()
    }
    return {domain: texts for domain, texts in missing.items() if texts}


def _add(found: dict[str, dict[str, str]], path: Path, line: int, message: str) -> None:
    domain = path.relative_to(HOST).parts[0].removesuffix(".py")
    place = f"{path.relative_to(HOST.parent)}:{line}"
    found.setdefault(domain, {}).setdefault(message, place)


def _in_template(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for line, _function, message, _comments in babel_extract(
            file, _KEYWORDS, [], {**_TEMPLATE_OPTIONS, "newstyle_gettext": "true"}
        ):
            texts = message if isinstance(message, tuple) else (message,)
            for text in texts:
                if isinstance(text, str):
                    yield line, text


def _in_module(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = _module_constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            text = _message_of_call(node, constants)
            if text:
                yield node.lineno, text
        elif isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
            yield from _title_of(node)


def _module_constants(tree: ast.Module) -> dict[str, str]:
    constants = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _literal(node.value, {})
            if text is not None:
                constants[node.targets[0].id] = text
    return constants


def _message_of_call(node: ast.Call, constants: dict[str, str]) -> str | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    place = _PYTHON_CALLS.get(name)
    if place is None and re.fullmatch(r"[A-Z]\w*Error", name):
        place = 0
    if place is None or len(node.args) <= place:
        return None
    text = _literal(node.args[place], constants)
    # An error of Python's own or of ours that people never read says no sentence.
    return text if text and (name in _PYTHON_CALLS or text.rstrip().endswith((".", "?"))) else None


def _title_of(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    assigned: dict[str, str] = {}
    for part in node.body:
        if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None:
            target = part.targets[0] if isinstance(part, ast.Assign) else part.target
            text = _literal(part.value, {})
            if isinstance(target, ast.Name) and text is not None:
                assigned[target.id] = text
    if "problem" in assigned and "title" in assigned:
        yield node.lineno, assigned["title"]


def _literal(node: ast.expr, constants: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id) if isinstance(node, ast.Name) else None


def _quote(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def main() -> None:
    """Print what a domain's file lacks."""
    missing = find_missing()
    for domain in sys.argv[1:] or sorted(missing):
        for text, place in sorted(missing.get(domain, {}).items(), key=lambda item: item[1]):
            print(f'#: {place}\nmsgid {_quote(text)}\nmsgstr ""\n')  # noqa: T201  (its job)


if __name__ == "__main__":
    main()
