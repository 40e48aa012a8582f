"""Money as integer minor units.

ISO 4217 gives every currency an exponent (EUR 2, JPY 0, KWD 3).  An amount is stored and sent as
a whole number of the smallest unit, so ``Money(1250, "EUR")`` is EUR 12.50, and no amount is ever
a float.  Source: ISO 4217:2015, column "Minor unit".
"""

import decimal
import re
from dataclasses import dataclass
from typing import NewType

from babel.numbers import format_currency

from host.core.errors import BadInputError

Currency = NewType("Currency", str)

EXPONENTS: dict[str, int] = {"CNY": 2, "AUD": 2, "USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
CURRENCIES = tuple(EXPONENTS)

# Points of a shop's programme: an asset of the ledger and no currency, so nothing that takes money
# takes it, and no ``Money`` can be made of it.
POINTS = Currency("PTS")

# One transfer moves at most 10^15 minor units: exact in JSON, and nine thousand of them still fit
# the signed 64-bit column that holds a balance.
AMOUNT_MINOR_MAX = 10**15

# ASCII digits and one point: int() and Decimal() would also take full-width digits, underscores,
# spaces and exponents, which a person does not mean.
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,3}))?", re.ASCII)

# A code of three letters is held to its number, but not glued to it.
_CODE = re.compile(r"\b([A-Z]{3})(?=[0-9])", re.ASCII)

_BABEL_LOCALES = {"en": "en", "zh-Hans": "zh_Hans_CN"}


@dataclass(frozen=True, slots=True)
class Money:
    """A positive amount in one currency."""

    amount_minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int or not 0 < self.amount_minor <= AMOUNT_MINOR_MAX:
            raise ValueError(f"amount_minor must be 1 to {AMOUNT_MINOR_MAX}")
        if self.currency not in EXPONENTS:
            raise ValueError(f"{self.currency!r} is not one of {', '.join(CURRENCIES)}")


@dataclass(frozen=True, slots=True)
class Points(Money):
    """A positive number of points; never equal to money."""

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int or not 0 < self.amount_minor <= AMOUNT_MINOR_MAX:
            raise ValueError(f"a number of points must be 1 to {AMOUNT_MINOR_MAX}")
        if self.currency != POINTS:
            raise ValueError(f"{self.currency!r} is not {POINTS}")


def quantity(amount_minor: int, currency: Currency) -> Money:
    """Return what a row of the ledger moved: money, or points.  For the ledger alone."""
    return Points(amount_minor, currency) if currency == POINTS else Money(amount_minor, currency)


def parse_currency(text: str) -> Currency:
    """Return ``text`` as a currency of this host, or refuse."""
    if text not in EXPONENTS:
        raise BadInputError(
            "%(currency)s is not a currency here. Use one of %(currencies)s.",
            currency=text[:8],
            currencies=", ".join(CURRENCIES),
        )
    return Currency(text)


def parse_amount(text: str, currency: str) -> int:
    """Return the minor units that a person typed, such as ``12.5``; digits and one point only."""
    exponent = EXPONENTS[parse_currency(currency)]
    match = _AMOUNT.fullmatch(text.strip(" "))
    if match is None:
        raise BadInputError("Write the amount in digits, with a point for the minor part: 12.50.")
    whole, minor = match[1], match[2] or ""
    if len(minor) > exponent:
        raise BadInputError(
            "%(currency)s has %(exponent)s digits after the point. Write fewer.",
            currency=currency,
            exponent=exponent,
        )
    amount_minor: int = int(whole) * 10**exponent + int(minor.ljust(exponent, "0") or "0")
    if not 0 < amount_minor <= AMOUNT_MINOR_MAX:
        raise BadInputError("The amount must be more than zero and less than the limit.")
    return amount_minor


def decimal_text(amount_minor: int, currency: str) -> str:
    """Return ``amount_minor`` as plain digits, such as ``-12.50``: for forms and files."""
    exponent = 0 if currency == POINTS else EXPONENTS[currency]
    sign, digits = ("-" if amount_minor < 0 else ""), str(abs(amount_minor)).zfill(exponent + 1)
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}" if exponent else f"{sign}{digits}"


def format_money(amount_minor: int, currency: str, lang: str) -> str:
    """Return ``amount_minor`` as people write it in ``lang``, such as ``¥128.00``."""
    if currency == POINTS:
        return f"{amount_minor:,}\N{NO-BREAK SPACE}{POINTS}"
    amount = decimal.Decimal(decimal_text(amount_minor, currency))
    text: str = format_currency(amount, currency, locale=_BABEL_LOCALES.get(lang, "en"))
    # Babel writes CN¥ in English; in the lane the plain sign is what everybody reads.
    return _CODE.sub("\\1\N{NO-BREAK SPACE}", text.replace("CN¥", "¥"))
