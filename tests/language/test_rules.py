"""A merchant is told the line, the rule and what to write instead."""

import pytest

from runtime.policy import LANGUAGE_RULES, SourceRefusedError, check, compile_source
from runtime.policy.source import DEPTH_MAX, NODES_MAX, SOURCE_BYTES_MAX


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = (", "1:5 LANG001"),
        ("return 1", "1:1 LANG001"),
        ("for x in y:\n    def f():\n        break", "3:9 LANG001"),
        ("yield 1", "1:1 LANG001"),
        ("x = 1\u202e", "1:6 LANG003"),
        ("# coding: latin-1", "1:1 LANG003"),
        ("_x_ = 1", "1:1 LANG010"),
        ("__x = 1", "1:1 LANG010"),
        ("from prices import _rate", "1:1 LANG010"),
        ("def f(a, *, __b): pass", "1:13 LANG010"),
        ("import json as __json", "1:1 LANG010"),
        ("x.__class__", "1:1 LANG011"),
        ("x.gi_frame", "1:1 LANG011"),
        ("print(open('x'))", "1:7 LANG012"),
        ("import os", "1:1 LANG013"),
        ("from json import load", "1:1 LANG014"),
        ("from json import *", "1:1 LANG015"),
        ("from .a import b", "1:1 LANG015"),
        ("import pages.a", "1:1 LANG015"),
        ("async def f(): pass", "1:1 LANG020"),
        ("try:\n    pass\nexcept* ValueError:\n    pass", "1:1 LANG021"),
        ("class A(metaclass=B): pass", "1:1 LANG022"),
        ("match x:\n    case A(): pass", "2:10 LANG023"),
        ("match x:\n    case a.b | [1]: pass", "2:10 LANG023"),
        ("try:\n    pass\nfinally:\n    raise_it = 1\n    if x: return", "5:11 LANG025"),
        ("class A:\n    def __getattr__(self, n): pass", "2:5 LANG026"),
        ("def __len__(): pass", "1:1 LANG026"),
        ("global x", "1:1 LANG030"),
    ],
)
def test_source_is_refused(source: str, expected: str) -> None:
    """Each rule names its place; every finding says what to do."""
    findings = check(source, "pages/a.py")

    assert f"pages/a.py:{expected} " in [f"{str(f).split(' ')[0]} {f.code} " for f in findings]
    assert all(finding.fix for finding in findings)
    assert {finding.code for finding in findings} <= set(LANGUAGE_RULES)


def test_the_whole_line() -> None:
    """The line reads as the documentation promises."""
    (finding,) = check("data = open('cart.json')", "pages/cart.py")

    assert (
        "pages/cart.py:1:8 LANG012 'open' is not available in a mini-program"
        " → use api.storage.set(…) and api.storage.get(…)"
    ) == str(finding)


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n" * (NODES_MAX // 4),
        "# " + "x" * SOURCE_BYTES_MAX,
        "x = " + "-" * (DEPTH_MAX + 10) + "1",
        "x = " + "(" * 5000 + ")" * 5000,
        "x" + ".a" * 50_000,
    ],
)
def test_bombs_are_refused_before_they_are_compiled(source: str) -> None:
    """Size and depth are bounded before anything recursive looks at the source."""
    codes = {finding.code for finding in check(source, "a.py")}

    assert codes <= {"LANG001", "LANG002"}
    assert codes


def test_a_refused_source_has_no_code() -> None:
    """All findings travel with the refusal."""
    with pytest.raises(SourceRefusedError) as refusal:
        compile_source("import os\nimport sys", "a.py")

    assert [1, 2] == [finding.line for finding in refusal.value.findings]


def test_a_warning_does_not_stop_the_program() -> None:
    """A warning is said, and the program runs."""
    compile_source("count = 0\ndef f():\n    global count\n    count += 1", "a.py")


@pytest.mark.parametrize(
    "source",
    [
        "def f(type, id, input): return type, id, input",
        "x = [id for id in range(3)]",
        "name = '👨‍👩‍👧 奶茶 \\u200b'",
        "def f():\n  try:\n    return 1\n  finally:\n    for x in [1]:\n      break",
        "from __future__ import annotations\nx: list[int] = []",
        "match x:\n    case {'a': [1, -2, *rest], **others} | None if rest: pass",
    ],
)
def test_ordinary_python_is_not_refused(source: str) -> None:
    """Rules do not get in the way of programs that mean no harm."""
    assert [] == check(source, "a.py")
