"""Codes with which a merchant's server learns who has signed in."""

from host.bridge import repository
from host.bridge.errors import LoginCodeRefusedError
from host.bridge.model import LOGIN_CODE_TTL_MS
from host.core.db import Tx


def create_login_code(
    tx: Tx, code_hash: str, *, program_id: str, brand_id: str, person_id: str, now_ms: int
) -> None:
    """Store a code's hash; the same code again stays as it is, used or not."""
    repository.insert_login_code(
        tx, code_hash, program_id=program_id, brand_id=brand_id, person_id=person_id, now_ms=now_ms
    )


def use_login_code(tx: Tx, code_hash: str, *, program_id: str, brand_id: str, now_ms: int) -> str:
    """Return who has signed in, once.

    A code that is used, old, unknown, or of another merchant or program gets the same answer, and
    a stranger's try does not use it up.
    """
    person_id = repository.use_login_code(
        tx,
        code_hash,
        program_id=program_id,
        brand_id=brand_id,
        after_ms=now_ms - LOGIN_CODE_TTL_MS,
        now_ms=now_ms,
    )
    if person_id is None:
        raise LoginCodeRefusedError(
            "This code was used, is older than five minutes, or is not of this program."
            " Call api.identity.login() again."
        )
    return person_id
