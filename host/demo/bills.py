"""Bills of the demo lane, and what people paid by code."""

from host.bills import service as bills
from host.bills.model import Answer, BillPush, Payment, PaymentState
from host.codes import service as codes
from host.core.ids import derived_id
from host.core.money import Money, parse_currency
from host.demo.people import SHOPS
from host.demo.story import Lane
from host.demo.trade import confirm

_DAY = 24
_BILLER = "lanepower"
_METERS = {"mei": "EL-0412-12", "jonas": "EL-0412-09"}

# (due in days, who, its number, for what, minor units of CNY)
DUE: tuple[tuple[int, str, str, str, int], ...] = (
    (-5, "mei", "2026-10-412", "Power and water, last month", 118_40),
    (2, "mei", "2026-11-412", "Power and water, this month", 126_80),
    (2, "jonas", "2026-11-409", "Power and water, this month", 94_10),
)
# (hours ago, who, which bill)
PAID = ((6 * _DAY + 1, "mei", "2026-10-412"),)
# (hours ago, who, at whose counter, minor units of CNY)
AT_COUNTERS = (
    (2 * _DAY + 3, "mei", "noodlebar", 26_00),
    (1 * _DAY + 1, "jonas", "teahouse", 38_00),
)


async def send_all(lane: Lane) -> None:
    """Make Lane Power a biller, and let its bills come to those who have a meter."""
    db, brand_id, actor_id = lane.deps.db, lane.brands[_BILLER], lane.people["zheng"]
    await db.write(
        bills.put_biller,
        brand_id,
        category=bills.Category.POWER,
        region="Beijing, the lane",
        account_label="Meter number",
        adapter=bills.Adapter.DEMO,
        now_ms=lane.at(days=9),
    )
    for days, who, number, title, minor in DUE:
        push = BillPush(
            number,
            _METERS[who],
            title,
            Money(minor, parse_currency("CNY")),
            lane.at(days=-days),
        )
        await db.write(
            bills.push_bill, brand_id, actor_id=actor_id, push=push, now_ms=lane.at(days=8)
        )
    for who, meter in _METERS.items():
        await db.write(
            bills.link_account,
            lane.people[who],
            handle=_BILLER,
            account_number=meter,
            label="Home",
            now_ms=lane.at(days=8),
        )


async def pay_bill(lane: Lane, hours: int, who: str, number: str) -> None:
    """Let somebody pay a bill, and the biller take it."""
    db, person_id, now_ms = lane.deps.db, lane.people[who], lane.at(hours=hours)
    bill_id = derived_id("bills.bill", lane.brands[_BILLER], number)
    shown = await db.read(bills.access_bill, bill_id, actor_id=person_id)
    payment_id = derived_id("demo-bill", who, number)
    intent = bills.bill_intent(payment_id, shown.bill, person_id=person_id)
    payment: Payment = await db.write(
        bills.pay_bill,
        payment_id,
        bill_id=bill_id,
        actor_id=person_id,
        version=shown.bill.version,
        shown_minor=shown.bill.money.amount_minor,
        confirmation_id=await confirm(lane, intent, now_ms),
        fee_bps=lane.deps.settings.platform_fee_bps,
        now_ms=now_ms,
    )
    answer = Answer(PaymentState.ACCEPTED, f"LP-{number}")
    await db.write(bills.record_answer, payment.id, answer, now_ms=now_ms)


async def scan_counter(lane: Lane, hours: int, who: str, shop: str, minor: int) -> None:
    """Let somebody scan the code on a shop's counter and pay."""
    db, person_id, now_ms = lane.deps.db, lane.people[who], lane.at(hours=hours)
    owner_id = lane.people[next(each.owner for each in SHOPS if each.handle == shop)]
    link = await db.write(
        codes.open_shop_link, lane.brands[shop], actor_id=owner_id, now_ms=lane.at(days=7)
    )
    transfer_id = derived_id("demo-counter", who, shop)
    money = Money(minor, parse_currency("CNY"))
    intent = codes.link_intent(transfer_id, link, payer_id=person_id, money=money)
    await db.write(
        codes.pay_link,
        transfer_id,
        token=link.token,
        payer_id=person_id,
        money=money,
        memo="",
        confirmation_id=await confirm(lane, intent, now_ms),
        fee_bps=lane.deps.settings.platform_fee_bps,
        now_ms=now_ms,
    )
