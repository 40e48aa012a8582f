"""Paying: money, stock and order change together, once, or not at all."""

import asyncio

import pytest

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import new_id
from host.core.sqlite import SqliteDatabase
from host.market import service
from host.market.errors import (
    AddressNeededError,
    AddressNotFoundError,
    AmountChangedError,
    NotOnSaleError,
    OrderNotFoundError,
    OutOfStockError,
    PriceChangedError,
)
from host.market.model import Kind, LineAsk, Order, ProductStatus, Status
from host.market.service.payment import check_purchase
from host.wallet.errors import InsufficientFundsError, PinSpentError
from tests.conftest import START_MS
from tests.market import make
from tests.market.make import Lane


class TestPayOrder:
    """Paying an order that exists."""

    async def test_the_money_is_held_and_the_stock_is_taken(self, lane: Lane) -> None:
        """Two of ten at 128.00 leave eight on the shelf and 256.00 in escrow."""
        tea = await make.product(lane, stock=10, price_minor=12_800)

        paid = await make.paid_order(lane, tea, 2)

        assert Status.PAID == paid.status
        assert 25_600 == paid.total_minor
        assert "12 Lane of Wells, Beijing" == paid.ship_to.place
        assert 8 == await make.stock_left(lane, tea)
        assert (74_400, 25_600, 0) == await make.money(lane)
        assert [] == await make.breaks(lane)

    async def test_ten_taps_at_once_pay_once(self, lane: Lane) -> None:
        """However often Pay is pressed, the money leaves once and one is taken."""
        tea = await make.product(lane, stock=10, price_minor=10_000)
        made = await make.order(lane, tea)

        paid = await asyncio.gather(*(make.pay(lane, made.id) for _ in range(10)))

        assert {Status.PAID} == {order.status for order in paid}
        assert 9 == await make.stock_left(lane, tea)
        assert (90_000, 10_000, 0) == await make.money(lane)

    async def test_the_last_three_are_sold_three_times(self, db: SqliteDatabase) -> None:
        """Of eight buyers who pay at the same moment for the last three, three get one."""
        lane = await make.lane(db)
        tea = await make.product(lane, stock=3, price_minor=10_000)
        orders = [await make.order(lane, tea) for _ in range(8)]

        results = await asyncio.gather(
            *(make.pay(lane, order.id) for order in orders), return_exceptions=True
        )

        assert 3 == sum(isinstance(result, Order) for result in results)
        assert 5 == sum(isinstance(result, OutOfStockError) for result in results)
        assert 0 == await make.stock_left(lane, tea)
        assert (70_000, 30_000, 0) == await make.money(lane)
        assert [] == await make.breaks(lane)

    async def test_a_changed_price_is_refused_until_it_was_seen(self, lane: Lane) -> None:
        """The buyer is told both prices, pays nothing, and pays the new one after looking."""
        tea = await make.product(lane, price_minor=10_000)
        made = await make.order(lane, tea)
        await make.product(lane, product_id=tea.id, price_minor=12_000)

        with pytest.raises(PriceChangedError, match=r"from 100\.00 to 120\.00 CNY"):
            await make.pay(lane, made.id)
        assert (100_000, 0, 0) == await make.money(lane)

        fresh = await lane.db.write(
            service.reprice_order, made.id, actor_id=lane.buyer_id, now_ms=START_MS
        )
        paid = await make.pay(lane, made.id, shown_minor=fresh.total_minor)

        assert 12_000 == paid.total_minor
        assert (88_000, 12_000, 0) == await make.money(lane)

    async def test_the_amount_of_a_form_is_only_compared(self, lane: Lane) -> None:
        """A form that shows 1.00 for an order of 128.00 pays nothing."""
        made = await make.order(lane, await make.product(lane, price_minor=12_800))

        with pytest.raises(AmountChangedError, match=r"costs 128\.00 CNY"):
            await make.pay(lane, made.id, shown_minor=100)

        assert (100_000, 0, 0) == await make.money(lane)

    async def test_an_empty_balance_leaves_everything(self, db: SqliteDatabase) -> None:
        """Who cannot pay keeps the order unpaid and the shelf full."""
        lane = await make.lane(db, balance_minor=12_799)
        tea = await make.product(lane, stock=1, price_minor=12_800)
        made = await make.order(lane, tea)

        with pytest.raises(InsufficientFundsError):
            await make.pay(lane, made.id)

        assert Status.CREATED == (await make.read(lane, made.id)).status
        assert 1 == await make.stock_left(lane, tea)

    async def test_a_right_pin_pays_one_order(self, lane: Lane) -> None:
        """A confirmation that paid one order cannot pay the next."""
        tea = await make.product(lane)
        first, second = await make.order(lane, tea), await make.order(lane, tea)
        attempt_id = await make.right_pin(lane, first)

        await pay_with(lane, first.id, attempt_id)
        with pytest.raises(PinSpentError):
            await pay_with(lane, second.id, attempt_id)

        assert Status.CREATED == (await make.read(lane, second.id)).status

    async def test_an_attempt_that_was_never_right_pays_nothing(self, lane: Lane) -> None:
        """Beginning an attempt is not giving the PIN."""
        made = await make.order(lane, await make.product(lane))

        with pytest.raises(PinSpentError):
            await pay_with(lane, made.id, "an id that somebody made up")

        assert (100_000, 0, 0) == await make.money(lane)

    async def test_a_stranger_cannot_pay_or_probe(self, lane: Lane) -> None:
        """Somebody else's order and a missing one refuse alike."""
        made = await make.order(lane, await make.product(lane))
        answers = []
        for order_id in (made.id, new_id()):
            with pytest.raises(OrderNotFoundError) as refusal:
                await lane.db.write(
                    service.pay_order,
                    order_id,
                    actor_id=lane.seller_id,
                    confirmation_id="any",
                    now_ms=START_MS,
                )
            answers.append(str(refusal.value))

        assert answers[0] == answers[1]

    async def test_a_parcel_needs_the_buyers_own_address(self, lane: Lane) -> None:
        """Without an address, or with a stranger's, nothing is paid."""
        made = await make.order(lane, await make.product(lane))
        theirs = await lane.db.write(
            service.add_address,
            new_id(),
            person_id=lane.seller_id,
            facts=make.HOME,
            now_ms=START_MS,
        )

        with pytest.raises(AddressNeededError):
            await pay_with(lane, made.id, await make.right_pin(lane, made), address_id=None)
        with pytest.raises(AddressNotFoundError):
            await pay_with(lane, made.id, await make.right_pin(lane, made), address_id=theirs.id)

        assert (100_000, 0, 0) == await make.money(lane)

    async def test_a_paused_product_cannot_be_paid(self, lane: Lane) -> None:
        """What the shop paused after the order was made is refused at the till."""
        tea = await make.product(lane)
        made = await make.order(lane, tea)
        await make.product(lane, product_id=tea.id, status=ProductStatus.PAUSED)

        with pytest.raises(NotOnSaleError, match="Spring Longjing"):
            await make.pay(lane, made.id)


