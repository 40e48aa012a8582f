"""Signatures of requests: ``WECHATPAY2-SHA256-RSA2048`` with the merchant's RSA key."""

import re
from dataclasses import dataclass

from host.core.db import Tx
from host.core.text import whole_number
from host.payments.errors import PaymentKeyRefusedError
from host.payments.model import SIGNATURE_MS_MAX, Caller
from host.payments.pairs import is_signed
from host.payments.repository import keys as repository
from host.payments.service import keys

_SCHEME = "WECHATPAY2-SHA256-RSA2048 "
_PART = re.compile(r'(\w+)="([^"]*)"', re.ASCII)
_NONCE_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request and what it says of itself."""

    mchid: str
    serial_no: str
    nonce: str
    timestamp: str
    signature: str
    # Method, path with query, and body, as they were signed.
    text: str


def read_signature(header: str, *, method: str, path: str, body: str) -> SignedRequest:
    """Return what a header says of a request; whether it is right is not said yet."""
    parts = dict(_PART.findall(header)) if header.startswith(_SCHEME) else {}
    try:
        nonce, timestamp = parts["nonce_str"], parts["timestamp"]
        text = f"{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n"
        return SignedRequest(
            parts["mchid"], parts["serial_no"], nonce, timestamp, parts["signature"], text
        )
    except KeyError:
        raise _refusal("Sign the request with WECHATPAY2-SHA256-RSA2048.") from None


def admit(tx: Tx, signed: SignedRequest, *, now_ms: int) -> Caller:
    """Return for whom a signed request speaks.  Each signature serves once, for five minutes."""
    key = repository.find_key(tx, signed.serial_no)
    if (
        key is None
        or key.brand_id != signed.mchid
        or not is_signed(key.public_key, signed.text, signed.signature)
    ):
        raise _refusal("The signature does not belong to this merchant and this request.")
    at_s = whole_number(signed.timestamp, digits_max=12)
    if at_s is None or abs(now_ms - at_s * 1000) > SIGNATURE_MS_MAX:
        raise _refusal("The signature is too old. Look at the clock of your server.")
    nonce = signed.nonce[: _NONCE_LENGTH_MAX + 1]
    if len(nonce) > _NONCE_LENGTH_MAX or not repository.use_nonce(
        tx, key.id, nonce, use_id=signed.signature[:64] + str(now_ms), now_ms=now_ms
    ):
        raise _refusal("This signature was used before. Sign each request anew.")
    return keys.admit_key(tx, key, now_ms=now_ms)


def _refusal(detail: str) -> PaymentKeyRefusedError:
    return PaymentKeyRefusedError(detail)
