"""Orders of a merchant's server, from being made to being paid, held, closed or given back."""

import asyncio
import dataclasses

import pytest

from host.brands import service as brands
from host.payments import service
from host.payments.model import EXPIRY_MS, HOLD_MS, KeyRole, Mode
from host.wallet.model import fees_place, pending_place
from tests.market.make import CNY
from tests.payments.make import Shop, new_order
from tests.wallet import make as wallet
from tests.wallet.people import balance


async def money(shop: Shop) -> tuple[int, int, int]:
    """Return what the buyer can spend, what the shop has pending, and the platform's fees."""
    pending, fees = pending_place(shop.brand_id, CNY).id, fees_place(CNY).id
    stands = await wallet.stands(shop.deps.db, pending, fees)
    assert [] == await wallet.breaks(shop.deps.db)
    return (await balance(shop.buyer))[1], stands[0][0], stands[1][0]


class TestTakingMoney:
    """Order, cashier, paid, query."""

    async def test_an_order_is_paid_once(self, shop: Shop) -> None:
        """Two taps move the money once; the fee is the platform's, the rest is pending."""
        made = await shop.order()

        assert [303, 303] == [await shop.pay(made["id"]), await shop.pay(made["id"])]

        paid = await shop.query()
        assert ("created", "paid") == (made["status"], paid["status"])
        assert (12_800, 76) == (paid["captured_minor"], paid["fee_minor"])
        assert (87_200, 12_724, 76) == await money(shop)

    async def test_the_number_belongs_to_one_order(self, shop: Shop) -> None:
        """The same body is answered the same; another is refused, whatever became of the order."""
        made = await shop.paid()
        again = await shop.order()
        status, problem = await shop.call("POST", "/orders", new_order(amount_minor=1))

        assert made == again
        assert (409, "/problems/trade-number-used", "new_key") == (
            status, problem["type"], problem["retry"],
        )  # fmt: skip

    async def test_an_order_ends_by_itself_or_by_hand(self, shop: Shop) -> None:
        """Unpaid in time or closed: it cannot be paid, and closing twice is once."""
        late, closed = await shop.order("late"), await shop.order("closed")
        assert 200 == (await shop.call("POST", "/orders/closed/close"))[0]
        assert 200 == (await shop.call("POST", "/orders/closed/close"))[0]
        shop.clock.forward(EXPIRY_MS)

        statuses = [await shop.pay(late["id"]), await shop.pay(closed["id"])]
        await shop.deps.db.write(service.sweep, now_ms=shop.clock.now_ms())

        assert [409, 409] == statuses
        assert ["expired", "merchant"] == [
            (await shop.query(number))["close_reason"] for number in ("late", "closed")
        ]
        assert (100_000, 0, 0) == await money(shop)

    async def test_the_amount_is_the_orders_own(self, shop: Shop) -> None:
        """A form that carries another amount pays nothing (AB-032, AB-055)."""
        made = await shop.order()

        assert 422 == await shop.pay(made["id"], minor=1)

        assert (100_000, 0, 0) == await money(shop)

    async def test_money_that_is_not_there_is_not_taken(self, shop: Shop) -> None:
        """The cashier refuses before it asks for the PIN."""
        made = await shop.order(amount_minor=100_001)

        assert 409 == await shop.pay(made["id"], minor=100_001)

        assert "created" == (await shop.query())["status"]

    async def test_the_payer_reads_whom_they_paid(self, shop: Shop) -> None:
        """The wallet names the shop and what for, the refund as well; a stranger's card is none."""
        await shop.paid()
        body = {"out_trade_no": "order-1", "out_refund_no": "r", "amount_minor": 100}
        await shop.call("POST", "/refunds", body)

        page = await shop.buyer.get("/wallet")

        assert 2 == page.count("Tea House")
        assert 404 == (await shop.seller.client.get((await shop.query())["pay_path"])).status_code


class TestRaces:
    """Many at once come to what one after the other would."""

    async def test_one_number_is_one_order(self, shop: Shop) -> None:
        """Twenty servers send the same order: one is made, and everybody hears of that one."""
        made = await asyncio.gather(*(shop.order() for _ in range(20)))

        assert 1 == len({order["id"] for order in made})

    async def test_taps_and_refunds_and_closing_at_once(self, shop: Shop) -> None:
        """It is paid once or closed, never both; and never gives back more than it got."""
        made = await shop.order()
        await asyncio.gather(
            *(shop.pay(made["id"]) for _ in range(3)), shop.call("POST", "/orders/order-1/close")
        )
        status = (await shop.query())["status"]
        assert {"paid": (87_200, 12_724, 76), "closed": (100_000, 0, 0)}[status] == (
            await money(shop)
        )
        await shop.paid("order-2")
        given = await asyncio.gather(
            *(
                shop.call("POST", "/refunds", {
                    "out_trade_no": "order-2", "out_refund_no": f"r{n}", "amount_minor": 5_000,
                })
                for n in range(6)
            )
        )  # fmt: skip

        assert [201, 201, 409, 409, 409, 409] == sorted(code for code, _ in given)
        assert 10_000 == (await shop.query("order-2"))["refunded_minor"]
        assert [] == await wallet.breaks(shop.deps.db)