class TestPurchase:
    """Ordering and paying in one go."""

    async def test_a_refused_purchase_leaves_no_order(self, db: SqliteDatabase) -> None:
        """Buying without enough money leaves nothing in the list of orders."""
        lane = await make.lane(db, balance_minor=5)
        tea = await make.product(lane)

        with pytest.raises(InsufficientFundsError):
            await purchase(lane, new_id(), tea.id)

        assert [] == await db.read(service.list_orders, lane.buyer_id)

    async def test_buying_twice_under_one_id_buys_once(self, lane: Lane) -> None:
        """The second of two taps gets the order of the first."""
        tea = await make.product(lane, stock=5, price_minor=10_000)
        order_id = new_id()

        both = await asyncio.gather(
            purchase(lane, order_id, tea.id), purchase(lane, order_id, tea.id)
        )

        assert both[0] == both[1]
        assert 4 == await make.stock_left(lane, tea)
        assert (90_000, 10_000, 0) == await make.money(lane)

    async def test_the_price_on_the_card_is_the_price_that_is_paid(self, lane: Lane) -> None:
        """A card that was drawn before the price changed cannot buy."""
        tea = await make.product(lane, price_minor=10_000)

        with pytest.raises(PriceChangedError, match=r"from 99\.00 to 100\.00"):
            await purchase(lane, new_id(), tea.id, shown_price_minor=9_900)

    async def test_one_id_is_one_wish(self, lane: Lane) -> None:
        """The same id with another quantity is refused, not paid again."""
        tea = await make.product(lane)
        order_id = new_id()
        await purchase(lane, order_id, tea.id)

        with pytest.raises(IdempotencyKeyReusedError):
            await purchase(lane, order_id, tea.id, quantity=2)


