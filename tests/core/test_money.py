"""Money at the edge: what a person may type, and what they read."""

import pytest

from host.core.errors import BadInputError
from host.core.money import AMOUNT_MINOR_MAX, Money, decimal_text, format_money, parse_amount


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [("12.50", "CNY", 1250), ("12.5", "EUR", 1250), ("7", "JPY", 7), ("1.234", "KWD", 1234)],
)
def test_an_amount_is_read_by_its_currency(text: str, currency: str, expected: int) -> None:
    """The exponent of ISO 4217 decides."""
    assert expected == parse_amount(text, currency)


@pytest.mark.parametrize(
    "text",
    ["", "0", "0.00", "-1", "+1", "1e2", "NaN", "１００", "٣", "1_000", "12\n", "0x10", "1,000",
     "01", ".5", "5.", "1.234", "1 0", "99999999999999999", "True"],
)  # fmt: skip
def test_what_int_would_have_taken_is_refused(text: str) -> None:
    """ASCII digits and one point, no more digits than the currency has."""
    with pytest.raises(BadInputError):
        parse_amount(text, "CNY")


@pytest.mark.parametrize("amount", [0, -1, AMOUNT_MINOR_MAX + 1, True, 1.0])
def test_an_invalid_amount_cannot_exist(amount: int) -> None:
    """Neither zero, nor too much, nor a boolean in disguise."""
    with pytest.raises(ValueError, match="amount_minor"):
        Money(amount, "CNY")  # type: ignore[arg-type]


def test_money_is_written_for_its_reader() -> None:
    """The yen has no minor part, the dinar three digits, a debit its sign."""
    assert "¥128.00" == format_money(12800, "CNY", "en")
    assert "¥128.00" == format_money(12800, "CNY", "zh-Hans")
    assert "KWD\xa01.234" == format_money(1234, "KWD", "en")
    assert ["-0.05", "500", "1.234"] == [
        decimal_text(-5, "CNY"), decimal_text(500, "JPY"), decimal_text(1234, "KWD"),
    ]  # fmt: skip
