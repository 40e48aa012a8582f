"""Keys of other services that a merchant keeps with the host.

A mini-program names one; the host fills it in on the way out.  What is kept is never shown again,
to nobody: it can be replaced or removed.
"""

import re

from host.core.db import Tx
from host.programs import repository
from host.programs.errors import SecretRefusedError
from host.programs.model import SECRET_LENGTH_MAX, SECRETS_MAX, Secret
from host.programs.sealing import seal, unseal
from host.programs.service.versions import access_program

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,39}", re.ASCII)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
# What a header can carry, without space at its ends.
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", re.ASCII)


def find_secrets(tx: Tx, program_id: str, *, actor_id: str) -> list[Secret]:
    """Return names and hosts of what is kept for a program, without any value."""
    program = access_program(tx, program_id, actor_id=actor_id)
    return repository.find_secrets(tx, program.id)


def put_secret(
    tx: Tx,
    program_id: str,
    *,
    actor_id: str,
    name: str,
    host: str,
    value: str,
    secret_key: str,
    now_ms: int,
) -> None:
    """Keep ``value`` under ``name``, instead of what was there."""
    program = access_program(tx, program_id, actor_id=actor_id)
    name, host, value = name.strip().upper(), host.strip().lower(), value.strip()
    if not _NAME.fullmatch(name):
        raise SecretRefusedError(
            "A name has capital letters, digits and _, and begins with a letter: PAY_KEY."
        )
    if not _HOST.fullmatch(host):
        raise SecretRefusedError(
            "Give the host's name alone, such as api.example.com, without https:// and path."
        )
    if len(value) > SECRET_LENGTH_MAX or not _VALUE.fullmatch(value):
        raise SecretRefusedError(
            "A secret is one line of plain characters, at most %(limit)s.", limit=SECRET_LENGTH_MAX
        )
    repository.lock_program(tx, program.id)
    kept = {secret.name for secret in repository.find_secrets(tx, program.id)}
    if name not in kept and len(kept) >= SECRETS_MAX:
        raise SecretRefusedError(
            "A program keeps at most %(limit)s secrets. Remove one first.", limit=SECRETS_MAX
        )
    sealed = seal(value, secret_key=secret_key, place=(program.id, name, host))
    secret = Secret(name, host, changed_by=actor_id, changed_at_ms=now_ms)
    repository.put_secret(tx, program.id, secret, sealed)


def remove_secret(tx: Tx, program_id: str, name: str, *, actor_id: str) -> None:
    """Forget a secret; from now on requests that name it are refused."""
    program = access_program(tx, program_id, actor_id=actor_id)
    repository.delete_secret(tx, program.id, name)


def open_secret(tx: Tx, program_id: str, name: str, *, host: str, secret_key: str) -> str | None:
    """Return what is kept under ``name`` for ``host``, or None.  For the way out alone.

    Raises ``SealBrokenError`` when the host's secret key has changed since.
    """
    sealed = repository.find_sealed(tx, program_id, name, host=host)
    if sealed is None:
        return None
    return unseal(sealed, secret_key=secret_key, place=(program_id, name, host))
