"""What people write, made safe to show: no control characters and nothing that turns text around.

Control characters break pages and logs, and bidirectional overrides (Unicode TR 36, section 2.5)
can make a line read as something else than what was sent.  Marks that languages need stay: joiners,
and the left-to-right and right-to-left marks.
"""

import unicodedata

from host.core.errors import BadInputError

# Embeddings, overrides and isolates; and the two separators that browsers treat as newlines.
_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_NEWLINES = {0x0D: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0x0B: "\n", 0x0C: "\n"}


def clean_text(text: str, *, length_max: int) -> str:
    """Return text of several lines, cleaned; empty when nothing visible is left."""
    return _bounded(_plain(text), length_max=length_max)


def clean_line(text: str, *, length_max: int) -> str:
    """Return text of one line, cleaned: every run of white space is one space."""
    return _bounded(" ".join(_plain(text).split()), length_max=length_max)


def whole_number(text: str, *, digits_max: int = 15) -> int | None:
    """Return the number that ``text`` writes in ASCII digits, or None.

    ``int()`` would also take signs, underscores, white space and the digits of other scripts; and
    fifteen digits stay exact wherever they go.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= digits_max
    return int(text) if is_number else None


def _plain(text: str) -> str:
    plain = text.replace("\r\n", "\n").translate(_NEWLINES).translate(_OVERRIDES)
    kept = "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept).strip()


def _bounded(cleaned: str, *, length_max: int) -> str:
    # Measured after cleaning: NFC makes some letters, such as Devanagari qa, two characters.
    if len(cleaned) > length_max:
        raise BadInputError(
            "This text has %(length)s characters; %(limit)s are allowed. Shorten it.",
            length=len(cleaned),
            limit=length_max,
        )
    return cleaned if any(_is_visible(c) for c in cleaned) else ""


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cf", "Mn", "Me")
