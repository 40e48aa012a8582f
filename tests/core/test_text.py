"""What people write is made safe to show."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.core import ids
from host.core.errors import BadInputError
from host.core.text import clean_line, clean_text, whole_number


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("hello\r\nthere\u2028you", "hello\nthere\nyou"),
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("pay \u202e001\u202c now", "pay 001 now"),
        ("\u2067abc\u2069", "abc"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("e\u0301", "é"),
        (" \u200b\u2060\u0301 ", ""),
        ("\ud800", ""),
    ],
)
def test_what_misleads_is_taken_out_and_what_languages_need_stays(written: str, kept: str) -> None:
    """Controls and overrides go, newlines become one kind, joiners stay."""
    assert kept == clean_text(written, length_max=100)


def test_a_line_has_no_newline() -> None:
    """Every run of white space is one space, also where a control character stood between."""
    assert clean_line(" a\n \u202e\t b ", length_max=10) == "a b"


def test_a_letter_that_becomes_two_characters_is_no_long_line() -> None:
    """Devanagari qa is two characters in NFC; the limit is the caller's, not the length typed."""
    assert clean_line("\u0958", length_max=10) == "\u0915\u093c"


def test_a_long_text_is_refused_with_both_numbers() -> None:
    """The sentence says how long it is and what is allowed."""
    with pytest.raises(BadInputError, match="has 11 characters; 10 are allowed"):
        clean_text("x" * 11, length_max=10)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("42", 42),
        ("9" * 15, 10**15 - 1),
        ("9" * 16, None),
        ("", None),
        ("-1", None),
        ("1_0", None),
        (" 1", None),
        ("\u0661", None),
        ("\u00b2", None),
    ],
)
def test_a_number_is_ascii_digits_alone(text: str, number: int | None) -> None:
    """What else ``int()`` takes is nothing that a form of ours sends."""
    assert number == whole_number(text)


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_a_derived_id_is_the_uuid_that_it_always_was(parts: list[str]) -> None:
    """Ids that were derived by an earlier version are derived again."""
    namespace = uuid.UUID(ids._NAMESPACE.hex)

    assert str(uuid.uuid5(namespace, "\x1f".join(parts))) == ids.derived_id(*parts)
