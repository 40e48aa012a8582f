"""What a handle and a display name may be.

A handle is an address: people type it, read it aloud and trust it with money, so it is stored in
one form (NFKC, case folded), written in one script, and owned together with everything that looks
like it.  A display name is free text that must not lie about its surroundings: no control
characters, no bidirectional overrides, no towers of combining marks.

The skeleton follows UTS 39, section 4, with a table of our own: only scripts whose letters pass for
Latin ones are folded, because a handle may not mix scripts.
"""

import re
import unicodedata

from host.identity.errors import HandleRefusedError, NameRefusedError

HANDLE_LENGTH_MIN = 2
HANDLE_LENGTH_MAX = 24
NAME_GRAPHEMES_MAX = 64
# A family emoji is seven code points; nobody's name needs more than eight for each sign one sees.
_CODE_POINTS_PER_GRAPHEME_MAX = 8
_MARKS_PER_LETTER_MAX = 4

_RESERVED = (
    *("admin", "admins", "administrator", "hutong", "host", "system", "official", "support"),
    *("help", "root", "me", "you", "everyone", "all", "moderator", "staff", "security", "wallet"),
    *("pay", "null", "undefined", "anonymous", "deleted"),
)

_SCRIPTS = {
    "LATIN": "Latin",
    "CYRILLIC": "Cyrillic",
    "GREEK": "Greek",
    "ARMENIAN": "Armenian",
    "HEBREW": "Hebrew",
    "ARABIC": "Arabic",
    "DEVANAGARI": "Devanagari",
    "BENGALI": "Bengali",
    "TAMIL": "Tamil",
    "THAI": "Thai",
    "GEORGIAN": "Georgian",
    # Chinese, Japanese and Korean names use these together.
    "CJK": "East Asian",
    "HIRAGANA": "East Asian",
    "KATAKANA": "East Asian",
    "KATAKANA-HIRAGANA": "East Asian",
    "HANGUL": "East Asian",
    "BOPOMOFO": "East Asian",
}

# Letters of other scripts that pass for Latin ones, and Latin ones that pass for each other.
_LOOKS_LIKE = str.maketrans(
    {
        **dict(zip("абвгдеёзикмнорстухһіјѕԁԛԝьѵ", "a6brдeeзukmhopctyxhijsdqwbv", strict=True)),
        **dict(zip("αβγεηικνορτυχω", "abyenikvoptuxw", strict=True)),
        **dict(zip("օսոհցզղ", "ounhgqn", strict=True)),
        "0": "o",
        "1": "l",
        "i": "l",
        "|": "l",
        "ı": "l",
        "2": "z",
        "5": "s",
        "8": "b",
        "ß": "ss",
        "_": "",
    }
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))

