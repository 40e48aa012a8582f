"""The till, used by somebody who taps twice, guesses, edits the form or has no money.

Of the list of abuses: AB-020, AB-032, AB-040, AB-041, AB-055, AB-056, FD-14, FD-15.
"""

import asyncio
import dataclasses
from collections import Counter

import pytest
from quart import Quart

from host.app import create_app
from host.core.deps import Deps
from host.core.ids import new_id
from host.core.live import Hub
from host.core.sqlite import SqliteDatabase
from tests.conftest import Clock
from tests.market import make
from tests.market.people import HOME, Street, fragment, order, send, settle, street, tea
from tests.wallet.people import PIN, Person, register

WRONG = "906124"
MINUTE_MS = 60_000


@pytest.fixture
async def at(app: Quart, deps: Deps) -> Street:
    """A shop with ten teas at 128.00, and a buyer with 1,000.00, a PIN and an address."""
    made = await street(app, deps)
    await settle(made)
    return made


async def money(at: Street) -> tuple[int, int]:
    """Return what the buyer can spend and what is held of theirs."""
    lane = make.Lane(at.deps.db, at.buyer.id, at.seller.id, at.brand_id, at.handle, "")
    spendable, held, _ = await make.money(lane)
    assert [] == await make.breaks(lane)
    return spendable, held


async def address_of(person: Person) -> str:
    """Return the id of somebody's one address."""
    _, found = await person.json("/api/v1/addresses")
    return str(found["addresses"][0]["id"])


async def pay_form(at: Street, **changed: str) -> dict[str, str]:
    """Return what the sheet of one tea sends."""
    address_id = await address_of(at.buyer)
    return {"pin": PIN, "amount_minor": "12800", "address_id": address_id} | changed


async def buy_form(at: Street, **changed: str) -> dict[str, str]:
    """Return what the sheet of one tea that is not ordered yet sends."""
    form = await pay_form(at, order_id=new_id(), quantity="1", price_minor="12800")
    return form | {"from": ""} | changed


class TestDoubleTap:
    """Pay is pressed more often than once."""

    async def test_two_at_once_pay_once(self, at: Street) -> None:
        """Two posts in the same moment: both are told that it is paid, money leaves once."""
        order_id = await order(at)
        form = await pay_form(at)

        answers = await asyncio.gather(
            *(send(at.buyer, f"/orders/{order_id}/pay", form) for _ in range(2))
        )

        assert [200, 200] == [status for status, _ in answers]
        assert all("Paid" in text for _, text in answers)
        assert (87_200, 12_800) == await money(at)

    async def test_two_at_once_from_a_card_make_one_order(self, at: Street) -> None:
        """The same form of a product sent twice at once: one order, one tea less."""
        form = await buy_form(at)

        answers = await asyncio.gather(
            *(send(at.buyer, f"/buy/{at.tea_id}", form) for _ in range(2))
        )

        assert [200, 200] == [status for status, _ in answers]
        assert (87_200, 12_800) == await money(at)
        _, listed = await at.buyer.json("/api/v1/orders")
        assert 1 == len(listed["orders"])

    async def test_two_devices_pay_one_order_once(self, app: Quart, at: Street) -> None:
        """AB-020: telephone and computer of one person at the same instant."""
        order_id = await order(at)
        other = await sign_in(app, "ann")
        form = await pay_form(at)

        answers = await asyncio.gather(
            send(at.buyer, f"/orders/{order_id}/pay", form),
            send(other, f"/orders/{order_id}/pay", form),
        )

        assert [200, 200] == [status for status, _ in answers]
        assert (87_200, 12_800) == await money(at)

    async def test_a_tap_hours_later_pays_nothing_more(self, at: Street, clock: Clock) -> None:
        """FD-15: a retry after the answer was lost gets the paid order, also next day."""
        form = await buy_form(at)
        await send(at.buyer, f"/buy/{at.tea_id}", form)
        clock.forward(24 * 60 * MINUTE_MS)

        status, text = await send(at.buyer, f"/buy/{at.tea_id}", form)

        assert (200, True) == (status, "Paid" in text)
        assert (87_200, 12_800) == await money(at)

    async def test_a_used_form_is_not_another_purchase(self, at: Street) -> None:
        """The id that bought one tea, sent for three: refused, not called paid."""
        form = await buy_form(at)
        await send(at.buyer, f"/buy/{at.tea_id}", form)

        status, text = await send(
            at.buyer, f"/buy/{at.tea_id}", form | {"quantity": "3", "amount_minor": "38400"}
        )

        assert 422 == status
        assert "belongs to another order" in text
        assert (87_200, 12_800) == await money(at)


