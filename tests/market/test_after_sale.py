"""After the payment: sending, receiving, money back, and what happens by itself."""

import pytest

from host.core.ids import new_id
from host.market import service
from host.market.errors import (
    OrderNotFoundError,
    OrderRefusedError,
    OrderStateError,
    PickupCodeError,
)
from host.market.model import (
    ANSWER_REFUND_WITHIN_MS,
    CLOSE_AFTER_MS,
    CONFIRM_OTHER_AFTER_MS,
    CONFIRM_PARCEL_AFTER_MS,
    RETURN_UNSENT_AFTER_MS,
    SEND_WITHIN_MS,
    Kind,
    Order,
    Refund,
    RefundStatus,
    Status,
)
from tests.conftest import START_MS
from tests.market import make
from tests.market.make import Lane

DAY_MS = 24 * 3600 * 1000


class TestParcel:
    """What is sent, received and paid out."""

    async def test_paid_shipped_received_closed(self, lane: Lane) -> None:
        """100.00 less 0.60 reaches the shop when the buyer confirms; a week later it is over."""
        held = await make.paid_order(lane, await make.product(lane, price_minor=10_000))

        sent = await make.ship(lane, held.id)
        received = await confirm(lane, held.id)
        await lane.db.write(service.sweep, now_ms=START_MS + CLOSE_AFTER_MS)

        assert (Status.SHIPPED, "SF1234567890") == (sent.status, sent.tracking)
        assert (Status.RECEIVED, 60) == (received.status, received.fee_minor)
        assert Status.CLOSED == (await make.read(lane, held.id)).status
        assert (90_000, 0, 9_940) == await make.money(lane)
        assert [] == await make.breaks(lane)

    async def test_confirming_twice_pays_the_shop_once(self, lane: Lane) -> None:
        """The second tap changes nothing."""
        held = await make.paid_order(lane, await make.product(lane, price_minor=10_000))
        await make.ship(lane, held.id)

        await confirm(lane, held.id)
        await confirm(lane, held.id)

        assert (90_000, 0, 9_940) == await make.money(lane)

    @pytest.mark.parametrize(
        ("price_minor", "fee_bps", "fee_minor"),
        [(1, 60, 0), (166, 60, 0), (167, 60, 1), (12_800, 60, 76), (10_000, 0, 0), (1, 10_000, 0)],
    )
    async def test_the_fee_is_rounded_for_the_shop(
        self, lane: Lane, price_minor: int, fee_bps: int, fee_minor: int
    ) -> None:
        """A fraction of the smallest coin is never taken, and something is always left."""
        what = await make.product(lane, price_minor=price_minor)
        held = await make.paid_order(lane, what, fee_bps=fee_bps)
        await make.ship(lane, held.id)

        received = await confirm(lane, held.id)

        assert fee_minor == received.fee_minor
        assert (100_000 - price_minor, 0, price_minor - fee_minor) == await make.money(lane)
        assert [] == await make.breaks(lane)

    async def test_a_silent_buyer_confirms_after_ten_days(self, lane: Lane) -> None:
        """The shop does not wait for ever for somebody who has what they bought."""
        held = await make.paid_order(lane, await make.product(lane))
        await make.ship(lane, held.id)

        await lane.db.write(service.sweep, now_ms=START_MS + CONFIRM_PARCEL_AFTER_MS - 1)
        before = (await make.read(lane, held.id)).status
        await lane.db.write(service.sweep, now_ms=START_MS + CONFIRM_PARCEL_AFTER_MS)

        assert Status.SHIPPED == before
        assert Status.RECEIVED == (await make.read(lane, held.id)).status

    async def test_a_silent_shop_gives_the_money_back(self, lane: Lane) -> None:
        """What was not sent within a week is refunded, and the shelf is full again."""
        tea = await make.product(lane, stock=10)
        held = await make.paid_order(lane, tea, 3)

        await lane.db.write(service.sweep, now_ms=START_MS + RETURN_UNSENT_AFTER_MS)

        assert Status.REFUNDED == (await make.read(lane, held.id)).status
        assert 10 == await make.stock_left(lane, tea)
        assert (100_000, 0, 0) == await make.money(lane)

    async def test_nothing_is_confirmed_before_it_is_sent(self, lane: Lane) -> None:
        """A parcel that has not left cannot have come."""
        held = await make.paid_order(lane, await make.product(lane))

        with pytest.raises(OrderStateError, match="not on its way"):
            await confirm(lane, held.id)

    async def test_an_unpaid_order_is_not_sent(self, lane: Lane) -> None:
        """The shop is told to wait for the money."""
        made = await make.order(lane, await make.product(lane))

        with pytest.raises(OrderStateError, match="paid"):
            await make.ship(lane, made.id)

    async def test_a_wrong_tracking_number_is_corrected(self, lane: Lane) -> None:
        """Sending again replaces the words and restarts nothing."""
        held = await make.paid_order(lane, await make.product(lane))
        await make.ship(lane, held.id)

        corrected = await lane.db.write(
            service.ship_order,
            held.id,
            actor_id=lane.seller_id,
            carrier="YTO",
            tracking="YT1",
            now_ms=START_MS + DAY_MS,
        )

        assert ("YTO", "YT1", START_MS) == (
            corrected.carrier,
            corrected.tracking,
            corrected.sent_at_ms,
        )

    async def test_only_the_shop_sends_and_only_the_buyer_confirms(self, lane: Lane) -> None:
        """Each side is a stranger to the other's step."""
        held = await make.paid_order(lane, await make.product(lane))

        with pytest.raises(OrderNotFoundError):
            await lane.db.write(
                service.ship_order,
                held.id,
                actor_id=lane.buyer_id,
                carrier="SF",
                tracking="1",
                now_ms=START_MS,
            )
        await make.ship(lane, held.id)
        with pytest.raises(OrderNotFoundError):
            await confirm(lane, held.id, actor_id=lane.seller_id)


