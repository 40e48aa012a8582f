"""A module fits in the head, a function on a screen, and both say what they are for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60


def is_of_a_program(path: Path) -> bool:
    """Tell whether a file belongs to a mini-program, which is written as a merchant would."""
    return any((folder / "manifest.json").exists() for folder in path.parents if folder != ROOT)


SOURCES = sorted(
    path
    for folder in ("host", "runtime", "sdk", "bench", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if not is_of_a_program(path) and "templates" not in path.parts
)
# Names that say nothing about what is inside.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_tidy(path: Path) -> None:
    """It has a docstring, a meaningful name, and is split before it grows too long."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)

    assert ast.get_docstring(tree), "a module begins by saying what it is for"
    assert path.stem not in EMPTY_NAMES
    assert text.count("\n") <= FILE_LINES_MAX
    for function in functions(tree):
        assert function.end_lineno is not None
        lines = function.end_lineno - function.lineno + 1
        assert lines <= FUNCTION_LINES_MAX, f"{function.name} has {lines} lines"
