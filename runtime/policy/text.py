"""Turning values into text without telling where they are in memory.

``repr`` of a function, a generator or a bound method ends in its address.  With an address an
attacker who finds a memory error in the interpreter needs no luck any more, so every way from a
value to text goes through here: ``str``, ``repr``, ``format``, f-strings, ``%`` and ``print``.
"""

import datetime as dt
import re
import string
from collections.abc import Mapping, Sequence
from typing import Any

# Types whose text cannot contain an address.  Everything else is searched for one.
_PLAIN = frozenset({str, int, float, bool, type(None)})
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_ADDRESS_IN_BYTES = re.compile(rb" at 0x[0-9a-fA-F]+")
# Longer specifications have no honest use, and a width of billions is a bomb.
_SPEC_CHARS_MAX = 60
_WIDTH_MAX = 10_000
_NUMBER = re.compile(r"[0-9]+")
_ENCODINGS = frozenset({"utf-8", "utf8", "ascii", "latin-1", "utf-16", "utf-32"})
_ENCODING_ERRORS = frozenset({"strict", "ignore", "replace", "backslashreplace"})


def hide_addresses(text: str) -> str:
    """Remove memory addresses from the text of a value."""
    return _ADDRESS.sub("", text) if " at 0x" in text else text


def to_text(value: object = "", /, encoding: str | None = None, errors: str = "strict") -> str:
    """Do what ``str`` does."""
    if encoding is not None:
        return decode(value, encoding, errors)
    return str(value) if type(value) in _PLAIN else hide_addresses(str(value))


def to_repr(value: object, /) -> str:
    """Do what ``repr`` does."""
    return repr(value) if type(value) in _PLAIN else hide_addresses(repr(value))


def to_ascii(value: object, /) -> str:
    """Do what ``ascii`` does."""
    return hide_addresses(ascii(value))


def to_formatted(value: object, spec: str = "", /) -> str:
    """Do what ``format`` does, with specifications of a sane size."""
    if type(spec) is not str or len(spec) > _SPEC_CHARS_MAX:
        raise ValueError(f"a format specification has at most {_SPEC_CHARS_MAX} characters")
    if any(int(number) > _WIDTH_MAX for number in _NUMBER.findall(spec)):
        raise ValueError(f"a format specification has numbers up to {_WIDTH_MAX}")
    text = format(value, spec)
    return text if type(value) in _PLAIN else hide_addresses(text)


def shown(value: object, conversion: int, spec: str, /) -> str:
    """Return what one replacement field of an f-string becomes."""
    if conversion == ord("r"):
        value = to_repr(value)
    elif conversion == ord("s"):
        value = to_text(value)
    elif conversion == ord("a"):
        value = to_ascii(value)
    return to_formatted(value, spec)


def percent(left: Any, right: Any, /) -> Any:
    """Do what ``left % right`` does."""
    if type(left) is str:
        if any(int(number) > _WIDTH_MAX for number in _NUMBER.findall(left)):
            raise ValueError(f"a format has numbers up to {_WIDTH_MAX}")
        return hide_addresses(left % right)
    if type(left) is bytes:
        return _ADDRESS_IN_BYTES.sub(b"", left % right)
    return left % right


class _Formatter(string.Formatter):
    """``str.format`` without attribute and index look-ups, which would pass no guard."""

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, int | str]:
        if "." in field_name or "[" in field_name:
            raise ValueError("format fields take no '.' and no '[': use an f-string")
        key = int(field_name) if field_name.isdigit() else field_name
        return self.get_value(key, args, kwargs), key

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return value if conversion is None else shown(value, ord(conversion), "")

    def format_field(self, value: Any, format_spec: str) -> str:
        return to_formatted(value, format_spec)


_FORMATTER = _Formatter()


def format_text(template: str, /, *args: Any, **keywords: Any) -> str:
    """Do what ``str.format`` does, within limits."""
    if type(template) is not str:
        raise TypeError("format needs a text")
    return _FORMATTER.vformat(template, args, keywords)


def encode(text: str, /, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    """Do what ``str.encode`` does, for encodings that import nothing."""
    _refuse_codec(encoding, errors)
    return str.encode(text, encoding, errors)


def to_bytes(value: Any = b"", /, encoding: str | None = None, errors: str = "strict") -> bytes:
    """Do what ``bytes`` does, for encodings that import nothing."""
    if encoding is not None:
        return encode(value, encoding, errors)
    return bytes(value)


def decode(data: Any, /, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Do what ``bytes.decode`` does, for encodings that import nothing."""
    _refuse_codec(encoding, errors)
    return bytes.decode(data, encoding, errors)


def format_time(moment: dt.date | dt.time, spec: str, /) -> str:
    """Do what ``strftime`` does.

    Called from here, because C code that imports a module calls the ``__import__`` of the frame
    it was called from: a mini-program's own would answer with a façade.
    """
    if type(spec) is not str or len(spec) > _SPEC_CHARS_MAX:
        raise ValueError(f"a format has at most {_SPEC_CHARS_MAX} characters")
    return moment.strftime(spec)


def in_zone(moment: dt.datetime, tz: dt.tzinfo | None = None, /) -> dt.datetime:
    """Do what ``astimezone`` does; local time is UTC, and no file is asked about it."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(tz or dt.UTC)


def _refuse_codec(encoding: str, errors: str) -> None:
    if type(encoding) is not str or encoding.lower() not in _ENCODINGS:
        raise LookupError(f"the encodings here are {', '.join(sorted(_ENCODINGS))}")
    if type(errors) is not str or errors not in _ENCODING_ERRORS:
        raise LookupError(f"errors is one of {', '.join(sorted(_ENCODING_ERRORS))}")
