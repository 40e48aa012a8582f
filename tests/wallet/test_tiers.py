"""Tiers: what may be paid, held and received; and small payments without a PIN."""

import pytest

from host.contacts import service as contacts
from host.core.deps import Deps
from host.core.money import Money
from host.wallet import service
from host.wallet.authority import Gate, Method, PaymentPurpose
from host.wallet.errors import LimitReachedError, ProofNeededError, ReceivingLimitError
from host.wallet.limits import SMALL_PER_DAY_CEILINGS, SMALL_PER_DAY_COUNT_MAX, TIERS, minor_of
from host.wallet.people_model import OfferStatus
from host.wallet.rails import SandboxRail
from host.wallet.service import caps, entry, payments
from tests.conftest import START_MS
from tests.wallet import make
from tests.wallet.make import CNY
from tests.wallet.payer import DAY_MS, door, intent, pay

LOWEST = TIERS[0]


@pytest.fixture
async def gate(deps: Deps) -> Gate:
    """The door, and Ann before it."""
    return await door(deps)


async def raise_tier(gate: Gate, tier: int, person_id: str = "ann") -> None:
    """Give a person a higher tier."""
    await gate.db.write(service.set_tier, person_id, tier, reason="Papers seen.", now_ms=START_MS)


async def test_a_payment_a_day_and_a_month_have_caps(gate: Gate) -> None:
    """Whatever it is for; to the last minor unit, and no further until the window moves on."""
    one = minor_of(LOWEST.payment_units, CNY)
    with pytest.raises(LimitReachedError, match="One payment"):
        await pay(gate, intent(one + 1))
    for n in range(LOWEST.day_units // LOWEST.payment_units):
        await pay(gate, intent(one, f"shop-{n}", PaymentPurpose.ORDER))
    for purpose in (PaymentPurpose.ORDER, PaymentPurpose.SEND, PaymentPurpose.WITHDRAWAL):
        with pytest.raises(LimitReachedError, match="24 hours"):
            await pay(gate, intent(1, purpose=purpose))

    day = START_MS
    for _ in range(LOWEST.month_units // LOWEST.day_units - 1):
        day += DAY_MS
        for n in range(LOWEST.day_units // LOWEST.payment_units):
            await pay(gate, intent(one, f"shop-{n}", PaymentPurpose.ORDER), now_ms=day)
    with pytest.raises(LimitReachedError, match="thirty days"):
        await pay(gate, intent(1), now_ms=day + DAY_MS)

    await raise_tier(gate, 1)
    await pay(gate, intent(1), now_ms=day + DAY_MS)


async def test_small_payments_are_off_until_chosen(gate: Gate) -> None:
    """Then they need no PIN: not to new payees, not out of the lane, not above the ceiling."""
    ceiling = minor_of(2, CNY)
    known = PaymentPurpose.ORDER
    await pay(gate, intent(1_00, "bakery", known), now_ms=START_MS - 2 * DAY_MS)
    with pytest.raises(ProofNeededError):
        await pay(gate, intent(1_00, "bakery", known), pin=None)

    await gate.db.write(service.set_small, "ann", 2)

    paid = intent(ceiling, "bakery", known)
    assert Method.SMALL == (await pay(gate, paid, pin=None)).method
    assert (await pay(gate, paid, pin=None)).is_repeat
    for other in (
        intent(ceiling + 1, "bakery", known),
        intent(1_00, "stranger", known),
        intent(1_00, "bakery", PaymentPurpose.WITHDRAWAL),
    ):
        with pytest.raises(ProofNeededError):
            await pay(gate, other, pin=None)
        await pay(gate, other)


async def test_small_payments_have_a_day(gate: Gate) -> None:
    """Ten, or five times the ceiling; with the PIN one may go on, and next day begins anew."""
    known = PaymentPurpose.ORDER
    await pay(gate, intent(1_00, "bakery", known), now_ms=START_MS - 2 * DAY_MS)
    await gate.db.write(service.set_small, "ann", 1)

    async def small(amount_minor: int, now_ms: int) -> None:
        await pay(gate, intent(amount_minor, "bakery", known), pin=None, now_ms=now_ms)

    # A quarter of an hour apart, so that no rule finds them too fast.
    for n in range(SMALL_PER_DAY_COUNT_MAX):
        await small(1_00, START_MS + n * 900_000)
    last = START_MS + SMALL_PER_DAY_COUNT_MAX * 900_000
    with pytest.raises(ProofNeededError):
        await small(1_00, last)
    await pay(gate, intent(1_00, "bakery", known), now_ms=last)

    tomorrow = last + DAY_MS
    for _ in range(SMALL_PER_DAY_CEILINGS):
        await small(minor_of(1, CNY), tomorrow)
    with pytest.raises(ProofNeededError):
        await small(1, tomorrow)


async def test_what_others_send_has_a_cap_and_stays_theirs(deps: Deps, gate: Gate) -> None:
    """AB-043: at the cap money waits, goes back to its sender, and nothing is in limbo."""
    db, cap = gate.db, minor_of(LOWEST.received_units, CNY)
    ann = await make.wallet(db, "ann", 10 * cap)
    bob = await make.wallet(db, "bob")
    await raise_tier(gate, 2)
    await db.write(contacts.make_contacts, "ann", "bob", START_MS)
    await db.write(payments.set_receiving, "bob", is_automatic=True, now_ms=START_MS)

    async def send(amount_minor: int, key: str) -> OfferStatus:
        what = payments.send_intent(
            key, sender_id="ann", receiver_id="bob", money=Money(amount_minor, CNY)
        )
        sent = await db.write(
            payments.send_money,
            key,
            sender_id="ann",
            receiver_id="bob",
            money=what.money,
            memo="",
            confirmation_id=await db.write(make.confirmed, what),
            now_ms=START_MS,
        )
        return sent.status

    assert OfferStatus.ACCEPTED == await send(cap, "send-0001")
    assert OfferStatus.WAITING == await send(1, "send-0002")
    with pytest.raises(ReceivingLimitError):
        await db.write(payments.accept_offer, "send-0002", actor_id="bob", now_ms=START_MS)
    with pytest.raises(ReceivingLimitError):
        await entry.top_up(
            db, SandboxRail(), key="k", person_id="bob", money=Money(100, CNY), now_ms=START_MS
        )
    await db.write(payments.expire_offers, now_ms=START_MS + DAY_MS)

    assert [(9 * cap, 0), (cap, 0)] == await make.stands(db, ann, bob)
    assert [] == await make.breaks(db)


async def test_a_refund_comes_in_above_every_cap(gate: Gate) -> None:
    """AB-043: it is one's own money; it counts for nothing that others may send."""
    db, cap = gate.db, minor_of(LOWEST.balance_units, CNY)
    ann = await make.wallet(db, "ann", cap)
    await db.write(
        service.fund_escrow,
        "order-1",
        payer_id="ann",
        brand_id="tea",
        money=Money(500, CNY),
        now_ms=START_MS,
    )
    await db.write(make.open_with, make.cash_place("ann", CNY), 0)
    await make.wallet(db, "bob", 500)
    await make.send(db, make.cash("bob"), ann, 500, "by-hand")

    await db.write(service.refund_escrow, "order-1", now_ms=START_MS)

    assert [(cap + 500, 0)] == await make.stands(db, ann)
    stands = await db.read(caps.standing, "ann", CNY, now_ms=START_MS)
    assert 500 == stands.received.used_minor
    assert 0 == stands.balance.left_minor
