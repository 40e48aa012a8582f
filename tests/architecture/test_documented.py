"""What a user can meet is documented, and what is documented exists."""

import importlib
import pkgutil
import re
from pathlib import Path

import host
from host.core.errors import AppError

ROOT = Path(__file__).resolve().parents[2]


def all_problems() -> dict[str, str]:
    """Return the problem types of every module of the host, each with its title."""
    for module in pkgutil.walk_packages(host.__path__, "host."):
        if module.name.split(".")[-1] in ("errors", "problems", "csrf", "db"):
            importlib.import_module(module.name)
    waiting, found = [AppError], {}
    while waiting:
        kind = waiting.pop()
        found[kind.problem] = kind.title
        waiting.extend(kind.__subclasses__())
    return found


def test_every_problem_type_is_documented() -> None:
    """docs/problems has one heading per problem type, and no heading without one."""
    headings: list[str] = []
    for path in sorted((ROOT / "docs" / "problems").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        headings += re.findall(r"^## ([a-z0-9-]+)$", text, re.MULTILINE)

    assert sorted(all_problems()) == sorted(headings)


def test_the_readme_has_exactly_two_set_up_commands() -> None:
    """One runs the product, one passes the tests; CI runs both as written."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/hutong",
        "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest",
    ] == re.findall(r"^python3 -m venv.*$", text, re.MULTILINE)


def test_the_product_speaks_of_itself_alone() -> None:
    """No path of a machine and no registry host in what is committed."""
    pattern = re.compile(r"/(?:work|root|home/\w+)/|pypi\.org|registry\.npmjs|files\.pythonhosted")
    suffixes = {".py", ".md", ".toml", ".html", ".js", ".css", ".json", ".sql", ".po"}
    folders = ("host", "runtime", "sdk", "tests", "bench", "docs", "miniapps", ".ci")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and path != Path(__file__)
        for match in [pattern.search(path.read_text(encoding="utf-8"))]
        if match
    ]

    assert [] == found
