"""Sending: numbers without gaps, one message per client id, nothing past a block."""

import asyncio

import pytest

from host.chat import repository, service
from host.chat.errors import (
    BlockingError,
    ClientIdError,
    ConversationNotFoundError,
    EmptyMessageError,
    MessageIdReusedError,
    MessageNotFoundError,
    NotContactsError,
    TooLateToRecallError,
)
from host.chat.model import RECALL_TTL_MS, Message, ShownMessage
from host.contacts import service as contacts
from host.core import live
from host.core.errors import BadInputError, TooManyError
from host.core.ids import new_id
from host.core.sqlite import SqliteDatabase
from tests.conftest import START_MS
from tests.social import make_friends, make_person


async def direct(db: SqliteDatabase, a: str, b: str) -> str:
    """Return the id of two people's conversation."""
    return (await db.write(service.find_or_create_direct, a, b, START_MS)).id


async def send(
    db: SqliteDatabase,
    chat_id: str,
    sender_id: str,
    text: str = "hello",
    *,
    client_id: str = "",
    now_ms: int = START_MS,
) -> Message:
    """Send a text under a new id, or the given one."""
    return await db.write(
        service.send_message,
        chat_id,
        sender_id=sender_id,
        client_id=client_id or new_id(),
        text=text,
        now_ms=now_ms,
    )


async def read(db: SqliteDatabase, chat_id: str, reader_id: str) -> list[ShownMessage]:
    """Return everything that somebody sees of a conversation."""
    page = await db.read(
        service.list_messages,
        chat_id,
        actor_id=reader_id,
        limit=100,
        loaders={},
        now_ms=START_MS,
    )
    return page.messages


def texts(messages: list[ShownMessage]) -> list[str]:
    """Return what the messages say."""
    return [shown.message.body.text for shown in messages]


class TestNumbers:
    """The one counter of a conversation."""

    async def test_fifty_senders_at_once_leave_no_gap(self, db: SqliteDatabase) -> None:
        """Of 50 messages sent at the same moment each has a number of its own, 1 to 50."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)

        sent = await asyncio.gather(
            *(send(db, chat_id, (ann, bob)[n % 2].id, f"m{n}") for n in range(50))
        )

        shown = await read(db, chat_id, ann.id)
        assert sorted(message.seq for message in sent) == list(range(1, 51))
        assert [one.seq for one in shown] == list(range(1, 51))
        assert {m.seq: m.body.text for m in sent} == {
            one.seq: one.message.body.text for one in shown
        }

    async def test_a_refused_message_takes_no_number(self, db: SqliteDatabase) -> None:
        """Between two messages of which the middle one was refused there is no gap."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)

        await send(db, chat_id, ann.id, "one")
        with pytest.raises(EmptyMessageError):
            await send(db, chat_id, ann.id, " \u200b\x00 ")
        with pytest.raises(BadInputError, match="4001 characters"):
            await send(db, chat_id, ann.id, "x" * 4001)
        last = await send(db, chat_id, ann.id, "two")

        assert last.seq == 2

    async def test_two_people_have_one_conversation(self, db: SqliteDatabase) -> None:
        """Whoever opens it, and however often at once."""
        ann, bob = await make_friends(db, "ann", "bob")

        opened = await asyncio.gather(
            *(direct(db, *pair) for pair in [(ann.id, bob.id), (bob.id, ann.id)] * 5)
        )

        assert len(set(opened)) == 1


