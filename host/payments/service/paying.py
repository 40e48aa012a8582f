"""The cashier: a person sees an order of a merchant's server, and pays it or not.

What is shown and what is moved is the order that lies in the database; a form, a link and a
mini-program only name it.
"""

import hmac
from dataclasses import dataclass, replace

from host.brands import service as brands
from host.brands.service import Brand
from host.core.db import Tx
from host.core.errors import AppError, BadInputError
from host.payments import pairs, secrets
from host.payments.errors import (
    PaymentDeclinedError,
    PaymentElsewhereError,
    PaymentNotFoundError,
    PaymentPendingError,
    PaymentSignatureError,
)
from host.payments.model import (
    HOLD_MS,
    SIGNATURE_MS_MAX,
    Capture,
    EventKind,
    Key,
    Order,
    Status,
    Style,
)
from host.payments.repository import keys as keys_repository
from host.payments.repository import orders as repository
from host.payments.sandbox import LATE_MS, Fault, fault_of
from host.payments.service import money
from host.payments.service.capture import capture
from host.payments.service.orders import change, check_payable
from host.wallet import service as wallet

_NOT_FOUND = "There is no such payment. Ask the shop for a new link."
# Pays test orders that nobody pays by hand.
TEST_PAYER = "test"


@dataclass(frozen=True, slots=True)
class Cashier:
    """What the cashier shows."""

    order: Order
    shop: Brand
    available_minor: int
    has_pin: bool
    # Whether a PIN or a passkey is needed: not for a small payment, when the payer chose so.
    needs_proof: bool
    # Why it cannot be paid at this moment.
    refusal: AppError | None


@dataclass(frozen=True, slots=True)
class SignedCall:
    """How a mini-program asks for a payment: what its merchant's server has signed."""

    prepay_id: str
    program_id: str
    timestamp: int
    nonce: str
    sign: str
    # The event that the call belongs to; it may run again.
    use_id: str


def admit_payer(
    tx: Tx,
    call: SignedCall,
    *,
    person_id: str,
    brand_id: str,
    openid: str,
    secret_key: str,
    now_ms: int,
) -> Order:
    """Let a person whom a mini-program sends pay the order that its merchant has signed.

    Another merchant's order looks like a missing one.  A signature is for one order in one
    mini-program, serves once, and for five minutes.
    """
    order = repository.find_order(tx, call.prepay_id)
    if order is None:
        raise PaymentNotFoundError(_NOT_FOUND)
    if order.brand_id != brand_id:
        raise PaymentNotFoundError(_NOT_FOUND)
    _check_signature(tx, order, call, secret_key=secret_key, now_ms=now_ms)
    if order.program_id not in ("", call.program_id):
        raise PaymentElsewhereError("This payment belongs to another mini-program of the shop.")
    if order.openid not in ("", openid):
        raise PaymentElsewhereError("This payment is for somebody else.")
    if order.payer_id != person_id or order.status is Status.CREATED:
        check_payable(order, now_ms=now_ms)
    repository.put_admission(tx, order.id, person_id, now_ms=now_ms)
    return order


def read_cashier(tx: Tx, order_id: str, *, actor_id: str, now_ms: int) -> Cashier:
    """Return what the cashier shows a person; a paid order is shown to its payer alone."""
    order = _access(tx, order_id, actor_id=actor_id)
    refusal: AppError | None = None
    needs_proof = order.is_live
    if order.payer_id is None:
        try:
            check_payment(tx, order_id, actor_id=actor_id, shown_minor=None, now_ms=now_ms)
            intent = payment_intent(order, payer_id=actor_id)
            if order.is_live:
                needs_proof = wallet.preview_payment(tx, intent, now_ms=now_ms).needs_proof
        except AppError as error:
            refusal = error
    return Cashier(
        order,
        brands.find_brands(tx, [order.brand_id])[order.brand_id],
        wallet.balance(tx, actor_id, order.currency).available_minor,
        wallet.has_pin(tx, actor_id),
        needs_proof,
        refusal,
    )


def check_payment(
    tx: Tx, order_id: str, *, actor_id: str, shown_minor: int | None, now_ms: int
) -> Order:
    """Refuse what cannot be paid, before a PIN is asked for.

    An order that this person has paid is returned as it is: this is the second of two taps.
    """
    order = _access(tx, order_id, actor_id=actor_id)
    if order.payer_id == actor_id:
        return order
    check_order(tx, order, actor_id=actor_id, shown_minor=shown_minor, now_ms=now_ms)
    if order.is_live:
        wallet.check_can_spend(tx, actor_id, order.money)
    return order


def payment_intent(order: Order, *, payer_id: str) -> wallet.PaymentIntent:
    """Return what the payer of an order is asked to confirm."""
    purpose = wallet.PaymentPurpose.ORDER
    return wallet.PaymentIntent(payer_id, purpose, order.id, order.money, order.brand_id)


def pay(
    tx: Tx,
    order_id: str,
    *,
    actor_id: str,
    confirmation_id: str,
    shown_minor: int,
    now_ms: int,
) -> Order:
    """Pay a live order once: the money is held, and captured at once unless the merchant waits."""
    order = _lock(tx, order_id, actor_id=actor_id)
    if order.payer_id == actor_id:
        return order
    check_order(tx, order, actor_id=actor_id, shown_minor=shown_minor, now_ms=now_ms)
    if not order.is_live:
        raise BadInputError("This is a test payment. It needs no PIN.")
    intent = payment_intent(order, payer_id=actor_id)
    wallet.spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)
    return take_live(tx, order, payer_id=actor_id, now_ms=now_ms)


