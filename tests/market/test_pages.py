"""The payment sheet and the pages around an order, as a browser without script sees them."""

import io
import re

import pytest
from PIL import Image
from quart import Quart
from werkzeug.datastructures import FileStorage

from host.core.deps import Deps
from host.core.ids import new_id
from tests.market import people
from tests.market.people import PIN, Street, deliver, fields, fragment, send


@pytest.fixture
async def street(app: Quart, deps: Deps) -> Street:
    """A shop, and a buyer with 1,000.00, a PIN and an address."""
    at = await people.street(app, deps)
    await people.settle(at)
    return at


class TestBuySheet:
    """Buying from a card, without a cart."""

    async def test_from_the_card_to_paid_in_two_requests(self, street: Street) -> None:
        """The sheet, the PIN, paid: the order names the post it came from."""
        path = f"/buy/{street.tea_id}"
        sheet = await fragment(street.buyer, f"{path}?from=feed:p1&quantity=2")

        status, done = await send(street.buyer, path, {**fields(sheet, path), "pin": PIN})

        assert 200 == status
        assert "256" in sheet
        assert "Held until you confirm receipt" in sheet
        assert "Spring Longjing &lt;b&gt;" in sheet
        order_id = re.search(r'data-order-paid="([^"]+)"', done)
        assert order_id is not None
        _, order = await street.buyer.json(f"/api/v1/orders/{order_id[1]}")
        assert ("paid", 25_600, "feed:p1", "12 Lane of Wells") == (
            order["status"],
            order["total_minor"],
            order["source"],
            order["ship_to"]["place"],
        )

    async def test_a_wrong_pin_keeps_the_sheet_and_counts(self, street: Street) -> None:
        """The sheet says how many tries are left; the fifth locks; no order is left behind."""
        path = f"/buy/{street.tea_id}"
        sheet = await fragment(street.buyer, path)

        answers = [
            await send(street.buyer, path, {**fields(sheet, path), "pin": "000000"})
            for _ in range(6)
        ]
        _, found = await street.buyer.json("/api/v1/orders")

        assert [403] * 6 == [status for status, _ in answers]
        assert "before it is locked: 4" in answers[0][1]
        assert "data-pinpad" in answers[0][1]
        assert "too often" in answers[5][1]
        assert [] == found["orders"]

    async def test_a_price_that_changed_is_shown_before_it_is_paid(self, street: Street) -> None:
        """The sheet comes back with both prices and the new total."""
        path = f"/buy/{street.tea_id}"
        sheet = await fragment(street.buyer, path)
        await street.seller.put(
            f"/api/v1/products/{street.tea_id}", people.tea(street.brand_id, price_minor=13_800)
        )

        status, again = await send(street.buyer, path, {**fields(sheet, path), "pin": PIN})

        assert 409 == status
        assert "from 128.00 to 138.00 CNY" in again
        assert "13800" == fields(again, path)["amount_minor"]

    async def test_an_amount_from_the_browser_is_not_believed(self, street: Street) -> None:
        """A form that says 0.01 pays nothing."""
        path = f"/buy/{street.tea_id}"
        sheet = await fragment(street.buyer, path)

        status, again = await send(
            street.buyer, path, {**fields(sheet, path), "amount_minor": "1", "pin": PIN}
        )

        assert 409 == status
        assert "not what was shown" in again

    async def test_two_taps_make_one_order(self, street: Street) -> None:
        """The second answer is the first order, paid."""
        path = f"/buy/{street.tea_id}"
        form = {**fields(await fragment(street.buyer, path), path), "pin": PIN}

        answers = [await send(street.buyer, path, form) for _ in range(2)]
        _, found = await street.buyer.json("/api/v1/orders")

        assert [200, 200] == [status for status, _ in answers]
        assert 1 == len(found["orders"])

    async def test_sold_out_is_said_and_no_pin_is_asked(self, street: Street) -> None:
        """There is nothing to confirm when there is nothing to sell."""
        await street.seller.put(
            f"/api/v1/products/{street.tea_id}", people.tea(street.brand_id, stock=0)
        )

        sheet = await fragment(street.buyer, f"/buy/{street.tea_id}")

        assert "is sold out" in sheet
        assert "data-pinpad" not in sheet

    @pytest.mark.parametrize("quantity", ["0", "-1", "1e3", "%EF%BC%91", "9999", ""])
    async def test_an_odd_quantity_is_one(self, street: Street, quantity: str) -> None:
        """A link that somebody edited opens the sheet for one."""
        sheet = await fragment(street.buyer, f"/buy/{street.tea_id}?quantity={quantity}")

        assert "1" == fields(sheet, f"/buy/{street.tea_id}")["quantity"]

    async def test_a_plain_form_works_without_script(self, street: Street) -> None:
        """Without X-Fragment it is a page, and paying leads to the order."""
        path = f"/buy/{street.tea_id}"
        page = await street.buyer.get(path)

        status, where = await street.buyer.post(path, **fields(page, path), pin=PIN)

        assert 303 == status
        assert where.startswith("/orders/")
        assert "<!doctype html>" in page


