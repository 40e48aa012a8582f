"""Groups: who sees which range, who may let people in, and that there always is an owner."""

import pytest

from host.chat import service
from host.chat.errors import (
    ConversationNotFoundError,
    GroupSizeError,
    NotContactsError,
    NotMemberError,
    OwnerRequiredError,
)
from host.contacts import service as contacts
from host.core import live
from host.core.sqlite import SqliteDatabase
from host.identity.model import Person
from tests.chat.test_sending import read, send, texts
from tests.conftest import START_MS
from tests.social import make_friends, make_person


async def make_group(db: SqliteDatabase, owner: Person, *others: Person) -> str:
    """Return the id of a new group."""
    group = await db.write(
        service.create_group,
        f"group-of-{owner.handle}",
        owner_id=owner.id,
        title="Tea club",
        member_ids=[person.id for person in others],
        now_ms=START_MS,
    )
    return group.id


async def test_everybody_in_a_group_gets_a_message_once(db: SqliteDatabase) -> None:
    """Three members, one message, one event each; the title is everybody's."""
    ann, bob, cat = await make_friends(db, "ann", "bob", "cat")
    group_id = await make_group(db, ann, bob, cat)
    before = {p.id: await db.read(live.last_ev, p.id) for p in (ann, bob, cat)}

    await send(db, group_id, bob.id, "hi all")

    for person in (ann, bob, cat):
        assert texts(await read(db, group_id, person.id))[-1] == "hi all"
        assert await db.read(live.last_ev, person.id) == before[person.id] + 1
    shown = await db.read(service.show_conversation, group_id, actor_id=cat.id, loaders={})
    assert (shown.face.name, shown.member_count) == ("Tea club", 3)


async def test_who_was_removed_keeps_what_they_saw_and_gets_nothing_more(
    db: SqliteDatabase,
) -> None:
    """From the removal on: no message, no event, no unread, no writing, no member list."""
    ann, bob, cat = await make_friends(db, "ann", "bob", "cat")
    group_id = await make_group(db, ann, bob, cat)
    await send(db, group_id, ann.id, "seen")
    await db.write(service.remove_member, group_id, cat.id, actor_id=ann.id, now_ms=START_MS)
    heard = await db.read(live.last_ev, cat.id)
    unread = await db.read(service.count_unread, cat.id)

    await send(db, group_id, ann.id, "behind her back")

    assert "behind her back" not in texts(await read(db, group_id, cat.id))
    assert "seen" in texts(await read(db, group_id, cat.id))
    assert await db.read(live.last_ev, cat.id) == heard
    assert await db.read(service.count_unread, cat.id) == unread
    assert await db.read(service.find_member_faces, group_id, actor_id=cat.id) == []
    with pytest.raises(NotMemberError, match="not in this group"):
        await send(db, group_id, cat.id)


async def test_who_is_added_sees_what_is_said_from_then_on(db: SqliteDatabase) -> None:
    """Nothing that was said before is readable or quoted to them."""
    ann, bob, cat, dan = await make_friends(db, "ann", "bob", "cat", "dan")
    group_id = await make_group(db, ann, bob, cat)
    await send(db, group_id, ann.id, "before")
    await db.write(
        service.add_members, group_id, actor_id=ann.id, member_ids=[dan.id], now_ms=START_MS
    )
    await db.write(
        service.send_message,
        group_id,
        sender_id=bob.id,
        client_id="r",
        text="answer",
        reply_to_seq=2,
        now_ms=START_MS,
    )

    shown = await read(db, group_id, dan.id)

    assert texts(shown) == ["Dan", "answer"]
    assert shown[-1].quote is None


async def test_only_the_owner_lets_in_and_puts_out(db: SqliteDatabase) -> None:
    """A member cannot add, remove or rename; a stranger does not learn that the group exists."""
    ann, bob, cat, dan = await make_friends(db, "ann", "bob", "cat", "dan")
    eve = await make_person(db, "eve")
    await db.write(contacts.make_contacts, bob.id, dan.id, START_MS)
    group_id = await make_group(db, ann, bob, cat)

    with pytest.raises(OwnerRequiredError):
        await db.write(
            service.add_members, group_id, actor_id=bob.id, member_ids=[dan.id], now_ms=START_MS
        )
    with pytest.raises(OwnerRequiredError):
        await db.write(service.remove_member, group_id, cat.id, actor_id=bob.id, now_ms=START_MS)
    with pytest.raises(ConversationNotFoundError):
        await db.write(
            service.rename_group, group_id, actor_id=eve.id, title="Mine", now_ms=START_MS
        )


async def test_strangers_are_not_added_and_whoever_blocks_is_left_out(db: SqliteDatabase) -> None:
    """Only contacts can be added; one who blocks the owner stays out without a word."""
    ann, bob, cat, dan = await make_friends(db, "ann", "bob", "cat", "dan")
    eve = await make_person(db, "eve")
    await db.write(contacts.block, ann.id, actor_id=dan.id, now_ms=START_MS)

    with pytest.raises(NotContactsError):
        await make_group(db, ann, bob, eve)
    group_id = await make_group(db, ann, bob, cat, dan)

    faces = await db.read(service.find_member_faces, group_id, actor_id=ann.id)
    assert {face.handle for _, face in faces} == {"ann", "bob", "cat"}
    assert await db.read(service.list_conversations, actor_id=dan.id, loaders={}) == []


async def test_when_the_owner_leaves_the_longest_serving_member_follows(
    db: SqliteDatabase,
) -> None:
    """There is an owner as long as anybody is there."""
    ann, bob, cat = await make_friends(db, "ann", "bob", "cat")
    group_id = await make_group(db, ann, bob, cat)

    await db.write(service.leave_group, group_id, actor_id=ann.id, now_ms=START_MS)

    faces = await db.read(service.find_member_faces, group_id, actor_id=bob.id)
    assert [member.role for member, _ in faces].count("owner") == 1
    with pytest.raises(NotMemberError):
        await db.write(service.leave_group, group_id, actor_id=ann.id, now_ms=START_MS)


async def test_making_a_group_twice_is_one_group(db: SqliteDatabase) -> None:
    """The caller's id names it; a stranger who uses the same id is told that there is none."""
    ann, bob, cat = await make_friends(db, "ann", "bob", "cat")
    assert await make_group(db, ann, bob, cat) == await make_group(db, ann, bob, cat)

    eve, fay, gil = await make_friends(db, "eve", "fay", "gil")
    with pytest.raises(ConversationNotFoundError):
        await db.write(
            service.create_group,
            "group-of-ann",
            owner_id=eve.id,
            title="",
            member_ids=[fay.id, gil.id],
            now_ms=START_MS,
        )


async def test_a_group_has_three_to_a_hundred_people(db: SqliteDatabase) -> None:
    """Two people have a chat of their own; a hundred others are too many."""
    ann, bob = await make_friends(db, "ann", "bob")

    with pytest.raises(GroupSizeError, match="at least two others"):
        await make_group(db, ann, bob)
    with pytest.raises(GroupSizeError, match="at most 100"):
        await db.write(
            service.create_group,
            "big",
            owner_id=ann.id,
            title="",
            member_ids=[str(n) for n in range(100)],
            now_ms=START_MS,
        )
