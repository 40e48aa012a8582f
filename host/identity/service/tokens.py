"""Random secrets, and access tokens that open one door for a short time.

Access tokens are JWTs signed with Ed25519.  The algorithm is pinned and never read from the token,
the audience must be the door's own, and the clock is the caller's, so that a test can stop it.
"""

import functools
import hashlib
import os
import secrets
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from host.identity.errors import TokenRefusedError
from host.identity.model import ACCESS_TOKEN_TTL_S, AccessClaims

_ALGORITHM = "EdDSA"
_TOKEN_BYTES = 32


def new_token() -> str:
    """Return a secret that cannot be guessed, fit for a cookie or a URL."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_token(token: str) -> str:
    """Return what is stored of a secret.  It is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@functools.cache
def signing_key(data_dir: Path) -> Ed25519PrivateKey:
    """Return the signing key of the host whose data lies in ``data_dir``, read once."""
    return load_signing_key(data_dir / "signing_key.pem")


def load_signing_key(path: Path) -> Ed25519PrivateKey:
    """Return the host's signing key, made at the first start and kept beside the data."""
    try:
        pem = path.read_bytes()
    except FileNotFoundError:
        pem = _write_new_key(path)
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} does not hold an Ed25519 key; move it away to make a new one")
    return key


def make_access_token(
    key: Ed25519PrivateKey, *, subject: str, session_id: str, audience: str, now_ms: int
) -> str:
    """Return a token of ten minutes for one audience."""
    now_s = now_ms // 1000
    claims = {
        "sub": subject,
        "sid": session_id,
        "aud": audience,
        "iat": now_s,
        "exp": now_s + ACCESS_TOKEN_TTL_S,
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


def read_access_token(
    key: Ed25519PrivateKey, token: str, *, audience: str, now_ms: int
) -> AccessClaims:
    """Return what a valid token says, or refuse it: wrong key, audience, algorithm or too old."""
    try:
        claims = jwt.decode(
            token,
            key.public_key(),
            algorithms=[_ALGORITHM],
            audience=audience,
            # The time is compared below, with the caller's clock.
            options={
                "require": ["sub", "sid", "aud", "iat", "exp"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
    except jwt.PyJWTError as error:
        raise TokenRefusedError("This access token is not valid. Ask for a new one.") from error
    expires_at_s = claims["exp"]
    if type(expires_at_s) is not int or now_ms >= expires_at_s * 1000:
        raise TokenRefusedError("This access token is too old. Ask for a new one.")
    return AccessClaims(str(claims["sub"]), str(claims["sid"]), audience, expires_at_s)


def _write_new_key(path: Path) -> bytes:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked, so that no start ever reads half a key, and of two hosts that start
    # at once both use the one that came first.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()
