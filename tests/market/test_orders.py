"""Making orders: what may become one, and who may see it."""

import pytest

from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import new_id
from host.market import service
from host.market.errors import (
    OrderExpiredError,
    OrderNotFoundError,
    OrderRefusedError,
    OutOfStockError,
    ProductNotFoundError,
    SkuTakenError,
)
from host.market.model import EXPIRE_AFTER_MS, Kind, LineAsk, Order, Status
from tests.conftest import START_MS
from tests.market import make
from tests.market.make import Lane


class TestCreateOrder:
    """What may become an order."""

    async def test_totals_come_from_the_server(self, lane: Lane) -> None:
        """Three teas and one cup are summed here; two lines of one product become one."""
        tea = await make.product(lane, price_minor=12_800)
        cup = await make.product(lane, sku="CUP", name="Cup", price_minor=4_500)

        made = await create(lane, [LineAsk(tea.id, 1), LineAsk(cup.id, 1), LineAsk(tea.id, 2)])

        assert 3 * 12_800 + 4_500 == made.total_minor
        assert ((tea.id, 3), (cup.id, 1)) == made.asks()

    async def test_the_same_wish_twice_is_one_order(self, lane: Lane) -> None:
        """The caller's id names the order for ever."""
        tea = await make.product(lane)
        order_id = new_id()

        first = await make.order(lane, tea, 2, order_id=order_id)
        again = await make.order(lane, tea, 2, order_id=order_id)

        assert first == again
        with pytest.raises(IdempotencyKeyReusedError):
            await make.order(lane, tea, 3, order_id=order_id)

    async def test_the_number_is_short_and_unlike_the_next(self, lane: Lane) -> None:
        """Eight characters that survive a telephone; every order has its own."""
        tea = await make.product(lane)

        numbers = {(await make.order(lane, tea)).number for _ in range(5)}

        assert 5 == len(numbers)
        assert all(len(number) == 9 and not set(number) & set("ILOU") for number in numbers)

    @pytest.mark.parametrize("quantity", [0, -1, 1000])
    async def test_a_quantity_has_bounds(self, lane: Lane, quantity: int) -> None:
        """Nobody orders nothing, less than nothing, or a thousand."""
        tea = await make.product(lane, stock=None)

        with pytest.raises(OrderRefusedError, match="1 to 999"):
            await make.order(lane, tea, quantity)

    async def test_more_than_there_is_cannot_be_ordered(self, lane: Lane) -> None:
        """The buyer is told how many are left."""
        tea = await make.product(lane, stock=2)

        with pytest.raises(OutOfStockError, match="Only 2 of Spring Longjing"):
            await make.order(lane, tea, 3)

    async def test_a_parcel_and_a_visit_are_two_orders(self, lane: Lane) -> None:
        """What is sent and what is collected cannot share an order."""
        tea = await make.product(lane)
        noodles = await make.product(lane, sku="NOODLES", kind=Kind.PICKUP)

        with pytest.raises(OrderRefusedError, match="one by one"):
            await create(lane, [LineAsk(tea.id, 1), LineAsk(noodles.id, 1)])

    async def test_another_shops_product_looks_missing(self, lane: Lane) -> None:
        """An order holds goods of one shop; a foreign id is like no id."""
        tea = await make.product(lane)

        for brand_id, product_id in ((new_id(), tea.id), (lane.brand_id, new_id())):
            with pytest.raises(ProductNotFoundError, match="This shop has no product"):
                await create(lane, [LineAsk(product_id, 1)], brand_id=brand_id)

    async def test_where_the_buyer_came_from_is_kept(self, lane: Lane) -> None:
        """The source is frozen in the order, and only known kinds are taken."""
        tea = await make.product(lane)

        assert "feed:p1" == (await make.order(lane, tea, source="feed:p1")).source
        with pytest.raises(OrderRefusedError, match="A source is"):
            await make.order(lane, tea, source="<script>")