class TestWrongPin:
    """Somebody has the telephone and not the PIN."""

    async def test_tries_are_counted_in_the_sheet_until_it_locks(
        self, at: Street, clock: Clock
    ) -> None:
        """Four, three, two, one, none; then even the right one waits; then it pays."""
        order_id = await order(at)
        path, form = f"/orders/{order_id}/pay", await pay_form(at)
        for left in (4, 3, 2, 1, 0):
            status, text = await send(at.buyer, path, form | {"pin": WRONG})
            assert 403 == status
            assert f"Tries left before it is locked: {left}." in text

        status, text = await send(at.buyer, path, form)

        assert 403 == status
        assert "Try again in 15 minutes." in text
        assert (100_000, 0) == await money(at)
        clock.forward(15 * MINUTE_MS)
        status, text = await send(at.buyer, path, form)
        assert (200, True) == (status, "Paid" in text)

    async def test_one_count_for_every_door(self, app: Quart, at: Street) -> None:
        """The sheet, JSON, sending, withdrawing and changing the PIN share five tries (AB-040)."""
        friend = await register(app, "friend")
        order_id = await order(at)
        form = await pay_form(at)
        body = {"amount_minor": 100, "currency": "CNY", "pin": WRONG}
        taken = [
            (await send(at.buyer, f"/orders/{order_id}/pay", form | {"pin": WRONG}))[0],
            (await at.buyer.put("/api/v1/wallet/withdrawals/key-00001", body))[0],
            (await at.buyer.put("/api/v1/wallet/transfers/key-00002",
                                body | {"receiver_id": friend.id}))[0],
            (await at.buyer.put("/api/v1/wallet/pin", {"pin": "820461", "current": WRONG}))[0],
            (await send(at.buyer, f"/buy/{at.tea_id}", await buy_form(at, pin=WRONG)))[0],
        ]  # fmt: skip

        status, text = await send(at.buyer, f"/orders/{order_id}/pay", form)

        assert [403] * 5 == taken
        assert (403, True) == (status, "wrong too often" in text)

    async def test_ten_at_once_are_ten(self, at: Street) -> None:
        """Ten wrong ones in parallel: five are tried, five find it locked."""
        order_id = await order(at)
        form = await pay_form(at, pin=WRONG)

        answers = await asyncio.gather(
            *(send(at.buyer, f"/orders/{order_id}/pay", form) for _ in range(10))
        )

        said = Counter("locked: " in text for _, text in answers)
        assert {True: 5, False: 5} == said

    async def test_the_lock_survives_a_restart(self, at: Street) -> None:
        """A host that was killed and started again has not forgotten the five."""
        order_id = await order(at)
        path, form = f"/orders/{order_id}/pay", await pay_form(at)
        for _ in range(5):
            await send(at.buyer, path, form | {"pin": WRONG})

        db = await SqliteDatabase.open(at.deps.settings.database_path)
        again = create_app(dataclasses.replace(at.deps, db=db, hub=Hub(db)))
        person = await sign_in(again, "ann")
        status, text = await send(person, path, form)
        await db.close()

        assert (403, True) == (status, "wrong too often" in text)

    @pytest.mark.parametrize(
        "pin", ["", "47113", "4711388", "４７１１３８", "471138\0", "x" * 5000]
    )
    async def test_odd_pins_are_wrong_and_counted(self, at: Street, pin: str) -> None:
        """Too short, too long, other digits, NUL: wrong, and one try less."""
        status, text = await send(
            at.buyer, f"/orders/{await order(at)}/pay", await pay_form(at, pin=pin)
        )

        assert 403 == status
        assert "locked: 4" in text

    async def test_a_refused_payment_costs_no_try(self, at: Street) -> None:
        """With the amount wrong as well, the PIN is not even asked."""
        order_id = await order(at)
        path = f"/orders/{order_id}/pay"
        for _ in range(6):
            await send(at.buyer, path, await pay_form(at, pin=WRONG, amount_minor="1"))

        status, _ = await send(at.buyer, path, await pay_form(at))

        assert 200 == status


