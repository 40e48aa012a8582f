"""Paying a bill in its steps: look, PIN, set the money aside, tell the biller."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from host.bills import repository, repository_payments
from host.bills.adapters import ADAPTERS, BillerAdapter
from host.bills.model import Account, Answer, Bill, Payment, PaymentState
from host.bills.service import payments, people
from host.core.db import Database, Tx
from host.core.ids import derived_id
from host.wallet import service as wallet

# A biller that has not answered by then is asked later what became of it.
BILLER_TIMEOUT_S = 10.0
_ASK_AGAIN_MS = 15_000
_ASKED_COUNT_MAX = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """What taking a payment needs of the host."""

    gate: wallet.Gate
    now_ms: Callable[[], int]
    fee_bps: int


async def settle_bill(
    desk: Desk,
    bill_id: str,
    *,
    key: str,
    actor_id: str,
    version: int,
    shown_minor: int,
    proof: wallet.Proof,
) -> Payment:
    """Pay a bill as it was shown; a bill that has changed since is refused, and nothing charged."""
    db = desk.gate.db
    payment_id = _payment_id(bill_id, key=key, actor_id=actor_id)
    checked = await db.read(
        payments.check_bill, bill_id, actor_id=actor_id, version=version, shown_minor=shown_minor
    )
    if isinstance(checked, Payment):
        return checked
    intent = payments.bill_intent(payment_id, checked, person_id=actor_id)
    confirmation_id = await wallet.authorise(desk.gate, intent, proof, now_ms=desk.now_ms())
    payment = await db.write(
        payments.pay_bill,
        payment_id,
        bill_id=bill_id,
        actor_id=actor_id,
        version=version,
        shown_minor=shown_minor,
        confirmation_id=confirmation_id,
        fee_bps=desk.fee_bps,
        now_ms=desk.now_ms(),
    )
    if payment.id != payment_id:
        return payment
    return await _ask(db, payment, is_new=True, now_ms=desk.now_ms())


def intent_of(bill: Bill, *, key: str, actor_id: str) -> wallet.PaymentIntent:
    """Return what paying a bill as it is now asks its payer to confirm."""
    payment_id = _payment_id(bill.id, key=key, actor_id=actor_id)
    return payments.bill_intent(payment_id, bill, person_id=actor_id)


async def link_number(
    db: Database, person_id: str, *, handle: str, account_number: str, label: str, now_ms: int
) -> Account:
    """Add a number; who tries one after the other is stopped."""
    await db.write(people.count_link, person_id, now_ms=now_ms)
    return await db.write(
        people.link_account,
        person_id,
        handle=handle,
        account_number=account_number,
        label=label,
        now_ms=now_ms,
    )


async def ask_waiting(db: Database, *, now_ms: int) -> int:
    """Ask the billers that can be asked about every payment without an answer."""
    ended = 0
    for payment in await db.read(_waiting, before_ms=now_ms - _ASK_AGAIN_MS):
        answered = await _ask(db, payment, is_new=False, now_ms=now_ms)
        ended += answered.state.is_final
    return ended


async def _ask(db: Database, payment: Payment, *, is_new: bool, now_ms: int) -> Payment:
    """Tell a biller of a new payment, or ask about an older one, and note the answer."""
    adapter = await db.read(_adapter, payment)
    if adapter is None:
        return payment  # it asks for its payments itself
    try:
        async with asyncio.timeout(BILLER_TIMEOUT_S):
            answer = await (adapter.tell(payment) if is_new else adapter.query(payment))
    except TimeoutError:
        answer = Answer(PaymentState.UNKNOWN)
    return await db.write(payments.record_answer, payment.id, answer, now_ms=now_ms)


def _payment_id(bill_id: str, *, key: str, actor_id: str) -> str:
    return derived_id("bills.payment", actor_id, bill_id, key)


def _adapter(tx: Tx, payment: Payment) -> BillerAdapter | None:
    biller = repository.find_biller(tx, payment.brand_id)
    return None if biller is None else ADAPTERS.get(biller.adapter)


def _waiting(tx: Tx, *, before_ms: int) -> list[Payment]:
    return repository_payments.find_askable(tx, asked_before_ms=before_ms, limit=_ASKED_COUNT_MAX)
