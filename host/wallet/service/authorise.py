"""May this payment be made, and did its person say so?  The one place that answers.

Three steps, the same for every payment a person makes.  ``preview_payment`` tells the sheet what it
will have to ask for, and refuses what is refused in any case.  ``entry.authorise`` takes the proof
(a PIN, a passkey, or nothing where nothing is needed) and notes a confirmation of exactly this
intent.  ``spend_confirmation`` runs in the transaction that moves the money and judges all of it
once more, because time has passed: what it does not clear does not move.
"""

from dataclasses import dataclass, replace

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import new_id
from host.wallet.authority import (
    HELD_PURPOSES,
    Clearance,
    Confirmation,
    Demand,
    Method,
    PaymentIntent,
)
from host.wallet.errors import (
    AccountFrozenError,
    PaymentCheckedError,
    PaymentRefusedError,
    PinSpentError,
    ProofNeededError,
)
from host.wallet.freeze_model import FreezeMode
from host.wallet.repository import confirmation as repository
from host.wallet.repository import passkey as passkeys
from host.wallet.repository import security
from host.wallet.repository.security import Security
from host.wallet.review_model import Finding, ReviewStatus
from host.wallet.risk import STRICTNESS, Action
from host.wallet.service import caps, freeze, risks
from host.wallet.service import pin as pins

