"""A device with passkeys, in software: makes keys and signs what a page hands it.

As a browser and its authenticator do (WebAuthn level 2), with switches for what a hostile or broken
one would do differently.  It shares no code with the library that checks its answers.
"""

import base64
import hashlib
import json
import secrets
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Authenticator:
    """One device with one key."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.rp_id = origin.split("://")[1].split(":", maxsplit=1)[0]
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0
        self.flags = USER_PRESENT | USER_VERIFIED
        self.client: dict[str, Any] = {}

    def make(self, asked: str) -> str:
        """Answer a page that asks for a new passkey."""
        request = json.loads(asked)
        client = self._client("webauthn.create", request)
        data = self._data(HAS_CREDENTIAL) + bytes(16)
        data += struct.pack(">H", len(self.id)) + self.id + self._cose_key()
        attestation = b"\xa3" + _text("fmt") + _text("none") + _text("attStmt") + b"\xa0"
        attestation += _text("authData") + _bytes(data)
        return self._answer(
            request, {"clientDataJSON": b64(client), "attestationObject": b64(attestation)}
        )

    def sign(self, asked: str) -> str:
        """Answer a page that asks to confirm something."""
        request = json.loads(asked)
        client = self._client("webauthn.get", request)
        data = self._data(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            request,
            {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(data),
                "signature": b64(signature),
            },
        )

    def _client(self, kind: str, request: dict[str, Any]) -> bytes:
        found = {
            "type": kind,
            "challenge": request["options"]["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(found | self.client).encode()

    def _data(self, flags: int) -> bytes:
        self.count += 1
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(
            ">BI", self.flags | flags, self.count
        )

    def _cose_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        # A map of five: type EC2, algorithm ES256, curve P-256, x, y.
        return b"\xa5\x01\x02\x03\x26\x20\x01\x21" + _bytes(x) + b"\x22" + _bytes(y)

    def _answer(self, request: dict[str, Any], response: dict[str, str]) -> str:
        credential = {
            "id": b64(self.id),
            "rawId": b64(self.id),
            "type": "public-key",
            "response": response,
        }
        return json.dumps({"nonce": request["nonce"], "credential": credential})


def _text(text: str) -> bytes:
    assert len(text) < 24, "the length is in the first byte"
    return bytes([0x60 + len(text)]) + text.encode()


def _bytes(data: bytes) -> bytes:
    # As short as possible: the length in one byte, or in two.
    if len(data) < 256:
        return b"\x58" + bytes([len(data)]) + data
    return b"\x59" + struct.pack(">H", len(data)) + data
