"""Registering, signing in and changing a password: the slow hash between two transactions.

The only use cases of this domain that wait: hashing runs in the bounded pool of
``host.core.passwords``, never inside a transaction and never on the event loop.
"""

from host.core.db import Database, Tx
from host.core.limits import check_rate
from host.core.passwords import Passwords
from host.identity.errors import WrongPasswordError
from host.identity.model import PASSWORD_LENGTH_MAX, Session, SignedIn
from host.identity.service import people, sign_in
from host.identity.service.names import check_handle, check_name
from host.identity.service.tokens import hash_token, new_token

# A household or a class may register together; a script may not fill the lane.
_REGISTRATIONS_PER_MINUTE = 20


async def register(
    db: Database,
    passwords: Passwords,
    *,
    handle: str,
    name: str,
    password: str,
    lang: str,
    address: str,
    device: str,
    ttl_ms: int,
    now_ms: int,
) -> SignedIn:
    """Make a person and sign them in."""
    check_handle(handle)
    check_name(name)
    sign_in.check_new_password(password)
    await db.write(_count_registration, address, now_ms=now_ms)
    password_hash = await passwords.hash(password)

    token = new_token()
    session = await db.write(
        _register_and_open,
        handle=handle,
        name=name,
        password_hash=password_hash,
        lang=lang,
        token_hash=hash_token(token),
        device=device,
        ttl_ms=ttl_ms,
        now_ms=now_ms,
    )
    return SignedIn(session, token)


async def sign_in_with_password(
    db: Database,
    passwords: Passwords,
    *,
    handle: str,
    password: str,
    address: str,
    device: str,
    ttl_ms: int,
    now_ms: int,
) -> SignedIn:
    """Sign in, or refuse with the same words and in the same time whatever was wrong."""
    attempt = await db.write(sign_in.begin_sign_in, handle=handle, address=address, now_ms=now_ms)
    if attempt is None:
        raise sign_in.refuse_too_many()
    # A longer password than can be registered is nobody's; it is cut so that hashing stays bounded.
    is_short_enough = len(password) <= PASSWORD_LENGTH_MAX
    is_right = await passwords.verify(attempt.password_hash, password[:PASSWORD_LENGTH_MAX])
    is_right = is_right and is_short_enough

    old_hash = attempt.password_hash
    new_hash = None
    if is_right and old_hash is not None and passwords.needs_rehash(old_hash):
        new_hash = await passwords.hash(password)

    token = new_token()
    session = await db.write(
        sign_in.finish_sign_in,
        attempt,
        is_right=is_right,
        token_hash=hash_token(token),
        device=device,
        new_password_hash=new_hash,
        ttl_ms=ttl_ms,
        now_ms=now_ms,
    )
    return SignedIn(session, token)


async def change_password(
    db: Database,
    passwords: Passwords,
    *,
    actor_id: str,
    session_id: str,
    current: str,
    new: str,
    now_ms: int,
) -> None:
    """Replace one's password after the current one was given; other devices are signed out."""
    sign_in.check_new_password(new)
    stored = await db.write(sign_in.read_password_hash, actor_id=actor_id, now_ms=now_ms)
    if stored is None:
        raise sign_in.refuse_too_many()
    is_right = await passwords.verify(stored, current[:PASSWORD_LENGTH_MAX])
    new_hash = await passwords.hash(new)
    await db.write(
        sign_in.change_password,
        actor_id=actor_id,
        session_id=session_id,
        is_right=is_right,
        new_password_hash=new_hash,
        now_ms=now_ms,
    )


async def check_own_password(
    db: Database, passwords: Passwords, *, actor_id: str, password: str, now_ms: int
) -> None:
    """Refuse a wrong password of somebody who is signed in; tries share the budget of changing."""
    stored = await db.write(sign_in.read_password_hash, actor_id=actor_id, now_ms=now_ms)
    if stored is None:
        raise sign_in.refuse_too_many()
    if not await passwords.verify(stored, password[:PASSWORD_LENGTH_MAX]):
        raise WrongPasswordError("The current password is wrong. Nothing was changed.")


def _count_registration(tx: Tx, address: str, *, now_ms: int) -> None:
    check_rate(tx, f"register:{address}", per_minute=_REGISTRATIONS_PER_MINUTE, now_ms=now_ms)


def _register_and_open(
    tx: Tx,
    *,
    handle: str,
    name: str,
    password_hash: str,
    lang: str,
    token_hash: str,
    device: str,
    ttl_ms: int,
    now_ms: int,
) -> Session:
    person = people.register_person(
        tx, handle=handle, name=name, password_hash=password_hash, lang=lang, now_ms=now_ms
    )
    return sign_in.open_session(
        tx, person.id, token_hash=token_hash, device=device, ttl_ms=ttl_ms, now_ms=now_ms
    )
