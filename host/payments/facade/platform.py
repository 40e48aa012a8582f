"""The host's half of the façade: an RSA key and a certificate, made once, kept beside the data."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from host.payments.pairs import new_key, private_pem, public_pem

FILE_NAME = "payments_v3.pem"
PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"
_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Platform:
    """What the host signs answers and notices with."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @property
    def serial(self) -> str:
        """The certificate's number as headers carry it."""
        return f"{self.certificate.serial_number:X}"

    @property
    def public_key_id(self) -> str:
        """The name of the bare public key, for libraries that are given it instead."""
        return PUBLIC_KEY_PREFIX + self.serial

    @property
    def certificate_pem(self) -> str:
        """The certificate, as libraries keep it."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def public_key_pem(self) -> str:
        """The public key, as a merchant copies it."""
        return public_pem(self.key)

    def sign(self, text: str) -> bytes:
        """Return the signature of a text."""
        return self.key.sign(text.encode(), PKCS1v15(), SHA256())


@cache
def platform(data_dir: Path) -> Platform:
    """Return the key of the host whose data lies in ``data_dir``; the first call makes it."""
    path = data_dir / FILE_NAME
    try:
        pem = path.read_bytes()
    except FileNotFoundError:
        pem = _write_new(path)
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"{path} does not hold an RSA key; move it away to make a new one")
    return Platform(key, x509.load_pem_x509_certificate(pem))


def _write_new(path: Path) -> bytes:
    key = new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hutong payments")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_DAYS))
        .sign(key, SHA256())
    )
    pem = private_pem(key) + certificate.public_bytes(Encoding.PEM)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(pem)
    return pem
