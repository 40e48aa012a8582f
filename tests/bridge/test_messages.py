"""Service messages: after an order or a choice, five each, in words that a reviewer has read."""

from typing import Any

import pytest

from host.brands import service as brands
from host.bridge import service
from host.bridge.capabilities.messages import messages_send
from host.bridge.channel import pages_of
from host.bridge.errors import MessageGoneError
from host.bridge.visit import CallBudget, Visit
from host.chat import service as chat
from host.core.deps import Deps
from host.subscriptions import all_card_loaders
from tests.bridge import caller
from tests.bridge.caller import Caller, open_caller
from tests.bridge.shop import APP_ID
from tests.market import make
from tests.market.make import Lane

TOPICS = {
    "shipped": {
        "en": "Your parcel {number:code} is on its way",
        "zh-Hans": "包裹 {number:code} 已寄出",
    },
    "offer": "{what} costs {price:money} until {day:date}, {left:number} left",
    "fresh": "New tea has come",
    "odd": "Tea is at http:{what}",
}
SHIPPED = {"topic": "shipped", "fields": {"number": "SF123"}}
OFFER = {
    "what": "Longjing",
    "price": {"amount_minor": 12_800, "currency": "CNY"},
    "day": 1_795_165_200_000,
    "left": 1200,
}


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Caller:
    """The buyer in a shop that may write to people."""
    package = caller.files(scopes=("messages",), messages=TOPICS)
    return await open_caller(running, lane, package=package, scopes=("messages",))


@pytest.fixture
async def order_id(lane: Lane) -> str:
    """An order that Ann has paid."""
    return (await make.paid_order(lane, await make.product(lane))).id


async def read_chat(deps: Deps, person_id: str) -> list[tuple[str, Any]]:
    """Return text and card of what shops have written to somebody, oldest first."""
    loaders = all_card_loaders()
    chats = await deps.db.read(chat.list_conversations, actor_id=person_id, loaders=loaders)
    found = []
    for each in chats:
        page = await deps.db.read(
            chat.list_messages, each.id, actor_id=person_id, loaders=loaders, now_ms=deps.now_ms()
        )
        found += [(shown.message.body.text, shown.card) for shown in page.messages]
    return found


async def subscribe(ann: Caller, *topics: str) -> Any:
    """Ask for ``topics`` and take them all."""
    await ann.call("messages.subscribe", topics=list(topics), then="answered")
    return await ann.decide({"how": "yes", **{f"topic-{topic}": "1" for topic in topics}})


class TestAfterAnOrder:
    """To its buyer, from their own page or the team's."""

    async def test_the_buyer_reads_the_sentence_with_a_card(
        self, ann: Caller, order_id: str
    ) -> None:
        """The card names the program, leads to its page, and can end such messages."""
        answer = await ann.call(
            "messages.send", **SHIPPED, order_id=order_id, page="pages/home/home", query={"a": 1}
        )

        (said,) = await read_chat(ann.deps, ann.person_id)
        assert answer == {"left": 4}
        assert said[0] == "Your parcel SF123 is on its way"
        assert (said[1].title, said[1].shop_name) == ("Test Shop", "Tea House")
        assert said[1].open_url == f"/p/{APP_ID}/pages/home/home?a=1"
        assert said[1].stop_url is not None

    async def test_the_team_writes_to_the_buyer_and_not_to_itself(
        self, ann: Caller, lane: Lane, order_id: str
    ) -> None:
        """The message goes to whom the order is of, whoever's page it was."""
        zhou = await open_caller(ann.deps, lane, lane.seller_id)

        await zhou.call("messages.send", **SHIPPED, order_id=order_id)

        assert len(await read_chat(ann.deps, ann.person_id)) == 1
        assert await read_chat(ann.deps, lane.seller_id) == []

    async def test_a_sixth_message_is_refused(self, ann: Caller, order_id: str) -> None:
        """Whatever its topic: an order is one act."""
        for _ in range(4):
            await ann.call("messages.send", **SHIPPED, order_id=order_id)
        fifth = await ann.call("messages.send", topic="fresh", order_id=order_id)

        sixth = await ann.call("messages.send", topic="fresh", order_id=order_id)

        assert (fifth, sixth) == ({"left": 0}, "refused quota-exceeded")
        assert len(await read_chat(ann.deps, ann.person_id)) == 5

    async def test_orders_of_others_do_not_exist(
        self, ann: Caller, lane: Lane, order_id: str
    ) -> None:
        """Neither a stranger's page nor another merchant's order gives somebody to write to."""
        bob = await open_caller(ann.deps, lane, await lane.db.write(make.put_person, "bob"))
        elsewhere = await make.second_shop(lane)
        other = await make.order(elsewhere, await make.product(elsewhere))
        zhou = await open_caller(ann.deps, lane, lane.seller_id)

        answers = [
            await bob.call("messages.send", **SHIPPED, order_id=order_id),
            await ann.call("messages.send", **SHIPPED, order_id=other.id),
            await zhou.call("messages.send", **SHIPPED, order_id=other.id),
            await ann.call("messages.send", **SHIPPED, order_id="no-such-order"),
        ]

        assert answers == ["refused not-found"] * 4
        assert await read_chat(ann.deps, ann.person_id) == []

    async def test_an_event_that_runs_again_sends_once(self, ann: Caller, order_id: str) -> None:
        """The id follows from event and call; the answer is the same."""
        await ann.open()
        page = pages_of(ann.deps)._open[(APP_ID, ann.page_id)]
        visit = Visit(
            ann.deps, page.running, page.store, CallBudget(), ann.person_id, "en", ann.page_id,
            "event", ann.deps.now_ms(),
        )  # fmt: skip
        args = {**SHIPPED, "order_id": order_id, "page": None, "query": {}}

        answers = [await messages_send(visit, 1, dict(args)) for _ in range(3)]

        assert answers == [{"left": 4}] * 3
        assert len(await read_chat(ann.deps, ann.person_id)) == 1


