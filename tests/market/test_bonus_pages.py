"""Bonuses at a browser: a shop gives one, the sheet shows what it pays, a refund goes back."""

import re

from quart import Quart

from host.core.deps import Deps
from host.core.ids import new_id
from host.identity import service as identity
from host.market import service
from host.wallet import audit
from host.wallet import service as wallet
from host.wallet.bonus_model import Bonus
from host.wallet.model import merchant_place, promo_place
from tests.conftest import START_MS
from tests.market import make, people
from tests.market.make import Lane
from tests.market.people import PIN, Street, fields, fragment, send
from tests.wallet.make import open_with

CONSOLE = "/m/tea_house/money/bonus"


async def give(at: Street, amount: str = "30", **changed: str) -> int:
    """Let the shop give Ann a bonus."""
    sheet = await at.seller.get(CONSOLE)
    form = {"person": "@ann", "amount": amount, "currency": "CNY", "until": "2026-12-01"}
    about = {"reason": "Spring tasting", "pin": PIN}
    status, _ = await at.seller.post(
        CONSOLE, **{**fields(sheet, CONSOLE), **form, **about, **changed}
    )
    return status


async def test_from_the_shops_gift_to_the_way_back(app: Quart, deps: Deps) -> None:
    """Given once for two taps, seen, shown before it pays, on the order, and back with a refund."""
    at = await people.street(app, deps)
    await people.settle(at)
    await at.seller.put("/api/v1/wallet/pin", {"pin": PIN})
    assert 409 == await give(at)  # the shop has nothing yet
    await deps.db.write(open_with, merchant_place(at.brand_id, make.CNY), 10_000)
    assert 422 == await give(at, until="2020-01-01")
    key = {"key": "0198c0de-0000-7000-8000-0000000000aa"}
    assert [303, 303] == [await give(at, **key), await give(at, **key)]

    assert "Bonus ¥30.00 until Dec 1, 2026" in await at.buyer.get("/wallet")

    path = f"/buy/{at.tea_id}"
    sheet = await fragment(at.buyer, path)
    form = {**fields(sheet, path), "pin": PIN}
    assert "From your bonus" in sheet
    assert ("3000", "12800") == (form["bonus_minor"], form["amount_minor"])
    status, text = await send(at.buyer, path, {**form, "bonus_minor": "2000"})
    assert 409 == status
    assert "30.00 CNY would come from your bonus" in text

    status, done = await send(at.buyer, path, form)

    assert 200 == status
    order_id = re.search(r'data-order-paid="([^"]+)"', done)
    assert order_id is not None
    assert "¥30.00 from your bonus, ¥98.00 from your balance" in await at.buyer.get(
        f"/orders/{order_id[1]}"
    )
    assert "and ¥30.00 from your bonus" in await at.buyer.get("/wallet")
    assert "¥30.00 for an order" in await at.buyer.get("/wallet/bonuses")
    _, body = await at.buyer.json("/api/v1/wallet/bonuses")
    assert [(3_000, 0)] == [(b["amount_minor"], b["left_minor"]) for b in body["bonuses"]]

    await deps.db.write(wallet.refund_escrow, order_id[1], now_ms=deps.now_ms())

    _, body = await at.buyer.json("/api/v1/wallet/bonuses")
    assert [3_000] == [b["left_minor"] for b in body["bonuses"]]
    assert [] == (await deps.db.read(audit.audit)).breaks


async def test_the_platform_gives_from_what_two_admins_put_there(app: Quart, deps: Deps) -> None:
    """No admin: nothing. With a reason and an audit line, once; never to oneself."""
    at = await people.street(app, deps)
    path = "/admin/treasury/bonuses"
    form = {
        "key": "0198c0de-0000-7000-8000-0000000000ab",
        "person": "ann",
        "amount": "5",
        "currency": "CNY",
        "until": "2026-12-01",
        "reason": "Sorry for yesterday",
    }
    status, _ = await at.seller.post(path, **form)
    assert 403 == status
    await deps.db.write(identity.make_admin, "zhou", now_ms=deps.now_ms())
    status, text = await at.seller.post(path, **form)
    assert 409 == status
    assert "too little" in text
    await deps.db.write(open_with, promo_place(make.CNY), 10_000)

    assert [303, 303] == [(await at.seller.post(path, **form))[0] for _ in range(2)]
    assert 403 == (await at.seller.post(path, **{**form, "person": "zhou"}))[0]
    assert "Sorry for yesterday" in await at.seller.get(path)
    lines = await deps.db.read(
        lambda tx: tx.rows("SELECT action FROM review_audit WHERE action = 'bonus_given' LIMIT 9")
    )
    assert 1 == len(lines)
    total = await deps.db.read(wallet.bonus_part, at.buyer.id, brand_id="any",
        money=make.Money(900, make.CNY), now_ms=deps.now_ms())  # fmt: skip
    assert 500 == total


async def test_what_a_paid_shop_gives_back_goes_the_way_it_came(lane: Lane) -> None:
    """Cash first, then the bonus; what is over by then is the shop's again, all in the ledger."""
    day_ms, shop = 24 * 3600 * 1000, merchant_place(lane.brand_id, make.CNY)
    await lane.db.write(open_with, shop, 10_000)
    bonus = Bonus(
        id="b1",
        person_id=lane.buyer_id,
        funder_id=lane.brand_id,
        brand_id=lane.brand_id,
        money=make.Money(6_000, make.CNY),
        left_minor=6_000,
        reason="Welcome",
        granted_by=lane.seller_id,
        granted_at_ms=START_MS,
        expires_at_ms=START_MS + 4 * day_ms,
    )
    await lane.db.write(wallet.grant_bonus, bonus)
    order = await make.paid_order(lane, await make.product(lane, price_minor=10_000), fee_bps=0)
    await make.ship(lane, order.id)
    await lane.db.write(service.confirm_receipt, order.id, actor_id=lane.buyer_id, now_ms=START_MS)

    for part, days in ((5_000, 1), (2_000, 5)):
        await lane.db.write(
            service.refund_line,
            new_id(),
            order_id=order.id,
            actor_id=lane.seller_id,
            position=0,
            amount_minor=part,
            reason="Stale",
            now_ms=START_MS + days * day_ms,
        )

    # 40.00 in cash and 10.00 of the bonus; then 20.00 of it that had ended meanwhile.
    assert 100_000 == (await make.money(lane))[0]
    assert 1_000 == (await lane.db.read(wallet.find_bonus, "b1")).left_minor
    assert [] == await make.breaks(lane)
    await lane.db.write(wallet.expire_bonuses, now_ms=START_MS + 5 * day_ms)
    assert [] == await make.breaks(lane)
