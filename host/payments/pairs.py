"""RSA key pairs of merchants and of the host, for the interface that signs with them."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

# What the interface asks for; the name of its signatures ends in it.
_RSA_BITS = 2048
_EXPONENT = 65537


def new_key() -> RSAPrivateKey:
    """Return a new key; making one takes up to a second."""
    return generate_private_key(_EXPONENT, _RSA_BITS)


def private_pem(key: RSAPrivateKey) -> bytes:
    """Return a key as a file holds it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: RSAPrivateKey) -> str:
    """Return the public half of a key."""
    spki = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, spki).decode()


def load_public(pem: str) -> RSAPublicKey | None:
    """Return the RSA key of at least 2048 bits that a merchant has given, or None."""
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _RSA_BITS else None


def is_signed(public_key: str, text: str, signature: str) -> bool:
    """Tell whether the holder of a key has signed a text; the signature is in Base64."""
    key = load_public(public_key) if public_key else None
    if key is None:
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