class TestFirstTime:
    """Somebody who has never paid here."""

    async def test_address_and_pin_are_made_on_the_way(self, app: Quart, deps: Deps) -> None:
        """The sheet asks for an address, then for a PIN, then takes the money."""
        street = await people.street(app, deps)
        buyer, path = street.buyer, f"/buy/{street.tea_id}"
        first = await fragment(buyer, f"{path}?quantity=2")
        assert "Add an address" in first

        form = await fragment(buyer, f"/addresses/new?next={path}%3Fquantity%3D2")
        status, leads_to = await buyer.post(
            "/addresses", **fields(form, "/addresses"), **people.HOME
        )
        assert (303, True) == (status, leads_to.startswith(f"{path}?quantity=2&address="))
        second = await fragment(buyer, leads_to)
        assert "Choose a payment PIN" in second
        status, leads_to = await buyer.post(
            "/orders/pin", **fields(second, "/orders/pin"), pin_new=PIN, pin_again=PIN
        )
        assert 303 == status
        third = await fragment(buyer, leads_to)
        status, done = await send(buyer, path, {**fields(third, path), "pin": PIN})

        assert 200 == status
        assert "data-order-paid" in done

    async def test_an_empty_balance_offers_to_top_up(self, app: Quart, deps: Deps) -> None:
        """The sheet says how much is missing and where to get it."""
        street = await people.street(app, deps, balance_minor=2_800)
        await people.settle(street)

        sheet = await fragment(street.buyer, f"/buy/{street.tea_id}")

        assert "too low by ¥100.00" in sheet
        assert "/wallet/top-up" in sheet
        assert "data-pinpad" not in sheet

    @pytest.mark.parametrize(
        "next_url", ["https://elsewhere.example/", "//elsewhere.example", "/m"]
    )
    async def test_a_sheet_leads_on_to_a_sheet_alone(self, street: Street, next_url: str) -> None:
        """``next`` never leads away from this host's own sheets."""
        status, leads_to = await street.buyer.post(
            "/addresses", address_id=new_id(), next=next_url, **people.HOME
        )

        assert (303, "/addresses") == (status, leads_to)


