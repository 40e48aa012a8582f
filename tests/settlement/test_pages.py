"""The owner's day on the page Money: account, payout, wages, a division, files, over HTTP."""

import pytest
from quart import Quart

from host.core.deps import Deps
from host.settlement import service
from host.settlement.chores import apply_settings
from host.settlement.model import Source
from host.settlement.repository.refunds import find_terms
from host.settlement.repository.splits import find_of_source
from host.wallet.model import cash_place
from tests.conftest import START_MS, Clock
from tests.market.people import Street, street
from tests.settlement import make
from tests.wallet.make import CNY, open_with
from tests.wallet.people import PIN, register

MONEY = "/m/tea_house/money"
BANK = {"currency": "CNY", "holder": "Zhou Wei", "number": "6222 0000 1234 5678",
        "schedule": "daily", "minimum": "100"}  # fmt: skip
KEYS = {name: f"0198c0de-0000-7000-8000-00000000000{n}" for n, name in enumerate("abc")}


@pytest.fixture
async def at(app: Quart, deps: Deps, clock: Clock) -> Street:
    """A shop with 1,000.00 of a payment available, whose owner has a PIN."""
    made = await street(app, deps)
    await made.seller.put("/api/v1/wallet/pin", {"pin": PIN})
    await deps.db.write(open_with, cash_place("payer", CNY), 100_000)
    await deps.db.write(make.pay_in, "p1", 100_000, brand_id=made.brand_id, payer_id="payer")
    assert "¥1,000" in await made.seller.get(MONEY)
    clock.at_ms = make.NEXT_DAY_MS + 3_600_000
    await deps.db.write(service.sweep, now_ms=clock.at_ms)
    return made


async def test_the_owner_moves_money_once_and_reads_what_became_of_it(at: Street) -> None:
    """Each form twice, as a double tap sends it; every page opens and says it."""
    owner = at.seller
    status, _ = await owner.post(f"{MONEY}/bank", **BANK, pin=PIN)
    assert 303 == status
    payout = {"amount": "600", "currency": "CNY", "key": KEYS["a"]}
    person = {"person": "ann", "amount": "5", "currency": "CNY", "memo": "Prize", "pin": PIN,
              "key": KEYS["b"]}  # fmt: skip
    earning = f"{MONEY}/earnings/payment/p1"
    for _ in range(2):
        assert 303 == (await owner.post(f"{MONEY}/payout", **payout))[0]
        assert 303 == (await owner.post(f"{MONEY}/person", **person))[0]
        assert 303 == (await owner.post(earning, who="ann", part="12.5 %", key=KEYS["c"]))[0]

    assert (0, 27_000) == await make.has(at.deps.db, at.brand_id)
    page = await owner.get(MONEY)
    for shown in ("Paid out", "•••• 5678", "Paid out every night", "Prize", "−¥5", "¥270"):
        assert shown in page, shown
    assert "6222000012345678" not in page
    assert "12.50 %" in await owner.get(earning)
    for path in ("payout", "bank", "person"):
        assert "<form" in await owner.get(f"{MONEY}/{path}")
    batch = page.split(f"{MONEY}/batches/")[1].split('"')[0]
    assert "¥1,000" in await owner.get(f"{MONEY}/batches/{batch}")
    file = await owner.client.get(f"{MONEY}/files/trade/2026-11-20?bom=1")
    content = await file.get_data(as_text=False)
    assert content.startswith(b"\xef\xbb\xbftime,type")
    assert b"1000.00" in content
    assert [] == await make.breaks(at.deps.db)


async def test_a_shop_that_received_gives_back_by_the_form(app: Quart, at: Street) -> None:
    """Its page of what came in has the form; twice is once, more than is left is refused."""
    farmer = await register(app, "farmer")
    await farmer.post("/brands", handle="farm_shop", name="Farm", description="")
    earning = f"{MONEY}/earnings/payment/p1"
    assert 303 == (await at.seller.post(earning, who="farm_shop", part="300", key=KEYS["a"]))[0]
    (split,) = await at.deps.db.read(find_of_source, Source("payment", "p1"))

    page = await farmer.get(
        f"/m/farm_shop/money/earnings/split/{split.id}:{split.parts[0].position}"
    )
    action = f"/m/farm_shop/money/splits/{split.id}/return"
    given = [await farmer.post(action, amount="120.5", key=KEYS["b"]) for _ in range(2)]

    assert (True, True) == (f'action="{action}"' in page, 'value="300.00"' in page)
    assert [303, 303] == [status for status, _ in given]
    assert 409 == (await farmer.post(action, amount="179.51", key=KEYS["c"]))[0]
    assert "¥120.50 came back" in await at.seller.get(earning)
    assert 404 == (await at.seller.post(action.replace("farm_shop", "tea_house"), amount="1",
                                        key=KEYS["c"]))[0]  # fmt: skip
    assert [] == await make.breaks(at.deps.db)


async def test_staff_reads_and_moves_nothing(app: Quart, at: Street) -> None:
    """Two roles: staff sees the money; only the owner, with the PIN, moves it."""
    staff = await register(app, "xiaomei")
    await at.seller.post("/m/tea_house/team", handle="xiaomei")
    await staff.put("/api/v1/wallet/pin", {"pin": PIN})

    assert "Pay out" not in (await staff.get(MONEY)).replace("Paid out", "")
    moves = {
        "bank": {**BANK, "pin": PIN},
        "payout": {"amount": "1", "currency": "CNY", "key": KEYS["a"]},
        "person": {"person": "ann", "amount": "1", "currency": "CNY", "memo": "x", "pin": PIN,
                   "key": KEYS["b"]},
        "earnings/payment/p1": {"who": "ann", "part": "1", "key": KEYS["c"]},
    }  # fmt: skip
    for path, form in moves.items():
        assert 404 == (await staff.post(f"{MONEY}/{path}", **form))[0], path
    wrong = {**BANK, "pin": "000000"}
    assert 403 == (await at.seller.post(f"{MONEY}/bank", **wrong))[0]
    assert (0, 100_000) == await make.has(at.deps.db, at.brand_id)


async def test_the_setting_holds_where_nothing_else_was_agreed(deps: Deps) -> None:
    """HUTONG_SETTLEMENT_DAYS is taken over when the host runs."""
    await apply_settings(deps, now_ms=START_MS)
    await apply_settings(deps, now_ms=START_MS)

    assert 1 == (await deps.db.read(find_terms, "")).days