class TestWords:
    """A program can say what the manifest says, and fill in short fields."""

    async def test_fields_are_written_as_their_kind_in_the_persons_language(
        self, ann: Caller, order_id: str
    ) -> None:
        """Money, dates and numbers are the host's to write."""
        await ann.call("messages.send", topic="offer", order_id=order_id, fields=OFFER)

        (said,) = await read_chat(ann.deps, ann.person_id)
        assert said[0] == "Longjing costs ¥128.00 until Nov 20, 2026, 1,200 left"

    @pytest.mark.parametrize(
        "what",
        [
            "", " ", "x" * 41, "two\nlines", "bell\x07", "evil\u202etxt", "zero\u2066width",
            "http://evil.example", "see evil.example", "www.evil", "me@evil",
            "ｅｖｉｌ．ｅｘａｍｐｌｅ", "evil。com", "evil｡com",
            "EVIL.COM/x", 5, {"amount_minor": 1, "currency": "CNY"},
        ],
    )  # fmt: skip
    async def test_what_is_no_short_text_is_refused(
        self, ann: Caller, order_id: str, what: Any
    ) -> None:
        """Control signs, text that turns around, links in any dress, too much, another kind."""
        answer = await ann.call(
            "messages.send", topic="offer", order_id=order_id, fields=OFFER | {"what": what}
        )

        assert answer == "refused bad-argument"
        assert await read_chat(ann.deps, ann.person_id) == []

    async def test_a_field_and_the_words_beside_it_make_no_link(
        self, ann: Caller, order_id: str
    ) -> None:
        """What is harmless by itself is judged once more in its place."""
        answer = await ann.call(
            "messages.send", topic="odd", order_id=order_id, fields={"what": "//evil today"}
        )

        assert answer == "refused bad-argument"

    @pytest.mark.parametrize(
        "fields",
        [{}, {"number": "SF123", "more": "x"}, {"other": "SF123"}, {"number": "SF 123"},
         {"number": "a.b"}, {"number": 5}],
    )  # fmt: skip
    async def test_other_fields_than_the_sentence_has_are_refused(
        self, ann: Caller, order_id: str, fields: dict[str, Any]
    ) -> None:
        """Nothing is left out and nothing goes along."""
        answer = await ann.call("messages.send", topic="shipped", order_id=order_id, fields=fields)

        assert answer == "refused bad-argument"

    async def test_a_topic_that_no_reviewer_has_read_is_refused(
        self, ann: Caller, order_id: str
    ) -> None:
        """In sending and in asking."""
        answers = [
            await ann.call("messages.send", topic="spam", order_id=order_id),
            await ann.call("messages.subscribe", topics=["fresh", "spam"], then="answered"),
        ]

        assert answers == ["refused not-declared"] * 2
        assert ann.sheets == []

    async def test_without_the_admins_grant_nothing_is_sent(
        self, running: Deps, lane: Lane, order_id: str
    ) -> None:
        """The manifest alone opens nothing."""
        package = caller.files(scopes=("messages",), messages=TOPICS)
        ann = await open_caller(running, lane, package=package)

        answer = await ann.call("messages.send", **SHIPPED, order_id=order_id)

        assert answer == "refused not-approved"


