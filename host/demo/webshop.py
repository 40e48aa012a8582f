"""The tea house's web shop of the demo lane: its server takes money through the payments API."""

from dataclasses import dataclass

from host.core.money import Money, parse_currency
from host.demo.story import Lane
from host.payments.model import Caller, Capture, KeyRole, Mode
from host.payments.service import keys, orders, paying, refunds
from host.payments.service.orders import OrderAsk

_DAY = 24


@dataclass(frozen=True, slots=True)
class WebOrder:
    """What somebody has bought in the web shop."""

    hours: int
    # Nobody: the order waits to be paid.
    who: str
    number: str
    amount_minor: int
    what: str
    capture: Capture = Capture.AUTO
    back_minor: int = 0


# Oldest first: one refunded in part, one whose money is held until it is packed, one to be paid.
WEB_ORDERS: tuple[WebOrder, ...] = (
    WebOrder(3 * _DAY + 5, "xiaowei", "web-1039", 48_00, "A tin of jasmine", back_minor=18_00),
    WebOrder(1 * _DAY + 5, "tom", "web-1041", 36_00, "Tea strainer, brass", Capture.MANUAL),
    WebOrder(0, "", "web-1042", 56_00, "Tea towel, indigo"),
)


async def buy_on_the_web(lane: Lane, bought: WebOrder) -> None:
    """Let the shop's server make an order, and perhaps somebody pay it."""
    db, now_ms = lane.deps.db, lane.at(hours=bought.hours)
    caller = await web_caller(lane)
    order = await db.write(
        orders.create_order,
        OrderAsk(
            bought.number,
            Money(bought.amount_minor, parse_currency("CNY")),
            bought.what,
            capture=bought.capture,
            expires_at_ms=now_ms + 6 * _DAY * 3_600_000,
            metadata={"cart": bought.number.replace("web", "cart")},
        ),
        caller=caller,
        fee_bps=lane.deps.settings.platform_fee_bps,
        may_loop=False,
        now_ms=now_ms,
    )
    if not bought.who:
        return
    from host.demo.trade import confirm  # noqa: PLC0415  (which tells when this happens)

    person_id = lane.people[bought.who]
    intent = paying.payment_intent(order, payer_id=person_id)
    await db.write(
        paying.pay,
        order.id,
        actor_id=person_id,
        confirmation_id=await confirm(lane, intent, now_ms),
        shown_minor=bought.amount_minor,
        now_ms=now_ms + 60_000,
    )
    if bought.back_minor:
        ask = refunds.RefundAsk(
            bought.number, f"{bought.number}-back", bought.back_minor, "One tin was dented"
        )
        await db.write(refunds.refund, ask, caller=caller, now_ms=now_ms + 7_200_000)


async def web_caller(lane: Lane) -> Caller:
    """Return the web shop's key; the first order makes it."""
    brand_id, owner_id = lane.brands["teahouse"], lane.people["wenqing"]
    now_ms = lane.at(hours=4 * _DAY)
    found = await lane.deps.db.read(keys.find_keys, brand_id, actor_id=owner_id, now_ms=now_ms)
    if found:
        key = found[0]
    else:
        key = await lane.deps.db.write(
            keys.create_key,
            brand_id,
            actor_id=owner_id,
            mode=Mode.LIVE,
            role=KeyRole.FULL,
            label="web shop",
            now_ms=now_ms,
        )
    return Caller(key.id, key.brand_id, key.mode, key.role)
