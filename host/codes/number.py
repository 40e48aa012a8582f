"""The numbers and tokens of codes: made by chance, checked for slips, read strictly.

A payment code is twenty digits: 28, seventeen of chance, a check digit.  While ten thousand codes
are open, a guess hits one with a chance of 1 in 10^13; a shop's tills are locked after twenty.
A token is twenty signs of thirty-two (100 bits), without those that are taken for one another.
"""

import hashlib
import re
import secrets
from urllib.parse import urlsplit

from host.codes.errors import CodeMistypedError, ForeignCodeError

_PREFIX = "28"
_CHANCE_DIGITS = 17
_NUMBER = re.compile(r"28[0-9]{18}", re.ASCII)
_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
_TOKEN_CHARS = 20
_TOKEN = re.compile(rf"[{_SIGNS}]{{{_TOKEN_CHARS}}}", re.ASCII)
_PATH = re.compile(rf"/c/([{_SIGNS}]{{{_TOKEN_CHARS}}})", re.ASCII)
_SCANNED_CHARS_MAX = 300
_HOST_CHARS_SHOWN = 60


def make_number() -> str:
    """Return a new payment code."""
    body = _PREFIX + "".join(secrets.choice("0123456789") for _ in range(_CHANCE_DIGITS))
    return body + _check_digit(body)


def read_number(text: str) -> str:
    """Return a payment code as typed or scanned, spaces left out, or refuse a slip."""
    number = re.sub(r"[ \u00a0-]", "", text.strip())
    if _NUMBER.fullmatch(number) is None or _check_digit(number[:-1]) != number[-1]:
        raise CodeMistypedError(
            "A payment code has twenty digits and begins with 28. Scan it, or type it again."
        )
    return number


def hash_number(number: str) -> str:
    """Return what is kept of a payment code."""
    return hashlib.sha256(b"codes.pay:" + number.encode()).hexdigest()


def grouped(text: str) -> str:
    """Return a number or token in groups of four, as it is read aloud and typed."""
    return " ".join(text[n : n + 4] for n in range(0, len(text), 4))


def make_token() -> str:
    """Return a new token of a link; it begins with a letter, so that it is no payment code."""
    chosen = [secrets.choice(_SIGNS) for _ in range(_TOKEN_CHARS - 1)]
    return secrets.choice(_SIGNS[10:]) + "".join(chosen)


def link_url(base_url: str, token: str) -> str:
    """Return what the QR code of a link says."""
    return f"{base_url}/c/{token}"


def read_token(text: str, *, base_url: str) -> str:
    """Return the token in a scanned or typed text.

    There is one form of address, ``<this host>/c/<token>``, and nothing else is ever followed: no
    script, no page of a mini-program, no address inside the operator's network, no host that looks
    like this one.  The text decides nothing but which of the host's own records is opened.
    """
    scanned = text.strip()
    if len(scanned) <= _SCANNED_CHARS_MAX and scanned.isascii():
        typed = re.sub(r"[ -]", "", scanned).lower()
        if _NUMBER.fullmatch(typed):
            raise ForeignCodeError(
                "This is somebody's payment code. It is for a till, and pays nobody here."
            )
        if _TOKEN.fullmatch(typed):
            return typed
        if scanned.startswith(f"{base_url}/c/"):
            found = _PATH.fullmatch(scanned[len(base_url) :])
            if found is not None:
                return found[1]
    raise ForeignCodeError(
        "This code is none of this lane's payment codes, so nothing was opened. It says: %(shown)s",
        shown=_shown(scanned),
    )


def _shown(text: str) -> str:
    """Return where a foreign code would lead, as plain text that cannot mislead."""
    try:
        host = urlsplit(text).netloc
    except ValueError:
        host = ""
    plain = (host or text).encode("ascii", "backslashreplace").decode()
    visible = "".join(c if c.isprintable() else "?" for c in plain)
    return visible[:_HOST_CHARS_SHOWN] + ("…" if len(visible) > _HOST_CHARS_SHOWN else "")


def _check_digit(body: str) -> str:
    """Return Luhn's digit (ISO/IEC 7812-1), which finds one wrong digit and two exchanged ones."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        digit = int(sign) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit  # noqa: PLR2004  (its digits, added)
    return str(-total % 10)
