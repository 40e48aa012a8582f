"""Reading: pages by place, unread counts, receipts, cards that are live."""

from collections.abc import Sequence

import pytest

from host.chat import service
from host.chat.errors import CardUnknownError, MessageNotFoundError
from host.contacts import service as contacts
from host.core.cards import Card
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.paging import decode_cursor
from host.core.sqlite import SqliteDatabase
from tests.chat.test_sending import direct, read, send, texts
from tests.conftest import START_MS
from tests.social import make_friends, make_person


class TestUnread:
    """Unread is the end less the read marker."""

    async def test_it_counts_what_others_wrote_since(self, db: SqliteDatabase) -> None:
        """Three messages wait until they are read; one's own never wait."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        for n in range(3):
            await send(db, chat_id, ann.id, str(n))

        assert await db.read(service.count_unread, bob.id) == 3
        assert await db.read(service.count_unread, ann.id) == 0
        await db.write(service.mark_read, chat_id, actor_id=bob.id, seq=2, now_ms=START_MS)
        assert await db.read(service.count_unread, bob.id) == 1

    @pytest.mark.parametrize("seq", [-5, 0, 1, 2**53])
    async def test_the_marker_only_moves_forward_and_never_past_the_end(
        self, db: SqliteDatabase, seq: int
    ) -> None:
        """After reading up to 2 of 3, no marker makes unread grow or go below zero."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        for n in range(3):
            await send(db, chat_id, ann.id, str(n))
        await db.write(service.mark_read, chat_id, actor_id=bob.id, seq=2, now_ms=START_MS)

        await db.write(service.mark_read, chat_id, actor_id=bob.id, seq=seq, now_ms=START_MS)
        await send(db, chat_id, ann.id, "more")

        assert await db.read(service.count_unread, bob.id) == (1 if seq > 3 else 2)

    async def test_receipts_are_for_contacts_who_are_not_blocked(self, db: SqliteDatabase) -> None:
        """Ann sees that Bob read; after Bob blocks her, his reading tells her nothing."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await send(db, chat_id, ann.id, "one")
        await db.write(service.mark_read, chat_id, actor_id=bob.id, seq=1, now_ms=START_MS)

        assert [m.is_read for m in await read(db, chat_id, ann.id)] == [True]
        await db.write(contacts.remove, ann.id, actor_id=bob.id, now_ms=START_MS)
        assert [m.is_read for m in await read(db, chat_id, ann.id)] == [False]


class TestPages:
    """Paging by place."""

    async def test_pages_back_and_forward_meet_every_message_once(self, db: SqliteDatabase) -> None:
        """Going back by tens from the end, and forward by sevens from the start."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        for n in range(33):
            await send(db, chat_id, ann.id, str(n))

        async def page(**where: int) -> list[int]:
            found = await db.read(
                service.list_messages,
                chat_id,
                actor_id=bob.id,
                loaders={},
                now_ms=START_MS,
                **where,  # type: ignore[arg-type]
            )
            return [shown.seq for shown in found.messages]

        back: list[int] = []
        while step := await page(limit=10, **({"before_seq": back[0]} if back else {})):
            back = step + back
        forward: list[int] = []
        while step := await page(limit=7, after_seq=forward[-1] if forward else 0):
            forward += step

        assert back == forward == list(range(1, 34))
        assert len(await page(limit=10**9)) == 33
        assert len(await page(limit=-1)) == 1
        assert await page(after_seq=10**12) == []

    async def test_the_list_goes_on_where_it_stopped(self, db: SqliteDatabase) -> None:
        """Of 65 chats, some of the same millisecond, each is on one of two pages, once."""
        people = await make_friends(db, "ann", *(f"friend{n}" for n in range(65)))
        ann = people[0]
        for n, other in enumerate(people[1:]):
            chat_id = await direct(db, ann.id, other.id)
            await send(db, chat_id, other.id, now_ms=START_MS + n // 10)

        first = await db.read(service.list_conversations, actor_id=ann.id, loaders={})
        cursor = service.next_cursor(first)
        assert cursor is not None
        second = await db.read(
            service.list_conversations,
            actor_id=ann.id,
            loaders={},
            before=decode_cursor(cursor),
        )

        assert (len(first), len(second)) == (60, 5)
        assert len({shown.face.handle for shown in first + second}) == 65
        assert service.next_cursor(second) is None

    async def test_one_message_is_found_at_its_place_only(self, db: SqliteDatabase) -> None:
        """A place past the end has no message."""
        ann, bob = await make_friends(db, "ann", "bob")
        chat_id = await direct(db, ann.id, bob.id)
        await send(db, chat_id, ann.id, "here")

        shown = await db.read(
            service.show_message, chat_id, 1, actor_id=bob.id, loaders={}, now_ms=START_MS
        )

        assert shown.message.body.text == "here"
        with pytest.raises(MessageNotFoundError):
            await db.read(
                service.show_message, chat_id, 2, actor_id=bob.id, loaders={}, now_ms=START_MS
            )


class TestCards:
    """Cards are read when they are looked at."""

    async def test_a_card_shows_todays_price_and_only_what_the_reader_may_see(
        self, db: SqliteDatabase
    ) -> None:
        """The price changes after sending; a reader whom the loader leaves out sees no card."""
        ann, bob, cat = await make_friends(db, "ann", "bob", "cat")
        await db.write(contacts.make_contacts, bob.id, cat.id, START_MS)
        price = {"minor": 12_800}

        def load(_tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
            if viewer_id == cat.id:
                return {}
            return {
                one: Card("product", one, "Longjing", amount_minor=price["minor"], currency="CNY")
                for one in ids
                if one == "tea"
            }

        share = {"actor_id": ann.id, "kind": "product", "note": "try this", "now_ms": START_MS}
        reached = await db.write(
            service.share_card,
            "share-1",
            card_id="tea",
            targets=[f"p:{bob.id}", f"p:{cat.id}"],
            loaders={"product": load},
            **share,  # type: ignore[arg-type]
        )
        price["minor"] = 9_900

        prices = {}
        for person in (bob, cat):
            chat_id = await direct(db, ann.id, person.id)
            page = await db.read(
                service.list_messages,
                chat_id,
                actor_id=person.id,
                loaders={"product": load},
                now_ms=START_MS,
            )
            card = page.messages[0].card
            prices[person.handle] = card.amount_minor if card else None
            assert texts(page.messages) == ["", "try this"]
        assert len(reached) == 2
        assert prices == {"bob": 9_900, "cat": None}

    async def test_sharing_is_all_or_nothing_and_once(self, db: SqliteDatabase) -> None:
        """A stranger among the targets stops all; pressing twice sends once."""
        ann, bob = await make_friends(db, "ann", "bob")
        eve = await make_person(db, "eve")

        def load(_tx: Tx, ids: Sequence[str], _viewer_id: str) -> dict[str, Card]:
            return {one: Card("product", one, "Tea") for one in ids if one == "tea"}

        async def share(targets: list[str], card_id: str = "tea") -> None:
            await db.write(
                service.share_card,
                "share-1",
                actor_id=ann.id,
                kind="product",
                card_id=card_id,
                targets=targets,
                note="",
                loaders={"product": load},
                now_ms=START_MS,
            )

        with pytest.raises(Exception, match="your contacts"):
            await share([f"p:{bob.id}", f"p:{eve.id}"])
        with pytest.raises(CardUnknownError):
            await share([f"p:{bob.id}"], card_id="no-such-tea")
        with pytest.raises(BadInputError):
            await share([])
        await share([f"p:{bob.id}"])
        await share([f"p:{bob.id}"])

        assert len(await read(db, await direct(db, ann.id, bob.id), bob.id)) == 1
