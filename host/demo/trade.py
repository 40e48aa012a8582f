"""What the people of the demo lane have bought, and paid back to each other.

Oldest first, whatever it is: the books take no entry that is older than their last one.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from host.core.ids import derived_id
from host.core.money import Money, parse_currency
from host.demo.story import Lane
from host.market import service as market
from host.market.model import LineAsk
from host.points import service as points
from host.settlement import service as settlement
from host.settlement.payout_model import Schedule
from host.wallet import service as wallet
from host.wallet.rails import RAILS
from host.wallet.service import payments

_DAY = 24

# (hours ago, who, to whom, minor units of CNY, what for)
Favour = tuple[int, str, str, int, str]

FAVOURS: tuple[Favour, ...] = (
    (8 * _DAY - 4, "mei", "jonas", 45_00, "The brass bell"),
    (7 * _DAY + 2, "mei", "tom", 18_00, "Rye bread"),
    (6 * _DAY + 3, "jonas", "mei", 22_00, "Noodles on Sunday"),
    (4 * _DAY + 6, "mei", "dalin", 26_00, "石榴"),
    (3 * _DAY + 8, "xiaowei", "mei", 60_00, "画框钱"),
    (2 * _DAY + 9, "mei", "xiaowei", 30_00, "展览门票"),
    (2 * _DAY + 1, "sofia", "yuki", 150_00, "A vase, not a teapot"),
    (1 * _DAY + 7, "mei", "tom", 18_00, "Rye again"),
    (2, "jonas", "mei", 36_00, "Noodles, your half"),
)
# What was sent later than that many hours ago waits to be taken.
_WAITS_SINCE = 3

# (hours ago, who, what, how many): one done, two on their way, one to pack, bowls to pick up
PURCHASES: tuple[tuple[int, str, str, int], ...] = (
    (6 * _DAY, "sofia", "jasmine-100", 2),
    (5 * _DAY + 1, "yuki", "oolong-75", 2),
    (5 * _DAY, "mei", "jasmine-100", 1),
    (1 * _DAY + 2, "mei", "gift-spring", 1),
    (1 * _DAY, "jonas", "longjing-50", 1),
    (5, "sofia", "celadon-cup", 2),
    (1, "dalin", "beef-noodles", 2),
)

# (hours ago, who, what, its number at SF Express)
PARCELS: tuple[tuple[int, str, str, str], ...] = (
    (5 * _DAY + 3, "sofia", "jasmine-100", "SF1029384533"),
    (4 * _DAY + 1, "yuki", "oolong-75", "SF1029384601"),
    (4 * _DAY, "mei", "jasmine-100", "SF1029384756"),
    (4, "mei", "gift-spring", "SF1029384812"),
    (3, "jonas", "longjing-50", "SF1029384790"),
)

# (hours ago, who, what)
RECEIPTS: tuple[tuple[int, str, str], ...] = (
    (4 * _DAY, "sofia", "jasmine-100"),
    (2 * _DAY, "mei", "jasmine-100"),
    (0, "yuki", "oolong-75"),
)
# (hours ago, minor units of CNY): the tea house sends some of what it has to its bank
PAYOUTS: tuple[tuple[int, int], ...] = ((2 * _DAY + 2, 100_00),)
# (hours ago, to whom, minor units of CNY, for how many days, what for): the tea house's bonuses
Gift = tuple[int, str, int, int, str]

BONUSES: tuple[Gift, ...] = (
    (21, "mei", 20_00, 30, "Thank you for the first order"),
    (20, "mei", 10_00, 5, "Spring tasting"),
)


async def trade(lane: Lane) -> None:
    """Let everything happen in its order."""
    await lane.deps.db.write(
        wallet.set_tier,
        lane.people["mei"],
        1,
        reason="Passport seen at the counter.",
        now_ms=lane.at(hours=9 * _DAY),
    )
    await lane.deps.db.write(
        points.set_programme,
        lane.brands["teahouse"],
        actor_id=lane.people["wenqing"],
        is_on=True,
        earn=Money(20, parse_currency("CNY")),
        worth=Money(100, parse_currency("CNY")),
        expiry_months=24,
        now_ms=lane.at(hours=9 * _DAY),
    )
    from host.demo import bills, mandates, webshop  # noqa: PLC0415  (they confirm as these here do)

    acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
        *((favour[0], partial(_pay_back, lane, favour)) for favour in FAVOURS),
        *((purchase[0], partial(_buy, lane, *purchase)) for purchase in PURCHASES),
        *((parcel[0], partial(_ship, lane, *parcel)) for parcel in PARCELS),
        *((receipt[0], partial(_receive, lane, *receipt)) for receipt in RECEIPTS),
        *((hours, partial(_settle, lane, hours)) for hours in (2 * _DAY + 3, 5)),
        *((payout[0], partial(_pay_out, lane, *payout)) for payout in PAYOUTS),
        *((bonus[0], partial(_give_bonus, lane, bonus)) for bonus in BONUSES),
        *((paid[0], partial(bills.pay_bill, lane, *paid)) for paid in bills.PAID),
        *(
            (bought.hours, partial(webshop.buy_on_the_web, lane, bought))
            for bought in webshop.WEB_ORDERS
        ),
        *((leave.hours, partial(mandates.allow_debits, lane, leave)) for leave in mandates.LEAVES),
        *((debit[1], partial(mandates.debit, lane, *debit)) for debit in mandates.DEBITS),
        *((scan[0], partial(bills.scan_counter, lane, *scan)) for scan in bills.AT_COUNTERS),
    ]
    for _, act in sorted(acts, key=lambda act: -act[0]):
        await act()


async def _pay_back(lane: Lane, favour: Favour) -> None:
    hours, who, to, amount_minor, memo = favour
    now_ms = lane.at(hours=hours)
    transfer_id = derived_id("demo-favour", who, to, str(hours))
    money = Money(amount_minor, parse_currency("CNY"))
    intent = payments.send_intent(
        transfer_id, sender_id=lane.people[who], receiver_id=lane.people[to], money=money
    )
    sent = await lane.deps.db.write(
        payments.send_money,
        transfer_id,
        sender_id=lane.people[who],
        receiver_id=lane.people[to],
        money=money,
        memo=memo,
        confirmation_id=await confirm(lane, intent, now_ms),
        now_ms=now_ms,
    )
    if hours >= _WAITS_SINCE:
        await lane.deps.db.write(
            payments.accept_offer, sent.id, actor_id=lane.people[to], now_ms=now_ms + 240_000
        )


async def _buy(lane: Lane, hours: int, who: str, sku: str, count: int) -> None:
    db, person_id, now_ms = lane.deps.db, lane.people[who], lane.at(hours=hours)
    product = await db.read(market.access_product, lane.products[sku])
    order = await db.write(
        market.create_order,
        _order_id(who, sku),
        buyer_id=person_id,
        brand_id=product.brand_id,
        lines=[LineAsk(product.id, count)],
        now_ms=now_ms,
    )
    await db.write(
        market.pay_order,
        _order_id(who, sku),
        actor_id=person_id,
        confirmation_id=await confirm(lane, market.payment_intent(order), now_ms),
        address_id=derived_id("demo-address", person_id),
        fee_bps=lane.deps.settings.platform_fee_bps,
        now_ms=now_ms + 60_000,
    )


async def _ship(lane: Lane, hours: int, who: str, sku: str, tracking: str) -> None:
    await lane.deps.db.write(
        market.ship_order,
        _order_id(who, sku),
        actor_id=lane.people["wenqing"],
        carrier="SF Express",
        tracking=tracking,
        now_ms=lane.at(hours=hours),
    )


async def _receive(lane: Lane, hours: int, who: str, sku: str) -> None:
    await lane.deps.db.write(
        market.confirm_receipt,
        _order_id(who, sku),
        actor_id=lane.people[who],
        now_ms=lane.at(hours=hours),
    )


async def _settle(lane: Lane, hours: int) -> None:
    await lane.deps.db.write(settlement.sweep, now_ms=lane.at(hours=hours))


async def _pay_out(lane: Lane, hours: int, amount_minor: int) -> None:
    """Say where the tea house's money goes, and send some of it there."""
    db, owner_id, now_ms = lane.deps.db, lane.people["wenqing"], lane.at(hours=hours)
    brand_id, currency = lane.brands["teahouse"], parse_currency("CNY")
    attempt = await db.write(wallet.begin_pin_attempt, owner_id, now_ms)
    await db.write(wallet.accept_pin, attempt.id, owner_id)
    await db.write(
        settlement.save_bank,
        brand_id,
        actor_id=owner_id,
        currency=currency,
        rail="sandbox",
        holder="文清",
        number="6222021234565678",
        schedule=Schedule.MANUAL,
        minimum_minor=100_00,
        pin_attempt_id=attempt.id,
        now_ms=now_ms,
    )
    payout = await db.write(
        settlement.ask_payout,
        derived_id("demo-payout", brand_id),
        brand_id=brand_id,
        actor_id=owner_id,
        money=Money(amount_minor, currency),
        now_ms=now_ms,
    )
    operation = await db.read(wallet.find_operation, payout.id)
    if operation is not None:
        await wallet.run_operation(db, RAILS["sandbox"], operation, now_ms=now_ms)


