"""Passwords, sessions and the budget of attempts.

Signing in takes two transactions with the slow hash between them: ``begin_sign_in`` counts the
attempt and returns the hash, the caller verifies outside, ``finish_sign_in`` opens the session.
The attempt is counted first, so that ten requests at once have ten attempts and not one.
"""

import secrets

from host.core import live
from host.core.db import Tx
from host.core.ids import new_id
from host.identity import repository
from host.identity.errors import (
    PasswordRefusedError,
    SessionNotFoundError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from host.identity.model import (
    PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN,
    SESSION_KEPT_MS,
    SESSION_SEEN_STEP_MS,
    Person,
    Session,
    SignInAttempt,
)
from host.identity.service import people
from host.identity.service.tokens import hash_token

_WINDOW_MS = 15 * 60_000
# One handle from one address: enough for somebody who tries their old passwords.
_PAIR_COUNT_MAX = 10
# One address over all handles: a household or an office.
_ADDRESS_COUNT_MAX = 60
# One handle over all addresses: far above the pair, so that a stranger with one address cannot lock
# its owner out, and still only about 10,000 guesses a day for a whole botnet.
_HANDLE_COUNT_MAX = 100
_DEVICE_LENGTH_MAX = 120
# Signalled with ``(person_id, session_id)`` after the commit that ended a session.
SESSION_ENDED_TOPIC = "identity.session_ended"


def check_new_password(password: str) -> str:
    """Return a password that may be hashed, or refuse it: its length is all that is asked."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise PasswordRefusedError(
            "A password has %(min)s to %(max)s signs. A few words in a row are good.",
            min=PASSWORD_LENGTH_MIN,
            max=PASSWORD_LENGTH_MAX,
        )
    return password


def begin_sign_in(tx: Tx, *, handle: str, address: str, now_ms: int) -> SignInAttempt | None:
    """Count an attempt and return what to verify; None when the budget is used up.

    It answers None instead of raising, because a refusal would undo the count.
    """
    person = people.find_person_by_handle(tx, handle)
    key = person.handle if person is not None else hash_token(handle)[:32]
    counts = (
        (f"{key} {address}", _PAIR_COUNT_MAX),
        (f"* {address}", _ADDRESS_COUNT_MAX),
        (f"{key} *", _HANDLE_COUNT_MAX),
    )
    used = [
        repository.count_attempt(tx, name, window_ms=_WINDOW_MS, now_ms=now_ms) > most
        for name, most in counts
    ]
    if any(used):
        return None
    if person is None:
        return SignInAttempt(key, address, None, None)
    return SignInAttempt(key, address, person.id, repository.find_password_hash(tx, person.id))


def refuse_too_many() -> TooManyAttemptsError:
    """Return the refusal for an attempt beyond the budget."""
    return TooManyAttemptsError("Too many attempts. Wait 15 minutes and try again.")


def finish_sign_in(
    tx: Tx,
    attempt: SignInAttempt,
    *,
    is_right: bool,
    token_hash: str,
    device: str,
    new_password_hash: str | None,
    ttl_ms: int,
    now_ms: int,
) -> Session:
    """Open a session for an attempt whose password was right, or refuse.

    ``new_password_hash`` replaces the stored hash when the parameters have grown since.
    """
    if not is_right or attempt.person_id is None:
        raise WrongPasswordError("Handle or password is wrong. Check both and try again.")

    repository.forget_attempts(tx, f"{attempt.handle} {attempt.address}")
    if new_password_hash is not None:
        repository.put_password(tx, attempt.person_id, new_password_hash, now_ms=now_ms)
    return open_session(
        tx, attempt.person_id, token_hash=token_hash, device=device, ttl_ms=ttl_ms, now_ms=now_ms
    )


def open_session(
    tx: Tx, person_id: str, *, token_hash: str, device: str, ttl_ms: int, now_ms: int
) -> Session:
    """Sign a person in on a device.  The caller has proved who it is."""
    person = people.access_person(tx, person_id)
    session = Session(
        id=new_id(),
        person_id=person.id,
        csrf_secret=secrets.token_hex(32),
        device=device[:_DEVICE_LENGTH_MAX],
        created_at_ms=now_ms,
        seen_at_ms=now_ms,
        expires_at_ms=now_ms + ttl_ms,
        revoked_at_ms=None,
    )
    repository.insert_session(tx, session, token_hash=token_hash)
    return session


def find_session(tx: Tx, token_hash: str, *, now_ms: int) -> tuple[Session, Person] | None:
    """Return the open session of a cookie and its person; None for an ended or unknown one."""
    session = repository.find_session_by_token(tx, token_hash)
    if session is None or not session.is_open(now_ms=now_ms):
        return None
    return session, people.access_person(tx, session.person_id)


def is_seen_stale(session: Session, *, now_ms: int) -> bool:
    """Tell whether "last seen" is old enough to be worth a write."""
    return now_ms - session.seen_at_ms >= SESSION_SEEN_STEP_MS


def touch_session(tx: Tx, session_id: str, *, ttl_ms: int, now_ms: int) -> None:
    """Note that the device was there; an open session lasts from its last use."""
    repository.update_session_seen(tx, session_id, seen_at_ms=now_ms, expires_at_ms=now_ms + ttl_ms)


def find_devices(tx: Tx, person_id: str, *, now_ms: int) -> list[Session]:
    """Return where the person is signed in."""
    return repository.find_open_sessions(tx, person_id, now_ms=now_ms)


def revoke_device(tx: Tx, session_id: str, *, actor_id: str, now_ms: int) -> None:
    """Sign one of one's own devices out; its sockets close."""
    session = repository.find_session(tx, session_id)
    if session is None:
        raise SessionNotFoundError("You have no device with this id.")
    if session.person_id != actor_id:
        raise SessionNotFoundError("You have no device with this id.")
    _revoke(tx, session, now_ms=now_ms)


def sign_out(tx: Tx, token_hash: str, *, now_ms: int) -> None:
    """Close the session of a cookie; an unknown one is as good as closed."""
    session = repository.find_session_by_token(tx, token_hash)
    if session is not None:
        _revoke(tx, session, now_ms=now_ms)


def read_password_hash(tx: Tx, *, actor_id: str, now_ms: int) -> str | None:
    """Return the actor's own hash to verify before a change; None when the budget is used up."""
    used = repository.count_attempt(tx, f"change {actor_id}", window_ms=_WINDOW_MS, now_ms=now_ms)
    if used > _PAIR_COUNT_MAX:
        return None
    return repository.find_password_hash(tx, actor_id)


def change_password(
    tx: Tx,
    *,
    actor_id: str,
    session_id: str,
    is_right: bool,
    new_password_hash: str,
    now_ms: int,
) -> None:
    """Replace the password and sign every other device out."""
    if not is_right:
        raise WrongPasswordError("The current password is wrong. Nothing was changed.")
    repository.put_password(tx, actor_id, new_password_hash, now_ms=now_ms)
    repository.forget_attempts(tx, f"change {actor_id}")
    for session in repository.find_open_sessions(tx, actor_id, now_ms=now_ms):
        if session.id != session_id:
            _revoke(tx, session, now_ms=now_ms)


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Forget sessions that ended long ago, and counts whose window is over."""
    repository.delete_budgets_before(tx, began_before_ms=now_ms - _WINDOW_MS)
    return repository.delete_sessions_before(tx, expired_before_ms=now_ms - SESSION_KEPT_MS)


def _revoke(tx: Tx, session: Session, *, now_ms: int) -> None:
    if repository.revoke_session(tx, session.id, now_ms=now_ms):
        live.revoke_tickets(tx, session.id)
        ended = f"{session.person_id} {session.id}"
        tx.signal(SESSION_ENDED_TOPIC, ended, ended)
