"""Bills: sent and changed by a biller, found by a number, paid once, and what if nobody answers.

Of the list of abuses: AB-035, AB-077.
"""

import asyncio
from typing import Any

import pytest
from quart import Quart

from host.bills import adapters, service
from host.bills.chores import ask_billers
from host.bills.model import UNANSWERED_BACK_MS, UNKNOWN_AFTER_MS
from host.brands import service as brands
from host.core import outbox
from host.core.deps import Deps
from host.core.money import Currency
from host.identity import service as identity
from host.subscriptions import all_subscriptions
from host.wallet.model import pending_place
from tests.conftest import START_MS, Clock
from tests.wallet import make
from tests.wallet.people import PIN, Person, balance, register

DAY_MS = 24 * 3600 * 1000
BILL = {"account_number": "M-1001", "title": "Water, October", "amount_minor": 8_000,
        "currency": "CNY", "due_at_ms": START_MS + 10 * DAY_MS}  # fmt: skip


@pytest.fixture
async def zhou(app: Quart, ann: Person, deps: Deps) -> Person:
    """Zhou, whose brand an admin has made a biller that answers over JSON."""
    return await biller(app, deps, "zhou", "lane_water", service.Adapter.API)


@pytest.fixture
async def demo(app: Quart, ann: Person, deps: Deps) -> Person:
    """The keeper of the biller that answers at once."""
    return await biller(app, deps, "power", "lane_power", service.Adapter.DEMO)


async def biller(app: Quart, deps: Deps, who: str, handle: str, how: service.Adapter) -> Person:
    """Make somebody with a biller."""
    person = await register(app, who)
    await person.post("/brands", handle=handle, name=handle.title(), description="")
    (brand,) = await deps.db.read(brands.find_brands_of_person, person.id)
    await deps.db.write(
        service.put_biller,
        brand.id,
        category=service.Category.WATER,
        region="Beijing",
        account_label="Meter number",
        adapter=how,
        now_ms=START_MS,
    )
    return person


async def send(
    keeper: Person, number: str = "2026-10", handle: str = "lane_water", **changed: Any
) -> tuple[int, Any]:
    """Send a bill."""
    return await keeper.put(f"/api/v1/billers/{handle}/bills/{number}", {**BILL, **changed})


async def linked(keeper: Person, ann: Person, handle: str = "lane_water", **changed: Any) -> Any:
    """Send a bill, let Ann add its number, and return the bill as she reads it."""
    assert 200 == (await send(keeper, handle=handle, **changed))[0]
    status, _ = await ann.post(f"/bills/billers/{handle}", number="M-1001", label="Home")
    assert 303 == status
    return (await ann.json("/api/v1/bills"))[1]["bills"][0]


async def pay(person: Person, bill: Any, key: str = "bill-0001", **changed: Any) -> tuple[int, Any]:
    """Pay a bill as it was read."""
    seen = {"version": bill["version"], "amount_minor": bill["amount_minor"], "pin": PIN}
    return await person.put(f"/api/v1/bills/{bill['bill_id']}/payments/{key}", {**seen, **changed})


async def earned(deps: Deps, keeper: Person) -> int:
    """Return what a biller has got."""
    (brand,) = await deps.db.read(brands.find_brands_of_person, keeper.id)
    ((stands, _),) = await make.stands(deps.db, pending_place(brand.id, Currency("CNY")).id)
    return stands


async def test_a_bill_that_changed_is_not_charged(ann: Person, zhou: Person) -> None:
    """Fetched at 80, changed to 95: paying 80 is refused, with what it is now; 95 is paid."""
    seen = await linked(zhou, ann)
    _, changed = await send(zhou, amount_minor=9_500)
    assert (2, "open") == (changed["version"], changed["status"])
    assert (200, changed) == await send(zhou, amount_minor=9_500)

    status, refused = await pay(ann, seen)

    assert (409, "/problems/bill-changed") == (status, refused["type"])
    assert (9_500, 2) == (refused["amount_minor"], refused["version"])
    assert (200, 50_000) == await balance(ann)
    lied = await pay(ann, seen, "bill-0002", version=2)
    assert (409, "/problems/bill-changed") == (lied[0], lied[1]["type"])
    status, page = await ann.post(
        f"/bills/{seen['bill_id']}", key="bill-0003", version="1", amount_minor="8000", pin=PIN
    )
    assert (409, True) == (status, "The bill is now 95.00 CNY. Nothing was charged." in page)
    assert (200, "sent") == ((answer := await pay(ann, changed))[0], answer[1]["state"])
    assert (200, 40_500) == await balance(ann)


