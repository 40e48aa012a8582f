"""Envelopes: what the host signs, and what it encrypts with a merchant's APIv3 key."""

import base64
import secrets as chance
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from host.core.deps import Deps
from host.payments import secrets, v3_shapes
from host.payments.facade.platform import Platform, platform
from host.payments.model import Mode
from host.payments.service.notices import Sending

ALGORITHM = "WECHATPAY2-SHA256-RSA2048"


def signed_headers(at: Platform, body: str, *, now_ms: int, serial: str = "") -> dict[str, str]:
    """Return the headers that prove that ``body`` is the host's."""
    timestamp, nonce = str(now_ms // 1000), chance.token_hex(16)
    signature = at.sign(f"{timestamp}\n{nonce}\n{body}\n")
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Signature-Type": ALGORITHM,
        "Wechatpay-Serial": serial or at.serial,
    }


def encrypt(text: str, *, key: str, about: str) -> dict[str, str]:
    """Return ``text`` encrypted with AES-256-GCM under a merchant's APIv3 key."""
    nonce = chance.token_hex(6)
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), text.encode(), about.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": about,
        "ciphertext": base64.b64encode(sealed).decode(),
    }


def seal_notice(deps: Deps, sending: Sending) -> tuple[Mapping[str, str], bytes]:
    """Return headers and body of a notice: what happened stands in it encrypted only."""
    notice = sending.notice
    kind, summary, about = v3_shapes.event_words(notice.kind)
    key = secrets.v3_key(deps.settings.secret_key, notice.brand_id, Mode(notice.mode))
    body: dict[str, Any] = {
        "id": notice.id,
        "create_time": v3_shapes.time_text(notice.created_at_ms),
        "resource_type": "encrypt-resource",
        "event_type": kind,
        "summary": summary,
        "resource": {"original_type": about} | encrypt(notice.body, key=key, about=about),
    }
    text = msgspec.json.encode(body).decode()
    at = platform(deps.settings.data_dir)
    headers = signed_headers(at, text, now_ms=deps.now_ms())
    return {"Content-Type": "application/json"} | headers, text.encode()