# From the proof to the money there is one request; whoever is slower is asked again.
CONFIRMATION_TTL_MS = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a payment comes to before any proof is looked at."""

    demand: Demand
    found: list[Finding]
    # To be held, or checked first.
    is_odd: bool


def preview_payment(
    tx: Tx, intent: PaymentIntent, *, device_at_ms: int | None = None, now_ms: int
) -> Demand:
    """Tell what the payment will ask for, and refuse what is refused whatever is given."""
    return judge_payment(tx, intent, device_at_ms=device_at_ms, now_ms=now_ms).demand


def judge_payment(
    tx: Tx, intent: PaymentIntent, *, device_at_ms: int | None = None, now_ms: int
) -> Verdict:
    """Judge a payment by freeze, tier and risk rules.

    A repeat of what was paid is judged as it was then: it moves nothing and is refused nothing.
    """
    person_id = intent.person_id
    demand = Demand(
        needs_proof=True,
        has_pin=pins.has_pin(tx, person_id),
        has_passkey=passkeys.has_passkey(tx, person_id),
    )
    earlier = repository.find_spent(tx, intent)
    if earlier is not None:
        is_small = earlier.method is Method.SMALL and earlier.intent == intent
        return Verdict(replace(demand, needs_proof=not is_small), [], is_odd=False)
    _refuse_frozen(tx, person_id)
    return _judge(
        tx,
        intent,
        demand,
        security.find_security(tx, person_id),
        device_at_ms=device_at_ms,
        now_ms=now_ms,
    )


def check_refusal(verdict: Verdict) -> None:
    """Refuse what a rule refuses; what was found was noted before."""
    if risks.strictest(verdict.found) is Action.REFUSE:
        raise PaymentRefusedError("This payment was refused for your safety. Ask an admin why.")


def confirm_with_pin(
    tx: Tx, attempt_id: str, intent: PaymentIntent, *, device_at_ms: int | None = None, now_ms: int
) -> str:
    """Note a confirmation by an attempt whose PIN proved to be right, and return its id.

    In a transaction of its own before the payment is tried, so that a right PIN is not counted as
    wrong when the payment itself is refused.
    """
    pins.accept_pin(tx, attempt_id, intent.person_id)
    pins.spend_pin(tx, attempt_id, intent.person_id)
    return confirm(tx, intent, Method.PIN, device_at_ms=device_at_ms, now_ms=now_ms)


def confirm(
    tx: Tx, intent: PaymentIntent, method: Method, *, device_at_ms: int | None, now_ms: int
) -> str:
    """Note that an intent was confirmed and return the confirmation; the caller saw the proof."""
    made = Confirmation(new_id(), intent, method, device_at_ms, now_ms)
    repository.insert_confirmation(tx, made)
    return made.id


def spend_confirmation(
    tx: Tx, confirmation_id: str, intent: PaymentIntent, *, now_ms: int
) -> Clearance:
    """Clear ``intent`` for the transaction that moves its money; refuse everything else.

    A payment that was cleared before is cleared again without being counted twice: what repeats is
    the request, and the ledger repeats nothing.  With ``held_until_ms`` the caller holds the money
    and does not move it; only for purposes in ``HELD_PURPOSES``.
    """
    made = _lock(tx, confirmation_id, intent, now_ms=now_ms)
    earlier = repository.find_spent(tx, intent)
    if earlier is not None:
        if earlier.intent != intent:
            raise IdempotencyKeyReusedError("This id belongs to another payment. Use a new id.")
        repository.delete_confirmation(tx, made.id)
        return Clearance(earlier.method, is_repeat=True)

    demand = Demand(needs_proof=True, has_pin=True)
    own = security.lock_security(tx, intent.person_id)
    verdict = _judge(tx, intent, demand, own, device_at_ms=made.device_at_ms, now_ms=now_ms)
    if verdict.demand.needs_proof and made.method is Method.SMALL:
        raise ProofNeededError("This payment needs your PIN or a passkey.")
    check_refusal(verdict)
    risks.record(tx, intent, verdict.found, now_ms=now_ms)
    repository.set_spent(tx, made.id, now_ms=max(now_ms, made.made_at_ms))
    if not verdict.is_odd:
        return Clearance(made.method)
    if intent.purpose not in HELD_PURPOSES:
        raise PaymentCheckedError("This payment must be checked first. Try it once more.")
    review = risks.open_review(tx, intent, now_ms=now_ms)
    return Clearance(made.method, held_until_ms=review.expires_at_ms)


def check_first(tx: Tx, intent: PaymentIntent, *, now_ms: int) -> None:
    """Let a payment that cannot wait as a hold be looked at; it is made once that is done."""
    review = risks.open_review(tx, intent, now_ms=now_ms)
    assert review.status is not ReviewStatus.APPROVED, "an approved payment is not odd"


def refuse_unchecked(tx: Tx, intent: PaymentIntent) -> None:
    """Say how the check of a payment stands."""
    review = risks.find_review(tx, intent)
    if review is not None and review.status is ReviewStatus.OPEN:
        raise PaymentCheckedError(
            "This payment is being checked first, and nothing was paid. Your wallet says when you"
            " can pay it.",
            until_ms=review.expires_at_ms,
        )
    raise PaymentRefusedError("This payment was looked at and refused. Your wallet says why.")


def forget_old_confirmations(tx: Tx, *, now_ms: int) -> int:
    """Delete confirmations of payments that never came and return how many."""
    return repository.delete_unspent(tx, before_ms=now_ms - 2 * CONFIRMATION_TTL_MS)


def _lock(tx: Tx, confirmation_id: str, intent: PaymentIntent, *, now_ms: int) -> Confirmation:
    made = repository.lock_confirmation(tx, confirmation_id)
    if made is None or made.intent.person_id != intent.person_id:
        raise PinSpentError("This payment was not confirmed. Confirm it again.")
    if made.intent != intent:
        raise PinSpentError("What was confirmed is another payment. Look at it and confirm again.")
    if made.spent_at_ms is not None:
        raise PinSpentError("This confirmation was used. Confirm again.")
    if now_ms - made.made_at_ms > CONFIRMATION_TTL_MS:
        raise PinSpentError("This confirmation is too old. Confirm again.")
    return made


def _judge(
    tx: Tx,
    intent: PaymentIntent,
    demand: Demand,
    own: Security,
    *,
    device_at_ms: int | None,
    now_ms: int,
) -> Verdict:
    caps.check_may_pay(tx, intent, own, now_ms=now_ms)
    facts = risks.gather(tx, intent, device_at_ms=device_at_ms, now_ms=now_ms)
    found = risks.judge(tx, facts)
    action = risks.strictest(found)
    is_strict = action is not None and STRICTNESS.index(action) >= STRICTNESS.index(Action.CONFIRM)
    is_new = facts.is_new(intent.payee_id)
    needs_proof = is_strict or not caps.is_small(
        tx, intent, own, is_new_payee=is_new, now_ms=now_ms
    )
    is_odd = action is Action.HOLD and not _is_approved(tx, intent)
    return Verdict(Demand(needs_proof, demand.has_pin, demand.has_passkey), found, is_odd=is_odd)


def _is_approved(tx: Tx, intent: PaymentIntent) -> bool:
    review = risks.find_review(tx, intent)
    return review is not None and review.status is ReviewStatus.APPROVED


def _refuse_frozen(tx: Tx, person_id: str) -> None:
    found = freeze.find_freeze(tx, person_id)
    if found is not None and found.mode is not FreezeMode.CREDIT:
        raise AccountFrozenError("Your wallet is frozen, so nothing can be paid. It says why.")