async def test_two_tabs_pay_once_and_the_biller_books_it(
    ann: Person, zhou: Person, deps: Deps
) -> None:
    """Both hear of one payment; the biller finds it, books it, and is paid less the fee."""
    bill = await linked(zhou, ann)

    tabs = await asyncio.gather(pay(ann, bill, "tab-one-1"), pay(ann, bill, "tab-two-1"))

    assert [200, 200] == [status for status, _ in tabs]
    assert tabs[0][1]["payment_id"] == tabs[1][1]["payment_id"]
    assert (200, 42_000) == await balance(ann)
    _, listed = await zhou.json("/api/v1/billers/lane_water/payments")
    (told,) = listed["payments"]
    assert ("2026-10", "M-1001", 8_000) == (
        told["bill_number"], told["account_number"], told["amount_minor"]
    )  # fmt: skip
    url = f"/api/v1/billers/lane_water/payments/{told['payment_id']}"
    booked = await zhou.put(url, {"is_accepted": True, "reference": "W-77"})
    assert booked == await zhou.put(url, {"is_accepted": True, "reference": "W-77"})
    status, otherwise = await zhou.put(url, {"is_accepted": False})
    assert (409, "/problems/payment-answered") == (status, otherwise["type"])
    assert 8_000 - 48 == await earned(deps, zhou)
    assert 409 == (await send(zhou, amount_minor=1))[0]
    page = await ann.get(f"/bills/payments/{told['payment_id']}")
    assert "W-77" in page
    assert "Lane_Water" in await ann.get(f"/wallet/transfers/{told['payment_id']}")
    assert [] == await make.breaks(deps.db)


@pytest.mark.parametrize(
    "case",
    [
        (8_000, "accepted", "accepted", 192_000),
        (adapters.REFUSED_MINOR, "refused", "refused", 200_000),
        (adapters.LATE_ACCEPTED_MINOR, "unknown", "accepted", 122_299),
        (adapters.LATE_REFUSED_MINOR, "unknown", "refused", 200_000),
        (adapters.SILENT_MINOR, "unknown", "refused", 200_000),
    ],
)
async def test_a_biller_that_times_out_is_asked(
    ann: Person, demo: Person, deps: Deps, clock: Clock, case: tuple[int, str, str, int]
) -> None:
    """Unknown is shown as such, asked about and never paid twice; silence ends after days."""
    amount_minor, first, then, left_minor = case
    await ann.put("/api/v1/wallet/top-ups/opening-2", {"amount_minor": 150_000, "currency": "CNY"})
    bill = await linked(demo, ann, "lane_power", amount_minor=amount_minor)

    status, payment = await pay(ann, bill)

    assert (200, first) == (status, payment["state"])
    if first == "unknown":
        again = await pay(ann, bill, "bill-0002")
        assert payment["payment_id"] == again[1]["payment_id"]
        assert "has not answered" in await ann.get(f"/bills/payments/{payment['payment_id']}")
    clock.forward(60_000)
    await ask_billers(deps, now_ms=clock.now_ms())
    clock.forward(UNANSWERED_BACK_MS)
    await deps.db.write(service.sweep, now_ms=clock.now_ms())
    _, ended = await ann.json(f"/api/v1/bills/payments/{payment['payment_id']}")
    assert then == ended["state"]
    assert (200, left_minor) == await balance(ann)
    assert [] == await make.breaks(deps.db)
    if then == "refused":
        assert "open" == (await ann.json("/api/v1/bills"))[1]["bills"][0]["status"]


