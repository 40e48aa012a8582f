"""The way from a page to the people behind it: the person's own words, their own tap."""

import pytest

from host.brands import service as brands
from host.core.deps import Deps
from host.core.errors import BadInputError
from tests.bridge import caller
from tests.bridge.caller import Caller, open_caller
from tests.market import make
from tests.market.make import Lane


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Caller:
    """The buyer in the shop."""
    return await open_caller(running, lane, package=caller.files())


async def inbox(lane: Lane) -> list[tuple[str, str | None]]:
    """Return text and kind of card of what the shop's team reads last in each chat."""
    lines = await lane.db.read(brands.list_inbox, lane.brand_id, actor_id=lane.seller_id)
    return [(line.last.body.text, line.last.body.card_kind) for line in lines]


@pytest.mark.parametrize("about", ["order", "program"])
async def test_the_person_sends_their_own_words(ann: Caller, lane: Lane, about: str) -> None:
    """The program suggests; what is sent is what stands in the sheet, with a card."""
    order = await make.order(lane, await make.product(lane))
    order_id = order.id if about == "order" else None
    await ann.call("support.open", text="The pot is broken", order_id=order_id, then="answered")
    before = await inbox(lane)

    answer = await ann.decide({"how": "send", "text": "The lid is broken"})

    assert (before, answer) == ([], [True, None])
    assert await inbox(lane) == [("The lid is broken", about)]


async def test_without_the_tap_nothing_is_sent(ann: Caller, lane: Lane) -> None:
    """Neither closing the sheet nor sending nothing says anything in the person's name."""
    await ann.call("support.open", text="Buy me", then="answered")

    with pytest.raises(BadInputError):
        await ann.decide({"how": "send", "text": "  "})
    assert await ann.decide({"how": "no", "text": "Buy me"}) == [False, None]
    assert await inbox(lane) == []


async def test_an_order_of_somebody_else_is_no_subject(ann: Caller, lane: Lane) -> None:
    """Nor is one of another merchant."""
    other = await make.second_shop(lane)
    elsewhere = await make.order(other, await make.product(other))

    answers = [
        await ann.call("support.open", order_id=each, then="answered")
        for each in (elsewhere.id, "no-such-order")
    ]

    assert answers == ["refused not-found"] * 2
    assert ann.sheets == []
