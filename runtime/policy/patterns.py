"""Regular expressions that cannot run for ever on a short text.

The engine backtracks: ``(a+)+$`` needs minutes for thirty letters.  It looks at signals once in
4096 steps only, and one step may read the whole text; so the limit of an event ends it, but late.
Patterns with a repeat inside a repeat, long patterns and long texts are refused with a reason, and
a text is shorter where the search may read it once for every place that it begins at: between two
looks at signals it then takes far less time than the host's own limit, which would end the worker
with everybody else's events.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from re import _parser  # type: ignore[attr-defined]  # the one place that knows a pattern's shape
from typing import Any

from runtime.policy.facade import Facade

PATTERN_CHARS_MAX = 500
TEXT_CHARS_MAX = 100_000
# For patterns such as ``a*b``: 4096 steps of 5,000 characters take less than 0.3 s.
TEXT_CHARS_RETRIED_MAX = 5_000
# A repeat of at most this many rounds inside another one stays cheap, as in (\d{3},)*.
_INNER_ROUNDS_MAX = 20
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def _text_chars_max(pattern: str, flags: int) -> int:
    """Refuse a pattern that costs too much on any text; return how long a text may be."""
    if len(pattern) > PATTERN_CHARS_MAX:
        raise ValueError(f"a pattern has at most {PATTERN_CHARS_MAX} characters here")
    # Without its own stack, a nest would end the recursion of this function instead.
    tree = _parser.parse(pattern, flags)
    stack: list[tuple[Any, bool, bool]] = [(tree, False, False)]
    while stack:
        part, is_repeated, is_fenced = stack.pop()
        for code, argument in part:
            name = str(code)
            is_long = name in _REPEATS and int(argument[1]) > _INNER_ROUNDS_MAX
            if is_long and is_repeated and not is_fenced:
                raise ValueError("a repeat inside a repeat, as in (a+)+, is not available here")
            if name == "GROUPREF" and is_repeated:
                raise ValueError("a back reference inside a repeat is not available here")
            fenced = is_fenced
            if is_long:
                fenced = not is_repeated and _is_fenced(argument[2])
            inner = _parts(argument)
            stack += [(each, is_repeated or is_long, fenced) for each in inner]
    return TEXT_CHARS_RETRIED_MAX if _is_retried(tree) else TEXT_CHARS_MAX


def _is_retried(tree: Any) -> bool:
    """Tell whether a repeat may be undone: anything stands behind it, or it is inside something."""
    last = len(tree) - 1
    for at, (code, argument) in enumerate(tree):
        name = str(code)
        is_long = name in _REPEATS and int(argument[1]) > _INNER_ROUNDS_MAX
        if is_long and (at < last or len(argument[2]) > 1 or _has_parts(argument[2])):
            return True
        if not is_long and any(_has_long_repeat(each) for each in _parts(argument)):
            return True
    return False


def _has_parts(body: Any) -> bool:
    return any(True for _, argument in body for _ in _parts(argument))


def _has_long_repeat(part: Any) -> bool:
    stack = [part]
    while stack:
        for code, argument in stack.pop():
            if str(code) in _REPEATS and int(argument[1]) > _INNER_ROUNDS_MAX:
                return True
            stack += _parts(argument)
    return False


def _is_fenced(body: Any) -> bool:
    r"""Tell whether each round of a repeat begins or ends at a sign that stands nowhere else in it.

    As in ``(\.[a-z]+)+`` or ``([a-z]+,)*``: then a text can be parted into rounds in one way
    only, and a repeat inside costs no more than it would by itself.
    """
    while len(body) == 1 and str(body[0][0]) == "SUBPATTERN":
        body = body[0][1][3]
    if len(body) < 2:  # noqa: PLR2004  (a sign, and what it fences)
        return False
    for fence, rest in ((body[0], body[1:]), (body[-1], body[:-1])):
        name, sign = str(fence[0]), fence[1]
        if name == "LITERAL" and not _can_match(rest, chr(sign)):
            return True
    return False


def _can_match(part: Any, sign: str) -> bool:
    """Tell whether any piece of a pattern takes ``sign``; when in doubt, it does."""
    for code, argument in part:
        name = str(code)
        if name == "SUBPATTERN":
            taken = _can_match(argument[3], sign)
        elif name in _REPEATS:
            # A repeat inside a repeat inside a repeat is not worth its proof.
            taken = any(str(c) in _REPEATS for c, _ in argument[2]) or _can_match(argument[2], sign)
        elif name == "BRANCH":
            taken = any(_can_match(each, sign) for each in argument[1])
        elif name == "LITERAL":
            taken = chr(argument).casefold() == sign.casefold()
        elif name == "IN":
            taken = _class_has(argument, sign)
        else:
            taken = name != "AT"
        if taken:
            return True
    return False


_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda sign: sign.isalnum() or sign == "_",
}


def _class_has(members: Any, sign: str) -> bool:
    has = False
    for code, argument in members:
        name = str(code)
        if name == "NEGATE":
            return not all(_class_has(members[1:], each) for each in (sign.lower(), sign.upper()))
        if name == "LITERAL":
            has |= chr(argument).casefold() == sign.casefold()
        elif name == "RANGE":
            has |= any(
                argument[0] <= ord(each) <= argument[1] for each in sign.lower() + sign.upper()
            )
        else:
            category = _CATEGORIES.get(str(argument))
            has |= category is None or category(sign)
    return has


def _parts(argument: Any) -> Iterator[Any]:
    """Find the patterns inside an argument, whatever its shape is."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _parts(each)


