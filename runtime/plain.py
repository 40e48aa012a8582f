"""Plain data: what JSON can hold, and nothing that merely looks like it.

Page state, arguments and answers travel as JSON text.  Both sides use the functions below: the
worker to tell a merchant what is wrong with a value, the host because a worker may send anything.
"""

import math
from typing import Any, NoReturn

import msgspec

# State is walked by recursive code later (rendering, comparing, other JSON writers), so the nest
# is bounded far below any stack.
DEPTH_MAX = 32
KEY_LENGTH_MAX = 256
BYTES_MAX = 1 << 20

_encoder = msgspec.json.Encoder()
_any = msgspec.json.Decoder()
_object = msgspec.json.Decoder(dict[str, Any])
# Everything but brackets and quotes.
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))
# Each item of these takes at least one byte of text.
_SIZED = frozenset({str, list, tuple, dict})
# What to do about a value that is none of these.
ADVICE = (
    "keep texts, numbers, lists and dicts; of an enum the member's .value, of a record asdict(…) or"
    " ._asdict()"
)
# Whole numbers that are certainly written and read back as they are.
_INTEGER_MAX = 2**53
_SCALARS = (str, int, float, bool, type(None))


class ByValue:
    """Base of classes whose instances are kept as the plain value in their ``_value_``."""

    __slots__ = ()


class NotPlainError(Exception):
    """A value is not plain data, or is too large or too deep."""


def encode(value: Any, bytes_max: int = BYTES_MAX) -> bytes:
    """Return the JSON text of a value, or say why it is not plain.

    What is certainly too large is refused before it is written: a writer that runs out of memory
    takes the process with it.  msgspec also writes dates, sets, decimals and dataclasses, which
    would come back as something else.  So the text is read again and compared: equal means plain,
    at the speed of C.
    """
    if type(value) is int and -_INTEGER_MAX < value < _INTEGER_MAX:
        return _encoder.encode(value)
    if type(value) in _SIZED and len(value) > bytes_max:
        raise NotPlainError(f"has more than {bytes_max} bytes")
    try:
        text = _encoder.encode(value)
        if _any.decode(text) == value and is_shallow(text):
            return text
    except RecursionError:
        raise NotPlainError(f"values nest more than {DEPTH_MAX} deep, or contain themselves") from (
            None
        )
    except (TypeError, ValueError, OverflowError):
        # Which part it is, and in whose words, is the walk's business.
        pass
    return _encoder.encode(copy(value))


def same_text(value: Any, text: bytes) -> bool:
    """Tell whether a value would be written as ``text``, which was plain; quicker than ``encode``.

    A value of another kind that is written the same is not told apart, and need not be: what is
    kept is the text.
    """
    try:
        return _encoder.encode(value) == text
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False


def copy(value: Any) -> Any:
    """Return a copy made of exact plain types; tuples become lists.  Raises ``NotPlainError``."""
    return _copy(value, 0)


def read(text: bytes) -> Any:
    """Read JSON text that somebody else wrote.  Raises ``NotPlainError``."""
    return _read(_any, text)


def read_object(text: bytes) -> dict[str, Any]:
    """Read JSON text that must be an object.  Raises ``NotPlainError``."""
    value: dict[str, Any] = _read(_object, text)
    return value


def is_shallow(text: bytes, depth_max: int = DEPTH_MAX) -> bool:
    """Tell whether valid JSON text nests at most ``depth_max`` deep, without reading it.

    Works on the brackets alone: empty pairs are taken away, and a nest of depth n is gone after n
    rounds.  Brackets inside strings only leave quotes behind, and then the text is walked.
    """
    if len(text) <= 2 * depth_max:
        return True
    structure = text.translate(None, _NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in structure:
        return _depth(_any.decode(text)) <= depth_max
    for _ in range(depth_max):
        if not structure:
            return True
        structure = structure.replace(b"[]", b"").replace(b"{}", b"")
    return not structure


def _read(decoder: msgspec.json.Decoder[Any], text: bytes) -> Any:
    try:
        value = decoder.decode(text)
        shallow = is_shallow(text)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise NotPlainError(f"not JSON: {error}") from None
    if not shallow:
        raise NotPlainError(f"values nest more than {DEPTH_MAX} deep")
    return value


def _depth(value: Any) -> int:
    deepest = 0
    stack = [(value, 1)]
    while stack:
        each, depth = stack.pop()
        if isinstance(each, dict | list):
            deepest = max(deepest, depth)
            inner = each.values() if isinstance(each, dict) else each
            stack.extend((item, depth + 1) for item in inner)
    return deepest


def _copy(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind in _SCALARS:
        return _scalar(value)
    if depth >= DEPTH_MAX:
        raise NotPlainError(f"values nest more than {DEPTH_MAX} deep, or contain themselves")
    if kind is list or kind is tuple:
        return [_copy(each, depth + 1) for each in value]
    # Counter and defaultdict are dicts whose reading back as a dict surprises nobody.
    if issubclass(kind, dict):
        return {_key(key): _copy(each, depth + 1) for key, each in dict.items(value)}
    if issubclass(kind, ByValue):
        return _scalar(value._value_)
    raise NotPlainError(f"{kind.__name__} is not plain data: {ADVICE}")


def _scalar(value: Any) -> Any:
    if type(value) is float and not math.isfinite(value):
        _refuse("NaN and Infinity are not values")
    if type(value) is int:
        try:
            str(value)
        except ValueError:
            _refuse("a whole number is too large")
    if type(value) is str:
        try:
            value.encode()
        except UnicodeEncodeError:
            _refuse("text is not valid Unicode")
    return value


def _key(key: Any) -> str:
    if type(key) is not str:
        _refuse("keys of a dict must be text")
    if len(key) > KEY_LENGTH_MAX:
        _refuse(f"a key is longer than {KEY_LENGTH_MAX} characters")
    text: str = _scalar(key)
    return text


def _refuse(why: str) -> NoReturn:
    raise NotPlainError(why)
