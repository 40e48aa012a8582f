"""Paying a bill: the money is set aside, the biller told, and its answer ends it.

Set aside means: in a control account of this payment, which must end at zero.  Accepted, it goes to
what the biller has earned, less the fee; refused, or never answered, it goes back to who paid.
"""

from dataclasses import replace

from host.bills import repository, repository_payments
from host.bills.errors import (
    BillChangedError,
    BillEndedError,
    BillNotFoundError,
    PaymentAnsweredError,
)
from host.bills.events import BillPaid, BillPaidBack
from host.bills.model import (
    UNANSWERED_BACK_MS,
    UNKNOWN_AFTER_MS,
    Answer,
    Bill,
    BillStatus,
    Payment,
    PaymentState,
)
from host.bills.service.billers import hint_people
from host.bills.service.people import access_bill
from host.core import outbox
from host.core.db import Tx
from host.core.money import Money, decimal_text
from host.settlement import service as settlement
from host.wallet import service as wallet
from host.wallet.model import Place, Purpose, cash_place, control_place, fees_place, pending_place

_SWEPT_COUNT_MAX = 50


def bill_intent(payment_id: str, bill: Bill, *, person_id: str) -> wallet.PaymentIntent:
    """Return what the payer is asked to confirm."""
    return wallet.PaymentIntent(
        person_id, wallet.PaymentPurpose.BILL, payment_id, bill.money, bill.brand_id
    )


def check_bill(
    tx: Tx, bill_id: str, *, actor_id: str, version: int, shown_minor: int
) -> Bill | Payment:
    """Refuse what cannot be paid, before a PIN is asked for; return the payment there is."""
    shown = access_bill(tx, bill_id, actor_id=actor_id)
    if shown.payment is not None and shown.payment.person_id == actor_id:
        return shown.payment
    _check_payable(shown.bill, version=version, shown_minor=shown_minor)
    wallet.check_can_spend(tx, actor_id, shown.bill.money)
    return shown.bill


def pay_bill(
    tx: Tx,
    payment_id: str,
    *,
    bill_id: str,
    actor_id: str,
    version: int,
    shown_minor: int,
    confirmation_id: str,
    fee_bps: int,
    now_ms: int,
) -> Payment:
    """Set the money of a bill aside, once: a second tab gets the first one's payment."""
    bill = access_bill(tx, bill_id, actor_id=actor_id).bill
    locked = repository.lock_bill(tx, bill.id)
    assert locked is not None, "bills are never deleted"
    earlier = repository_payments.find_payments_of(tx, [bill_id]).get(bill_id)
    if earlier is not None and earlier.person_id == actor_id:
        return earlier
    _check_payable(locked, version=version, shown_minor=shown_minor)
    intent = bill_intent(payment_id, locked, person_id=actor_id)
    wallet.spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)

    payment = Payment(
        payment_id,
        bill_id,
        actor_id,
        locked.brand_id,
        locked.money,
        settlement.fee_bps_of(tx, locked.brand_id, default_bps=fee_bps),
        PaymentState.SENT,
        "",
        now_ms,
        now_ms,
    )
    cash, held = cash_place(actor_id, locked.money.currency), _place(payment)
    _move(tx, payment, (cash, held), locked.money, Purpose.BILL, now_ms=now_ms)
    repository_payments.insert_payment(tx, payment)
    paying = replace(locked, status=BillStatus.PAYING, updated_at_ms=now_ms)
    repository.save_bill(tx, paying)
    hint_people(tx, paying, now_ms=now_ms)
    return payment


def record_answer(
    tx: Tx, payment_id: str, answer: Answer, *, brand_id: str | None = None, now_ms: int
) -> Payment:
    """Do what the biller's answer says; the same answer again changes nothing."""
    found = repository_payments.find_payment(tx, payment_id)
    if found is None or brand_id not in {None, found.brand_id}:
        raise BillNotFoundError("You have no payment with this id.")
    # The bill first, as everywhere: the order of the locks.
    bill = repository.lock_bill(tx, found.bill_id)
    payment = repository_payments.lock_payment(tx, payment_id)
    assert bill is not None, "bills are never deleted"
    assert payment is not None, "payments are never deleted"
    if payment.state.is_final:
        if answer.state.is_final and answer.state is not payment.state:
            raise PaymentAnsweredError(
                "This payment was answered otherwise before.", state=str(payment.state)
            )
        return payment
    repository_payments.save_answer(tx, payment_id, answer, now_ms=now_ms)
    if answer.state is PaymentState.ACCEPTED:
        _take(tx, payment, now_ms=now_ms)
        bill = replace(bill, status=BillStatus.PAID, updated_at_ms=now_ms)
    elif answer.state is PaymentState.REFUSED:
        _give_back(tx, payment, now_ms=now_ms)
        bill = replace(bill, status=BillStatus.OPEN, updated_at_ms=now_ms)
    repository.save_bill(tx, bill)
    hint_people(tx, bill, now_ms=now_ms)
    return replace(payment, state=answer.state, reference=answer.reference)