def _compile(pattern: Any, flags: int = 0) -> tuple[re.Pattern[str], int]:
    """Return the compiled pattern, and how long a text may be."""
    if type(pattern) is Facade:
        raise TypeError("this pattern is compiled already: call its own methods")
    if type(pattern) is not str:
        raise TypeError("a pattern is a text")
    if type(flags) is not int or flags & re.DEBUG:
        raise ValueError("flags are those of this module")
    with warnings.catch_warnings():
        # Showing a warning opens the file that it is about, whose name the merchant has chosen.
        warnings.simplefilter("ignore")
        chars_max = _text_chars_max(pattern, flags)
        return re.compile(pattern, flags), chars_max


def _checked(text: Any, chars_max: int = TEXT_CHARS_MAX) -> str:
    if type(text) is not str:
        raise TypeError("the text to search is a text")
    if len(text) > chars_max:
        raise ValueError(f"a text to search with this pattern has at most {chars_max} characters")
    return text


def _methods(compiled: re.Pattern[str], chars_max: int) -> dict[str, Callable[..., Any]]:
    def checked(text: Any) -> str:
        return _checked(text, chars_max)

    return {
        "match": lambda text, /: compiled.match(checked(text)),
        "search": lambda text, /: compiled.search(checked(text)),
        "fullmatch": lambda text, /: compiled.fullmatch(checked(text)),
        "findall": lambda text, /: compiled.findall(checked(text)),
        "finditer": lambda text, /: compiled.finditer(checked(text)),
        "split": lambda text, /, maxsplit=0: compiled.split(checked(text), maxsplit),
        "sub": lambda new, text, /, count=0: compiled.sub(new, checked(text), count),
        "subn": lambda new, text, /, count=0: compiled.subn(new, checked(text), count),
    }


def _compiled(pattern: str, /, flags: int = 0) -> Facade:
    found = _compile(pattern, flags)
    return Facade("pattern", {**_methods(*found), "pattern": pattern}, real=re.Pattern)


def _direct(name: str) -> Callable[..., Any]:
    # Flags may stand behind the other arguments: re.search(pattern, text, re.I).
    most = {"sub": 3, "subn": 3, "split": 2}.get(name, 1)

    def search(pattern: Any, /, *args: Any, flags: int = 0, **keywords: Any) -> Any:
        if len(args) > most:
            *args, flags = args  # type: ignore[assignment]  # a list is as good as a tuple
        if type(pattern) is Facade:
            return getattr(pattern, name)(*args, **keywords)
        return _methods(*_compile(pattern, flags))[name](*args, **keywords)

    return search


# Flags as plain numbers: an enum member leads to its class, and that to the module.
REGEX_NAMES: dict[str, Any] = {
    "compile": _compiled,
    "escape": lambda text, /: re.escape(_checked(text)),
    "I": int(re.IGNORECASE),
    "IGNORECASE": int(re.IGNORECASE),
    "M": int(re.MULTILINE),
    "MULTILINE": int(re.MULTILINE),
    "S": int(re.DOTALL),
    "DOTALL": int(re.DOTALL),
    "X": int(re.VERBOSE),
    "VERBOSE": int(re.VERBOSE),
    "A": int(re.ASCII),
    "ASCII": int(re.ASCII),
    "error": re.error,
    **{
        name: _direct(name)
        for name in (
            *("match", "search", "fullmatch", "findall", "finditer", "split", "sub", "subn"),
        )
    },
}