async def _give_bonus(lane: Lane, gift: Gift) -> None:
    hours, who, amount_minor, days, reason = gift
    db, owner_id, now_ms = lane.deps.db, lane.people["wenqing"], lane.at(hours=hours)
    attempt = await db.write(wallet.begin_pin_attempt, owner_id, now_ms)
    await db.write(wallet.accept_pin, attempt.id, owner_id)
    await db.write(
        settlement.give_bonus,
        derived_id("demo-bonus", who, reason),
        handle="teahouse",
        actor_id=owner_id,
        pin_attempt_id=attempt.id,
        person_handle=who,
        money=Money(amount_minor, parse_currency("CNY")),
        reason=reason,
        expires_at_ms=lane.at(hours=0) + days * _DAY * 3_600_000,
        now_ms=now_ms,
    )


async def confirm(lane: Lane, intent: wallet.PaymentIntent, now_ms: int) -> str:
    """Begin and pass a PIN attempt: the demo's people know their PIN."""
    attempt = await lane.deps.db.write(wallet.begin_pin_attempt, intent.person_id, now_ms)
    return await lane.deps.db.write(wallet.confirm_with_pin, attempt.id, intent, now_ms=now_ms)


def _order_id(who: str, sku: str) -> str:
    return derived_id("demo-order", who, sku)
