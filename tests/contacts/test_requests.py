"""Asking, answering, blocking: what each side sees."""

import pytest

from host.contacts import service
from host.contacts.errors import (
    AlreadyContactsError,
    ContactNotFoundError,
    HandleUnknownError,
    OneselfError,
    RequestNotFoundError,
    TooManyWaitingError,
)
from host.contacts.model import REQUEST_TTL_MS, WAITING_COUNT_MAX, Relation
from host.core.errors import TooManyError
from host.core.sqlite import SqliteDatabase
from tests.conftest import START_MS
from tests.social import make_friends, make_person

MINUTE_MS = 60_000


async def ask(
    db: SqliteDatabase, actor_id: str, handle: str, *, now_ms: int = START_MS
) -> Relation:
    """Ask with the same words."""
    return await db.write(
        service.ask, handle, actor_id=actor_id, hello="Hello, Ann here.", now_ms=now_ms
    )


class TestAsk:
    """Asking to be a contact, and the answer."""

    async def test_accepting_makes_two_people_contacts(self, db: SqliteDatabase) -> None:
        """A request that is accepted puts each on the other's list."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")

        await ask(db, ann.id, "@Bob")
        (shown,) = await db.read(service.find_waiting, actor_id=bob.id)
        await db.write(service.accept, shown.request.id, actor_id=bob.id, now_ms=START_MS)

        assert shown.request.hello == "Hello, Ann here."
        assert await db.read(service.find_contact_ids, ann.id) == [bob.id]
        assert await db.read(service.find_contact_ids, bob.id) == [ann.id]
        assert await db.read(service.find_waiting, actor_id=bob.id) == []

    async def test_asking_each_other_is_accepting(self, db: SqliteDatabase) -> None:
        """Whoever asks somebody who has asked already becomes a contact at once."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")

        assert await ask(db, ann.id, "bob") is Relation.ASKED
        assert await ask(db, bob.id, "ann") is Relation.CONTACT
        assert await db.read(service.are_contacts, ann.id, bob.id)

    async def test_asking_twice_is_one_request(self, db: SqliteDatabase) -> None:
        """A second request while the first waits changes nothing."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")

        await ask(db, ann.id, "bob")
        await ask(db, ann.id, "bob", now_ms=START_MS + MINUTE_MS)

        (shown,) = await db.read(service.find_waiting, actor_id=bob.id)
        assert shown.request.created_at_ms == START_MS

    async def test_declining_is_not_told(self, db: SqliteDatabase) -> None:
        """Who was declined sees what they saw while waiting, and asking again reaches nobody."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
        await ask(db, ann.id, "bob")
        before = await db.write(service.search, "bob", actor_id=ann.id, now_ms=START_MS)
        (shown,) = await db.read(service.find_waiting, actor_id=bob.id)

        await db.write(service.decline, shown.request.id, actor_id=bob.id, now_ms=START_MS)

        assert await db.write(service.search, "bob", actor_id=ann.id, now_ms=START_MS) == before
        assert await ask(db, ann.id, "bob") is Relation.ASKED
        assert await db.read(service.find_waiting, actor_id=bob.id) == []
        assert len(await db.read(service.find_asked, actor_id=ann.id, now_ms=START_MS)) == 1

    async def test_one_may_ask_again_after_a_week(self, db: SqliteDatabase) -> None:
        """A declined request is new again once its time is over."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
        await ask(db, ann.id, "bob")
        (shown,) = await db.read(service.find_waiting, actor_id=bob.id)
        await db.write(service.decline, shown.request.id, actor_id=bob.id, now_ms=START_MS)

        await ask(db, ann.id, "bob", now_ms=START_MS + REQUEST_TTL_MS)

        assert len(await db.read(service.find_waiting, actor_id=bob.id)) == 1

    async def test_a_request_belongs_to_the_one_who_is_asked(self, db: SqliteDatabase) -> None:
        """Nobody else can accept it, the one who asked included; the refusal names nothing."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
        eve = await make_person(db, "eve")
        await ask(db, ann.id, "bob")
        (shown,) = await db.read(service.find_waiting, actor_id=bob.id)

        for actor in (ann, eve):
            for request_id in (shown.request.id, "no-such-request"):
                with pytest.raises(RequestNotFoundError, match="There is no such request"):
                    await db.write(service.accept, request_id, actor_id=actor.id, now_ms=START_MS)
        assert not await db.read(service.are_contacts, ann.id, bob.id)

    async def test_refusals_of_asking(self, db: SqliteDatabase) -> None:
        """Oneself, nobody and a contact cannot be asked."""
        ann, _bob = await make_friends(db, "ann", "bob")

        with pytest.raises(OneselfError):
            await ask(db, ann.id, "ann")
        with pytest.raises(HandleUnknownError):
            await ask(db, ann.id, "nobody")
        with pytest.raises(AlreadyContactsError):
            await ask(db, ann.id, "bob")

    async def test_waiting_requests_have_a_limit(self, db: SqliteDatabase) -> None:
        """More than fifty unanswered requests are refused: that is advertising."""
        ann = await make_person(db, "ann")
        for n in range(WAITING_COUNT_MAX + 1):
            await make_person(db, f"target{n}")
        for n in range(WAITING_COUNT_MAX):
            await ask(db, ann.id, f"target{n}", now_ms=START_MS + n * MINUTE_MS)

        late_ms = START_MS + 60 * MINUTE_MS
        with pytest.raises(TooManyWaitingError, match="50 of your requests"):
            await ask(db, ann.id, f"target{WAITING_COUNT_MAX}", now_ms=late_ms)


