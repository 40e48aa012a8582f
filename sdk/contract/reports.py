"""What a mini-program may report about its use: few, short values that describe nobody.

A report is counted, never kept.  These rules refuse what looks like a person's data all the same,
so that a mistake is seen where it is made and not in the merchant's figures.
"""

import re
from collections.abc import Mapping

FIELDS_MAX = 5
VALUE_CHARS_MAX = 40
# Whole numbers are for steps, ratings and counts; more of them than this is not a small set.
NUMBER_MAX = 9999
# A telephone number or a card, however it is grouped, has seven digits or more.
_DIGITS = re.compile(r"\d(?:[\s().+/-]*\d){6}")
# An id that a machine made, such as an openid or the id of an order: long, digits among letters.
_ID = re.compile(
    r"(?=[0-9A-Za-z]*\d)[0-9A-Za-z]{16}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-", re.IGNORECASE
)


def find_fault(text: str) -> str | None:
    """Return why ``text`` cannot be a value or a name, or None."""
    if "@" in text:
        return "it has an @, as an address has"
    if not text.isprintable():
        return "it is more than one line"
    if _DIGITS.search(text):
        return "it has more than six digits, as a telephone number has"
    if _ID.search(text):
        return "it looks like the id of a person or a thing"
    return None


def as_texts(name: str, fields: Mapping[str, str | bool | int]) -> dict[str, str]:
    """Return the fields of a report as text; raises ``ValueError`` with a sentence."""
    if fault := find_fault(name):
        raise ValueError(f"the name {name!r} cannot be reported: {fault}")
    texts: dict[str, str] = {}
    for field, value in fields.items():
        texts[field] = str(value).lower() if isinstance(value, bool) else str(value).strip()
        if fault := find_fault(texts[field]) or (None if texts[field] else "it is empty"):
            raise ValueError(
                f"the value of {field!r} cannot be reported: {fault}; say of what kind"
                " something was, never whose"
            )
    return texts
