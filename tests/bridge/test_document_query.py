"""What SQLite says of documents, and what ``sdk.contract.documents`` says, is the same."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.bridge.document_query import Query
from host.bridge.documents import SCHEMA, Draft, Stored, Viewer, read_row
from sdk.contract.documents import CollectionRule, Condition, matches, order_key

RULE = CollectionRule("everyone", "owner")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.5, -0.0, 1.0, 2.0**52 + 0.5, 1e300, float(2**53 - 1), 2**53 - 1]),
    st.text(st.sampled_from("aAb%_'é文\U0001f375\uffff\x01"), max_size=3),
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.sampled_from("ab"), SCALARS)
DOCS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES), max_size=6)
FIELDS = st.sampled_from(["a", "b", "c", "a.a", "a.b", "id", "created_at_ms"])
COMPARED = st.integers(-3, 3) | st.text(st.sampled_from("aAbé文"), max_size=2) | st.just(0.5)
CONDITIONS = st.one_of(
    st.builds(Condition, FIELDS, st.sampled_from(["eq", "ne"]), SCALARS),
    st.builds(Condition, FIELDS, st.sampled_from(["gt", "gte", "lt", "lte"]), COMPARED),
    st.builds(Condition, FIELDS, st.just("in"), st.lists(SCALARS, min_size=1, max_size=3)),
    st.builds(Condition, FIELDS, st.just("prefix"), st.text(st.sampled_from("aé文"), max_size=2)),
)


@contextmanager
def stored(docs: list[dict[str, Any]]) -> Iterator[sqlite3.Connection]:
    """Return a database with these documents, numbered."""
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    for number, doc in enumerate(docs):
        body = msgspec.json.encode(doc).decode()
        row = ("c", f"d{number}", "ann", "everyone", "owner", 1, number, number, 1, body)
        db.execute("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    yield db
    db.close()


def as_draft(number: int, doc: dict[str, Any]) -> Draft:
    """Return a document that the event itself has made."""
    return Draft(None, Stored("c", f"d{number}", "ann", RULE, 1, number, number, doc))


@pytest.mark.parametrize("are_drafts", [False, True])
@given(docs=DOCS, conditions=st.lists(CONDITIONS, max_size=3), order=FIELDS, is_down=st.booleans())
@settings(max_examples=150, deadline=None)
def test_both_find_the_same_in_the_same_order(
    are_drafts: bool,  # noqa: FBT001  (pytest's)
    docs: list[dict[str, Any]],
    conditions: list[Condition],
    order: str,
    is_down: bool,  # noqa: FBT001
) -> None:
    """Whether a document is stored or still waits in the event."""
    whole = [doc | {"id": f"d{number}", "created_at_ms": number} for number, doc in enumerate(docs)]
    expected = [doc for doc in whole if matches(doc, conditions)]
    expected.sort(key=lambda doc: (order_key(doc, order), doc["id"]), reverse=is_down)
    drafts = [as_draft(number, doc) for number, doc in enumerate(docs)] if are_drafts else []

    with stored([] if are_drafts else docs) as db:
        query = Query("c", RULE, Viewer("bob", is_staff=False), conditions, drafts, is_mine=False)
        rows = db.execute(*query.find((order, is_down), limit=50, after=None)).fetchall()
        again = Query("c", RULE, Viewer("bob", is_staff=False), conditions, drafts, is_mine=False)
        (count,) = db.execute(*again.count()).fetchone()

    assert [doc["id"] for doc in expected] == [read_row(row).id for row in rows]
    assert len(expected) == count
