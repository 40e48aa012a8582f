"""Paying from the outside: the PIN is verified between two transactions.

Argon2 takes long on purpose, and nothing may be awaited inside a transaction.  So all that can be
refused is refused first, then the PIN is tried, then money moves.
"""

from collections.abc import Callable
from dataclasses import dataclass

from host.market.model import LineAsk, Order
from host.market.service.payment import (
    check_payment,
    check_purchase,
    pay_order,
    payment_intent,
    purchase,
)
from host.wallet import service as wallet


@dataclass(frozen=True, slots=True)
class Till:
    """What taking a payment needs of the host."""

    gate: wallet.Gate
    now_ms: Callable[[], int]
    fee_bps: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What a person confirms: the amount they saw and where to send it."""

    actor_id: str
    proof: wallet.Proof
    shown_minor: int
    address_id: str | None = None
    # What of it was shown to come from bonuses; None where nothing was shown.
    shown_bonus_minor: int | None = None


async def take_payment(till: Till, order_id: str, payment: Payment) -> Order:
    """Pay an order that exists; the second of two taps gets the paid order."""
    order = await till.gate.db.read(
        check_payment,
        order_id,
        actor_id=payment.actor_id,
        shown_minor=payment.shown_minor,
        address_id=payment.address_id,
        now_ms=till.now_ms(),
    )
    if order.paid_at_ms is not None:
        return order
    return await till.gate.db.write(
        pay_order,
        order_id,
        actor_id=payment.actor_id,
        confirmation_id=await _confirm(till, payment_intent(order), payment),
        shown_minor=payment.shown_minor,
        shown_bonus_minor=payment.shown_bonus_minor,
        address_id=payment.address_id,
        fee_bps=till.fee_bps,
        now_ms=till.now_ms(),
    )


async def take_purchase(
    till: Till, order_id: str, payment: Payment, *, ask: LineAsk, source: str
) -> Order:
    """Order one product and pay it in one go; a refusal leaves no order behind."""
    order, intent = await till.gate.db.read(
        check_purchase,
        order_id,
        actor_id=payment.actor_id,
        ask=ask,
        address_id=payment.address_id,
        now_ms=till.now_ms(),
    )
    if order is not None and order.paid_at_ms is not None:
        return order
    return await till.gate.db.write(
        purchase,
        order_id,
        actor_id=payment.actor_id,
        ask=ask,
        source=source,
        confirmation_id=await _confirm(till, intent, payment),
        shown_minor=payment.shown_minor,
        shown_bonus_minor=payment.shown_bonus_minor,
        address_id=payment.address_id,
        fee_bps=till.fee_bps,
        now_ms=till.now_ms(),
    )


async def _confirm(till: Till, intent: wallet.PaymentIntent, payment: Payment) -> str:
    return await wallet.authorise(till.gate, intent, payment.proof, now_ms=till.now_ms())