class TestEnding:
    """Orders that nobody pays."""

    async def test_an_unpaid_order_ends_after_half_an_hour(self, lane: Lane) -> None:
        """Not a millisecond earlier, and then it cannot be paid."""
        made = await make.order(lane, await make.product(lane))

        assert 0 == await lane.db.write(service.sweep, now_ms=START_MS + EXPIRE_AFTER_MS - 1)
        assert 1 == await lane.db.write(service.sweep, now_ms=START_MS + EXPIRE_AFTER_MS)
        assert 0 == await lane.db.write(service.sweep, now_ms=START_MS + EXPIRE_AFTER_MS)

        assert Status.CANCELLED == (await make.read(lane, made.id)).status
        with pytest.raises(OrderExpiredError, match="Order again"):
            await make.pay(lane, made.id)

    async def test_a_buyer_lets_go_of_an_unpaid_order(self, lane: Lane) -> None:
        """Cancelling twice changes nothing."""
        made = await make.order(lane, await make.product(lane))

        for _ in range(2):
            ended = await lane.db.write(
                service.cancel_order, made.id, actor_id=lane.buyer_id, now_ms=START_MS
            )

        assert Status.CANCELLED == ended.status


class TestAccess:
    """Who may see an order."""

    async def test_each_side_sees_its_own_and_a_stranger_neither(self, lane: Lane) -> None:
        """Buyer and shop read the order; anybody else is told that there is none."""
        made = await make.order(lane, await make.product(lane))
        stranger_id = await lane.db.write(make.put_person, "eve")

        for actor_id in (lane.buyer_id, lane.seller_id):
            assert made == await lane.db.read(
                service.access_either_side, made.id, actor_id=actor_id
            )
        for read in (service.access_order, service.access_sale, service.access_either_side):
            for order_id in (made.id, new_id()):
                with pytest.raises(OrderNotFoundError, match="You have no order with this id"):
                    await lane.db.read(read, order_id, actor_id=stranger_id)

    async def test_a_shop_cannot_pay_for_its_customer(self, lane: Lane) -> None:
        """The buyer's way to an order is not the shop's."""
        made = await make.order(lane, await make.product(lane))

        with pytest.raises(OrderNotFoundError):
            await lane.db.read(service.access_order, made.id, actor_id=lane.seller_id)


class TestCatalogue:
    """What a shop offers."""

    async def test_a_sku_names_one_product_of_a_shop(self, lane: Lane) -> None:
        """A second product with the same SKU is refused; saving the first again is not."""
        tea = await make.product(lane, sku="TEA")
        await make.product(lane, product_id=tea.id, sku="TEA", price_minor=1)

        with pytest.raises(SkuTakenError):
            await make.product(lane, sku="TEA")

    async def test_a_stranger_cannot_change_a_shelf(self, lane: Lane) -> None:
        """Foreign and missing products refuse alike."""
        tea = await make.product(lane)

        for product_id in (tea.id, new_id()):
            with pytest.raises(ProductNotFoundError, match="no product with this id"):
                await lane.db.write(
                    service.set_cover,
                    product_id,
                    actor_id=lane.buyer_id,
                    cover_id=None,
                    now_ms=START_MS,
                )

    async def test_search_takes_words_as_they_are(self, lane: Lane) -> None:
        """Letters of a pattern match themselves alone; Chinese is found inside a name."""
        await make.product(lane, sku="A", name="Rain 100% wool")
        await make.product(lane, sku="B", name="明前龙井 50克")

        found = {}
        for words in ("100%", "%", "_", "龙井", "RAIN", "zzz"):
            products = await lane.db.read(service.search_products, words)
            found[words] = [p.sku for p in products]

        assert {
            "100%": ["A"],
            "%": ["A"],
            "_": [],
            "龙井": ["B"],
            "RAIN": ["A"],
            "zzz": [],
        } == found


async def create(lane: Lane, lines: list[LineAsk], *, brand_id: str | None = None) -> Order:
    """Make an order of several lines."""
    return await lane.db.write(
        service.create_order,
        new_id(),
        buyer_id=lane.buyer_id,
        brand_id=brand_id or lane.brand_id,
        lines=lines,
        now_ms=START_MS,
    )