class TestTamperedForm:
    """The form is edited before it is sent (AB-032, AB-055)."""

    @pytest.mark.parametrize("amount", ["1", "0", "12799", "12801", "999999999999999"])
    async def test_another_amount_pays_nothing_and_shows_the_right_one(
        self, at: Street, amount: str
    ) -> None:
        """The sheet comes again with what it costs; the order still waits."""
        order_id = await order(at)

        status, text = await send(
            at.buyer, f"/orders/{order_id}/pay", await pay_form(at, amount_minor=amount)
        )

        assert 409 == status
        assert "The order costs 128.00 CNY, which is not what was shown. Look again." in text
        assert "Pay ¥128.00" in text
        assert (100_000, 0) == await money(at)

    @pytest.mark.parametrize("amount", ["", "-12800", "12800.00", "1e4", "１２８００", "NaN"])
    async def test_what_is_no_amount_is_refused(self, at: Street, amount: str) -> None:
        """Signs, points, exponents and other digits are not read with goodwill."""
        order_id = await order(at)

        status, text = await send(
            at.buyer, f"/orders/{order_id}/pay", await pay_form(at, amount_minor=amount)
        )

        assert (422, True) == (status, "must be a whole number" in text)
        assert (100_000, 0) == await money(at)

    async def test_price_and_quantity_come_from_the_shelf(self, at: Street) -> None:
        """A price of 1 minor unit, a total that fits it: the person is shown the real ones."""
        form = await buy_form(at, price_minor="1", amount_minor="1")

        status, text = await send(at.buyer, f"/buy/{at.tea_id}", form)

        assert 409 == status
        assert "changed from 0.01 to 128.00 CNY" in text
        assert (100_000, 0) == await money(at)

    @pytest.mark.parametrize(
        ("quantity", "status"), [(-1, 422), (0, 422), (1000, 422), (10**9, 422), (11, 409)]
    )
    async def test_quantities(self, at: Street, quantity: int, status: int) -> None:
        """Less than one, more than a thousand, more than there are: no order."""
        body = {
            "brand_id": at.brand_id,
            "lines": [{"product_id": at.tea_id, "quantity": quantity}],
        }

        answer, problem = await at.buyer.put(f"/api/v1/orders/{new_id()}", body)

        assert (status, status) == (answer, problem["status"])

    async def test_another_shops_goods_are_not_in_this_order(self, app: Quart, at: Street) -> None:
        """A product of another shop under this shop's name is not found."""
        rival = await register(app, "rival")
        await rival.post("/brands", handle="rival_shop", name="Rival", description="")
        rival_brand = await at.deps.db.read(make.brands.find_brands_of_person, rival.id)
        product_id = new_id()
        await rival.put(f"/api/v1/products/{product_id}", tea(rival_brand[0].id, price_minor=1))
        lines = [{"product_id": at.tea_id, "quantity": 1}, {"product_id": product_id}]

        status, problem = await at.buyer.put(
            f"/api/v1/orders/{new_id()}", {"brand_id": at.brand_id, "lines": lines}
        )

        assert (404, "/problems/product-not-found") == (status, problem["type"])

    async def test_a_strangers_address_is_not_used(self, at: Street) -> None:
        """Where the parcel goes is one's own address or nothing."""
        theirs = new_id()
        await at.seller.put(f"/api/v1/addresses/{theirs}", HOME)
        order_id = await order(at)

        status, text = await send(
            at.buyer, f"/orders/{order_id}/pay", await pay_form(at, address_id=theirs)
        )

        assert (404, True) == (status, "You have no address with this id." in text)
        assert (100_000, 0) == await money(at)