def take_live(tx: Tx, order: Order, *, payer_id: str, now_ms: int) -> Order:
    """Hold the money of a locked live order whose payment was confirmed, and go on with it."""
    money.hold(tx, order, payer_id=payer_id, now_ms=now_ms)
    return _take(tx, order, payer_id=payer_id, now_ms=now_ms)


def pay_test(tx: Tx, order_id: str, *, actor_id: str, now_ms: int) -> Order:
    """Pay a test order: nothing moves, and its amount decides what happens."""
    order = _lock(tx, order_id, actor_id=actor_id)
    if order.is_live:
        raise PaymentElsewhereError("This payment is not a test.")
    if order.payer_id == actor_id:
        return order
    check_order(tx, order, actor_id=actor_id, shown_minor=None, now_ms=now_ms)
    fault = fault_of(order)
    if fault is Fault.DECLINED:
        raise PaymentDeclinedError("The test payment was declined, as its amount asks for.")
    if fault is Fault.TIMED_OUT:
        raise PaymentPendingError("Nothing more is heard of it, as its amount asks for.")
    if fault is Fault.LATE:
        late_at_ms = order.late_at_ms or min(now_ms + LATE_MS, order.expires_at_ms - 1)
        waiting = replace(order, late_at_ms=late_at_ms)
        repository.save_order(tx, waiting)
        return waiting
    return _take(tx, order, payer_id=actor_id, now_ms=now_ms)


def pay_late(tx: Tx, order: Order, *, now_ms: int) -> Order:
    """Let a locked test order be paid whose money was said to come late."""
    return _take(tx, order, payer_id=TEST_PAYER, now_ms=now_ms)


def _take(tx: Tx, order: Order, *, payer_id: str, now_ms: int) -> Order:
    held = replace(
        order,
        status=Status.HELD,
        payer_id=payer_id,
        paid_at_ms=now_ms,
        hold_ends_at_ms=now_ms + HOLD_MS,
        late_at_ms=None,
    )
    if order.capture is Capture.MANUAL:
        return change(tx, held, EventKind.HELD, now_ms=now_ms)
    return capture(tx, held, amount_minor=held.money.amount_minor, now_ms=now_ms)


def check_order(
    tx: Tx, order: Order, *, actor_id: str, shown_minor: int | None, now_ms: int
) -> None:
    """Refuse an order that is over, that is paid elsewhere, or that was shown otherwise."""
    check_payable(order, now_ms=now_ms)
    is_bound = bool(order.program_id or order.openid)
    if is_bound and not repository.is_admitted(tx, order.id, actor_id):
        raise PaymentElsewhereError(
            "This payment is made in the shop's mini-program. Open it there."
        )
    if shown_minor is not None and shown_minor != order.money.amount_minor:
        raise BadInputError("The amount shown was not the order's. Look again.")


def _check_signature(
    tx: Tx, order: Order, call: SignedCall, *, secret_key: str, now_ms: int
) -> None:
    """Refuse a call that the merchant's server has not signed for this order, here and now."""
    key = keys_repository.find_key(tx, order.key_id)
    assert key is not None, "no key is ever deleted"
    if not key.is_open(now_ms=now_ms) or not _is_signed(order, key, call, secret_key=secret_key):
        raise PaymentSignatureError("The shop's server has not signed this. Nothing was paid.")
    if abs(now_ms - call.timestamp * 1000) > SIGNATURE_MS_MAX:
        raise PaymentSignatureError("The shop's signature is too old. Ask for a new one.")
    if not keys_repository.use_nonce(tx, key.id, call.nonce, use_id=call.use_id, now_ms=now_ms):
        raise PaymentSignatureError("The shop's signature was used before. Ask for a new one.")


def _is_signed(order: Order, key: Key, call: SignedCall, *, secret_key: str) -> bool:
    """Tell whether the key that made the order has signed the call, as its interface does it."""
    text = secrets.pay_text(
        program_id=call.program_id,
        timestamp=call.timestamp,
        nonce=call.nonce,
        prepay_id=order.id,
    )
    if order.style is Style.V3:
        return pairs.is_signed(key.public_key, text, call.sign)
    right = secrets.pay_sign(secrets.key_token(secret_key, key), text)
    return hmac.compare_digest(right.encode(), call.sign.encode())


def _access(tx: Tx, order_id: str, *, actor_id: str) -> Order:
    order = repository.find_order(tx, order_id)
    if order is None:
        raise PaymentNotFoundError(_NOT_FOUND)
    return _of_payer(order, actor_id)


def _lock(tx: Tx, order_id: str, *, actor_id: str) -> Order:
    order = repository.lock_order(tx, order_id)
    if order is None:
        raise PaymentNotFoundError(_NOT_FOUND)
    return _of_payer(order, actor_id)


def _of_payer(order: Order, actor_id: str) -> Order:
    """Return the order unless somebody else has paid it, which is nobody's business."""
    if order.payer_id not in (None, actor_id):
        raise PaymentNotFoundError(_NOT_FOUND)
    return order
