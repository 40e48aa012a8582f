"""``api.db``: who reads and writes what, and what two people do at the same moment."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from host.bridge import documents
from host.bridge.documents import DocumentConflictError
from host.bridge.store import Store
from host.core.ids import new_id
from runtime.model import CallRefusedError
from sdk.contract.documents import CollectionRule
from tests.bridge.documents import Shop, make_shop, refused
from tests.market.make import Lane


class TestKeeping:
    """One person and their documents."""

    async def test_a_document_comes_back_as_it_was(self, shop: Shop) -> None:
        """With what the host says of it; nested keys may be in any script."""
        doc = {"text": "好茶 ☕", "stars": 5, "by": {"城市": ["a", None, True, 0.5]}}

        document_id = await shop.say("ann", "insert", "reviews", doc)
        found = await shop.say("ann", "get", "reviews", document_id)

        now_ms = shop.deps.now_ms()
        assert found == doc | {
            "id": document_id,
            "owner": found["owner"],
            "is_mine": True,
            "created_at_ms": now_ms,
            "updated_at_ms": now_ms,
        }
        assert "ann" not in found["owner"]
        assert len(found["owner"]) == 32

    async def test_an_event_sees_what_it_has_written(self, shop: Shop) -> None:
        """Before anybody else does; nothing is stored until it has succeeded."""
        old = await shop.say("ann", "insert", "reviews", {"stars": 1})
        gone = await shop.say("ann", "insert", "reviews", {"stars": 2})
        event = shop.event("ann")

        new = await event.call("insert", "reviews", {"stars": 3})
        await event.call("update", "reviews", old, {"stars": 9})
        await event.call("remove", "reviews", gone)
        await event.call("update", "reviews", new, inc={"stars": 1})

        found = await event.call("find", "reviews", order="stars")
        assert [(new, 4), (old, 9)] == [(each["id"], each["stars"]) for each in found["items"]]
        assert 2 == await event.call("count", "reviews")
        assert 1 == await event.call("count", "reviews", where={"stars": {"gt": 4}})
        assert await event.call("get", "reviews", gone) is None
        assert 2 == await shop.say("bob", "count", "reviews")
        await event.end()
        assert [3, 4, 9] == sorted([3, *await _stars(shop)])

    async def test_an_event_that_fails_leaves_nothing(self, shop: Shop) -> None:
        """What waits in an event that never ends is nowhere."""
        event = shop.event("ann")

        await event.call("insert", "reviews", {"stars": 1})

        assert 0 == await shop.say("ann", "count", "reviews")

    async def test_an_event_that_is_stored_twice_makes_one_document(self, shop: Shop) -> None:
        """Its id follows from the event, and the event is known."""
        event_id = new_id()
        ids = []
        for _ in range(2):
            event = shop.event("ann", event_id)
            ids.append(await event.call("insert", "reviews", {"stars": 1}))
            with contextlib.suppress(sqlite3.IntegrityError):
                await event.end()

        assert ids[0] == ids[1]
        assert 1 == await shop.say("ann", "count", "reviews")

    async def test_what_an_event_makes_and_removes_was_never_there(self, shop: Shop) -> None:
        """Also when it makes it again."""
        event = shop.event("ann")
        first = await event.call("insert", "shared", {"n": 1}, id="list")
        await event.call("remove", "shared", first)
        await event.call("insert", "shared", {"n": 2}, id="list")
        await event.end()

        assert 2 == (await shop.say("bob", "get", "shared", "list"))["n"]

    async def test_fields_are_changed_one_by_one(self, shop: Shop) -> None:
        """Also below others, and taken away."""
        made = await shop.say("ann", "insert", "reviews", {"a": {"b": 1}, "c": 2, "d": 3})

        after = await shop.say(
            "ann", "update", "reviews", made, {"a.x.y": [1]}, inc={"a.b": 0.5, "n": 2}, unset=["d"]
        )

        expected = {"a": {"b": 1.5, "x": {"y": [1]}}, "c": 2, "n": 2}
        assert expected == {name: after[name] for name in ("a", "c", "n")}
        assert "d" not in after
        assert after == await shop.say("ann", "get", "reviews", made)


async def _stars(shop: Shop) -> list[int]:
    found = await shop.say("bob", "find", "reviews")
    return [each["stars"] for each in found["items"]]


class TestPeople:
    """Who may do what: rows are rules, and everything else is refused alike."""

    @pytest.mark.parametrize(
        ("collection", "writer", "allowed"),
        [
            ("notes", "ann", ("ann", "ann", "ann")),
            ("reviews", "ann", ("ann bob staff", "ann", "ann staff")),
            ("shared", "ann", ("ann bob staff", "ann bob staff", "ann bob staff")),
            ("settings", "staff", ("ann bob staff", "staff", "staff")),
            ("inbox", "ann", ("ann staff", "ann", "ann staff")),
        ],
    )
    async def test_rules(
        self, shop: Shop, lane: Lane, collection: str, writer: str, allowed: tuple[str, str, str]
    ) -> None:
        """A collection's rule decides; the team clears what it can read."""
        people = {"ann": "ann", "bob": "bob", "staff": lane.seller_id}
        made = await shop.say(people[writer], "insert", collection, {"n": 0})
        seen: dict[str, set[str]] = {"reads": set(), "changes": set(), "removes": set()}

        for name, person_id in people.items():
            if await shop.say(person_id, "get", collection, made):
                seen["reads"].add(name)
            found = await shop.say(person_id, "find", collection)
            assert bool(found["items"]) == (name in seen["reads"])
            assert await shop.say(person_id, "count", collection) == len(found["items"])
            for what, args in (("changes", {"inc": {"n": 1}}), ("removes", {})):
                event = shop.event(person_id)
                try:
                    call = "update" if args else "remove"
                    await event.call(call, collection, made, **args)
                    # What nobody may read is not there to be removed: nothing happens.
                    if name in seen["reads"]:
                        seen[what].add(name)
                except CallRefusedError as error:
                    assert error.code == "not-found"  # noqa: PT017

        assert seen == {
            "reads": set(allowed[0].split()),
            "changes": set(allowed[1].split()),
            "removes": set(allowed[2].split()),
        }

    async def test_only_the_team_adds_where_the_team_writes(self, shop: Shop) -> None:
        """A visitor cannot add settings."""
        assert "not-found" == await refused(shop.say("ann", "insert", "settings", {"open": True}))

    async def test_what_was_written_for_oneself_is_never_shown_to_all(self, shop: Shop) -> None:
        """A new version that opens a collection opens what is written from then on."""
        old = await shop.say("ann", "insert", "notes", {"n": 1})
        shop.rules = {"notes": CollectionRule("everyone", "everyone")}
        new = await shop.say("ann", "insert", "notes", {"n": 2})

        found = await shop.say("bob", "find", "notes")

        assert [new] == [each["id"] for each in found["items"]]
        assert await shop.say("bob", "get", "notes", old) is None
        assert "not-found" == await refused(shop.say("bob", "update", "notes", old, {"n": 3}))
        assert 1 == (await shop.say("ann", "get", "notes", old))["n"]

    async def test_what_one_owned_alone_is_not_changed_by_others_later(self, shop: Shop) -> None:
        """Also the rule of writing counts as it was."""
        old = await shop.say("ann", "insert", "reviews", {"n": 1})
        shop.rules = {"reviews": CollectionRule("everyone", "everyone")}

        assert "not-found" == await refused(shop.say("bob", "update", "reviews", old, {"n": 3}))

    async def test_a_collection_that_is_not_declared_is_refused(self, shop: Shop) -> None:
        """By every call."""
        calls: list[tuple[str, tuple[Any, ...]]] = [
            ("insert", ({"n": 1},)), ("get", ("a",)), ("find", ()), ("count", ()),
            ("update", ("a", {"n": 1})), ("remove", ("a",)),
        ]  # fmt: skip
        for name, args in calls:
            assert "not-declared" == await refused(shop.say("ann", name, "orders", *args))

    async def test_programs_share_nothing(self, shop: Shop, lane: Lane, tmp_path: Path) -> None:
        """Another program's database is another file, and the person has another id there."""
        other_store = Store(tmp_path / "other.db")
        await other_store.open()
        other = await make_shop(shop.deps, lane, other_store, "lane.other")
        made = await shop.say("ann", "insert", "reviews", {"n": 1})
        there = await other.say("ann", "insert", "reviews", {"n": 1})

        here_owner = (await shop.say("ann", "get", "reviews", made))["owner"]
        there_owner = (await other.say("ann", "get", "reviews", there))["owner"]
        assert await other.say("ann", "get", "reviews", made) is None
        assert here_owner != there_owner
        await other_store.close()

    async def test_a_chosen_id_tells_nothing_of_others(self, shop: Shop) -> None:
        """Where people do not read each other's, ids cannot be tried."""
        call = shop.say("ann", "insert", "notes", {"n": 1}, id="diary")

        assert "bad-argument" == await refused(call)

    async def test_who_leaves_takes_their_own_along(self, shop: Shop, store: Store) -> None:
        """What others write, too, stays, without a name."""
        review = await shop.say("ann", "insert", "reviews", {"n": 1})
        await shop.say("ann", "insert", "notes", {"n": 1})
        shared = await shop.say("ann", "insert", "shared", {"n": 1})
        await shop.say("bob", "update", "shared", shared, inc={"n": 1})

        await store.forget_person("ann")

        left = await shop.say("bob", "get", "shared", shared)
        assert (2, None, False) == (left["n"], left["owner"], left["is_mine"])
        assert await shop.say("bob", "get", "reviews", review) is None
        rows = await store.read("SELECT COUNT(*) FROM document WHERE owner_id = 'ann'", ())
        assert [(0,)] == rows
        assert [(1,)] == await store.read("SELECT COUNT(*) FROM document", ())


