"""Numbers, money and times as people write them (Babel's data, the lane's two languages)."""

import decimal
import functools
from datetime import UTC, datetime, tzinfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision

_LOCALES = {"zh-Hans": "zh_Hans_CN"}
DATE_STYLES = ("short", "medium", "long", "full")
# Year 1 to year 9999, the range of Python's datetime, in milliseconds.
AT_MS_MIN, AT_MS_MAX = -62_135_596_800_000, 253_402_300_799_999


@functools.lru_cache(maxsize=64)
def locale_of(lang: str) -> Locale:
    """Return Babel's locale of ``lang``; English for what it does not know."""
    return Locale.parse(_LOCALES.get(lang, "en"))


@functools.lru_cache(maxsize=4096)
def format_money(amount_minor: int, currency: str, lang: str) -> str:
    """Return ``amount_minor`` as people write it, such as ``¥128.00``."""
    amount = decimal.Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    text: str = format_currency(amount, currency, locale=locale_of(lang))
    return text.replace("CN¥", "¥")


@functools.lru_cache(maxsize=4096)
def format_number(value: float, lang: str) -> str:
    """Return ``value`` with the language's separators."""
    text: str = format_decimal(value, locale=locale_of(lang))
    return text


def format_day(at_ms: int, style: str, lang: str, timezone: tzinfo) -> str:
    """Return the day of ``at_ms``."""
    text: str = format_date(_moment(at_ms, timezone), format=style, locale=locale_of(lang))
    return text


def format_clock(at_ms: int, lang: str, timezone: tzinfo) -> str:
    """Return the time of day of ``at_ms``."""
    text: str = format_time(_moment(at_ms, timezone), format="short", locale=locale_of(lang))
    return text


def _moment(at_ms: int, timezone: tzinfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(timezone)
