"""Points follow what the market and the payments of merchants' servers really tell."""

from quart import Quart

from host.core.deps import Deps
from host.core.ids import new_id
from host.core.outbox import StoredEvent
from host.market import service as market
from host.points import subscribers
from tests.conftest import START_MS, Clock
from tests.market import make as goods
from tests.market.people import deliver
from tests.payments.make import new_order, open_shop
from tests.points import make


async def test_orders_and_payments_give_points_and_take_them_back(
    app: Quart, deps: Deps, clock: Clock
) -> None:
    """Paid is not yet earned; received and captured are; money back is points back."""
    shop = await open_shop(app, deps, clock)
    at = goods.Lane(deps.db, shop.buyer.id, shop.seller.id, shop.brand_id, shop.handle, new_id())
    await deps.db.write(
        market.add_address, at.address_id, person_id=at.buyer_id, facts=goods.HOME, now_ms=START_MS
    )
    await deps.db.write(make.programme, at)
    held = await goods.paid_order(at, await goods.product(at, price_minor=10_000))
    await goods.ship(at, held.id)
    await deliver(deps)
    assert (0, 0) == await deps.db.read(make.has, at)

    await deps.db.write(market.confirm_receipt, held.id, actor_id=at.buyer_id, now_ms=deps.now_ms())
    await shop.paid()
    refused, _ = await shop.call("POST", "/orders", new_order("order-2", currency="PTS"))
    assert 422 == refused
    await deliver(deps)
    assert (228, 228) == await deps.db.read(make.has, at)

    await deps.db.write(
        market.refund_line,
        new_id(),
        order_id=held.id,
        actor_id=at.seller_id,
        position=held.lines[0].position,
        amount_minor=2_500,
        reason="A dent",
        now_ms=deps.now_ms(),
    )
    body = {"out_trade_no": "order-1", "out_refund_no": "r1", "amount_minor": 12_800}
    assert 201 == (await shop.call("POST", "/refunds", body))[0]
    await deliver(deps)
    assert (75, 75) == await deps.db.read(make.has, at)
    assert [] == await goods.breaks(at)


async def test_an_order_that_is_unknown_gives_nothing(deps: Deps) -> None:
    """An event about something without an earning is not a reason to fail."""
    event = StoredEvent(
        id=new_id(), name="payments.changed", payload={"order_id": "x", "mode": "live"},
        created_at_ms=START_MS,
    )  # fmt: skip
    await deps.db.write(subscribers.follow_payment, event)
