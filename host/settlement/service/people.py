"""A brand pays into a person's wallet."""

from host.core import outbox
from host.core.db import Tx
from host.core.errors import BadInputError, IdempotencyKeyReusedError
from host.core.ids import derived_id
from host.core.money import Money
from host.core.text import clean_line
from host.identity import service as identity
from host.settlement.errors import MerchantShortError
from host.settlement.events import PersonPaid
from host.settlement.payout_model import MEMO_CHARS_MAX, PersonPayment
from host.settlement.repository import payouts as repository
from host.wallet import service as wallet
from host.wallet.model import Purpose, cash_place, merchant_place


def pay_person(
    tx: Tx,
    key: str,
    *,
    brand_id: str,
    actor_id: str,
    person_id: str,
    money: Money,
    memo: str,
    now_ms: int,
) -> PersonPayment:
    """Pay from what is available into somebody's cash, once a key; the caller checked the actor.

    The person sees it in the statement and hears of it in the brand's chat.
    """
    payment_id = derived_id("settlement.person", brand_id, key)
    wallet.lock_ledger(tx)
    words = clean_line(memo, length_max=MEMO_CHARS_MAX)
    earlier = repository.find_payment(tx, payment_id)
    if earlier is not None:
        if (earlier.person_id, earlier.money, earlier.memo) != (person_id, money, words):
            raise IdempotencyKeyReusedError("This key belongs to another payment. Use a new one.")
        return earlier
    if not words:
        raise BadInputError("Write what the money is for, in 100 characters at most.")
    identity.access_person(tx, person_id)
    has = wallet.merchant_balance(tx, brand_id, money.currency)
    if has.available_minor < money.amount_minor:
        raise MerchantShortError(
            "The shop has too little available for this. Nothing has moved.",
            amount_minor=money.amount_minor,
            available_minor=has.available_minor,
            pending_minor=has.pending_minor,
            currency=money.currency,
        )
    wallet.check_can_receive(tx, person_id, money, now_ms=now_ms)
    cash = cash_place(person_id, money.currency)
    wallet.open_account(tx, cash, now_ms=now_ms)
    wallet.post_transfer(
        tx,
        f"person:{payment_id}",
        debit_id=merchant_place(brand_id, money.currency).id,
        credit_id=cash.id,
        money=money,
        purpose=Purpose.FROM_MERCHANT,
        actor_id=actor_id,
        reference=payment_id,
        now_ms=now_ms,
    )
    payment = PersonPayment(
        payment_id, brand_id, person_id, money, words, actor_id, wallet.ledger_time(tx)
    )
    repository.insert_payment(tx, payment)
    event = PersonPaid(payment_id, brand_id, person_id, money.amount_minor, money.currency)
    outbox.publish(tx, event, now_ms=now_ms)
    return payment