class TestAtTheSameMoment:
    """Events of different people that overlap."""

    async def test_two_steps_both_count(self, shop: Shop) -> None:
        """`inc` is added to what is there when the event ends."""
        made = await shop.say("ann", "insert", "shared", {"n": 0})
        events = [shop.event(f"person{number}") for number in range(8)]
        for event in events:
            await event.call("update", "shared", made, inc={"n": 1})

        await asyncio.gather(*(event.end() for event in events))

        assert 8 == (await shop.say("ann", "get", "shared", made))["n"]

    async def test_what_was_read_is_not_overwritten_unseen(self, shop: Shop) -> None:
        """The second of two events that read and write is a conflict."""
        made = await shop.say("ann", "insert", "shared", {"n": 0})
        ann, bob = shop.event("ann"), shop.event("bob")
        for event in (ann, bob):
            seen = await event.call("get", "shared", made)
            await event.call("update", "shared", made, {"n": seen["n"] + 1})
        await ann.end()

        with pytest.raises(DocumentConflictError):
            await bob.end()

        assert 1 == (await shop.say("ann", "get", "shared", made))["n"]

    @pytest.mark.parametrize("name", ["find", "get"])
    async def test_what_was_read_first_counts(self, shop: Shop, name: str) -> None:
        """Also when it changed between reading and writing of the same event."""
        made = await shop.say("ann", "insert", "shared", {"n": 0})
        event = shop.event("ann")
        await event.call(name, "shared", *([made] if name == "get" else []))
        await shop.say("bob", "update", "shared", made, {"n": 7})
        await event.call("update", "shared", made, {"n": 1})

        with pytest.raises(DocumentConflictError):
            await event.end()

    async def test_a_condition_is_judged_when_the_event_ends(self, shop: Shop) -> None:
        """Of two people who take the last one, one does."""
        made = await shop.say("ann", "insert", "shared", {"left": 1})
        ann, bob = shop.event("ann"), shop.event("bob")
        for event in (ann, bob):
            await event.call("update", "shared", made, inc={"left": -1}, when={"left": {"gte": 1}})
        await ann.end()

        with pytest.raises(DocumentConflictError):
            await bob.end()

        again = shop.say("bob", "update", "shared", made, inc={"left": -1}, when={"left": 1})
        assert "conflict" == await refused(again)
        assert 0 == (await shop.say("ann", "get", "shared", made))["left"]

    async def test_of_two_who_choose_the_same_id_one_gets_it(self, shop: Shop) -> None:
        """The other's event runs again, and is refused then."""
        ann, bob = shop.event("ann"), shop.event("bob")
        await ann.call("insert", "shared", {"by": "ann"}, id="seat-7")
        await bob.call("insert", "shared", {"by": "bob"}, id="seat-7")
        await ann.end()

        with pytest.raises(DocumentConflictError):
            await bob.end()

        assert "conflict" == await refused(shop.say("bob", "insert", "shared", {}, id="seat-7"))

    async def test_what_somebody_removed_is_a_conflict(self, shop: Shop) -> None:
        """There is nothing left to change."""
        made = await shop.say("ann", "insert", "shared", {"n": 0})
        event = shop.event("ann")
        await event.call("update", "shared", made, inc={"n": 1})
        await shop.say("bob", "remove", "shared", made)

        with pytest.raises(DocumentConflictError):
            await event.end()

    async def test_room_is_judged_again_when_the_event_ends(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two events that each fit, and not together, do not both."""
        monkeypatch.setattr(documents, "DOCUMENTS_PER_COLLECTION_MAX", 1)
        ann, bob = shop.event("ann"), shop.event("bob")
        await ann.call("insert", "reviews", {"n": 0})
        await bob.call("insert", "reviews", {"n": 0})
        await ann.end()

        with pytest.raises(DocumentConflictError):
            await bob.end()

        assert "quota-exceeded" == await refused(shop.say("bob", "insert", "reviews", {"n": 0}))