def give_back_unanswered(tx: Tx, *, now_ms: int) -> int:
    """Give back what no biller has answered for days; call what is late unknown; return how many.

    A biller that says afterwards that it has taken the money hears that it was given back.
    """
    over_ms = now_ms - UNANSWERED_BACK_MS
    late = repository_payments.find_late(
        tx,
        sent_before_ms=now_ms - UNKNOWN_AFTER_MS,
        made_before_ms=over_ms,
        limit=_SWEPT_COUNT_MAX,
    )
    for payment in late:
        is_over = payment.made_at_ms <= over_ms
        state = PaymentState.REFUSED if is_over else PaymentState.UNKNOWN
        record_answer(tx, payment.id, Answer(state), now_ms=now_ms)
    return len(late)


def _check_payable(bill: Bill, *, version: int, shown_minor: int) -> None:
    if bill.status is not BillStatus.OPEN:
        raise BillEndedError(
            "This bill was paid or taken back. Nothing was charged.", status=str(bill.status)
        )
    if (bill.version, bill.money.amount_minor) != (version, shown_minor):
        raise BillChangedError(
            "The bill is now %(amount)s %(currency)s. Nothing was charged. Look again.",
            amount=decimal_text(bill.money.amount_minor, bill.money.currency),
            amount_minor=bill.money.amount_minor,
            currency=bill.money.currency,
            version=bill.version,
        )


def _take(tx: Tx, payment: Payment, *, now_ms: int) -> None:
    """Let the biller have the money, less the platform's fee."""
    held, currency = _place(payment), payment.money.currency
    fee_minor = wallet.fee_of(payment.money, payment.fee_bps)
    share = Money(payment.money.amount_minor - fee_minor, currency)
    shop = pending_place(payment.brand_id, currency)
    _move(tx, payment, (held, shop), share, Purpose.BILL_RELEASE, now_ms=now_ms)
    if fee_minor:
        fee = Money(fee_minor, currency)
        _move(tx, payment, (held, fees_place(currency)), fee, Purpose.BILL_FEE, now_ms=now_ms)
    wallet.close_account(tx, held.id, now_ms=now_ms)
    settlement.record_earning(
        tx,
        source_kind="bill",
        source_id=payment.id,
        brand_id=payment.brand_id,
        money=payment.money,
        fee_minor=fee_minor,
        now_ms=now_ms,
    )
    event = BillPaid(
        payment.bill_id,
        payment.id,
        payment.brand_id,
        payment.person_id,
        payment.money.amount_minor,
        currency,
    )
    outbox.publish(tx, event, now_ms=now_ms)


def _give_back(tx: Tx, payment: Payment, *, now_ms: int) -> None:
    held = _place(payment)
    cash = cash_place(payment.person_id, payment.money.currency)
    _move(tx, payment, (held, cash), payment.money, Purpose.BILL_REFUND, now_ms=now_ms)
    wallet.close_account(tx, held.id, now_ms=now_ms)
    event = BillPaidBack(payment.bill_id, payment.id, payment.brand_id, payment.person_id)
    outbox.publish(tx, event, now_ms=now_ms)


def _place(payment: Payment) -> Place:
    return control_place("bill", payment.id, payment.money.currency)


def _move(
    tx: Tx,
    payment: Payment,
    sides: tuple[Place, Place],
    money: Money,
    purpose: Purpose,
    *,
    now_ms: int,
) -> None:
    for place in sides:
        wallet.open_account(tx, place, now_ms=now_ms)
    # What its payer sees has the payment's own id, for the receipt.
    step = "" if purpose is Purpose.BILL else f":{purpose}"
    wallet.post_transfer(
        tx,
        f"{payment.id}{step}",
        debit_id=sides[0].id,
        credit_id=sides[1].id,
        money=money,
        purpose=purpose,
        actor_id=payment.person_id if purpose is Purpose.BILL else "platform",
        reference=payment.bill_id,
        now_ms=now_ms,
    )