class TestOrderPages:
    """An order from both sides of the counter."""

    async def test_the_whole_way(self, street: Street) -> None:
        """Ordered, paid, sent, received, seen by both; the shop has 128.00 less 0.76."""
        buyer, seller = street.buyer, street.seller
        order_id = await people.order(street)
        path = f"/orders/{order_id}/pay"
        sheet = await fragment(buyer, path)
        await send(buyer, path, {**fields(sheet, path), "pin": PIN})
        base = f"/m/{street.handle}/orders"

        table = await seller.get(f"{base}?show=send")
        status, _ = await seller.post(f"{base}/{order_id}/ship", carrier="SF", tracking="SF777")
        held = await buyer.get(f"/orders/{order_id}")
        confirmed, _ = await buyer.post(f"/orders/{order_id}/confirm")
        sale = await seller.get(f"{base}/{order_id}")

        assert (303, 303) == (status, confirmed)
        assert "Ann" in table
        assert "SF777" in held
        assert "Confirm receipt" in held
        assert "Platform fee" in sale
        assert "¥127" in sale

    async def test_the_buyer_hears_of_it_in_chat(self, street: Street) -> None:
        """Paid and sent arrive as messages of the shop with the order's card."""
        order_id = await people.order(street)
        path = f"/orders/{order_id}/pay"
        sheet = await fragment(street.buyer, path)
        await send(street.buyer, path, {**fields(sheet, path), "pin": PIN})
        await street.seller.post(
            f"/m/{street.handle}/orders/{order_id}/ship", carrier="SF", tracking="SF777"
        )
        await deliver(street.deps)

        _, found = await street.buyer.json("/api/v1/conversations")
        chat_id = found["conversations"][0]["id"]
        chat = await street.buyer.get(f"/chats/{chat_id}")

        assert 1 == len(found["conversations"])
        assert "Thank you! The shop has your order" in chat
        assert "Your parcel is on its way with SF: SF777." in chat
        assert f'data-card="order:{order_id}"' in chat

    @pytest.mark.parametrize("path", ["", "/pay", "/state", "/refund"])
    async def test_a_stranger_finds_nothing(self, street: Street, app: Quart, path: str) -> None:
        """Somebody else's order and none at all are the same 404."""
        order_id = await people.order(street)
        eve = await people.register(app, "eve")

        theirs = await eve.get(f"/orders/{order_id}{path}", 404)
        none = await eve.get(f"/orders/{new_id()}{path}", 404)

        assert "no order with this id" in theirs
        assert "no order with this id" in none

    async def test_a_stranger_has_no_console(self, street: Street, app: Quart) -> None:
        """Orders and goods of a shop are for those who run it."""
        order_id = await people.order(street)
        eve = await people.register(app, "eve")

        for path in ("", "/orders", "/goods", "/goods/new", f"/goods/{street.tea_id}"):
            await eve.get(f"/m/{street.handle}{path}", 404)
        await eve.get(f"/m/{street.handle}/orders/{order_id}", 404)
        status, _ = await eve.post(f"/m/{street.handle}/orders/{order_id}/refund")
        assert 404 == status

    async def test_a_code_is_not_guessed(self, street: Street) -> None:
        """After ten wrong codes in a minute the counter is closed for a while."""
        order_id = await people.order(street)
        path = f"/m/{street.handle}/orders/{order_id}/collect"

        answers = [(await street.seller.post(path, code="123456"))[0] for _ in range(11)]

        assert [409] * 10 + [429] == answers

    @pytest.mark.parametrize("lang", ["en", "zh-CN"])
    async def test_every_page_opens(self, street: Street, lang: str) -> None:
        """In both languages, full and empty."""
        order_id = await people.order(street)
        shop = f"/m/{street.handle}"
        pages = {
            street.buyer: [
                "/orders",
                "/orders/rows",
                *(f"/orders/{order_id}{part}" for part in ("", "/pay", "/refund", "/state")),
                f"/buy/{street.tea_id}",
                f"/products/{street.tea_id}",
                "/discover/products",
                "/discover/products?q=zzz",
                "/addresses",
                "/addresses/new",
            ],
            street.seller: [
                "/orders",
                *(f"{shop}/orders?show={show}" for show in ("all", "refunds", "nothing like it")),
                *(
                    f"{shop}/orders/{order_id}{part}"
                    for part in ("", "/ship", "/decline", "/state")
                ),
                *(f"{shop}{part}" for part in ("", "/goods", "/goods/new")),
                f"{shop}/goods/{street.tea_id}",
                f"{shop}/orders?show=all&rows=1",
            ],
        }
        for person, paths in pages.items():
            for path in paths:
                answer = await person.client.get(path, headers={"Accept-Language": lang})
                assert 200 == answer.status_code, path


class TestGoods:
    """The catalogue form."""

    async def test_a_product_with_a_picture_is_on_the_shelf(self, street: Street) -> None:
        """Name, price as typed, stock and a picture that was made anew."""
        product_id = new_id()
        picture = io.BytesIO()
        Image.new("RGB", (64, 40), "#0b6b50").save(picture, "PNG")
        picture.seek(0)
        path = f"/m/{street.handle}/goods/{product_id}"

        answer = await street.seller.client.post(
            path,
            form={"csrf": street.seller.csrf, **form_of_cup()},
            files={"picture": FileStorage(picture, "cup.png", content_type="image/png")},
        )
        _, cup = await street.buyer.json(f"/api/v1/products/{product_id}")

        assert 303 == answer.status_code
        assert (4_550, 7) == (cup["price_minor"], cup["stock"])
        picture_of_it = await street.buyer.client.get(f"/media/{cup['cover_id']}-320.webp")
        assert 200 == picture_of_it.status_code

    async def test_what_was_sold_meanwhile_stays_sold(self, street: Street) -> None:
        """A form opened at ten and saved with twelve adds two, not what was sold."""
        path = f"/buy/{street.tea_id}"
        sheet = await fragment(street.buyer, f"{path}?quantity=3")
        await send(street.buyer, path, {**fields(sheet, path), "pin": PIN})

        await street.seller.put(
            f"/api/v1/products/{street.tea_id}",
            people.tea(street.brand_id, stock=12, stock_shown=10),
        )
        _, tea = await street.buyer.json(f"/api/v1/products/{street.tea_id}")

        assert 9 == tea["stock"]

    @pytest.mark.parametrize("price", ["", "0", "-1", "1e2", "１２", "1.234", "1,5"])
    async def test_a_price_is_typed_in_digits(self, street: Street, price: str) -> None:
        """Nothing is guessed from what was not meant as an amount."""
        status, _ = await street.seller.post(
            f"/m/{street.handle}/goods/{new_id()}", **{**form_of_cup(), "price": price}
        )

        assert 422 == status


def form_of_cup() -> dict[str, str]:
    """Return the fields of a cup at 45.50."""
    return {
        "name": "Cup",
        "sku": "CUP",
        "price": "45.5",
        "currency": "CNY",
        "stock": "7",
        "kind": "goods",
        "description": "White",
        "on_sale": "1",
    }