class TestBills:
    """Bills."""

    async def test_a_bill_goes_to_the_biller_at_once(self, lane: Lane) -> None:
        """What was supplied already is not held: 88.00 less 0.52 is the biller's."""
        bill = await send_bill(lane, amount_minor=8_800)

        paid = await make.pay(lane, bill.id)

        assert (Status.CLOSED, 52) == (paid.status, paid.fee_minor)
        assert (91_200, 0, 8_748) == await make.money(lane)
        assert [] == await make.breaks(lane)

    async def test_a_bill_sent_twice_is_one_bill(self, lane: Lane) -> None:
        """The biller's own number names the bill, whatever id comes with it."""
        first = await send_bill(lane, amount_minor=8_800)
        again = await send_bill(lane, amount_minor=8_800)

        assert first.id == again.id
        with pytest.raises(IdempotencyKeyReusedError):
            await send_bill(lane, amount_minor=9_900)

    async def test_an_old_bill_can_still_be_paid(self, lane: Lane) -> None:
        """A bill does not expire like an order."""
        bill = await send_bill(lane, amount_minor=8_800)

        await lane.db.write(service.sweep, now_ms=START_MS + 90 * 24 * 3600 * 1000)

        assert Status.CLOSED == (await make.pay(lane, bill.id)).status


async def pay_with(
    lane: Lane, order_id: str, attempt_id: str, *, address_id: str | None = "mine"
) -> Order:
    """Pay with a given attempt."""
    return await lane.db.write(
        service.pay_order,
        order_id,
        actor_id=lane.buyer_id,
        confirmation_id=attempt_id,
        address_id=lane.address_id if address_id == "mine" else address_id,
        now_ms=START_MS,
    )


async def purchase(
    lane: Lane,
    order_id: str,
    product_id: str,
    *,
    quantity: int = 1,
    shown_price_minor: int | None = None,
) -> Order:
    """Buy in one go."""
    _, intent = await lane.db.read(
        check_purchase,
        order_id,
        actor_id=lane.buyer_id,
        ask=LineAsk(product_id, quantity),
        address_id=lane.address_id,
        now_ms=START_MS,
    )
    return await lane.db.write(
        service.purchase,
        order_id,
        actor_id=lane.buyer_id,
        ask=LineAsk(product_id, quantity, shown_price_minor),
        source="chat:m1",
        confirmation_id=await make.right_pin(lane, intent),
        address_id=lane.address_id,
        now_ms=START_MS,
    )


async def send_bill(lane: Lane, *, amount_minor: int) -> Order:
    """Send an electricity bill."""

    def create(tx: Tx) -> Order:
        return service.create_bill(
            tx,
            new_id(),
            buyer_id=lane.buyer_id,
            brand_id=lane.brand_id,
            title="Electricity, October",
            money=make.Money(amount_minor, make.CNY),
            bill=service.Bill("October", "E-2026-10", START_MS),
            now_ms=START_MS,
        )

    made = await lane.db.write(create)
    assert Kind.BILL == made.kind
    return made
