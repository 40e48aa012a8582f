"""Odd values, and ways to damage bytes and text, that several subjects share."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]

# An edit: where (as a share of the length), how much goes, and what comes in.
Edit = tuple[float, int, Any]

_shares = st.floats(0, 1, allow_nan=False)


def edits(inserts: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Edit]]:
    """Return a few edits that put in what ``inserts`` gives."""
    return st.lists(st.tuples(_shares, st.integers(0, 30), inserts), min_size=1, max_size=4)


def edit(whole: Any, changes: list[Edit]) -> Any:
    """Apply edits to a text or to bytes."""
    for share, gone, inserted in changes:
        at = int(share * len(whole))
        whole = whole[:at] + inserted + whole[at + gone :]
    return whole


def miniapp_files(suffix: str) -> list[str]:
    """Return the text of every file of the example programs with this suffix."""
    return [path.read_text() for path in sorted((ROOT / "miniapps").rglob(f"*{suffix}"))]


# JSON-like and worse: what a field might hold that expects something else.
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([0, 1, 2, -1, 2**53, 2**53 + 1, 2**31, 2**63 - 1]),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=12),
    st.just("x" * 3000),
    st.just([]),
    st.just({}),
    st.lists(st.integers(0, 3) | st.text(max_size=3), max_size=3),
)
