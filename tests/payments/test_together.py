"""One payment for orders of several merchants: all of them or none."""

import asyncio
import dataclasses

import pytest

from host.brands import service as brands
from host.wallet.model import fees_place, pending_place
from tests.market.make import CNY
from tests.payments.make import Shop, new_order
from tests.wallet import make as wallet
from tests.wallet.people import PIN, balance


@pytest.fixture
async def rival(shop: Shop) -> Shop:
    """Another merchant with a key of their own."""
    await shop.seller.post("/brands", handle="pot_house", name="Pot House", description="")
    mine = await shop.deps.db.read(brands.find_brands_of_person, shop.seller.id)
    (theirs,) = (brand.id for brand in mine if brand.id != shop.brand_id)
    other = dataclasses.replace(shop, brand_id=theirs, handle="pot_house")
    other.token = await other.key()
    return other


async def bundle(shop: Shop, *ids: str) -> tuple[int, dict[str, object]]:
    """Let orders be paid together."""
    status, made = await shop.call("POST", "/bundles", {"prepay_ids": ids})
    return status, dict(made)


async def pay(shop: Shop, path: str, minor: int, pin: str = PIN) -> int:
    """Pay a bundle in the cashier."""
    status, _ = await shop.buyer.post(path, amount_minor=str(minor), pin=pin)
    return status


async def money(shop: Shop, rival: Shop) -> tuple[int, int, int, int]:
    """Return the buyer's balance, what each shop has pending, and the fees."""
    places = [pending_place(each.brand_id, CNY) for each in (shop, rival)]
    stands = await wallet.stands(shop.deps.db, *(p.id for p in places), fees_place(CNY).id)
    assert [] == await wallet.breaks(shop.deps.db)
    return ((await balance(shop.buyer))[1], *(posted for posted, _ in stands))  # type: ignore[return-value]


async def test_one_pin_pays_each_merchant(shop: Shop, rival: Shop) -> None:
    """Two taps pay once; each gets its own order's money, fee and notice."""
    tea, pot = await shop.order(), await rival.order(amount_minor=20_000, capture="manual")
    status, made = await bundle(shop, tea["id"], pot["id"])
    path = str(made["pay_path"])
    page = await shop.buyer.get(path)

    taps = await asyncio.gather(*(pay(shop, path, 32_800) for _ in range(2)))

    assert (201, 32_800) == (status, made["amount_minor"])
    assert "Tea House" in page
    assert "Pot House" in page
    assert [303, 303] == taps
    assert ("paid", "held") == ((await shop.query())["status"], (await rival.query())["status"])
    assert (67_200, 12_724, 0, 76) == await money(shop, rival)
    assert (201, made["id"]) == await again(rival, pot["id"], tea["id"])


async def again(shop: Shop, *ids: str) -> tuple[int, object]:
    """Return what the same orders in another order come to."""
    status, made = await bundle(shop, *ids)
    return status, made["id"]


async def test_if_one_cannot_be_paid_none_is(shop: Shop, rival: Shop) -> None:
    """Closed by its merchant, another sum, too little money, a wrong PIN: nothing moves."""
    tea, pot = await shop.order(), await rival.order(amount_minor=20_000)
    _, made = await bundle(shop, tea["id"], pot["id"])
    dear = await rival.order("dear", amount_minor=99_000)
    _, large = await bundle(shop, tea["id"], dear["id"])
    path = str(made["pay_path"])

    refused = [
        await pay(shop, path, 32_799),
        await pay(shop, str(large["pay_path"]), 111_800),
        await pay(shop, path, 32_800, pin="000000"),
    ]
    await rival.call("POST", "/orders/order-1/close")
    refused.append(await pay(shop, path, 32_800))

    assert [422, 409, 403, 409] == refused
    assert "created" == (await shop.query())["status"]
    assert (100_000, 0, 0, 0) == await money(shop, rival)


async def test_what_may_be_paid_together(shop: Shop, rival: Shop) -> None:
    """Two or more, one of them one's own, of one mode and one currency, and all of them there."""
    tea, pot = await shop.order(), await rival.order()
    other_pot = await rival.order("two")
    _, euro = await shop.call("POST", "/orders", new_order("euro", currency="EUR"))
    asked = {
        "one": (tea["id"], tea["id"]),
        "none of mine": (pot["id"], other_pot["id"]),
        "missing": (tea["id"], "pp" + "0" * 32),
        "currencies": (tea["id"], euro["id"]),
    }

    assert {"one": 422, "none of mine": 404, "missing": 404, "currencies": 422} == {
        name: (await bundle(shop, *ids))[0] for name, ids in asked.items()
    }
