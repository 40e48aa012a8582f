"""A buyer and a shop keeper at their browsers."""

import html
import re
from dataclasses import dataclass
from typing import Any

from quart import Quart

from host.core.deps import Deps
from host.core.ids import new_id
from host.core.outbox import deliver_next
from host.subscriptions import all_subscriptions
from tests.market import make
from tests.wallet.people import PIN, Person, register

FRAGMENT = {"X-Fragment": "1"}


@dataclass(frozen=True)
class Street:
    """Two people, a shop and one tea at 128.00."""

    deps: Deps
    buyer: Person
    seller: Person
    brand_id: str
    handle: str
    tea_id: str


async def street(app: Quart, deps: Deps, *, balance_minor: int = 100_000) -> Street:
    """Open a shop with ten teas, and give the buyer money, a PIN and an address."""
    buyer, seller = await register(app, "ann"), await register(app, "zhou")
    status, _ = await seller.post(
        "/brands", handle="tea_house", name="Tea House", description="Leaves"
    )
    assert 303 == status
    brand_id = await deps.db.read(lambda tx: make.brands.find_brands_of_person(tx, seller.id)[0].id)
    if balance_minor:
        await deps.db.write(make.give, buyer.id, balance_minor)
    tea_id = new_id()
    status, body = await seller.put(f"/api/v1/products/{tea_id}", tea(brand_id))
    assert 200 == status, body
    return Street(deps, buyer, seller, brand_id, "tea_house", tea_id)


async def settle(at: Street) -> tuple[str, str]:
    """Give the buyer a PIN and an address; return the address's id."""
    await at.buyer.put("/api/v1/wallet/pin", {"pin": PIN})
    address_id = new_id()
    status, body = await at.buyer.put(f"/api/v1/addresses/{address_id}", HOME)
    assert 201 == status, body
    return PIN, address_id


def tea(brand_id: str, **changed: Any) -> dict[str, Any]:
    """Return the body that puts ten teas at 128.00 on the shelf."""
    return {
        "brand_id": brand_id,
        "sku": "TEA-050",
        "name": "Spring Longjing <b>",
        "price_minor": 12_800,
        "currency": "CNY",
        "stock": 10,
        **changed,
    }


HOME = {
    "recipient": "Ann Li",
    "phone": "+86 10 6655 4433",
    "place": "12 Lane of Wells",
    "label": "home",
}


async def order(at: Street, quantity: int = 1) -> str:
    """Make an order and return its id."""
    order_id = new_id()
    status, body = await at.buyer.put(
        f"/api/v1/orders/{order_id}",
        {"brand_id": at.brand_id, "lines": [{"product_id": at.tea_id, "quantity": quantity}]},
    )
    assert 201 == status, body
    return order_id


async def fragment(person: Person, path: str, status: int = 200) -> str:
    """Open a sheet the way a script does."""
    answer = await person.client.get(path, headers=FRAGMENT)
    text = await answer.get_data(as_text=True)
    assert status == answer.status_code, text
    return text


async def send(person: Person, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """Post a sheet's form the way a script does and return status and text."""
    answer = await person.client.post(path, form={"csrf": person.csrf, **fields}, headers=FRAGMENT)
    return answer.status_code, await answer.get_data(as_text=True)


def fields(sheet: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form that posts to ``action``."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', sheet, re.DOTALL)
    assert form is not None, f"no form for {action} in {sheet}"
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    return {name: html.unescape(value) for name, value in found if name != "csrf"}


async def deliver(deps: Deps) -> None:
    """Let everybody hear what happened."""
    while await deliver_next(deps.db, all_subscriptions(), now_ms=deps.now_ms()):
        pass