class TestRepeats:
    """The client's own id of a message."""

    async def test_fifty_repeats_at_once_are_one_message(self, db: SqliteDatabase) -> None:
        """Everybody gets the same number; the other side sees it once and hears of it once."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        heard_before = await db.read(live.last_ev, bob.id)

        sent = await asyncio.gather(
            *(send(db, chat_id, ann.id, "once", client_id="c-1") for _ in range(50))
        )

        assert {message.seq for message in sent} == {1}
        assert texts(await read(db, chat_id, bob.id)) == ["once"]
        assert await db.read(live.last_ev, bob.id) == heard_before + 1

    async def test_the_same_id_with_another_content_is_refused(self, db: SqliteDatabase) -> None:
        """Another text, and the same text in another conversation, are other contents."""
        ann, bob, cat = await make_friends(db, "ann", "bob", "cat")
        chat_id, other_id = await direct(db, ann.id, bob.id), await direct(db, ann.id, cat.id)
        await send(db, chat_id, ann.id, "first", client_id="c-1")

        for where, text in [(chat_id, "second"), (other_id, "first")]:
            with pytest.raises(MessageIdReusedError, match="another message"):
                await send(db, where, ann.id, text, client_id="c-1")
        assert (await send(db, chat_id, bob.id, "mine", client_id="c-1")).seq == 2

    async def test_a_repeat_survives_time_and_a_new_process(self, db: SqliteDatabase) -> None:
        """A year later, from a database opened anew, and after the two are no contacts any more."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        first = await send(db, chat_id, ann.id, "first", client_id="c-1")
        await db.write(contacts.remove, ann.id, actor_id=bob.id, now_ms=START_MS)

        again = await SqliteDatabase.open(db.path)
        late_ms = START_MS + 365 * 24 * 3_600_000
        repeated = await send(again, chat_id, ann.id, "first", client_id="c-1", now_ms=late_ms)
        await again.close()

        assert repeated == first

    async def test_a_repeat_of_a_recalled_message_brings_nothing_back(
        self, db: SqliteDatabase
    ) -> None:
        """The place is returned, the text stays gone; another text under the id is refused."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await send(db, chat_id, ann.id, "oops", client_id="c-1")
        await db.write(service.recall_message, chat_id, 1, actor_id=ann.id, now_ms=START_MS)

        repeated = await send(db, chat_id, ann.id, "oops", client_id="c-1")

        assert (repeated.seq, repeated.body.text) == (1, "")
        with pytest.raises(MessageIdReusedError):
            await send(db, chat_id, ann.id, "other", client_id="c-1")

    @pytest.mark.parametrize("client_id", ["x" * 65, "a b", "é", "a/b", "\n"])
    async def test_an_id_is_short_and_plain(self, db: SqliteDatabase, client_id: str) -> None:
        """What is no id is refused before anything is looked up."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)

        with pytest.raises(ClientIdError):
            await send(db, chat_id, ann.id, client_id=client_id)


