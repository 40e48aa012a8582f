"""May this payment be made, and did its person say so?  The one place that answers.

Three steps, the same for every payment a person makes.  ``preview_payment`` tells the sheet what it
will have to ask for, and refuses what is refused in any case.  ``entry.authorise`` takes the proof
(a PIN, a passkey, or nothing where nothing is needed) and notes a confirmation of exactly this
intent.  ``spend_confirmation`` runs in the transaction that moves the money and judges all of it
once more, because time has passed: what it does not clear does not move.
"""

from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError
from host.core.ids import new_id
from host.wallet.authority import Clearance, Confirmation, Demand, Method, PaymentIntent
from host.wallet.errors import PinSpentError
from host.wallet.repository import confirmation as repository
from host.wallet.service import pin as pins

# From the proof to the money there is one request; whoever is slower is asked again.
CONFIRMATION_TTL_MS = 5 * 60_000


def preview_payment(tx: Tx, intent: PaymentIntent, *, now_ms: int) -> Demand:  # noqa: ARG001
    """Tell what the payment will ask for."""
    return Demand(needs_proof=True, has_pin=pins.has_pin(tx, intent.person_id))


def confirm_with_pin(
    tx: Tx, attempt_id: str, intent: PaymentIntent, *, device_at_ms: int | None = None, now_ms: int
) -> str:
    """Note a confirmation by an attempt whose PIN proved to be right, and return its id.

    In a transaction of its own before the payment is tried, so that a right PIN is not counted as
    wrong when the payment itself is refused.
    """
    pins.accept_pin(tx, attempt_id, intent.person_id)
    pins.spend_pin(tx, attempt_id, intent.person_id)
    made = Confirmation(new_id(), intent, Method.PIN, device_at_ms, now_ms)
    repository.insert_confirmation(tx, made)
    return made.id


def spend_confirmation(
    tx: Tx, confirmation_id: str, intent: PaymentIntent, *, now_ms: int
) -> Clearance:
    """Clear ``intent`` for the transaction that moves its money; refuse everything else.

    A payment that was cleared before is cleared again without being counted twice: what repeats is
    the request, and the ledger repeats nothing.
    """
    made = repository.lock_confirmation(tx, confirmation_id)
    if made is None or made.intent.person_id != intent.person_id:
        raise PinSpentError("This payment was not confirmed. Confirm it again.")
    if made.intent != intent:
        raise PinSpentError("What was confirmed is another payment. Look at it and confirm again.")
    if made.spent_at_ms is not None:
        raise PinSpentError("This confirmation was used. Confirm again.")
    if now_ms - made.made_at_ms > CONFIRMATION_TTL_MS:
        raise PinSpentError("This confirmation is too old. Confirm again.")

    earlier = repository.find_spent(tx, intent)
    if earlier is not None:
        if earlier.intent != intent:
            raise IdempotencyKeyReusedError("This id belongs to another payment. Use a new id.")
        repository.delete_confirmation(tx, made.id)
        return Clearance(earlier.method, is_repeat=True)
    repository.set_spent(tx, made.id, now_ms=max(now_ms, made.made_at_ms))
    return Clearance(made.method)


def forget_old_confirmations(tx: Tx, *, now_ms: int) -> int:
    """Delete confirmations of payments that never came and return how many."""
    return repository.delete_unspent(tx, before_ms=now_ms - 2 * CONFIRMATION_TTL_MS)
