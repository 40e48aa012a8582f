"""A brand's side of its chats: people write, the team answers for two days."""

from typing import Any

import pytest

from host.brands import service as brands
from host.chat import service
from host.chat.errors import (
    ConversationNotFoundError,
    MessageIdReusedError,
    ReplyWindowClosedError,
)
from host.chat.model import REPLY_WITHIN_MS
from host.core.errors import NotFoundError
from host.core.outbox import deliver_next
from host.core.sqlite import SqliteDatabase
from host.subscriptions import all_subscriptions
from tests.conftest import START_MS
from tests.market import make
from tests.market.make import Lane


@pytest.fixture
async def lane(db: SqliteDatabase) -> Lane:
    """A shop, and somebody who may write to it."""
    return await make.lane(db)


async def write(lane: Lane, text: str, *, now_ms: int = START_MS) -> str:
    """Let the buyer write to the shop; return the chat."""
    chat = await lane.db.write(
        service.find_or_create_brand, lane.buyer_id, brand_id=lane.brand_id, now_ms=now_ms
    )
    await lane.db.write(
        service.send_message, chat.id, sender_id=lane.buyer_id, client_id=f"c{now_ms}", text=text,
        now_ms=now_ms,
    )  # fmt: skip
    return chat.id


async def reply(lane: Lane, chat_id: str, text: str = "Yes.", **more: Any) -> None:
    """Answer as the shop's owner."""
    given = {"brand_id": lane.brand_id, "actor_id": lane.seller_id, "client_id": "r1"}
    await lane.db.write(
        brands.reply, chat_id, text=text, **{"now_ms": START_MS + 1, **given, **more}
    )


async def read(lane: Lane, chat_id: str) -> list[str]:
    """Return what the buyer reads."""
    page = await lane.db.read(
        service.list_messages, chat_id, actor_id=lane.buyer_id, loaders={}, now_ms=START_MS
    )
    return [shown.message.body.text for shown in page.messages]


async def test_a_person_writes_and_the_team_answers(lane: Lane) -> None:
    """Both read the same chat; the answer is the brand's, and sent once."""
    chat_id = await write(lane, "Is it fresh?")
    (line,) = await lane.db.read(brands.list_inbox, lane.brand_id, actor_id=lane.seller_id)

    for _ in range(2):
        await reply(lane, chat_id)

    assert (line.conversation.id, line.face.name, line.last.body.text) == (
        chat_id, "Ann", "Is it fresh?",
    )  # fmt: skip
    assert await read(lane, chat_id) == ["Is it fresh?", "Yes."]
    with pytest.raises(MessageIdReusedError):
        await reply(lane, chat_id, "Something else.")


async def test_the_team_is_told_at_once(lane: Lane) -> None:
    """Everybody who acts for the brand hears that there is something to read."""
    chat_id = await write(lane, "Is it fresh?")
    while await deliver_next(lane.db, all_subscriptions(), now_ms=START_MS):
        pass

    rows = await lane.db.read(
        lambda tx: tx.rows(
            "SELECT person_id, kind, payload FROM core_live_event ORDER BY person_id"
        )
    )

    told = [row for row in rows if row["kind"] == "brands.written"]
    assert [row["person_id"] for row in told] == [lane.seller_id]
    assert chat_id in str(told[0]["payload"])


@pytest.mark.parametrize(("after_ms", "is_open"), [(-1, True), (0, False), (1, False)])
async def test_a_shop_answers_for_two_days(lane: Lane, after_ms: int, is_open: bool) -> None:  # noqa: FBT001
    """Counted from the person's last message; the page says until when."""
    chat_id = await write(lane, "Is it fresh?")
    at_ms = START_MS + REPLY_WITHIN_MS + after_ms
    seen = await lane.db.read(
        brands.read_inbox, chat_id, brand_id=lane.brand_id, actor_id=lane.seller_id, loaders={},
        now_ms=at_ms,
    )  # fmt: skip

    if is_open:
        await reply(lane, chat_id, now_ms=at_ms)
    else:
        with pytest.raises(ReplyWindowClosedError):
            await reply(lane, chat_id, now_ms=at_ms)
        await write(lane, "Hello?", now_ms=at_ms)
        await reply(lane, chat_id, now_ms=at_ms + 1)

    assert seen.closes_at_ms == (START_MS + REPLY_WITHIN_MS if is_open else None)
    assert "Yes." in await read(lane, chat_id)


async def test_a_shop_does_not_begin(lane: Lane) -> None:
    """A chat with notices alone is in no inbox and takes no answer."""
    notice = await lane.db.write(
        service.send_notice, lane.buyer_id, brand_id=lane.brand_id, client_id="n1", text="Shipped",
        now_ms=START_MS,
    )  # fmt: skip

    with pytest.raises(ReplyWindowClosedError):
        await reply(lane, notice.conversation_id)
    assert await lane.db.read(brands.list_inbox, lane.brand_id, actor_id=lane.seller_id) == []


async def test_nobody_else_reads_or_answers(lane: Lane) -> None:
    """Neither who is not of the team, nor the team of another shop, nor in a chat of people."""
    chat_id = await write(lane, "Is it fresh?")
    other = await make.second_shop(lane)
    more = {"loaders": {}, "now_ms": START_MS}

    with pytest.raises(NotFoundError):
        await reply(lane, chat_id, actor_id=lane.buyer_id)
    with pytest.raises(ConversationNotFoundError):
        await reply(other, chat_id)
    with pytest.raises(NotFoundError):
        await lane.db.read(
            brands.read_inbox, chat_id, brand_id=lane.brand_id, actor_id=lane.buyer_id, **more
        )
    with pytest.raises(ConversationNotFoundError):
        await lane.db.read(
            brands.read_inbox, chat_id, brand_id=other.brand_id, actor_id=lane.seller_id, **more
        )
    assert await read(lane, chat_id) == ["Is it fresh?"]


async def test_who_has_muted_the_brand_gets_no_answer_and_is_not_told_on(lane: Lane) -> None:
    """The team sees its answer; the person does not, and nothing says why."""
    chat_id = await write(lane, "Is it fresh?")
    await lane.db.write(
        brands.mute, lane.brand_id, actor_id=lane.buyer_id, is_muted=True, now_ms=START_MS
    )

    await reply(lane, chat_id)

    seen = await lane.db.read(
        brands.read_inbox, chat_id, brand_id=lane.brand_id, actor_id=lane.seller_id, loaders={},
        now_ms=START_MS,
    )  # fmt: skip
    assert [message.body.text for message, _ in seen.messages] == ["Is it fresh?", "Yes."]
    assert await read(lane, chat_id) == ["Is it fresh?"]
