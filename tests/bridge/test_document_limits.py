"""``api.db``: what is too much, what is no document, and what is no query."""

from typing import Any

import pytest

from host.bridge import documents
from host.bridge.capabilities import database
from sdk.contract.documents import DOCUMENT_BYTES_MAX
from sdk.contract.errors import ArgumentRefusedError
from tests.bridge.documents import RULES, Shop, refused
from tests.conftest import Clock

NO_DOCUMENTS: list[Any] = [
    {"id": "mine"},
    {"owner": "bob"},
    {"is_mine": True},
    {"created_at_ms": 1},
    {"Name": 1},
    {"$inc": 1},
    {"": 1},
    {"a.b": 1},
    {"名": 1},
    {"a" * 41: 1},
    {"a": "\0"},
    {"a": {"\0": 1}},
    {"a": [[[[[[[[[[[[1]]]]]]]]]]]]},
]
NO_VALUES: list[Any] = [2**53, float("inf"), float("nan"), {1: 2}, b"x", "\ud800"]
NO_CURSORS: list[Any] = ["x", "!!", "WzFd", "WzEsImEiLDNd", "W251bGwsImEiXQ=="]
NO_CONDITIONS: list[Any] = [
    {"a') OR 1=1 --": 1},
    {"$.a": 1},
    {"a[0]": 1},
    {'a"': 1},
    {"a..b": 1},
    {"a.": 1},
    {"A": 1},
    {"owner_id": 1, "owner": "x"},
    {"is_mine": True},
    {"a": {"like": "x"}},
    {"a": {"$gt": 1}},
    {"a": {"gt": None}},
    {"a": {"gt": [1]}},
    {"a": {"prefix": 1}},
    {"a": {"in": []}},
    {"a": {"in": 5}},
    {"a": {"in": [[1]]}},
    {"a": {"in": list(range(21))}},
    {"a": [1]},
    {"a": "\0"},
    {"a": {}},
    {"a\n": 1},
    {"ａ": 1},
    {"a": {"in": [float("1e400")]}},
    {f"f{n}": n for n in range(9)},
]
NO_ORDERS: list[Any] = ["a; DROP TABLE document", "--a", "a DESC", "", "-", "$.a"]
NO_NAMES: list[Any] = ["document", "page'--", "UPPER", "x" * 41, "", "sqlite_master"]