class TestWhoMayWrite:
    """Strangers, people who were removed, people who are blocked."""

    async def test_a_strangers_conversation_is_a_missing_one(self, db: SqliteDatabase) -> None:
        """Reading, writing, marking and recalling say the same of both."""
        ann, bob = await make_friends(db, "ann", "bob")
        eve = await make_person(db, "eve")
        chat_id = await direct(db, ann.id, bob.id)
        await send(db, chat_id, ann.id)
        refusals = []

        for target in (chat_id, "no-such-chat"):
            for attempt in (
                send(db, target, eve.id),
                read(db, target, eve.id),
                db.write(service.mark_read, target, actor_id=eve.id, seq=1, now_ms=START_MS),
                db.write(service.recall_message, target, 1, actor_id=eve.id, now_ms=START_MS),
                db.read(service.show_conversation, target, actor_id=eve.id, loaders={}),
            ):
                with pytest.raises(ConversationNotFoundError) as caught:
                    await attempt
                refusals.append((str(caught.value), caught.value.extra))

        assert len(set(map(str, refusals))) == 1

    async def test_who_is_no_contact_any_more_cannot_write(self, db: SqliteDatabase) -> None:
        """Both keep the history; neither adds to it."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await send(db, chat_id, ann.id, "kept")
        await db.write(contacts.remove, ann.id, actor_id=bob.id, now_ms=START_MS)

        for person in (ann, bob):
            with pytest.raises(NotContactsError, match="not contacts any more"):
                await send(db, chat_id, person.id)
            assert texts(await read(db, chat_id, person.id)) == ["kept"]

    async def test_nothing_of_a_blocked_person_arrives_and_they_are_not_told(
        self, db: SqliteDatabase
    ) -> None:
        """Their message is in their own view alone: no event, no unread, no last line, no tick."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await send(db, chat_id, ann.id, "before")
        await db.write(contacts.block, ann.id, actor_id=bob.id, now_ms=START_MS)
        heard_before = await db.read(live.last_ev, bob.id)

        sent = await send(db, chat_id, ann.id, "after")
        await db.write(service.recall_message, chat_id, 2, actor_id=ann.id, now_ms=START_MS)
        await send(db, chat_id, ann.id, "again")

        assert sent.seq == 2
        assert await db.read(live.last_ev, bob.id) == heard_before
        assert texts(await read(db, chat_id, bob.id)) == ["before"]
        assert texts(await read(db, chat_id, ann.id)) == ["before", "", "again"]
        (bobs,) = await db.read(service.list_conversations, actor_id=bob.id, loaders={})
        assert (bobs.unread_count, bobs.last.body.text if bobs.last else "") == (1, "before")
        assert await db.read(service.count_unread, bob.id) == 1

    async def test_what_was_withheld_stays_withheld(self, db: SqliteDatabase) -> None:
        """Unblocking lets the next message in, and shows no tick under the one that never came."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await db.write(contacts.block, ann.id, actor_id=bob.id, now_ms=START_MS)
        await send(db, chat_id, ann.id, "never")
        await db.write(contacts.unblock, ann.id, actor_id=bob.id, now_ms=START_MS)
        await send(db, chat_id, ann.id, "now")

        assert await db.read(service.count_unread, bob.id) == 1
        await db.write(service.mark_read, chat_id, actor_id=bob.id, seq=2, now_ms=START_MS)

        assert texts(await read(db, chat_id, bob.id)) == ["now"]
        assert [m.is_read for m in await read(db, chat_id, ann.id)] == [False, True]

    async def test_who_blocks_must_unblock_to_write(self, db: SqliteDatabase) -> None:
        """The one who blocks is told, because it is their own doing."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await db.write(contacts.block, ann.id, actor_id=bob.id, now_ms=START_MS)

        with pytest.raises(BlockingError, match="Unblock"):
            await send(db, chat_id, bob.id)

    async def test_a_budget_of_messages(self, db: SqliteDatabase) -> None:
        """What comes from outside is limited to 120 messages a minute."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)

        async def post() -> Message:
            return await db.write(
                service.post_message,
                chat_id,
                sender_id=ann.id,
                client_id=new_id(),
                text="x",
                loaders={},
                now_ms=START_MS,
            )

        await asyncio.gather(*(post() for _ in range(120)))
        with pytest.raises(TooManyError):
            await post()


class TestRecall:
    """Taking a message back."""

    async def test_no_copy_of_the_text_stays(self, db: SqliteDatabase) -> None:
        """Message, quote and list line are empty; the database file's row too."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await send(db, chat_id, ann.id, "secret")
        await db.write(
            service.send_message,
            chat_id,
            sender_id=bob.id,
            client_id="r",
            text="what?",
            reply_to_seq=1,
            now_ms=START_MS,
        )

        await db.write(
            service.recall_message, chat_id, 1, actor_id=ann.id, now_ms=START_MS + RECALL_TTL_MS
        )

        first, reply = await read(db, chat_id, bob.id)
        stored = await db.read(repository.find_message, chat_id, 1)
        assert first.message.body.text == ""
        assert reply.quote is not None
        assert reply.quote.text == ""
        assert stored is not None
        assert "secret" not in repr(stored)

    async def test_two_minutes_of_server_time(self, db: SqliteDatabase) -> None:
        """One millisecond later it stays; somebody else's is not found."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await send(db, chat_id, ann.id)

        with pytest.raises(MessageNotFoundError):
            await db.write(service.recall_message, chat_id, 1, actor_id=bob.id, now_ms=START_MS)
        late_ms = START_MS + RECALL_TTL_MS + 1
        with pytest.raises(TooLateToRecallError, match="It stays"):
            await db.write(service.recall_message, chat_id, 1, actor_id=ann.id, now_ms=late_ms)


class TestNotices:
    """What a shop tells a person."""

    async def test_a_notice_arrives_once_and_takes_no_answer(self, db: SqliteDatabase) -> None:
        """The same client id is the same notice; the chat is read-only for the person."""
        ann = await make_person(db, "ann")
        for _ in range(3):
            notice = await db.write(
                service.send_notice,
                ann.id,
                brand_id="brand-1",
                client_id="order-7-shipped",
                text="Shipped",
                now_ms=START_MS,
            )

        assert texts(await read(db, notice.conversation_id, ann.id)) == ["Shipped"]
        assert await db.read(service.count_unread, ann.id) == 1
        await send(db, notice.conversation_id, ann.id)
