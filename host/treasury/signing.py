"""Who speaks for a rail: call-backs are signed as Standard Webhooks are (standardwebhooks.com, v1).

The secret of a rail is derived from the host's own, so there is nothing to store; an operator reads
it with `hutong treasury secret RAIL` and gives it to the rail.
"""

import base64
import hashlib
import hmac

from host.core.settings import Settings
from host.core.text import whole_number
from host.treasury.errors import CallbackRefusedError

TOLERANCE_S = 300
_ID_LENGTH_MAX = 100


def callback_secret(settings: Settings, rail: str) -> bytes:
    """Return the key with which a rail signs what it tells this host."""
    return hmac.digest(settings.secret_key.encode(), f"rail call-back {rail}".encode(), "sha256")


def sign(secret: bytes, message_id: str, at_s: int, body: bytes) -> str:
    """Return the signature of a message."""
    text = f"{message_id}.{at_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, text, hashlib.sha256)).decode()


def check_signature(
    secret: bytes, *, message_id: str, timestamp: str, signatures: str, body: bytes, now_ms: int
) -> None:
    """Refuse what the rail did not sign, and what it signed too long ago.

    All of it is refused in one way, so that nobody learns which part was right.
    """
    at_s = whole_number(timestamp)
    is_named = message_id.isascii() and 0 < len(message_id) <= _ID_LENGTH_MAX
    if at_s is not None and is_named and abs(now_ms // 1000 - at_s) <= TOLERANCE_S:
        expected = sign(secret, message_id, at_s, body).encode()
        for one in signatures.split(" ")[:10]:
            if hmac.compare_digest(expected, one.encode()):
                return
    raise CallbackRefusedError("The signature does not fit, or the message is too old.")
