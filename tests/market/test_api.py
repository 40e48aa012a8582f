"""JSON of the market: shapes, refusals, and who may ask."""

import pytest
from quart import Quart

from host.core.deps import Deps
from host.core.ids import new_id
from tests.market import people
from tests.market.people import PIN, Street


@pytest.fixture
async def street(app: Quart, deps: Deps) -> Street:
    """A shop and a buyer with 1,000.00."""
    return await people.street(app, deps)


async def post(person: people.Person, path: str, body: dict[str, object]) -> tuple[int, dict]:  # type: ignore[type-arg]
    """Post JSON."""
    answer = await person.client.post(path, json=body, headers={"X-CSRF": person.csrf})
    return answer.status_code, await answer.get_json(force=True)


class TestOrders:
    """Orders over JSON."""

    async def test_pay_ship_confirm(self, street: Street) -> None:
        """The same way as on the pages."""
        _, address_id = await people.settle(street)
        order_id = await people.order(street)
        path = f"/api/v1/orders/{order_id}"

        paid = await post(
            street.buyer,
            f"{path}/pay",
            {"pin": PIN, "amount_minor": 12_800, "address_id": address_id},
        )
        sent = await post(street.seller, f"{path}/ship", {"carrier": "SF", "tracking": "1"})
        done = await post(street.buyer, f"{path}/confirm", {})

        assert ["paid", "shipped", "received"] == [body["status"] for _, body in (paid, sent, done)]
        assert 76 == done[1]["fee_minor"]

    async def test_the_shop_does_not_see_the_code(self, street: Street) -> None:
        """What proves that the buyer came is on the buyer's screen alone."""
        order_id = await people.order(street)

        _, order = await street.seller.json(f"/api/v1/orders/{order_id}")

        assert "pickup_code" not in order

    async def test_a_changed_price_is_a_documented_problem(self, street: Street) -> None:
        """Type, status, sentence and both prices."""
        _, address_id = await people.settle(street)
        order_id = await people.order(street)
        await street.seller.put(
            f"/api/v1/products/{street.tea_id}", people.tea(street.brand_id, price_minor=13_000)
        )

        status, problem = await post(
            street.buyer,
            f"/api/v1/orders/{order_id}/pay",
            {"pin": PIN, "amount_minor": 12_800, "address_id": address_id},
        )

        assert (409, "/problems/price-changed", 12_800, 13_000) == (
            status,
            problem["type"],
            problem["was_minor"],
            problem["now_minor"],
        )

    @pytest.mark.parametrize(
        "lines",
        [
            [],
            [{"product_id": "TEA", "quantity": 0}],
            [{"product_id": "TEA", "quantity": 1.5}],
            [{"product_id": "TEA", "quantity": True}],
            [{"product_id": "TEA", "quantity": "1"}],
            [{"product_id": "TEA", "quantity": 10**30}],
            [{"product_id": "TEA", "price_minor": 1}],
        ],
    )
    async def test_odd_lines_are_refused(
        self, street: Street, lines: list[dict[str, object]]
    ) -> None:
        """Only whole quantities; a price cannot be named."""
        for line in lines:
            line["product_id"] = street.tea_id

        status, problem = await street.buyer.put(
            f"/api/v1/orders/{new_id()}", {"brand_id": street.brand_id, "lines": lines}
        )

        assert (422, 422) == (status, problem["status"])

    async def test_a_stranger_gets_nothing(self, street: Street, app: Quart) -> None:
        """Every step on somebody else's order answers like on none."""
        order_id = await people.order(street)
        eve = await people.register(app, "eve")
        steps = {
            "pay": {"pin": PIN, "amount_minor": 12_800},
            "cancel": {},
            "ship": {"carrier": "SF", "tracking": "1"},
            "confirm": {},
        }

        for step, body in steps.items():
            theirs = await post(eve, f"/api/v1/orders/{order_id}/{step}", body)
            none = await post(eve, f"/api/v1/orders/{'0' * 32}/{step}", body)
            assert 404 == theirs[0], step
            assert theirs[1]["detail"] == none[1]["detail"]

    async def test_nobody_signed_in_is_nobody(self, app: Quart) -> None:
        """Reading needs a session too."""
        for path in ("/api/v1/orders", "/api/v1/products", "/api/v1/addresses"):
            assert 401 == (await app.test_client().get(path)).status_code


class TestProducts:
    """Products over JSON."""

    async def test_pages_of_a_window(self, street: Street) -> None:
        """Twenty at a time, each once, in the order they were added."""
        for n in range(24):
            await street.seller.put(
                f"/api/v1/products/{new_id()}",
                people.tea(street.brand_id, sku=f"T{n}", name=f"Tea {n}"),
            )

        _, first = await street.buyer.json(f"/api/v1/products?brand_id={street.brand_id}")
        _, rest = await street.buyer.json(
            f"/api/v1/products?brand_id={street.brand_id}&after={first['next']}"
        )

        skus = [product["sku"] for product in first["products"] + rest["products"]]
        assert (20, 5, None) == (len(first["products"]), len(rest["products"]), rest["next"])
        assert 25 == len(set(skus))

    async def test_a_buyer_cannot_change_a_price(self, street: Street) -> None:
        """The shelf is the shop's."""
        status, _ = await street.buyer.put(
            f"/api/v1/products/{street.tea_id}", people.tea(street.brand_id, price_minor=1)
        )

        assert 404 == status
