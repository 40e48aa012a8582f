"""The transfers of a payment: the one place here that touches the ledger.

One control account per live order holds the payer's money between payment and capture, and is
closed, empty, when the order has got it.  A captured order goes to what the merchant has pending,
less the platform's fee.  From there on it is settlement's: when it can be paid out, and where a
refund comes from, of which the platform gives its fee's part back in proportion.
"""

from host.core.db import Tx
from host.core.ids import derived_id
from host.core.money import Money
from host.payments.model import Order
from host.settlement import service as settlement
from host.wallet import service as wallet
from host.wallet.model import (
    Place,
    Purpose,
    cash_place,
    control_place,
    fees_place,
    pending_place,
)

BUSINESS = "payment"


def hold(tx: Tx, order: Order, *, payer_id: str, now_ms: int) -> None:
    """Reserve the order's money in the payer's account."""
    cash, control = cash_place(payer_id, order.currency), _control(order)
    wallet.open_account(tx, cash, now_ms=now_ms)
    wallet.open_account(tx, control, now_ms=now_ms)
    wallet.hold_transfer(
        tx,
        _hold_id(order),
        debit_id=cash.id,
        credit_id=control.id,
        money=order.money,
        purpose=Purpose.PAYMENT,
        actor_id=payer_id,
        reference=order.id,
        now_ms=now_ms,
    )


def capture(tx: Tx, order: Order, *, amount_minor: int, fee_minor: int, now_ms: int) -> None:
    """Take what is held, or a part of it; the rest is the payer's again."""
    wallet.post_held(
        tx,
        derived_id("payments.capture", order.id),
        pending_id=_hold_id(order),
        amount_minor=amount_minor,
        now_ms=now_ms,
    )
    pending = pending_place(order.brand_id, order.currency)
    _move(tx, order, pending, amount_minor - fee_minor, purpose=Purpose.PAYMENT, now_ms=now_ms)
    fees = fees_place(order.currency)
    _move(tx, order, fees, fee_minor, purpose=Purpose.PAYMENT_FEE, now_ms=now_ms)
    wallet.close_account(tx, _control(order).id, now_ms=now_ms)
    settlement.record_earning(
        tx,
        source_kind=BUSINESS,
        source_id=order.id,
        brand_id=order.brand_id,
        money=Money(amount_minor, order.currency),
        fee_minor=fee_minor,
        now_ms=now_ms,
    )


def release(tx: Tx, order: Order, *, now_ms: int) -> None:
    """Give up what is held: it is the payer's again."""
    wallet.void_held(
        tx, derived_id("payments.void", order.id), pending_id=_hold_id(order), now_ms=now_ms
    )
    wallet.close_account(tx, _control(order).id, now_ms=now_ms)


def give_back(tx: Tx, order: Order, refund_id: str, *, amount_minor: int, now_ms: int) -> int:
    """Move a refund to the payer and return the platform's part of it; or move nothing at all."""
    assert order.payer_id is not None, "it was paid"
    made = settlement.record_refund(
        tx,
        source_kind=BUSINESS,
        source_id=order.id,
        refund_id=refund_id,
        brand_id=order.brand_id,
        payer_id=order.payer_id,
        money=Money(amount_minor, order.currency),
        now_ms=now_ms,
    )
    return made.fee_minor


def _move(
    tx: Tx, order: Order, to: Place, amount_minor: int, *, purpose: Purpose, now_ms: int
) -> None:
    if not amount_minor:
        return
    wallet.open_account(tx, to, now_ms=now_ms)
    wallet.post_transfer(
        tx,
        derived_id("payments", order.id, purpose.value),
        debit_id=_control(order).id,
        credit_id=to.id,
        money=Money(amount_minor, order.currency),
        purpose=purpose,
        actor_id=order.brand_id,
        reference=order.id,
        now_ms=now_ms,
    )


def _control(order: Order) -> Place:
    return control_place(BUSINESS, order.id, order.currency)


def _hold_id(order: Order) -> str:
    return derived_id("payments.hold", order.id)