class TestLimits:
    """What is too much, and what is no document."""

    @pytest.mark.parametrize(
        ("limit", "value"),
        [
            ("DOCUMENTS_PER_COLLECTION_MAX", 2),
            ("DOCUMENTS_PER_PERSON_MAX", 2),
            ("COLLECTION_BYTES_MAX", 2 * len('{"n":0}')),
        ],
    )
    async def test_room(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
    ) -> None:
        """What the event itself has added counts."""
        monkeypatch.setattr(documents, limit, value)
        await shop.say("ann", "insert", "reviews", {"n": 0})
        event = shop.event("ann")
        await event.call("insert", "reviews", {"n": 0})

        assert "quota-exceeded" == await refused(event.call("insert", "reviews", {"n": 0}))

    async def test_a_document_has_a_size(self, shop: Shop) -> None:
        """Also after changes."""
        half = "x" * (DOCUMENT_BYTES_MAX // 2)
        made = await shop.say("ann", "insert", "reviews", {"a": half})

        assert "quota-exceeded" == await refused(
            shop.say("ann", "insert", "reviews", {"a": half, "b": half})
        )
        assert "quota-exceeded" == await refused(
            shop.say("ann", "update", "reviews", made, {"b": half})
        )

    async def test_queries_that_read_much_are_too_many(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Counted in documents; the newest page costs one."""
        await shop.say("ann", "insert", "reviews", {"n": 0})
        monkeypatch.setattr(database, "DOCUMENTS_READ_PER_MINUTE", 3)
        for _ in range(1):
            await shop.say("ann", "find", "reviews", where={"n": 0})
            await shop.say("ann", "find", "reviews")

        assert "too-many-calls" == await refused(shop.say("ann", "count", "reviews"))
        assert 1 == await shop.say("bob", "count", "reviews")

    async def test_what_is_no_document(self, shop: Shop) -> None:
        """Said to the merchant, also when the worker has not checked it."""
        for doc in NO_DOCUMENTS:
            event = shop.event("ann")
            args = {"collection": "reviews", "doc": doc, "id": None}

            assert "bad-argument" == await refused(event.ask("db.insert", args))

    async def test_values_that_json_cannot_hold(self, shop: Shop) -> None:
        """Are refused in the worker and, from a lying worker, in the host."""
        for value in NO_VALUES:
            event = shop.event("ann")
            args = {"collection": "reviews", "doc": {"a": value}, "id": None}

            with pytest.raises(ArgumentRefusedError):
                await event.call("insert", "reviews", {"a": value})
            assert "bad-argument" == await refused(event.ask("db.insert", args))

    @pytest.mark.parametrize(
        ("doc", "change", "code"),
        [
            ({"n": 2**53 - 1}, {"inc": {"n": 1}}, "conflict"),
            ({"n": "text"}, {"inc": {"n": 1}}, "conflict"),
            ({"n": True}, {"inc": {"n": 1}}, "conflict"),
            ({"n": 1e308}, {"inc": {"n": 1e308}}, "conflict"),
            ({"n": 5}, {"changes": {"n.x": 1}}, "conflict"),
            ({"n": 5}, {"changes": {"owner": "bob"}}, "bad-argument"),
            ({"n": 5}, {"changes": {"id.x": "bob"}}, "bad-argument"),
            ({"n": 5}, {"inc": {"n') --": 1}}, "bad-argument"),
            ({"n": 5}, {"unset": ["N"]}, "bad-argument"),
            ({"n": 5}, {}, "bad-argument"),
        ],
    )
    async def test_changes_that_cannot_be(
        self, shop: Shop, doc: dict[str, Any], change: dict[str, Any], code: str
    ) -> None:
        """Nothing of them is kept."""
        made = await shop.say("ann", "insert", "shared", doc)

        assert code == await refused(shop.say("ann", "update", "shared", made, **change))
        found = await shop.say("ann", "get", "shared", made)
        assert doc == {name: found[name] for name in doc}


class TestPages:
    """Lists that are read a page at a time."""

    async def test_every_document_comes_once_and_in_order(self, shop: Shop, clock: Clock) -> None:
        """By time, by a field of mixed kinds, up and down."""
        values: list[Any] = [3, 1.5, "b", "a" * 80 + "x", "a" * 80, None, True, -7, [1], {"k": 1}]
        for value in values:
            clock.forward(1)
            await shop.say("ann", "insert", "reviews", {"v": value})

        for order in ("created_at_ms", "-created_at_ms", "v", "-v", "id", "-id", "updated_at_ms"):
            seen: list[str] = []
            after = None
            while True:
                found = await shop.say("bob", "find", "reviews", order=order, limit=3, after=after)
                seen += [each["id"] for each in found["items"]]
                after = found["after"]
                if after is None:
                    break
            whole = await shop.say("bob", "find", "reviews", order=order, limit=50)
            assert seen == [each["id"] for each in whole["items"]]
            assert len(values) == len(set(seen)) == len(seen)

    async def test_a_page_of_large_documents_ends_early(self, shop: Shop) -> None:
        """It carries at least one, and the cursor goes on behind it."""
        for number in range(20):
            await shop.say("ann", "insert", "reviews", {"n": number, "text": "x" * 15_000})

        first = await shop.say("bob", "find", "reviews", order="n", limit=50)
        second = await shop.say("bob", "find", "reviews", order="n", after=first["after"])

        assert 15 < len(first["items"]) < 20
        numbers = [each["n"] for each in first["items"] + second["items"]]
        assert list(range(20)) == numbers
        assert second["after"] is None

    async def test_own_documents_alone(self, shop: Shop) -> None:
        """`mine` leaves out what others own."""
        await shop.say("ann", "insert", "reviews", {"n": 1})
        await shop.say("bob", "insert", "reviews", {"n": 2})

        found = await shop.say("bob", "find", "reviews", mine=True)

        assert [2] == [each["n"] for each in found["items"]]
        assert 1 == await shop.say("bob", "count", "reviews", mine=True)

    async def test_a_cursor_of_ones_own_making(self, shop: Shop) -> None:
        """Is refused."""
        for after in NO_CURSORS:
            assert "bad-argument" == await refused(shop.say("ann", "find", "reviews", after=after))


class TestHostileQueries:
    """Nothing that a program writes becomes SQL."""

    async def test_conditions_that_are_none(self, shop: Shop) -> None:
        """By name, with what to write instead."""
        for where in NO_CONDITIONS:
            event = shop.event("ann")
            args = {"collection": "reviews", "where": where}

            assert "bad-argument" == await refused(event.ask("db.find", args))
            assert "bad-argument" == await refused(event.ask("db.count", args))

    async def test_orders_that_are_none(self, shop: Shop) -> None:
        """A field, or a field behind a minus."""
        for order in NO_ORDERS:
            event = shop.event("ann")
            args = {"collection": "reviews", "order": order}

            assert "bad-argument" == await refused(event.ask("db.find", args))

    async def test_values_are_never_sql(self, shop: Shop) -> None:
        """They are found as they are."""
        text = "x' OR '1'='1' -- \\ % _ \" ; \u2028"
        made = await shop.say("ann", "insert", "reviews", {"t": text})
        await shop.say("ann", "insert", "reviews", {"t": "other"})

        for where in ({"t": text}, {"t": {"in": [text]}}, {"t": {"prefix": text[:9]}}):
            found = await shop.say("bob", "find", "reviews", where=where)
            assert [made] == [each["id"] for each in found["items"]]

    async def test_names_of_collections(self, shop: Shop) -> None:
        """Are names, and never tables."""
        for name in NO_NAMES:
            event = shop.event("ann")

            code = await refused(event.ask("db.find", {"collection": name}))

            assert code in ("bad-argument", "not-declared")

    def test_rules_of_the_tests_are_all_kinds(self) -> None:
        """Every word of the manifest is tried above."""
        assert {"owner", "staff", "everyone"} == {rule.read for rule in RULES.values()}
        assert {"owner", "staff", "everyone"} == {rule.write for rule in RULES.values()}