class TestEmptyBalance:
    """There is not enough money."""

    async def test_the_sheet_says_how_much_and_offers_to_top_up(
        self, app: Quart, deps: Deps
    ) -> None:
        """No PIN is asked; after topping up the same order is paid."""
        at = await street(app, deps, balance_minor=2_800)
        await settle(at)
        order_id = await order(at)

        sheet = await fragment(at.buyer, f"/orders/{order_id}/pay")
        status, forced = await send(at.buyer, f"/orders/{order_id}/pay", await pay_form(at))

        for text in (sheet, forced):
            assert "Your balance is too low by ¥100.00." in text
            assert 'href="/wallet/top-up' in text
            assert 'name="pin"' not in text
        assert 409 == status
        await deps.db.write(make.give, at.buyer.id, 10_000)
        status, text = await send(at.buyer, f"/orders/{order_id}/pay", await pay_form(at))
        assert (200, True) == (status, "Paid" in text)
        assert (0, 12_800) == await money(at)

    async def test_one_balance_pays_one_of_two_orders(self, app: Quart, deps: Deps) -> None:
        """Two orders paid at once with the money of one: one is paid, one keeps waiting."""
        at = await street(app, deps, balance_minor=12_800)
        await settle(at)
        orders = [await order(at), await order(at)]
        form = await pay_form(at)

        answers = await asyncio.gather(
            *(send(at.buyer, f"/orders/{one}/pay", form) for one in orders)
        )

        assert [200, 409] == sorted(status for status, _ in answers)
        assert (0, 12_800) == await money(at)
        _, listed = await at.buyer.json("/api/v1/orders")
        assert {"paid", "created"} == {one["status"] for one in listed["orders"]}


async def test_the_last_tea_is_sold_once(app: Quart, deps: Deps) -> None:
    """AB-056: stock 1, six buyers at once over HTTP: one pays, the others read that it is gone."""
    at = await street(app, deps)
    await at.seller.put(f"/api/v1/products/{at.tea_id}", tea(at.brand_id, stock=1))
    buyers = []
    for n in range(6):
        person = await register(app, f"buyer{n}")
        await deps.db.write(make.give, person.id, 20_000)
        await person.put("/api/v1/wallet/pin", {"pin": PIN})
        await person.put(f"/api/v1/addresses/{new_id()}", HOME)
        buyers.append((person, await address_of(person)))

    async def buy(person: Person, address_id: str) -> tuple[int, str]:
        form = {"pin": PIN, "amount_minor": "12800", "price_minor": "12800", "quantity": "1",
                "order_id": new_id(), "address_id": address_id, "from": ""}  # fmt: skip
        return await send(person, f"/buy/{at.tea_id}", form)

    answers = await asyncio.gather(*(buy(*buyer) for buyer in buyers))

    assert Counter({409: 5, 200: 1}) == Counter(status for status, _ in answers)
    assert all("sold out" in text for status, text in answers if status == 409)


async def sign_in(app: Quart, handle: str) -> Person:
    """Return the person at another browser."""
    client = app.test_client()
    body = {"handle": handle, "password": "lane of small shops"}
    answer = await client.post("/api/v1/session", json=body)
    made = await answer.get_json()
    page = await (await client.get("/wallet")).get_data(as_text=True)
    token = page.split('name="csrf" content="')[1].split('"')[0]
    return Person(client, made["id"], token)