class TestOtherWays:
    """What is collected or has no weight."""

    async def test_a_collected_order_is_handed_over_against_its_code(self, lane: Lane) -> None:
        """The code on the buyer's screen releases the money, a guess does not."""
        held = await make.paid_order(lane, await make.product(lane, kind=Kind.PICKUP))
        ready = await lane.db.write(
            service.mark_ready, held.id, actor_id=lane.seller_id, now_ms=START_MS
        )
        wrong = "000000" if ready.pickup_code != "000000" else "000001"

        with pytest.raises(PickupCodeError):
            await collect(lane, held.id, wrong)
        collected = await collect(lane, held.id, ready.pickup_code)

        assert Status.READY == ready.status
        assert Status.RECEIVED == collected.status
        assert 0 == (await make.money(lane))[1]

    async def test_something_virtual_is_confirmed_after_two_days(self, lane: Lane) -> None:
        """There is no parcel to wait for."""
        held = await make.paid_order(lane, await make.product(lane, kind=Kind.VIRTUAL))

        await lane.db.write(service.sweep, now_ms=START_MS + CONFIRM_OTHER_AFTER_MS)

        assert Status.RECEIVED == (await make.read(lane, held.id)).status

    async def test_each_way_has_its_own_step(self, lane: Lane) -> None:
        """A parcel is not marked ready, something to collect is not shipped."""
        tea = await make.paid_order(lane, await make.product(lane))
        noodles = await make.paid_order(lane, await make.product(lane, sku="N", kind=Kind.PICKUP))

        with pytest.raises(OrderStateError, match="another way"):
            await lane.db.write(
                service.mark_ready, tea.id, actor_id=lane.seller_id, now_ms=START_MS
            )
        with pytest.raises(OrderStateError, match="another way"):
            await make.ship(lane, noodles.id)


