"""The payment PIN: set, try, lock.

An attempt is counted when it begins and given back when it was right.  So ten guesses at once are
ten attempts, and killing the host between guess and answer wins nothing.  The caller verifies the
hash outside the transaction, because Argon2 takes long on purpose.
"""

from dataclasses import replace
from itertools import pairwise

from host.core import live
from host.core.db import Tx
from host.core.ids import new_id
from host.wallet.errors import PinLockedError, PinNotSetError, PinSpentError, WeakPinError
from host.wallet.model import PinAttempt
from host.wallet.repository import pin as repository
from host.wallet.repository.pin import StoredPin

PIN_DIGITS = 6
ATTEMPT_COUNT_MAX = 5
# So many different digits at least: 112211 is tried before 471138.
_DIGITS_MIN = 3
# Each lock is four times as long as the one before: 15 minutes, an hour, four hours, a day.
LOCK_MS = 15 * 60 * 1000
LOCK_MS_MAX = 24 * 3600 * 1000
# A PIN that was forgotten is chosen anew with the account's password, and counts after this time:
# whoever has stolen the password waits as well, and the owner reads of it and can stop it.
RESET_AFTER_MS = 24 * 3600 * 1000
# A confirmation that was not used by then belongs to a payment that never came.
_ATTEMPT_KEPT_MS = 10 * 60 * 1000


def has_pin(tx: Tx, person_id: str) -> bool:
    """Tell whether the person has set a PIN."""
    return repository.has_pin(tx, person_id)


def check_new_pin(pin: str) -> None:
    """Refuse what is not six ASCII digits, or what everybody tries first."""
    if not (pin.isascii() and pin.isdigit() and len(pin) == PIN_DIGITS):
        raise WeakPinError("A PIN is six digits.")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    is_pattern = steps in ({0}, {1}, {9}) or len(set(pin)) <= _DIGITS_MIN - 1
    if is_pattern or pin[:3] == pin[3:] or pin == pin[::-1]:
        raise WeakPinError(
            "This PIN is too easy to guess. Choose six digits that do not count or repeat."
        )


def set_pin(tx: Tx, person_id: str, *, pin_hash: str, attempt_id: str | None, now_ms: int) -> None:
    """Set the person's PIN; replacing one takes an accepted attempt with the old one."""
    if repository.lock_pin(tx, person_id) is not None:
        if attempt_id is None:
            raise PinSpentError("You have a PIN already. Give it to choose another one.")
        spend_pin(tx, attempt_id, person_id)
    repository.upsert_pin(tx, person_id, pin_hash, now_ms=now_ms)


def begin_reset(tx: Tx, person_id: str, *, pin_hash: str, now_ms: int) -> int:
    """Let a new PIN count after a day and return when; the caller has seen the password."""
    if repository.lock_pin(tx, person_id) is None:
        raise PinNotSetError("You have no payment PIN yet. Set one in your wallet.")
    at_ms = now_ms + RESET_AFTER_MS
    repository.set_next(tx, person_id, pin_hash, at_ms=at_ms)
    live.publish(tx, [person_id], "wallet.changed", {"pin_at_ms": at_ms}, now_ms=now_ms)
    return at_ms


def stop_reset(tx: Tx, person_id: str) -> None:
    """Keep the PIN as it is."""
    if repository.lock_pin(tx, person_id) is not None:
        repository.set_next(tx, person_id, None, at_ms=None)


def find_reset(tx: Tx, person_id: str, *, now_ms: int) -> int | None:
    """Return when a new PIN begins to count, if one waits."""
    at_ms = repository.find_next_at(tx, person_id)
    return at_ms if at_ms is not None and at_ms > now_ms else None


def begin_pin_attempt(tx: Tx, person_id: str, now_ms: int) -> PinAttempt:
    """Count an attempt and return the hash to compare with; refuse while the PIN is locked."""
    pin = repository.lock_pin(tx, person_id)
    if pin is None:
        raise PinNotSetError("You have no payment PIN yet. Set one in your wallet.")
    if pin.next_hash is not None and pin.next_at_ms is not None and pin.next_at_ms <= now_ms:
        repository.upsert_pin(tx, person_id, pin.next_hash, now_ms=pin.next_at_ms)
        pin = StoredPin(pin.next_hash, 0, 0, None)
    counted = _count(pin, now_ms=now_ms)
    repository.set_counts(tx, person_id, counted)

    attempt_id = new_id()
    repository.insert_attempt(tx, attempt_id, person_id, now_ms=now_ms)
    return PinAttempt(attempt_id, pin.pin_hash, ATTEMPT_COUNT_MAX - counted.attempt_count)


def accept_pin(tx: Tx, attempt_id: str, person_id: str) -> None:
    """Note that the PIN was right; the counter starts anew.

    In a transaction of its own before the payment is tried, so that a right PIN is not counted as
    wrong when the payment itself is refused.
    """
    if not repository.set_status(tx, attempt_id, person_id, status="right", was="open"):
        raise PinSpentError("This confirmation was used. Give the PIN again.")
    pin = repository.lock_pin(tx, person_id)
    assert pin is not None, "the attempt was begun with it"
    repository.set_counts(tx, person_id, StoredPin(pin.pin_hash, 0, 0, None))


def spend_pin(tx: Tx, attempt_id: str, person_id: str) -> None:
    """Spend an accepted attempt on what this transaction does: it serves once, for this person."""
    if not repository.set_status(tx, attempt_id, person_id, status="spent", was="right"):
        raise PinSpentError("This confirmation was used. Give the PIN again.")


def refuse_pin(tx: Tx, attempt_id: str, person_id: str) -> None:
    """Note that the PIN was wrong.  It was counted when the attempt began."""
    repository.set_status(tx, attempt_id, person_id, status="refused", was="open")


def _count(pin: StoredPin, *, now_ms: int) -> StoredPin:
    """Return the PIN with one more attempt; the fifth locks it until it proves to be right."""
    until_ms = pin.locked_until_ms
    if until_ms is not None and now_ms < until_ms:
        raise PinLockedError(
            "The PIN was wrong too often. Try again in %(wait_minutes)s minutes.",
            wait_minutes=-(-(until_ms - now_ms) // 60_000),
        )
    attempt_count = 1 if until_ms is not None else pin.attempt_count + 1
    if attempt_count < ATTEMPT_COUNT_MAX:
        return replace(pin, attempt_count=attempt_count, locked_until_ms=None)
    return StoredPin(
        pin.pin_hash,
        attempt_count,
        pin.lock_count + 1,
        now_ms + min(LOCK_MS * 4**pin.lock_count, LOCK_MS_MAX),
    )


def forget_old_attempts(tx: Tx, *, now_ms: int) -> int:
    """Delete attempts that can serve nothing any more and return how many."""
    return repository.delete_attempts(tx, before_ms=now_ms - _ATTEMPT_KEPT_MS)
