"""Encrypts what a merchant keeps with the host.

AES-256-GCM with a key derived from the host's secret key, which is not in the database: a stolen
copy of the database opens nothing.  Each value is bound to its program, name and host, so that a
row that was moved or edited does not open either.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# NIST SP 800-38D: 96 bits, chosen at random for each value.
_NONCE_BYTES = 12
# Says how it was sealed, for the day when it is done otherwise.
_PREFIX = "1:"


class SealBrokenError(Exception):
    """It was sealed with another key, or for another place."""


def seal(value: str, *, secret_key: str, place: tuple[str, ...]) -> str:
    """Return ``value`` encrypted for ``place``: program, name and host."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key(secret_key)).encrypt(nonce, value.encode(), _bound(place))
    return _PREFIX + base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, secret_key: str, place: tuple[str, ...]) -> str:
    """Return what was sealed for ``place``."""
    try:
        raw = base64.b64decode(sealed.removeprefix(_PREFIX), validate=True)
        nonce, rest = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCM(_key(secret_key)).decrypt(nonce, rest, _bound(place)).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise SealBrokenError(place) from error


def _key(secret_key: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"hutong programs_secret")
    return kdf.derive(secret_key.encode())


def _bound(place: tuple[str, ...]) -> bytes:
    # No part can hold a NUL, so no two places read alike.
    return "\0".join(place).encode()
