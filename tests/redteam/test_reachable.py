"""Nothing new can be reached from inside until somebody has looked at it."""

from pathlib import Path

from tests.redteam.reachable import table

REVIEWED = Path(__file__).with_name("reachable.txt")
# Kinds of values that lead out of the language, whatever they are called.
WAYS_OUT = (
    *("module", "frame", "code", "traceback", "mappingproxy", "cell", "getset_descriptor"),
    *("member_descriptor", "wrapper_descriptor", "method-wrapper", "weakref.ReferenceType"),
)


def test_everything_reachable_was_reviewed() -> None:
    """A new name, or a new type of result, must be reviewed and added to the table.

    ``python -m tests.redteam.reachable > tests/redteam/reachable.txt`` writes it anew; each line
    of the difference is a decision.
    """
    reviewed = REVIEWED.read_text(encoding="utf-8").splitlines()
    found = table()

    assert sorted(set(found) - set(reviewed)) == [], "new, and not reviewed"
    assert sorted(set(reviewed) - set(found)) == [], "no longer reachable: take it out"


def test_no_way_out_is_in_the_table() -> None:
    """Not even a reviewer may add a module, a frame or the like."""
    kinds = [line.partition(": ")[2].replace(" -> ", " | ").split(" | ") for line in table()]

    assert [line for line in kinds if any(kind in WAYS_OUT for kind in line)] == []


def test_the_table_is_about_what_programs_use() -> None:
    """The search gets far: built-ins, modules, answers of the host, values and what they give."""
    lines = table()

    for expected in (
        "import json.loads: function -> ",
        "import sdk.api.storage.get: function",
        "<runtime.policy.facade.Record>.dataset: dict",
        "<re.Match>.group: builtin_function_or_method",
        "<generator>.send: builtin_function_or_method",
    ):
        assert any(line.startswith(expected) for line in lines), expected