class TestHolds:
    """Manual capture: part, all, void, and a hold whose time is over."""

    async def test_a_part_is_taken_and_the_rest_released(self, shop: Shop) -> None:
        """Capturing 100.00 of 128.00 gives 28.00 back; again with another sum is refused."""
        held = await shop.paid(capture="manual")
        before = await money(shop)
        first = await shop.call("POST", "/orders/order-1/capture", {"amount_minor": 10_000})
        again = await shop.call("POST", "/orders/order-1/capture", {"amount_minor": 10_000})
        other, _ = await shop.call("POST", "/orders/order-1/capture", {})

        assert "held" == held["status"]
        assert (87_200, 0, 0) == before
        assert (200, first) == (first[0], again)
        assert 409 == other
        assert (90_000, 9_940, 60) == await money(shop)

    @pytest.mark.parametrize("how", ["void", "time"])
    async def test_what_is_given_up_is_the_payers_again(self, shop: Shop, how: str) -> None:
        """By the merchant or after seven days; then nothing can be captured."""
        await shop.paid(capture="manual")
        if how == "void":
            await shop.call("POST", "/orders/order-1/void")
            await shop.call("POST", "/orders/order-1/void")
        shop.clock.forward(HOLD_MS)
        await shop.deps.db.write(service.sweep, now_ms=shop.clock.now_ms())
        status, problem = await shop.call("POST", "/orders/order-1/capture", {})

        assert (409, "/problems/payment-state") == (status, problem["type"])
        assert "closed" == (await shop.query())["status"]
        assert (100_000, 0, 0) == await money(shop)

    async def test_more_than_is_held_is_refused(self, shop: Shop) -> None:
        """The hold stays as it was."""
        await shop.paid(capture="manual")

        status, _ = await shop.call("POST", "/orders/order-1/capture", {"amount_minor": 12_801})

        assert 422 == status
        assert "held" == (await shop.query())["status"]


class TestKeys:
    """Who may do what."""

    async def test_a_key_does_what_it_is_for(self, shop: Shop) -> None:
        """A reading key makes nothing, a taking one refunds nothing, a test one sees no money."""
        read, take = await shop.key(role=KeyRole.READ), await shop.key(role=KeyRole.TAKE)
        test = await shop.key(mode=Mode.TEST)
        await shop.paid()
        refund = {"out_trade_no": "order-1", "out_refund_no": "r", "amount_minor": 1}

        assert [403, 200, 403, 404, 401, 401] == [
            (await shop.call("POST", "/orders", new_order("two"), token=read))[0],
            (await shop.call("GET", "/orders/order-1", token=read))[0],
            (await shop.call("POST", "/refunds", refund, token=take))[0],
            (await shop.call("GET", "/orders/order-1", token=test))[0],
            (await shop.call("GET", "/orders/order-1", token=shop.token[:-1] + "x"))[0],
            (await shop.call("GET", "/orders/order-1", token="none"))[0],
        ]

    async def test_another_merchants_number_is_a_missing_one(self, shop: Shop) -> None:
        """Their key finds, closes and refunds nothing of ours, and may use the same numbers."""
        await shop.paid()
        await shop.buyer.post("/brands", handle="pot_house", name="Pot House", description="")
        theirs = await shop.deps.db.read(
            lambda tx: brands.find_brands_of_person(tx, shop.buyer.id)[0].id
        )
        other = await dataclasses.replace(shop, brand_id=theirs, seller=shop.buyer).key()
        refund = {"out_trade_no": "order-1", "out_refund_no": "r", "amount_minor": 1}

        assert [404, 404, 404, 404, 201] == [
            (await shop.call(method, path, body, token=other))[0]
            for method, path, body in (
                ("GET", "/orders/order-1", None),
                ("POST", "/orders/order-1/close", None),
                ("POST", "/orders/order-1/capture", {}),
                ("POST", "/refunds", refund),
                ("POST", "/orders", new_order()),
            )
        ]
