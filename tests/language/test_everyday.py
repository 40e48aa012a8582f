"""What a merchant who knows Python would write works, or is refused with the way to write it."""

import ast
import re
from pathlib import Path

import pytest

from runtime import plain, policy
from runtime.policy import check
from tests.language.test_meaning import make_names, run

# Each leaves its result in OUT; the line behind "===" is what Python gives everywhere.
_SNIPPET = re.compile(r"### (?P<name>.+)\n(?P<source>(?s:.+?))\n=== (?P<expected>.+)")
WORKS = {
    found["name"]: (found["source"], ast.literal_eval(found["expected"]))
    for found in _SNIPPET.finditer(
        Path(__file__).with_name("everyday.txt").read_text(encoding="utf-8")
    )
}


def test_there_are_many() -> None:
    """Every snippet of the file was read."""
    text = Path(__file__).with_name("everyday.txt").read_text(encoding="utf-8")

    assert text.count("\n=== ") == len(WORKS) > 60


@pytest.mark.parametrize("name", WORKS)
def test_it_works(name: str) -> None:
    """The result is the one that Python gives everywhere."""
    source, expected = WORKS[name]

    assert expected == run(source)["OUT"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            "import os",
            (
                "1:1 LANG013 the module 'os' is not available in a mini-program"
                " → a mini-program reaches nothing but api.*"
            ),
        ),
        (
            "from abc import ABC",
            (
                "1:1 LANG013 the module 'abc' is not available in a mini-program"
                " → write a plain class whose methods raise NotImplementedError"
            ),
        ),
        (
            "with open('a') as f:\n    pass",
            (
                "1:6 LANG012 'open' is not available in a mini-program"
                " → use api.storage.set(…) and api.storage.get(…)"
            ),
        ),
        (
            "class A:\n    def __enter__(self): pass\nA().__enter__()",
            (
                "3:1 LANG011 the attribute '__enter__' is not available"
                " → use attributes that begin with a letter or one underscore"
            ),
        ),
        (
            "if __name__ == '__main__':\n    pass",
            (
                "1:4 LANG010 the name '__name__' is not available"
                " → leave the test out: a file is only ever imported by the host"
            ),
        ),
        (
            "from enum import Flag",
            (
                "1:1 LANG014 'enum' has no 'Flag' in a mini-program"
                " → it has Enum, IntEnum, StrEnum, auto, unique"
            ),
        ),
        (
            "async def f():\n    async with x:\n        pass",
            "1:1 LANG020 async is not available → call the host directly: calls are plain",
        ),
        (
            "match x:\n    case Tea.GREEN | [1]: pass",
            (
                "2:10 LANG023 a dotted name can stand beside values only"
                " → write a case of its own for each"
            ),
        ),
        (
            "match x:\n    case [Tea.GREEN] | [Tea.BLACK]: pass",
            (
                "2:10 LANG023 a dotted name can stand beside values only"
                " → write a case of its own for each"
            ),
        ),
        (
            "match x:\n    case a.__class__: pass",
            (
                "2:10 LANG011 the attribute '__class__' is not available"
                " → use isinstance(value, …), or write the class's own name"
            ),
        ),
        (
            "class A:\n    __slots__ = f()",
            (
                "2:5 LANG010 the name '__slots__' is not available"
                " → begin it with a letter or with one underscore"
            ),
        ),
        (
            "class A:\n    def __del__(self): pass",
            (
                "2:5 LANG026 the magic method '__del__' is not available"
                " → use a method with a name of its own"
            ),
        ),
        (
            "type(x)",
            "1:1 LANG012 'type' is not available in a mini-program → use isinstance(value, int)",
        ),
    ],
)
def test_it_is_refused_with_the_way_out(source: str, line: str) -> None:
    """A refusal is one line: place, code, what, and what to write instead."""
    assert f"pages/a.py:{line}" == str(check(source, "pages/a.py")[0])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("class A: pass\nwith A():\n    pass", "A cannot stand in 'with'"),
        ("with 3:\n    pass", "int cannot stand in 'with'"),
        ("from enum import Enum\nclass A(Enum):\n    X = 1\nA.X = 2", "A is written once"),
        ("from enum import Enum\nclass A(Enum):\n    X = 1\nclass B(A): pass", "has members"),
        ("from enum import Enum\nEnum('A', 'X Y')", "takes 2 positional|write the members"),
        ("from enum import IntEnum\nclass A(IntEnum):\n    X = 'a'", "A.X is not of type int"),
        ("from collections import namedtuple\nnamedtuple('A', 'x class')", "no name for a field"),
        ("from collections import namedtuple\nnamedtuple('A', '_x')", "underscore"),
        (
            "from collections import namedtuple\nA = namedtuple('A', 'x')\nA(1).x = 2",
            r"use _replace\(x=…\)",
        ),
        ("class A(str): pass", "can be bases"),
    ],
)
def test_it_fails_with_a_reason(source: str, message: str) -> None:
    """What only shows when it runs says what is wrong, too."""
    with pytest.raises((TypeError, ValueError, AttributeError), match=message):
        run(source)


class _LimitError(BaseException):
    """What ends an event."""


@pytest.mark.parametrize(
    "manager",
    [
        (
            "class M:\n    def __enter__(self): pass\n    def __exit__(self, *told):\n"
            "        seen.append(told)\n        return True\nm = M()"
        ),
        "from contextlib import suppress\nm = suppress(Exception)",
        (
            "from contextlib import contextmanager\n@contextmanager\ndef f():\n    try:\n"
            "        yield\n    except Exception as error:\n        seen.append(error)\nm = f()"
        ),
    ],
)
def test_no_manager_holds_up_a_limit(manager: str) -> None:
    """What ends an event passes every block, and no program gets hold of it."""

    def end(_line: str) -> None:
        raise _LimitError

    names = make_names(end)
    source = f"seen = []\n{manager}\nwith m:\n    print('now')"

    with pytest.raises(_LimitError):
        exec(policy.compile_source(source, "a.py"), names)  # noqa: S102  (this is the subject)
    assert not any(isinstance(each, _LimitError) for told in names["seen"] for each in told)


def test_members_in_the_state_of_a_page() -> None:
    """A member that equals its value is kept as this; for any other the refusal says what to do."""
    names = run(
        "from enum import Enum, StrEnum\nfrom collections import namedtuple\n"
        "class Status(StrEnum):\n    PAID = 'paid'\nclass Size(Enum):\n    SMALL = 1\n"
        "point = namedtuple('Point', 'x')(1)"
    )

    assert b'{"status":"paid"}' == plain.encode({"status": names["Status"].PAID})
    for value in (names["Size"].SMALL, names["point"]):
        with pytest.raises(plain.NotPlainError, match=r"is not plain data: keep .* \.value"):
            plain.encode({"x": value})
