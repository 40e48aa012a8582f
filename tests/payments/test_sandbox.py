"""Test mode: no account is touched, and each magic amount does what the guide says."""

import pytest
from quart import Quart

from host.core.deps import Deps
from host.payments import service
from host.payments.model import EXPIRY_MS, Mode
from host.payments.sandbox import LATE_MS
from tests.conftest import Clock
from tests.payments import make
from tests.payments.make import Receiver, Shop
from tests.payments.test_orders import money
from tests.payments.test_refunds import refund


@pytest.fixture
async def shop(app: Quart, deps: Deps, clock: Clock) -> Shop:
    """A shop with a test key."""
    return await make.open_shop(app, deps, clock, mode=Mode.TEST)


async def buy(shop: Shop, minor: int) -> tuple[int, str, str]:
    """Order and pay; return the status of the answer, its problem type, and the order's status."""
    await shop.order(str(minor), amount_minor=minor)
    status, answer = await shop.call("POST", f"/orders/{minor}/test-payment")
    return status, answer.get("type", ""), (await shop.query(str(minor)))["status"]


async def pass_time(shop: Shop, ms: int) -> None:
    """Let time pass and do what is due."""
    shop.clock.forward(ms)
    await shop.deps.db.write(service.sweep, now_ms=shop.clock.now_ms())


async def refund_states(shop: Shop) -> list[str]:
    """Return how the two refunds that do not end at once stand."""
    return [
        (await shop.call("GET", f"/refunds/back-{minor}"))[1]["status"]
        for minor in (40_005, 40_006)
    ]


async def test_the_amounts_of_the_guide(shop: Shop, receiver: Receiver) -> None:
    """Declined, timed out, late, doubled, and refunds that fail or come late; no money moves."""
    await shop.call("POST", "/endpoints", {"url": receiver.url})
    at_once = {minor: await buy(shop, minor) for minor in (100, *range(40_001, 40_007))}
    for minor in (40_005, 40_006):
        await refund(shop, f"back-{minor}", 500, str(minor))
    pending = [
        (await shop.call("GET", f"/refunds/back-{n}"))[1]["status"] for n in (40_005, 40_006)
    ]
    while await shop.deliver():
        pass
    doubled = [body for _, body in receiver.got if b'"out_trade_no":"40004"' in body]
    await pass_time(shop, LATE_MS)
    late = (await shop.query("40003"))["status"]
    ended = await refund_states(shop)
    left = [(await shop.query(str(n)))["refunded_minor"] for n in (40_005, 40_006)]
    await pass_time(shop, EXPIRY_MS)

    paid = (200, "", "paid")
    assert {
        100: paid, 40_001: (409, "/problems/payment-declined", "created"),
        40_002: (503, "/problems/payment-pending", "created"), 40_003: (200, "", "created"),
        40_004: paid, 40_005: paid, 40_006: paid,
    } == at_once  # fmt: skip
    assert ["pending", "pending"] == pending
    assert (2, 1) == (len(doubled), len(set(doubled)))
    assert ("paid", ["failed", "succeeded"], [0, 500]) == (late, ended, left)
    assert "closed" == (await shop.query("40002"))["status"]
    assert (100_000, 0, 0) == await money(shop)


async def test_a_person_pays_a_test_without_a_pin(shop: Shop) -> None:
    """The cashier says that it is a test; the balance stays."""
    made = await shop.order()
    page = await shop.buyer.get(made["pay_path"])
    status = await shop.pay(made["id"], pin="")

    assert "Test payment: no money moves." in page
    assert "No money" not in page
    assert (303, "paid") == (status, (await shop.query())["status"])
    assert (100_000, 0, 0) == await money(shop)


async def test_live_and_test_are_apart(shop: Shop) -> None:
    """The same number in both modes is two orders, and only one of them costs something."""
    live = await shop.key(mode=Mode.LIVE)
    test_order = await shop.order()
    status, live_order = await shop.call("POST", "/orders", make.new_order(), token=live)
    refused, _ = await shop.call("POST", "/orders/order-1/test-payment", token=live)

    assert (201, 403) == (status, refused)
    assert test_order["id"] != live_order["id"]
    assert (100_000, 0, 0) == await money(shop)