class TestRefund:
    """Money back."""

    async def test_a_shop_agrees_and_the_goods_go_back_on_the_shelf(self, lane: Lane) -> None:
        """Everything is as before the purchase."""
        tea = await make.product(lane, stock=10)
        held = await make.paid_order(lane, tea, 2)
        await ask(lane, held.id)

        refunded = await lane.db.write(
            service.accept_refund, held.id, actor_id=lane.seller_id, now_ms=START_MS
        )

        assert Status.REFUNDED == refunded.status
        assert RefundStatus.ACCEPTED == (await refunds(lane, held.id))[0].status
        assert 10 == await make.stock_left(lane, tea)
        assert (100_000, 0, 0) == await make.money(lane)
        assert [] == await make.breaks(lane)

    async def test_a_parcel_under_way_does_not_come_back_by_itself(self, lane: Lane) -> None:
        """Money goes back, the shelf does not fill with what the courier has."""
        tea = await make.product(lane, stock=10)
        held = await make.paid_order(lane, tea, 2)
        await make.ship(lane, held.id)

        await lane.db.write(
            service.accept_refund, held.id, actor_id=lane.seller_id, now_ms=START_MS
        )

        assert 8 == await make.stock_left(lane, tea)
        assert (100_000, 0, 0) == await make.money(lane)

    async def test_a_declined_request_gives_the_buyer_time(self, lane: Lane) -> None:
        """A no with a reason, and the clock does not run out in the same moment."""
        held = await make.paid_order(lane, await make.product(lane))
        await make.ship(lane, held.id)
        late_ms = START_MS + CONFIRM_PARCEL_AFTER_MS - 1
        await ask(lane, held.id, now_ms=late_ms)

        declined = await lane.db.write(
            service.decline_refund,
            held.id,
            actor_id=lane.seller_id,
            answer="It was delivered on Monday.",
            now_ms=late_ms,
        )
        await lane.db.write(service.sweep, now_ms=late_ms + DAY_MS)

        assert RefundStatus.DECLINED == declined.status
        assert Status.SHIPPED == (await make.read(lane, held.id)).status
        await lane.db.write(service.sweep, now_ms=late_ms + 3 * DAY_MS)
        assert Status.RECEIVED == (await make.read(lane, held.id)).status

    async def test_a_request_stops_the_clock_and_silence_agrees(self, lane: Lane) -> None:
        """While the shop is asked nothing is released; after three days the buyer is paid back."""
        held = await make.paid_order(lane, await make.product(lane))
        await make.ship(lane, held.id)
        asked_ms = START_MS + CONFIRM_PARCEL_AFTER_MS - 1
        await ask(lane, held.id, now_ms=asked_ms)

        await lane.db.write(service.sweep, now_ms=asked_ms + 1)
        waiting = (await make.read(lane, held.id)).status
        await lane.db.write(service.sweep, now_ms=asked_ms + ANSWER_REFUND_WITHIN_MS)

        assert Status.SHIPPED == waiting
        assert Status.REFUNDED == (await make.read(lane, held.id)).status
        assert (100_000, 0, 0) == await make.money(lane)

    async def test_a_late_shop_has_no_say(self, lane: Lane) -> None:
        """Two days without a parcel: the money goes back when it is asked for."""
        held = await make.paid_order(lane, await make.product(lane))

        refund = await ask(lane, held.id, now_ms=START_MS + SEND_WITHIN_MS + 1)

        assert RefundStatus.ACCEPTED == refund.status
        assert (100_000, 0, 0) == await make.money(lane)

    async def test_received_after_all_ends_the_request(self, lane: Lane) -> None:
        """Confirming receipt withdraws what was asked."""
        held = await make.paid_order(lane, await make.product(lane))
        await make.ship(lane, held.id)
        await ask(lane, held.id)

        await confirm(lane, held.id)

        assert RefundStatus.WITHDRAWN == (await refunds(lane, held.id))[0].status
        with pytest.raises(OrderStateError):
            await lane.db.write(
                service.accept_refund, held.id, actor_id=lane.seller_id, now_ms=START_MS
            )
        assert [] == await make.breaks(lane)

    async def test_asking_twice_is_one_request(self, lane: Lane) -> None:
        """The open request is returned."""
        held = await make.paid_order(lane, await make.product(lane))

        assert await ask(lane, held.id) == await ask(lane, held.id)
        with pytest.raises(OrderRefusedError, match="what is wrong"):
            await ask(lane, held.id, reason=" ")

    async def test_money_that_the_shop_has_is_not_held_any_more(self, lane: Lane) -> None:
        """After receipt there is nothing to give back from escrow."""
        held = await make.paid_order(lane, await make.product(lane))
        await make.ship(lane, held.id)
        await confirm(lane, held.id)

        with pytest.raises(OrderStateError, match="not held any more"):
            await ask(lane, held.id)

    async def test_what_is_asked_back_is_not_sent(self, lane: Lane) -> None:
        """The shop answers the request first."""
        held = await make.paid_order(lane, await make.product(lane))
        await ask(lane, held.id)

        with pytest.raises(OrderStateError, match="Answer that first"):
            await make.ship(lane, held.id)


async def confirm(lane: Lane, order_id: str, *, actor_id: str | None = None) -> Order:
    """Confirm receipt."""
    return await lane.db.write(
        service.confirm_receipt, order_id, actor_id=actor_id or lane.buyer_id, now_ms=START_MS
    )


async def collect(lane: Lane, order_id: str, code: str) -> Order:
    """Hand over in the shop."""
    return await lane.db.write(
        service.collect_order, order_id, actor_id=lane.seller_id, code=code, now_ms=START_MS
    )


async def ask(
    lane: Lane, order_id: str, *, reason: str = "It is broken", now_ms: int = START_MS
) -> Refund:
    """Ask for money back."""
    return await lane.db.write(
        service.ask_refund,
        new_id(),
        order_id=order_id,
        actor_id=lane.buyer_id,
        reason=reason,
        now_ms=now_ms,
    )


async def refunds(lane: Lane, order_id: str) -> list[Refund]:
    """Return the requests about an order."""
    return await lane.db.read(service.list_refunds, order_id, actor_id=lane.buyer_id)
