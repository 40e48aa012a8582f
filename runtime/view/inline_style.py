"""The ``style`` attribute: sizes, places and colours that a page works out, and nothing else.

A chart made of bars needs a width per bar.  Values are numbers with a unit, colours and plain
words: no function stands in them, so nothing can be loaded, and what does not fit is left out.
"""

import re

from runtime.view.css_names import PROPERTIES

STYLE_CHARS_MAX = 500
_PIECE = r"(?:[-+]?[0-9]+(?:\.[0-9]+)?(?:%|[a-z]{1,4})?|#[0-9a-fA-F]{3,8}|[a-z][a-z-]*)"
_VALUE = re.compile(rf"{_PIECE}(?:[ ,/]+{_PIECE})*", re.ASCII)
_NAME = re.compile(r"--[a-z][a-z0-9-]{0,40}|-?[a-z][a-z-]*", re.ASCII)
# What could cover the page, and what names other things by words.
_NEVER = frozenset({"position", "content", "animation", "animation-name", "counter-reset"})


def read_declaration(text: str) -> tuple[str, str] | None:
    """Return name and value of one declaration, or None when it is not available."""
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        return None
    if not name.startswith("--") and (name not in PROPERTIES or name in _NEVER):
        return None
    return name, value


def clean_style(text: str) -> str:
    """Return the declarations of ``text`` that are available."""
    if len(text) > STYLE_CHARS_MAX:
        return ""
    found = (read_declaration(each) for each in text.split(";"))
    return ";".join(f"{each[0]}:{each[1]}" for each in found if each)
