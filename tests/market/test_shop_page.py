"""A shop's own page, and the way from an empty balance back to the payment."""

import pytest
from quart import Quart

from host.core.deps import Deps
from host.core.ids import new_id
from tests.market import people
from tests.market.people import Street, fields, fragment


@pytest.fixture
async def street(app: Quart, deps: Deps) -> Street:
    """A shop, and a buyer whose balance does not reach."""
    at = await people.street(app, deps, balance_minor=2_800)
    await people.settle(at)
    return at


async def test_a_brand_s_page_sells_its_goods(street: Street) -> None:
    """Each with its price and a Buy that remembers where it was pressed."""
    _, product = await street.buyer.json(f"/api/v1/products/{street.tea_id}")
    page = await fragment(street.buyer, f"/products/{street.tea_id}")
    handle = page.split('href="/b/')[1].split('"')[0]

    shop = await fragment(street.buyer, f"/b/{handle}")

    assert f'href="/buy/{street.tea_id}?from=brand%3A{product["brand_id"]}"' in shop
    assert "¥128" in shop


async def test_a_top_up_from_the_payment_leads_back_to_it(street: Street) -> None:
    """What is missing is filled in, and the next thing seen is the sheet that can be paid."""
    sheet = await fragment(street.buyer, f"/buy/{street.tea_id}")
    link = sheet.split('href="/wallet/top-up')[1].split('"')[0].replace("&amp;", "&")
    form = await fragment(street.buyer, f"/wallet/top-up{link}")

    status, leads_to = await street.buyer.post(
        "/wallet/top-up",
        **{**fields(form, "/wallet/top-up"), "amount": "100.00", "currency": "CNY"},
    )

    assert 'value="100.00"' in form
    assert 303 == status
    assert leads_to.startswith(f"/buy/{street.tea_id}?")
    assert "data-pinpad" in await fragment(street.buyer, leads_to)


@pytest.mark.parametrize("next_url", ["https://elsewhere.example/", "//elsewhere.example", "/\\e"])
async def test_a_top_up_never_leads_away_from_the_host(street: Street, next_url: str) -> None:
    """Such an address is as good as none."""
    _, leads_to = await street.buyer.post(
        "/wallet/top-up", amount="5", currency="CNY", key=new_id(), next=next_url
    )

    assert leads_to.startswith("/wallet/operations/")
