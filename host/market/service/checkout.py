"""Paying from the outside: the PIN is verified between two transactions.

Argon2 takes long on purpose, and nothing may be awaited inside a transaction.  So an attempt is
counted first, the hash compared away from the event loop, and then money moves or the attempt
stays counted.
"""

from collections.abc import Callable
from dataclasses import dataclass

from host.core.db import Database
from host.core.passwords import Passwords
from host.market.model import LineAsk, Order
from host.market.service.orders import access_order
from host.market.service.payment import begin_payment, begin_purchase, pay_order, purchase
from host.wallet import service as wallet
from host.wallet.errors import PinLockedError, WrongPinError
from host.wallet.model import PinAttempt

PIN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Till:
    """What taking a payment needs of the host."""

    db: Database
    passwords: Passwords
    now_ms: Callable[[], int]
    fee_bps: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What a person confirms with their PIN: the amount they saw and where to send it."""

    actor_id: str
    pin: str
    shown_minor: int
    address_id: str | None = None


async def take_payment(till: Till, order_id: str, payment: Payment) -> Order:
    """Pay an order that exists; the second of two taps gets the paid order."""
    attempt = await till.db.write(
        begin_payment,
        order_id,
        actor_id=payment.actor_id,
        shown_minor=payment.shown_minor,
        address_id=payment.address_id,
        now_ms=till.now_ms(),
    )
    if attempt is None:
        return await till.db.read(access_order, order_id, actor_id=payment.actor_id)
    await _check_pin(till, attempt, payment)
    return await till.db.write(
        pay_order,
        order_id,
        actor_id=payment.actor_id,
        pin_attempt_id=attempt.id,
        shown_minor=payment.shown_minor,
        address_id=payment.address_id,
        fee_bps=till.fee_bps,
        now_ms=till.now_ms(),
    )


async def take_purchase(
    till: Till, order_id: str, payment: Payment, *, ask: LineAsk, source: str
) -> Order:
    """Order one product and pay it in one go; a refusal leaves no order behind."""
    attempt = await till.db.write(
        begin_purchase,
        order_id,
        actor_id=payment.actor_id,
        ask=ask,
        address_id=payment.address_id,
        now_ms=till.now_ms(),
    )
    if attempt is None:
        return await till.db.read(access_order, order_id, actor_id=payment.actor_id)
    await _check_pin(till, attempt, payment)
    return await till.db.write(
        purchase,
        order_id,
        actor_id=payment.actor_id,
        ask=ask,
        source=source,
        pin_attempt_id=attempt.id,
        address_id=payment.address_id,
        fee_bps=till.fee_bps,
        now_ms=till.now_ms(),
    )


async def set_first_pin(till: Till, person_id: str, pin: str) -> None:
    """Give a person who has none a payment PIN."""
    wallet.check_new_pin(pin)
    pin_hash = await till.passwords.hash(pin)
    await till.db.write(
        wallet.set_pin, person_id, pin_hash=pin_hash, attempt_id=None, now_ms=till.now_ms()
    )


async def _check_pin(till: Till, attempt: PinAttempt, payment: Payment) -> None:
    is_pin = payment.pin.isascii() and payment.pin.isdigit() and len(payment.pin) == PIN_DIGITS
    if is_pin and await till.passwords.verify(attempt.pin_hash, payment.pin):
        await till.db.write(wallet.confirm_pin, attempt.id, payment.actor_id)
        return
    await till.db.write(wallet.refuse_pin, attempt.id, payment.actor_id)
    if attempt.attempts_left == 0:
        raise PinLockedError("The PIN was wrong too often and is locked. Nothing was paid.")
    raise WrongPinError(
        "This is not your PIN. %(attempts_left)s tries are left. Nothing was paid.",
        attempts_left=attempt.attempts_left,
    )
