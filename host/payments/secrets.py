"""Secrets of merchants' servers: none is kept, each follows from the host's secret key.

So one may be shown again to who may see it, a signature can be made with it, and a stolen copy of
the database holds none.  Who changes the host's secret key changes them all.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from host.payments.model import Endpoint, Key, Mode

_TOKEN = re.compile(r"hpk_(live|test)_([0-9a-f]{32})_([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Presented:
    """A key as a request brings it; whether it is right is not said yet."""

    key_id: str
    token: str


def key_token(secret_key: str, key: Key) -> str:
    """Return the key itself: what a merchant's server sends as its bearer token."""
    raw = _derive(secret_key, "payments-key", key.id, key.mode.value)
    text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return f"hpk_{key.mode.value}_{key.id}_{text}"


def read_token(text: str) -> Presented | None:
    """Return which key a text claims to be, or None."""
    match = _TOKEN.fullmatch(text)
    return None if match is None else Presented(match[2], text)


def is_right(secret_key: str, key: Key, presented: Presented) -> bool:
    """Tell whether it is the key, in a time that says nothing about it."""
    return hmac.compare_digest(key_token(secret_key, key), presented.token)


def notice_secret(secret_key: str, endpoint: Endpoint, number: int) -> str:
    """Return a secret of an endpoint in the form of Standard Webhooks."""
    raw = _derive(secret_key, "payments-notice", endpoint.id, str(number))
    return "whsec_" + base64.b64encode(raw[:24]).decode()


def v3_key(secret_key: str, brand_id: str, mode: Mode) -> str:
    """Return the 32 characters that notices of the façade are encrypted with."""
    return _derive(secret_key, "payments-v3", brand_id, mode.value).hex()[:32]


def pay_text(*, program_id: str, timestamp: int, nonce: str, prepay_id: str) -> str:
    """Return what a merchant's server signs, so that a mini-program may ask for a payment."""
    return f"{program_id}\n{timestamp}\n{nonce}\nprepay_id={prepay_id}\n"


def pay_sign(token: str, text: str) -> str:
    """Return the signature of ``text``: HMAC-SHA256 with the merchant's key, in hexadecimal."""
    return hmac.digest(token.encode(), text.encode(), hashlib.sha256).hex()


def _derive(secret_key: str, *parts: str) -> bytes:
    return hmac.digest(secret_key.encode(), "\0".join(parts).encode(), hashlib.sha256)