class TestSubscriptions:
    """Topics that the person has chosen."""

    async def test_what_was_ticked_can_be_sent_five_times(self, ann: Caller) -> None:
        """Each topic is counted alone, and a new choice counts anew."""
        before = await ann.call("messages.send", topic="fresh")
        await ann.call("messages.subscribe", topics=["fresh", "offer"], then="answered")
        chosen = await ann.decide({"how": "yes", "topic-fresh": "1", "topic-spam": "1"})

        five = [(await ann.call("messages.send", topic="fresh"))["left"] for _ in range(5)]
        sixth = await ann.call("messages.send", topic="fresh")
        other = await ann.call("messages.send", topic="offer", fields=OFFER)
        await subscribe(ann, "fresh")

        assert (before, chosen, five) == ("refused declined", [True, ["fresh"]], [4, 3, 2, 1, 0])
        assert (sixth, other) == ("refused quota-exceeded", "refused declined")
        assert await ann.call("messages.send", topic="fresh") == {"left": 4}

    @pytest.mark.parametrize("fields", [{"how": "no", "topic-fresh": "1"}, {"how": "yes"}, {}])
    async def test_nothing_ticked_is_a_no(self, ann: Caller, fields: dict[str, str]) -> None:
        """Silence is no consent."""
        await ann.call("messages.subscribe", topics=["fresh"], then="answered")

        assert await ann.decide(fields) == [False, []]
        assert await ann.call("messages.send", topic="fresh") == "refused declined"

    async def test_another_persons_choice_gives_nothing(self, ann: Caller, lane: Lane) -> None:
        """A message without an order goes to nobody but the person of the page."""
        await subscribe(ann, "fresh")
        bob = await open_caller(ann.deps, lane, await lane.db.write(make.put_person, "bob"))

        assert await bob.call("messages.send", topic="fresh") == "refused declined"
        assert await read_chat(ann.deps, ann.person_id) == []


class TestStopping:
    """One tap, at once, and nothing that a program could make of it."""

    async def test_a_tap_on_the_card_stops_the_topic_everywhere(
        self, ann: Caller, order_id: str
    ) -> None:
        """Orders do not open it again; the card says that it has ended; asking opens it."""
        await subscribe(ann, "fresh")
        await ann.call("messages.send", topic="fresh")
        ((_, card),) = await read_chat(ann.deps, ann.person_id)

        await ann.deps.db.write(
            service.stop_like, card.id, actor_id=ann.person_id, now_ms=ann.deps.now_ms()
        )

        assert await ann.call("messages.send", topic="fresh") == "refused declined"
        by_order = await ann.call("messages.send", topic="fresh", order_id=order_id)
        assert by_order == "refused declined"
        ((_, ended),) = await read_chat(ann.deps, ann.person_id)
        assert ended.stop_url is None
        assert await ann.deps.db.read(service.find_subscriptions, ann.person_id) == []
        await subscribe(ann, "fresh")
        assert await ann.call("messages.send", topic="fresh") == {"left": 4}

    async def test_a_strangers_message_looks_like_a_missing_one(self, ann: Caller) -> None:
        """Nobody can stop what others get."""
        await subscribe(ann, "fresh")
        await ann.call("messages.send", topic="fresh")
        ((_, card),) = await read_chat(ann.deps, ann.person_id)

        words = set()
        for message_id in (card.id, "missing"):
            with pytest.raises(MessageGoneError) as refused:
                await ann.deps.db.write(service.stop_like, message_id, actor_id="bob", now_ms=1)
            words.add(str(refused.value))

        assert len(words) == 1

    async def test_what_was_stopped_stays_so_when_the_person_deletes_their_data(
        self, ann: Caller, order_id: str
    ) -> None:
        """What was wanted is forgotten; what was not wanted is not."""
        await subscribe(ann, "fresh", "offer")
        await ann.deps.db.write(
            service.stop_topic, ann.person_id, APP_ID, "fresh", now_ms=ann.deps.now_ms()
        )
        await pages_of(ann.deps).forget_person(APP_ID, person_id=ann.person_id)
        again = Caller(ann.deps, ann.person_id)
        await again.open()

        assert await again.call("messages.send", topic="offer", fields=OFFER) == "refused declined"
        answer = await again.call("messages.send", topic="fresh", order_id=order_id)
        assert answer == "refused declined"

    async def test_a_muted_brand_cannot_tell_that_it_is(
        self, ann: Caller, lane: Lane, order_id: str
    ) -> None:
        """The call answers and counts as ever, and nothing comes."""
        await lane.db.write(
            brands.mute, lane.brand_id, actor_id=ann.person_id, is_muted=True, now_ms=1
        )

        answers = [await ann.call("messages.send", **SHIPPED, order_id=order_id) for _ in range(6)]

        assert answers == [{"left": n} for n in (4, 3, 2, 1, 0)] + ["refused quota-exceeded"]
        assert await read_chat(ann.deps, ann.person_id) == []
