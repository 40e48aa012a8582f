"""What a mini-program does with shelf and orders beyond selling: search, cancel, refund."""

import pytest

from host.bridge import service
from host.core.deps import Deps
from host.core.errors import BadInputError, NotFoundError
from host.market import service as market
from host.market.model import Status
from tests.bridge import caller
from tests.bridge.caller import Caller, open_caller
from tests.market import make
from tests.market.make import Lane

NOWHERE = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Caller:
    """The buyer in the shop."""
    return await open_caller(running, lane, package=caller.files())


@pytest.fixture
async def zhou(ann: Caller, lane: Lane) -> Caller:
    """The shop's owner in their own shop."""
    return await open_caller(ann.deps, lane, lane.seller_id)


class TestSearch:
    """The merchant's own shelf."""

    async def test_words_are_found_in_name_and_sku_page_by_page(
        self, ann: Caller, lane: Lane
    ) -> None:
        """What is paused, and what does not hold the words, stays away."""
        for number in range(3):
            await make.product(lane, sku=f"TEA-{number}", name=f"Longjing {number}")
        await make.product(lane, sku="POT", name="A pot")

        first = await ann.call("products.search", text="longJING", limit=2)
        rest = await ann.call("products.search", text="tea-", limit=2, after=first["after"])

        assert [p["sku"] for p in first["items"]] == ["TEA-0", "TEA-1"]
        assert [p["sku"] for p in rest["items"]] == ["TEA-2"]
        assert rest["after"] is None

    @pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1 --"])
    async def test_signs_of_sql_are_words_like_others(
        self, ann: Caller, lane: Lane, text: str
    ) -> None:
        """Nothing is found by them that does not hold them."""
        await make.product(lane)

        assert (await ann.call("products.search", text=text))["items"] == []

    async def test_another_shops_goods_are_not_found(self, ann: Caller, lane: Lane) -> None:
        """A program sees one shelf."""
        other = await make.second_shop(lane)
        await make.product(other, sku="B", name="Longjing elsewhere")

        assert (await ann.call("products.search", text="longjing"))["items"] == []


class TestCancel:
    """An order that was not paid."""

    async def test_an_unpaid_order_is_let_go_once(self, ann: Caller, lane: Lane) -> None:
        """Again changes nothing."""
        order = await make.order(lane, await make.product(lane))

        answers = [await ann.call("orders.cancel", id=order.id) for _ in range(2)]

        assert [answer["status"] for answer in answers] == ["cancelled", "cancelled"]

    async def test_a_paid_order_stays(self, ann: Caller, lane: Lane) -> None:
        """Money that moved is not a program's to take back."""
        order = await make.paid_order(lane, await make.product(lane))

        assert await ann.call("orders.cancel", id=order.id) == "refused conflict"
        assert (await make.read(lane, order.id)).status is Status.PAID

    async def test_what_is_not_this_persons_or_this_shops_is_not_found(
        self, ann: Caller, zhou: Caller, lane: Lane
    ) -> None:
        """The team's own taps cancel nobody's order; nor does another shop's program."""
        order = await make.order(lane, await make.product(lane))
        other = await make.second_shop(lane)
        elsewhere = await make.order(other, await make.product(other))

        answers = [
            await zhou.call("orders.cancel", id=order.id),
            await ann.call("orders.cancel", id=elsewhere.id),
            await ann.call("orders.cancel", id=NOWHERE),
        ]

        assert answers == ["refused not-found"] * 3
        assert (await make.read(lane, elsewhere.id)).status is Status.CREATED


class TestAskRefund:
    """The buyer asks, in the host's sheet."""

    async def test_the_person_says_why_and_the_shop_is_asked(self, ann: Caller, lane: Lane) -> None:
        """The handler learns that it was asked, not what was written."""
        order = await make.paid_order(lane, await make.product(lane))
        await ann.call("orders.ask_refund", order_id=order.id, then="answered")

        answer = await ann.decide({"how": "ask", "reason": "The leaves are brown."})

        assert answer == [True, "asked"]
        refunds = await lane.db.read(market.list_refunds, order.id, actor_id=lane.seller_id)
        assert [refund.reason for refund in refunds] == ["The leaves are brown."]

    async def test_without_a_reason_the_sheet_stays_open(self, ann: Caller, lane: Lane) -> None:
        """The person is told what is missing, and nothing is asked."""
        order = await make.paid_order(lane, await make.product(lane))
        await ann.call("orders.ask_refund", order_id=order.id, then="answered")

        with pytest.raises(BadInputError, match="Write what is wrong"):
            await ann.decide({"how": "ask", "reason": "  "})
        assert await ann.decide({"how": "no", "reason": "brown"}) == [False, None]
        assert await lane.db.read(market.list_refunds, order.id, actor_id=lane.buyer_id) == []

    async def test_only_held_money_can_be_asked_for(self, ann: Caller, lane: Lane) -> None:
        """An unpaid order opens no sheet, nor does a stranger's."""
        unpaid = await make.order(lane, await make.product(lane))

        answers = [
            await ann.call("orders.ask_refund", order_id=each, then="answered")
            for each in (unpaid.id, NOWHERE)
        ]

        assert answers == ["refused conflict", "refused not-found"]
        assert ann.sheets == []


class TestGiveRefund:
    """Somebody of the team gives the money back, in the host's sheet."""

    async def test_the_money_moves_with_the_tap_in_the_sheet(
        self, zhou: Caller, lane: Lane
    ) -> None:
        """Whole, once, and not before."""
        order = await make.paid_order(lane, await make.product(lane))
        await zhou.call("pay.refund", order_id=order.id, then="answered")
        before = await make.money(lane)

        answer = await zhou.decide({"how": "refund"})

        assert answer == [True, "refunded"]
        assert before == (87_200, 12_800, 0)
        assert await make.money(lane) == (100_000, 0, 0)
        assert await make.breaks(lane) == []

    async def test_a_buyer_cannot_pay_themselves_back(self, ann: Caller, lane: Lane) -> None:
        """To whoever is not of the team the order does not exist."""
        order = await make.paid_order(lane, await make.product(lane))

        answer = await ann.call("pay.refund", order_id=order.id, then="answered")

        assert (answer, ann.sheets) == ("refused not-found", [])

    async def test_one_who_left_the_team_cannot_answer_an_open_sheet(
        self, ann: Caller, lane: Lane
    ) -> None:
        """The answer counts for who one is when it is given."""
        order = await make.paid_order(lane, await make.product(lane))
        bob_id = await lane.db.write(make.put_person, "bob")
        await make.join_team(lane, "bob")
        bob = await open_caller(ann.deps, lane, bob_id)
        await bob.call("pay.refund", order_id=order.id, then="answered")
        assert len(bob.sheets) == 1
        await make.leave_team(lane, bob_id)

        with pytest.raises(NotFoundError):
            await bob.decide({"how": "refund"})
        with pytest.raises(NotFoundError):
            await lane.db.read(service.read_sheet, bob.sheets[0]["ask_id"], actor_id=bob_id)
        assert (await make.read(lane, order.id)).status is Status.PAID

    async def test_the_owner_of_two_shops_cannot_reach_from_one_into_the_other(
        self, zhou: Caller, lane: Lane
    ) -> None:
        """A program acts for its own merchant alone."""
        other = await make.second_shop(lane)
        order = await make.paid_order(other, await make.product(other))

        answer = await zhou.call("pay.refund", order_id=order.id, then="answered")

        assert answer == "refused not-found"