# Every horizontal space; line breaks and tabs are not made good but refused.
_SPACES = re.compile("[ \u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ZERO_WIDTH_JOINER = "\u200d"
_VARIATION_SELECTORS = frozenset("\ufe0e\ufe0f")


def check_handle(text: str) -> str:
    """Return the handle in its one stored form, or refuse it."""
    if len(text) > 4 * HANDLE_LENGTH_MAX:  # before any normalising of what may be megabytes
        raise HandleRefusedError(_HANDLE_LENGTH, min=HANDLE_LENGTH_MIN, max=HANDLE_LENGTH_MAX)
    folded = unicodedata.normalize("NFKC", text.strip().lstrip("@")).casefold()
    handle = unicodedata.normalize("NFKC", folded)

    if not HANDLE_LENGTH_MIN <= len(handle) <= HANDLE_LENGTH_MAX:
        raise HandleRefusedError(_HANDLE_LENGTH, min=HANDLE_LENGTH_MIN, max=HANDLE_LENGTH_MAX)
    if not all(_is_handle_sign(sign) for sign in handle) or not handle[0].isalpha():
        raise HandleRefusedError(
            "A handle begins with a letter and has letters, digits and _ only. Choose another."
        )
    if len({script for sign in handle if (script := _script(sign)) is not None}) > 1:
        raise HandleRefusedError("A handle is written in one script. Choose another.")
    if skeleton(handle) in _RESERVED_SKELETONS:
        raise HandleRefusedError("This handle is kept for the lane itself. Choose another.")
    return handle


def skeleton(handle: str) -> str:
    """Return what the handle looks like: two handles with one skeleton can be taken for another."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", handle) if unicodedata.category(sign) != "Mn"
    ).translate(_LOOKS_LIKE)
    for pair, one in _PAIRS:
        plain = plain.replace(pair, one)
    # A handle made of underscores and marks alone cannot happen (it begins with a letter), but an
    # empty key would be everybody's.
    return plain or handle


def check_name(text: str) -> str:
    """Return a display name as it is stored, or refuse it."""
    return check_line(text, graphemes_max=NAME_GRAPHEMES_MAX)


def check_line(text: str, *, graphemes_max: int) -> str:
    """Return one line of text that cannot mislead: a name, a title, the name of a brand."""
    code_points_max = graphemes_max * _CODE_POINTS_PER_GRAPHEME_MAX
    if len(text) > code_points_max:
        raise NameRefusedError("A name has at most %(max)s signs. Shorten it.", max=graphemes_max)
    name = " ".join(filter(None, _SPACES.split(unicodedata.normalize("NFC", text))))

    if any(_is_misleading(sign) for sign in name):
        raise NameRefusedError(
            "A name is one line without invisible or direction-changing signs. Remove them."
        )
    graphemes, marks_in_a_row = _count_graphemes(name)
    if marks_in_a_row > _MARKS_PER_LETTER_MAX:
        raise NameRefusedError("A letter carries at most four marks. Remove some.")
    if graphemes > graphemes_max:
        raise NameRefusedError("A name has at most %(max)s signs. Shorten it.", max=graphemes_max)
    if not any(unicodedata.category(sign)[0] in "LNS" for sign in name):
        raise NameRefusedError("A name has at least one letter. Write one.")
    return name


def _is_handle_sign(sign: str) -> bool:
    category = unicodedata.category(sign)
    if sign == "_":
        return True
    if category == "Nd":
        return sign.isascii()
    # Marks (Mn, Mc) are part of letters in Indic scripts and Thai.
    return (category in {"Ll", "Lo"} or category in {"Mn", "Mc"}) and _script(sign) is not None


def _script(sign: str) -> str | None:
    """Return the script of a letter; None for digits, underscore and scripts we cannot judge."""
    if not sign.isalpha() and unicodedata.category(sign) not in {"Mn", "Mc"}:
        return None
    words = unicodedata.name(sign, "").split(" ")
    return _SCRIPTS.get(words[0])


def _is_misleading(sign: str) -> bool:
    if sign in _BIDI:
        return True
    if sign == _ZERO_WIDTH_JOINER or _is_flag_tag(sign):  # parts of emoji
        return False
    category = unicodedata.category(sign)
    is_noncharacter = ord(sign) & 0xFFFE == 0xFFFE  # noqa: PLR2004  (U+nFFFE and U+nFFFF)
    return is_noncharacter or category in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _is_flag_tag(sign: str) -> bool:
    return 0xE0020 <= ord(sign) <= 0xE007F  # noqa: PLR2004  (Unicode: tags in flag emoji)


def _count_graphemes(text: str) -> tuple[int, int]:
    """Count the signs a person sees (near UAX 29), and the longest run of marks on one of them."""
    count = marks = marks_max = 0
    is_joined = is_half_flag = False
    for sign in text:
        if unicodedata.category(sign) in {"Mn", "Me"} and sign not in _VARIATION_SELECTORS:
            marks += 1
            marks_max = max(marks_max, marks)
            continue
        if sign == _ZERO_WIDTH_JOINER:
            is_joined = True
            continue
        if (
            sign in _VARIATION_SELECTORS
            or _is_flag_tag(sign)
            or "\U0001f3fb" <= sign <= "\U0001f3ff"
        ):
            continue
        is_regional = "\U0001f1e6" <= sign <= "\U0001f1ff"
        if not is_joined and not (is_regional and is_half_flag):
            count += 1
        is_half_flag = is_regional and not is_half_flag
        is_joined = False
        marks = 0
    return count, marks_max


_HANDLE_LENGTH = "A handle has %(min)s to %(max)s signs. Choose another."
_RESERVED_SKELETONS = frozenset(skeleton(word) for word in _RESERVED)
