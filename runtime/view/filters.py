"""The filters of templates: everything that an expression may call.

A filter gets the rendering, the value and its arguments.  None gives an empty text everywhere, so
that a page shows itself before its first data have come.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runtime.view import words
from runtime.view.run import Run

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
DECIMALS_MAX = 10
_PLACE = re.compile(r"\{([0-9])\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """One filter: how many arguments it takes, and how it is written."""

    call: Callable[..., Any]
    least: int
    most: int
    usage: str
    doc: str


def to_text(run: Run, value: Any) -> str:
    """Return ``value`` as a page shows it: nothing for None, no fraction for whole numbers."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(run.checked_int(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise run.fail("this number is not finite")
        return repr(round(value, 10)).removesuffix(".0")
    kind = "a list" if isinstance(value, list) else "an object"
    raise run.fail(f"{kind} cannot be shown as text; show a member, or use  | join")


def _money(run: Run, value: Any, currency: Any) -> str:
    if value is None or currency is None:
        return ""
    if not _is_int(value):
        raise run.fail("money needs a whole number of minor units, such as  item.price_minor")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise run.fail("money needs a currency of three letters, such as  'CNY'")
    try:
        return run.env.format_money(run.checked_int(value), currency, run.env.lang)
    except KeyError:
        raise run.fail(f"{currency} is not a currency of this host") from None


def _date(run: Run, value: Any, style: Any = "medium") -> str:
    if value is None:
        return ""
    if style not in words.DATE_STYLES:
        raise run.fail(f"a date is one of {', '.join(words.DATE_STYLES)}")
    return words.format_day(_at_ms(run, value), style, run.env.lang, run.env.timezone)


def _time(run: Run, value: Any) -> str:
    if value is None:
        return ""
    return words.format_clock(_at_ms(run, value), run.env.lang, run.env.timezone)


def _number(run: Run, value: Any) -> str:
    if value is None:
        return ""
    if not (_is_int(value) or (isinstance(value, float) and math.isfinite(value))):
        raise run.fail("number needs a number")
    return words.format_number(run.checked_int(value) if _is_int(value) else value, run.env.lang)


def _round(run: Run, value: Any, digits: Any = 0) -> str:
    if value is None:
        return ""
    if not (_is_int(value) or (isinstance(value, float) and math.isfinite(value))):
        raise run.fail("round needs a number")
    if not _is_int(digits) or not 0 <= digits <= DECIMALS_MAX:
        raise run.fail(f"round takes 0 to {DECIMALS_MAX} decimals")
    return f"{run.checked_int(value) if _is_int(value) else value:.{digits}f}"


def _first(run: Run, value: Any) -> Any:
    return _entry(run, value, 0)


def _last(run: Run, value: Any) -> Any:
    return _entry(run, value, -1)


def _entry(run: Run, value: Any, index: int) -> Any:
    if value is not None and not isinstance(value, list | str):
        raise run.fail("first and last need a list")
    return value[index] if value else None


def _capitalize(run: Run, value: Any) -> str:
    text = _text(run, value)
    run.check_length(len(text))
    return text[:1].upper() + text[1:]


def _upper(run: Run, value: Any) -> str:
    text = _text(run, value)
    run.check_length(len(text))
    return text.upper()


def _lower(run: Run, value: Any) -> str:
    text = _text(run, value)
    run.check_length(len(text))
    return text.lower()


def _join(run: Run, value: Any, separator: Any = ", ") -> str:
    if value is None:
        return ""
    if not isinstance(value, list):
        raise run.fail("join needs a list")
    between = _text(run, separator)
    parts: list[str] = []
    chars = 0
    for item in value:
        parts.append(_text(run, item))
        chars += len(parts[-1]) + len(between)
        run.check_length(chars)
    return between.join(parts)


def _length(run: Run, value: Any) -> int:
    if value is None:
        return 0
    if not isinstance(value, str | list | dict):
        raise run.fail("length needs a text, a list or an object")
    return len(value)


def _default(_run: Run, value: Any, other: Any) -> Any:
    return other if value is None or value == "" else value


def _translate(run: Run, value: Any, *arguments: Any) -> str:
    """Look a text of the package up in its i18n file and fill its ``{0}`` places."""
    text = run.env.messages.get(_text(run, value), _text(run, value))
    values = [_text(run, argument) for argument in arguments]
    run.check_length(len(text))
    places = [int(n) for n in _PLACE.findall(text)]
    run.check_length(len(text) + sum(len(values[n]) for n in places if n < len(values)))
    return _PLACE.sub(lambda m: values[int(m[1])] if int(m[1]) < len(values) else m[0], text)


def _text(run: Run, value: Any) -> str:
    text = to_text(run, value)
    run.charge_chars(len(text))
    return text


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _at_ms(run: Run, value: Any) -> int:
    if not _is_int(value) or not words.AT_MS_MIN <= value <= words.AT_MS_MAX:
        raise run.fail("a time is a whole number of milliseconds since 1970, such as  order.at_ms")
    return int(value)


FILTERS: dict[str, FilterSpec] = {
    "money": FilterSpec(_money, 1, 1, "value | money(currency)", "Minor units as money."),
    "date": FilterSpec(_date, 0, 1, "at_ms | date('medium')", "The day of a time."),
    "time": FilterSpec(_time, 0, 0, "at_ms | time", "The time of day of a time."),
    "number": FilterSpec(_number, 0, 0, "value | number", "A number with separators."),
    "round": FilterSpec(_round, 0, 1, "value | round(2)", "A number with so many decimals."),
    "first": FilterSpec(_first, 0, 0, "list | first", "The first entry, or nothing."),
    "last": FilterSpec(_last, 0, 0, "list | last", "The last entry, or nothing."),
    "capitalize": FilterSpec(_capitalize, 0, 0, "text | capitalize", "A capital letter first."),
    "upper": FilterSpec(_upper, 0, 0, "text | upper", "Capital letters."),
    "lower": FilterSpec(_lower, 0, 0, "text | lower", "Small letters."),
    "join": FilterSpec(_join, 0, 1, "list | join(', ')", "The entries in one text."),
    "length": FilterSpec(_length, 0, 0, "list | length", "How many there are."),
    "default": FilterSpec(_default, 1, 1, "value | default('–')", "Another value for nothing."),
    "t": FilterSpec(_translate, 0, 4, "'Hello' | t", "The text in the person's language."),
}