async def test_a_biller_over_json_that_never_answers(
    ann: Person, zhou: Person, deps: Deps, clock: Clock
) -> None:
    """After minutes it is unknown, after three days the money is back, and too late is too late."""
    bill = await linked(zhou, ann)
    _, payment = await pay(ann, bill)
    clock.forward(UNKNOWN_AFTER_MS)
    assert 1 == await deps.db.write(service.sweep, now_ms=clock.now_ms())
    assert "unknown" == (await pay(ann, bill, "bill-0002"))[1]["state"]
    clock.forward(UNANSWERED_BACK_MS)

    await deps.db.write(service.sweep, now_ms=clock.now_ms())

    assert (200, 50_000) == await balance(ann)
    status, _ = await zhou.put(
        f"/api/v1/billers/lane_water/payments/{payment['payment_id']}", {"is_accepted": True}
    )
    assert 409 == status
    assert "Bill, paid back" in await ann.get("/wallet")


async def test_bills_are_for_those_with_the_number(
    ann: Person, bob: Person, zhou: Person, deps: Deps
) -> None:
    """A stranger's bill looks like a missing one; numbers are not tried one by one."""
    bill = await linked(zhou, ann)
    await bob.get(f"/bills/{bill['bill_id']}", 404)
    assert 404 == (await pay(bob, bill))[0]
    answers = [
        (await bob.post("/bills/billers/lane_water", number=f"M-{n}", label=""))[0]
        for n in range(11)
    ]
    assert [422] * 10 + [429] == answers
    assert 403 == (await ann_as_biller(ann, deps))[0]


async def ann_as_biller(ann: Person, deps: Deps) -> tuple[int, Any]:
    """Let Ann send a bill as a brand that is no biller."""
    await ann.post("/brands", handle="ann_shop", name="Ann's", description="")
    assert (await deps.db.read(brands.find_brands_of_person, ann.id))[0].handle == "ann_shop"
    return await send(ann, handle="ann_shop")


async def test_a_reminder_comes_once_before_the_day(
    ann: Person, zhou: Person, deps: Deps, clock: Clock
) -> None:
    """In the chat with the biller, with the bill's card; what was taken back reminds nobody."""
    await linked(zhou, ann)
    await send(zhou, "2026-11", due_at_ms=START_MS + 9 * DAY_MS)
    taken = await zhou.client.delete(
        "/api/v1/billers/lane_water/bills/2026-11", headers={"X-CSRF": zhou.csrf}
    )
    assert 200 == taken.status_code
    assert 0 == await deps.db.write(service.sweep, now_ms=clock.now_ms())
    clock.forward(7 * DAY_MS)

    assert 1 == await deps.db.write(service.sweep, now_ms=clock.now_ms())
    assert 0 == await deps.db.write(service.sweep, now_ms=clock.now_ms())

    while await outbox.deliver_next(deps.db, all_subscriptions(), now_ms=clock.now_ms()):
        pass
    chats = await ann.get("/chats")
    assert "A bill is due on November 30, 2026." in chats or "[Bill]" in chats


async def test_an_admin_makes_a_biller(app: Quart, ann: Person, deps: Deps) -> None:
    """With a reason in the log; the directory shows it; others are told nothing."""
    grace = await register(app, "grace")
    await deps.db.write(identity.make_admin, "grace", now_ms=START_MS)
    await ann.post("/brands", handle="ann_gas", name="Ann's Gas", description="")
    (brand,) = await deps.db.read(brands.find_brands_of_person, ann.id)
    form = {"on": "1", "category": "gas", "region": "Xi'an", "account_label": "Card number",
            "reason": "Saw the licence of the city."}  # fmt: skip
    url = f"/admin/brands/{brand.id}/biller"
    assert 403 == (await ann.post(url, **form))[0]
    assert 422 == (await grace.post(url, **{**form, "category": "bribes"}))[0]
    assert 303 == (await grace.post(url, **form))[0]
    assert "Ann&#39;s Gas" in await ann.get("/bills/billers")
    assert "Card number" in await ann.get("/bills/billers/ann_gas")
    assert 200 == (await send(ann, handle="ann_gas"))[0]

    assert 303 == (await grace.post(url, **{**form, "on": "0"}))[0]

    assert "Ann&#39;s Gas" not in await ann.get("/bills/billers")
    assert 403 == (await send(ann, "2026-11", handle="ann_gas"))[0]