class TestSearch:
    """Looking somebody up."""

    async def test_unsuccessful_searches_cost_as_much_as_successful_ones(
        self, db: SqliteDatabase
    ) -> None:
        """Twenty searches a minute, found or not; the twenty-first is refused."""
        ann = await make_person(db, "ann")

        for n in range(20):
            found = await db.write(service.search, f"x{n}", actor_id=ann.id, now_ms=START_MS)
            assert found is None
        with pytest.raises(TooManyError, match="too often"):
            await db.write(service.search, "ann", actor_id=ann.id, now_ms=START_MS)

    async def test_only_the_exact_handle_finds(self, db: SqliteDatabase) -> None:
        """A part of a handle finds nobody."""
        ann = await make_person(db, "ann")
        bob = await make_person(db, "bobby")

        found = await db.write(service.search, "@Bobby", actor_id=ann.id, now_ms=START_MS)

        assert found is not None
        assert found.person == bob
        assert await db.write(service.search, "bob", actor_id=ann.id, now_ms=START_MS) is None


class TestBlock:
    """What a block stops, and what it shows."""

    async def test_a_blocked_person_sees_what_they_saw_before(self, db: SqliteDatabase) -> None:
        """Searching for and asking somebody who blocks you is the same as for anybody else."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
        before = await db.write(service.search, "bob", actor_id=ann.id, now_ms=START_MS)

        await db.write(service.block, ann.id, actor_id=bob.id, now_ms=START_MS)

        assert await db.write(service.search, "bob", actor_id=ann.id, now_ms=START_MS) == before
        assert await ask(db, ann.id, "bob") is Relation.ASKED
        assert await db.read(service.find_waiting, actor_id=bob.id) == []

    async def test_unblocking_brings_a_waiting_request_back(self, db: SqliteDatabase) -> None:
        """The request that was hidden can be answered then."""
        ann, bob = await make_person(db, "ann"), await make_person(db, "bob")
        await db.write(service.block, ann.id, actor_id=bob.id, now_ms=START_MS)
        await ask(db, ann.id, "bob")

        await db.write(service.unblock, ann.id, actor_id=bob.id, now_ms=START_MS)

        assert len(await db.read(service.find_waiting, actor_id=bob.id)) == 1

    async def test_a_block_counts_in_both_directions_for_others(self, db: SqliteDatabase) -> None:
        """Feed and wallet ask whether either blocks the other."""
        ann, bob = await make_friends(db, "ann", "bob")

        await db.write(service.block, ann.id, actor_id=bob.id, now_ms=START_MS)

        assert await db.read(service.is_blocked, ann.id, bob.id)
        assert await db.read(service.is_blocked, bob.id, ann.id)
        assert await db.read(service.find_hidden_ids, ann.id, [bob.id]) == {bob.id}
        assert await db.read(service.find_hidden_ids, bob.id, [ann.id]) == {ann.id}
        assert [p.id for p in await db.read(service.find_blocked, actor_id=bob.id)] == [ann.id]


class TestList:
    """One's own list."""

    async def test_an_alias_names_and_sorts_a_contact_for_its_owner_alone(
        self, db: SqliteDatabase
    ) -> None:
        """Bob is under Z on Ann's list and under his own name on everybody else's."""
        ann, bob, cat = await make_friends(db, "ann", "bob", "cat")
        await db.write(service.make_contacts, bob.id, cat.id, START_MS)

        await db.write(service.set_alias, bob.id, actor_id=ann.id, alias="  Zed \u202e the\nBob ")

        anns = await db.read(service.find_contacts, actor_id=ann.id)
        cats = await db.read(service.find_contacts, actor_id=cat.id)
        assert [c.shown_name for c in anns] == ["Cat", "Zed the Bob"]
        assert [c.shown_name for c in cats] == ["Ann", "Bob"]

    async def test_removing_takes_both_off_both_lists(self, db: SqliteDatabase) -> None:
        """After that neither is a contact, and a stranger's alias cannot be set."""
        ann, bob = await make_friends(db, "ann", "bob")

        await db.write(service.remove, bob.id, actor_id=ann.id, now_ms=START_MS)

        assert await db.read(service.find_contact_ids, bob.id) == []
        with pytest.raises(ContactNotFoundError):
            await db.write(service.set_alias, bob.id, actor_id=ann.id, alias="x")
        with pytest.raises(ContactNotFoundError):
            await db.write(service.remove, bob.id, actor_id=ann.id, now_ms=START_MS)
