"""Keys: made by a brand's owner, rotated with an overlap, revoked at once."""

import secrets as chance
from dataclasses import replace

from host.brands import service as brands
from host.brands.errors import BrandNotFoundError, KeyNotFoundError, TooManyKeysError
from host.core.db import Tx
from host.core.errors import ForbiddenError
from host.core.limits import check_rate
from host.core.text import clean_line
from host.payments import secrets
from host.payments.errors import PaymentKeyRefusedError, PaymentKeyRoleError
from host.payments.model import (
    KEYS_PER_BRAND_MAX,
    LABEL_LENGTH_MAX,
    OVERLAP_MS,
    REQUESTS_PER_MINUTE_MAX,
    AuditLine,
    Caller,
    Key,
    KeyRole,
    Mode,
)
from host.payments.repository import keys as repository

_REFUSED = "This key is unknown, was revoked, or has ended. Make a new one in your console."
_ROLES = {
    KeyRole.FULL: frozenset(KeyRole),
    KeyRole.TAKE: frozenset({KeyRole.TAKE, KeyRole.READ}),
    KeyRole.READ: frozenset({KeyRole.READ}),
}
_AUDIT_SHOWN = 50
# A key's last use is told to the minute.
_USED_STEP_MS = 60_000


def create_key(
    tx: Tx,
    brand_id: str,
    *,
    actor_id: str,
    mode: Mode,
    role: KeyRole,
    label: str,
    public_key: str = "",
    now_ms: int,
) -> Key:
    """Make a key for the brand's server; its owner alone may."""
    _access_owned(tx, brand_id, actor_id=actor_id)
    if len(repository.find_keys(tx, brand_id, now_ms=now_ms)) >= KEYS_PER_BRAND_MAX:
        raise TooManyKeysError(
            "A brand has at most %(max)s keys. Revoke one first.", max=KEYS_PER_BRAND_MAX
        )
    key = Key(
        id=chance.token_hex(16),
        brand_id=brand_id,
        mode=mode,
        role=role,
        label=clean_line(label, length_max=LABEL_LENGTH_MAX) or "—",
        public_key=public_key,
        created_by=actor_id,
        created_at_ms=now_ms,
    )
    repository.insert_key(tx, key)
    repository.note(
        tx, brand_id, actor=actor_id, act="key_created", subject=key.label, now_ms=now_ms
    )
    return key


def rotate_key(tx: Tx, key_id: str, *, actor_id: str, public_key: str = "", now_ms: int) -> Key:
    """Make a key that takes this one's place; both serve for a day."""
    old = _access_key(tx, key_id, actor_id=actor_id)
    if not old.is_open(now_ms=now_ms):
        raise PaymentKeyRefusedError(_REFUSED)
    new = replace(
        old,
        id=chance.token_hex(16),
        public_key=public_key,
        created_by=actor_id,
        created_at_ms=now_ms,
        used_at_ms=None,
        expires_at_ms=None,
    )
    repository.insert_key(tx, new)
    repository.set_expiry(tx, old.id, at_ms=now_ms + OVERLAP_MS)
    repository.note(
        tx, old.brand_id, actor=actor_id, act="key_rotated", subject=old.label, now_ms=now_ms
    )
    return new


def revoke_key(tx: Tx, key_id: str, *, actor_id: str, now_ms: int) -> Key:
    """Close a key: the next request with it is refused."""
    key = _access_key(tx, key_id, actor_id=actor_id)
    repository.set_revoked(tx, key.id, now_ms=now_ms)
    repository.note(
        tx, key.brand_id, actor=actor_id, act="key_revoked", subject=key.label, now_ms=now_ms
    )
    return key


def find_keys(tx: Tx, brand_id: str, *, actor_id: str, now_ms: int) -> list[Key]:
    """Return the brand's keys that serve."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    return repository.find_keys(tx, brand_id, now_ms=now_ms)


def find_audit(tx: Tx, brand_id: str, *, actor_id: str) -> list[AuditLine]:
    """Return what was last done in the brand's name."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    return repository.find_audit(tx, brand_id, limit=_AUDIT_SHOWN)


def admit(tx: Tx, token: str, *, secret_key: str, now_ms: int) -> Caller:
    """Return for whom a bearer token speaks, counting the request; or refuse it."""
    presented = secrets.read_token(token)
    key = repository.find_key(tx, presented.key_id) if presented else None
    if presented is None or key is None or not secrets.is_right(secret_key, key, presented):
        raise PaymentKeyRefusedError(_REFUSED)
    return admit_key(tx, key, now_ms=now_ms)


def admit_key(tx: Tx, key: Key, *, now_ms: int) -> Caller:
    """Return for whom a key speaks that was proved, counting the request."""
    if not key.is_open(now_ms=now_ms):
        raise PaymentKeyRefusedError(_REFUSED)
    check_rate(
        tx,
        f"payments:{key.brand_id}:{key.mode.value}",
        per_minute=REQUESTS_PER_MINUTE_MAX,
        now_ms=now_ms,
    )
    if key.used_at_ms is None or now_ms - key.used_at_ms >= _USED_STEP_MS:
        repository.set_used(tx, key.id, now_ms=now_ms)
    return Caller(key.id, key.brand_id, key.mode, key.role)


def find_open_key(tx: Tx, key_id: str, *, now_ms: int) -> Key:
    """Return the key that a signature names, or refuse."""
    key = repository.find_key(tx, key_id)
    if key is None or not key.is_open(now_ms=now_ms):
        raise PaymentKeyRefusedError(_REFUSED)
    return key


def check_role(caller: Caller, needed: KeyRole) -> None:
    """Refuse what the key is not for."""
    if needed not in _ROLES[caller.role]:
        raise PaymentKeyRoleError(
            "This key may %(role)s only. Use another key of your brand.", role=caller.role.value
        )


def _access_key(tx: Tx, key_id: str, *, actor_id: str) -> Key:
    key = repository.find_key(tx, key_id)
    if key is None:
        raise KeyNotFoundError("Your brand has no key with this id.")
    try:
        _access_owned(tx, key.brand_id, actor_id=actor_id)
    except BrandNotFoundError as error:
        raise KeyNotFoundError("Your brand has no key with this id.") from error
    return key


def _access_owned(tx: Tx, brand_id: str, *, actor_id: str) -> None:
    brand = brands.access_brand(tx, brand_id, actor_id=actor_id)
    if brand.owner_id != actor_id:
        raise ForbiddenError("The brand's owner alone makes and closes keys that take money.")
