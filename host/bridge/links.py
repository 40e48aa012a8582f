"""Links that the host makes: a seal says that it did, for which page and query, and who shared.

A query comes from anybody: who opens an address may have written it.  A link of the host carries
one more name, ``_link``, with a token that AES-GCM has sealed under a key of the program alone.
The seal covers program, page and the whole query, so a token that is moved to another page, or
whose query has one value more, less or changed, opens nothing.  What is inside, who shared and
when, can be read by nobody but this host.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# The name in the query that is the host's; programs never see it.
LINK_NAME = "_link"
# NIST SP 800-38D: 96 bits, chosen at random for each token.
_NONCE_BYTES = 12
_OPENID_BYTES = 16
_AT_BYTES = 6


class MadeBy(StrEnum):
    """What a link was made for."""

    SHARE = "share"  # a card in chat or feed
    QR = "qr"  # a QR code, also on a poster
    PROGRAM = "program"  # an address that the program has asked for


_CODES = {MadeBy.SHARE: 1, MadeBy.QR: 2, MadeBy.PROGRAM: 3}


@dataclass(frozen=True, slots=True)
class Link:
    """What a seal says."""

    made_by: MadeBy
    # The openid, in this program, of the person who was using it.
    sharer: str
    made_at_ms: int


def seal_link(
    link: Link, *, secret_key: str, program_id: str, page: str, query: Mapping[str, str]
) -> str:
    """Return the token of a link to ``page`` with ``query``."""
    inside = b"".join(
        (
            bytes([_CODES[link.made_by]]),
            bytes.fromhex(link.sharer),
            link.made_at_ms.to_bytes(_AT_BYTES, "big"),
        )
    )
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = _cipher(secret_key, program_id).encrypt(nonce, inside, _bound(page, query))
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def open_link(
    *, secret_key: str, program_id: str, page: str, query: Mapping[str, Any]
) -> Link | None:
    """Return what the token in ``query`` says, or None when this host did not make this link."""
    try:
        token = str(query[LINK_NAME])
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        inside = _cipher(secret_key, program_id).decrypt(nonce, sealed, _bound(page, query))
    except (KeyError, binascii.Error, ValueError, InvalidTag):
        return None
    made_by = next(kind for kind, code in _CODES.items() if code == inside[0])
    at_ms = int.from_bytes(inside[1 + _OPENID_BYTES :], "big")
    return Link(made_by, inside[1 : 1 + _OPENID_BYTES].hex(), at_ms)


def texts(query: Mapping[str, Any]) -> dict[str, str]:
    """Return a query as an address carries it: text alone, as a browser would write it."""
    written = {name: _text(value) for name, value in query.items() if value is not None}
    return {name: text for name, text in written.items() if name != LINK_NAME}


def link_path(program_id: str, page: str, query: Mapping[str, str], token: str) -> str:
    """Return the address of a link on this host."""
    return f"/p/{quote(program_id)}/{quote(page)}?{urlencode({**query, LINK_NAME: token})}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _cipher(secret_key: str, program_id: str) -> AESGCM:
    info = b"hutong bridge_link\0" + program_id.encode()
    return AESGCM(HKDF(SHA256(), 32, None, info).derive(secret_key.encode()))


def _bound(page: str, query: Mapping[str, Any]) -> bytes:
    """Return page and query in the one form that the seal covers: sorted, byte for byte."""
    pairs = sorted((name, str(value)) for name, value in query.items() if name != LINK_NAME)
    return msgspec.json.encode([page, pairs])
