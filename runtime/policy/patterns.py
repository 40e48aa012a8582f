"""Regular expressions that cannot run for ever on a short text.

The engine backtracks and cannot be interrupted: ``(a+)+$`` needs minutes for thirty letters.  The
process limits would end it, together with everybody else's events in the same worker; so patterns
with a repeat inside a repeat, long patterns and long texts are refused with a reason.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from re import _parser  # type: ignore[attr-defined]  # the one place that knows a pattern's shape
from typing import Any

from runtime.policy.facade import Facade

PATTERN_CHARS_MAX = 500
TEXT_CHARS_MAX = 100_000
# A repeat of at most this many rounds inside another one stays cheap, as in (\d{3},)*.
_INNER_ROUNDS_MAX = 20
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")


def _refuse_costly(pattern: str, flags: int) -> None:
    if len(pattern) > PATTERN_CHARS_MAX:
        raise ValueError(f"a pattern has at most {PATTERN_CHARS_MAX} characters here")
    # Without its own stack, a nest would end the recursion of this function instead.
    stack: list[tuple[Any, bool]] = [(_parser.parse(pattern, flags), False)]
    while stack:
        part, is_repeated = stack.pop()
        for code, argument in part:
            name = str(code)
            is_long = name in _REPEATS and int(argument[1]) > _INNER_ROUNDS_MAX
            if is_long and is_repeated:
                raise ValueError("a repeat inside a repeat, as in (a+)+, is not available here")
            if name == "GROUPREF" and is_repeated:
                raise ValueError("a back reference inside a repeat is not available here")
            stack += [(each, is_repeated or is_long) for each in _parts(argument)]


def _parts(argument: Any) -> Iterator[Any]:
    """Find the patterns inside an argument, whatever its shape is."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _parts(each)


def _compile(pattern: Any, flags: int = 0) -> re.Pattern[str]:
    if type(pattern) is Facade:
        raise TypeError("this pattern is compiled already: call its own methods")
    if type(pattern) is not str:
        raise TypeError("a pattern is a text")
    if type(flags) is not int or flags & re.DEBUG:
        raise ValueError("flags are those of this module")
    with warnings.catch_warnings():
        # Showing a warning opens the file that it is about, whose name the merchant has chosen.
        warnings.simplefilter("ignore")
        _refuse_costly(pattern, flags)
        return re.compile(pattern, flags)


def _checked(text: Any) -> str:
    if type(text) is not str:
        raise TypeError("the text to search is a text")
    if len(text) > TEXT_CHARS_MAX:
        raise ValueError(f"a text to search has at most {TEXT_CHARS_MAX} characters here")
    return text


def _methods(compiled: re.Pattern[str]) -> dict[str, Callable[..., Any]]:
    return {
        "match": lambda text, /: compiled.match(_checked(text)),
        "search": lambda text, /: compiled.search(_checked(text)),
        "fullmatch": lambda text, /: compiled.fullmatch(_checked(text)),
        "findall": lambda text, /: compiled.findall(_checked(text)),
        "finditer": lambda text, /: compiled.finditer(_checked(text)),
        "split": lambda text, /, maxsplit=0: compiled.split(_checked(text), maxsplit),
        "sub": lambda new, text, /, count=0: compiled.sub(new, _checked(text), count),
    }


def _compiled(pattern: str, /, flags: int = 0) -> Facade:
    found = _compile(pattern, flags)
    return Facade("pattern", {**_methods(found), "pattern": pattern}, real=re.Pattern)


def _direct(name: str) -> Callable[..., Any]:
    def search(pattern: Any, /, *args: Any, flags: int = 0, **keywords: Any) -> Any:
        if type(pattern) is Facade:
            return getattr(pattern, name)(*args, **keywords)
        return _methods(_compile(pattern, flags))[name](*args, **keywords)

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
        for name in ("match", "search", "fullmatch", "findall", "finditer", "split", "sub")
    },
}
