"""From an order to money, over HTTP: the shop's form, the wallet, the shop's page, JSON."""

from quart import Quart

from host.core.deps import Deps
from host.identity import service as identity
from host.settlement import service as settlement
from tests.conftest import Clock
from tests.market import make as market
from tests.market.people import deliver, street
from tests.points import make
from tests.settlement.make import NEXT_DAY_MS, breaks
from tests.wallet.people import register

KEY = "0198c0de-0000-7000-8000-0000000000aa"
FORM = {"on": "1", "currency": "CNY", "earn": "1", "worth": "1", "months": "12"}


async def test_a_buyer_earns_and_turns_points_into_money(
    app: Quart, deps: Deps, clock: Clock
) -> None:
    """Each form twice, as a double tap sends it."""
    at = await street(app, deps)
    lane = market.Lane(deps.db, at.buyer.id, at.seller.id, at.brand_id, "tea_house", "")
    assert "Give points" in await at.seller.get("/m/tea_house/points")
    assert 404 == (await at.buyer.post("/m/tea_house/points", **FORM))[0]
    await at.buyer.get("/points/tea_house", 404)
    assert 303 == (await at.seller.post("/m/tea_house/points", **FORM))[0]
    assert "One point for every ¥1.00" in await at.buyer.get("/b/tea_house")
    await deps.db.write(make.buy, lane, "o1", 34_000)
    clock.at_ms = NEXT_DAY_MS + 3_600_000
    await deps.db.write(settlement.sweep, now_ms=clock.at_ms)

    for path in ("/wallet", "/points/tea_house"):
        assert "340 points, worth ¥3.40" in await at.buyer.get(path), path
    assert "Worth ¥3.40" in await at.buyer.get("/b/tea_house")
    assert "They would cost you" in await at.seller.get("/m/tea_house/points")
    _, found = await at.buyer.json("/api/v1/points")
    assert (340, 340) == (found["points"][0]["points"], found["points"][0]["worth_minor"])
    for _ in range(2):
        sent = await at.buyer.post("/points/tea_house/redeem", key=KEY, points="140")
        assert 303 == sent[0]
        status, made = await at.buyer.put(
            f"/api/v1/points/tea_house/redemptions/{KEY[:-1]}b", {"points": 100}
        )
        assert (200, 100) == (status, made["amount_minor"]), made
    await deliver(deps)

    page = await at.buyer.get("/points/tea_house")
    assert "100 points, worth ¥1.00" in page
    assert "−140" in page
    assert 409 == (await at.buyer.post("/points/tea_house/redeem", key=KEY[:-1] + "c",
                                       points="101"))[0]  # fmt: skip
    for points in ("-1", "1.5", "٣", "9" * 16):
        assert 422 == (await at.buyer.post("/points/tea_house/redeem", key=KEY[:-1] + "d",
                                           points=points))[0]  # fmt: skip
    grace = await register(app, "grace")
    await deps.db.write(identity.make_admin, "grace", now_ms=clock.at_ms)
    assert "580\N{NO-BREAK SPACE}PTS" in await grace.get("/admin/treasury")
    assert [] == await breaks(deps.db)


async def test_no_door_for_money_takes_points(app: Quart, deps: Deps) -> None:
    """Top-up, withdrawal, sending, exchange, payout and a programme in points are all refused."""
    at = await street(app, deps)
    key, body = KEY, {"amount_minor": 1, "currency": "PTS"}
    for path, more in {
        f"/api/v1/wallet/top-ups/{key}": {},
        f"/api/v1/wallet/withdrawals/{key}": {"pin": "1"},
        f"/api/v1/wallet/transfers/{key}": {"receiver_id": at.seller.id, "pin": "1"},
    }.items():
        status, answer = await at.buyer.put(path, {**body, **more})
        assert 422 == status, (path, answer)
    status, answer = await at.seller.put(
        "/api/v1/points/tea_house/programme",
        {"is_on": True, "currency": "PTS", "earn_minor": 1, "worth_minor": 1},
    )
    assert 422 == status, answer
    assert 422 == (await at.seller.post("/m/tea_house/points", **{**FORM, "currency": "PTS"}))[0]
    _, answer = await at.buyer.json("/api/v1/wallet/entries?currency=PTS")
    assert answer["status"] in {404, 422}
