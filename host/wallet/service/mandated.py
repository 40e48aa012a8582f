"""Payments that a merchant takes under a mandate: nobody is there to confirm them.

The proof was given when the mandate was signed, so a rule that asks for one is content.  Everything
else is judged anew with each debit: freeze, tier and risk rules.  What would be held is refused: a
merchant's server cannot wait for a day, and it may ask again.
"""

from host.core.db import Tx
from host.wallet.authority import Method, PaymentIntent
from host.wallet.errors import PaymentRefusedError
from host.wallet.repository import confirmation as repository
from host.wallet.repository import security
from host.wallet.service import risks
from host.wallet.service.authorise import check_refusal, confirm, judge_payment


def note_debit(tx: Tx, intent: PaymentIntent, *, now_ms: int) -> None:
    """Note what risk rules find in a debit that is to be tried, so that a refusal leaves a trace.

    In a transaction of its own: the refusal undoes the one that it is raised in.
    """
    found = judge_payment(tx, intent, now_ms=now_ms).found
    risks.record(tx, intent, found, now_ms=now_ms)


def clear_debit(tx: Tx, intent: PaymentIntent, method: Method, *, now_ms: int) -> None:
    """Clear a debit once, for the transaction that moves its money; or refuse it.

    It counts among the payments of its person, as confirmed by what the mandate was signed with.
    """
    security.lock_security(tx, intent.person_id)
    verdict = judge_payment(tx, intent, now_ms=now_ms)
    check_refusal(verdict)
    if verdict.is_odd:
        raise PaymentRefusedError("This payment would have to be checked first.")
    made = confirm(tx, intent, method, device_at_ms=None, now_ms=now_ms)
    repository.set_spent(tx, made, now_ms=now_ms)
