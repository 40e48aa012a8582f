"""Texts of service messages: sentences with fields in braces, fixed in the manifest.

``Your parcel {number:code} is on its way`` has one field.  A reviewer reads the sentence; the
fields are short and of one kind each, so that nothing else can be said with it.
"""

import re
from collections.abc import Mapping

# text: 1 to 40 characters without links; code: letters, digits and hyphens; date: milliseconds.
FIELD_KINDS = ("text", "code", "number", "date", "money")
FIELDS_MAX = 5
FIELD_CHARS_MAX = 40
_FIELD = re.compile(r"\{([a-z][a-z0-9_]{0,19})(?::([a-z]+))?\}")
# What a chat, or a person, takes for an address: a scheme, www, or a name with an ending.
# The full stop of Chinese is one of them where Latin letters follow: browsers read it as a dot.
_LINK = re.compile(r"://|www\.|@|[\w-]\.[^\W\d_]{2,}|[\w-][。｡][a-z]{2,}", re.IGNORECASE)
# Else five fields of text, one after another, would be a sentence that no reviewer has read.
_LETTERS_PER_FIELD_MIN = 2


def read_fields(text: str) -> dict[str, str] | None:
    """Return the kind of each field by its name; None when the braces are not fields."""
    found = {match[1]: match[2] or "text" for match in _FIELD.finditer(text)}
    rest = _FIELD.sub("", text)
    is_plain = "{" not in rest and "}" not in rest and len(found) <= FIELDS_MAX
    return found if is_plain and set(found.values()) <= set(FIELD_KINDS) else None


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the sentence with a value in the place of each field."""
    return _FIELD.sub(lambda match: values[match[1]], text)


def has_words(text: str) -> bool:
    """Tell whether a sentence says something itself, and not only what the fields say."""
    letters = sum(sign.isalpha() for sign in _FIELD.sub("", text))
    return letters >= _LETTERS_PER_FIELD_MIN * max(1, len(read_fields(text) or ()))


def has_open_link(text: str) -> bool:
    """Tell whether a sentence has a link, or would, once there are words in its fields."""
    return has_link(_FIELD.sub("xx", text))


def has_link(text: str) -> bool:
    """Tell whether somebody could follow, or be led by, an address in ``text``."""
    return _LINK.search(text) is not None
