"""A rail's statement as a file, read strictly: a wrong line is named and nothing is imported.

CSV in UTF-8 with the columns of `COLUMNS`.  The first row names the rail and the day, rows of type
`closing` the balance of each currency at its end; all others are what moved, one a row.  Amounts
are whole minor units.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable

from host.core.money import AMOUNT_MINOR_MAX, EXPONENTS, Currency, Money
from host.core.text import whole_number
from host.treasury.errors import StatementRefusedError
from host.treasury.model import Closing, Line, LineKind, Statement

COLUMNS = ("type", "reference", "order", "amount_minor", "currency", "day")
STATEMENT_BYTES_MAX = 2 * 1024 * 1024
LINES_COUNT_MAX = 10_000
_REFERENCE = re.compile(r"[\x21-\x7e]{1,100}")
_ORDER = re.compile(r"[\x21-\x7e]{0,100}")
_DAY = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)
_AMOUNT_DIGITS_MAX = 16


def read_statement(content: bytes) -> Statement:
    """Return what a file says, or refuse it with the number of the first line that is wrong."""
    if len(content) > STATEMENT_BYTES_MAX:
        raise StatementRefusedError("A statement has 2 MiB at most.")
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise StatementRefusedError("This is no CSV file in UTF-8.") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise StatementRefusedError(
            "Line 1: the columns must be %(columns)s.", columns=", ".join(COLUMNS)
        )
    if len(rows) > LINES_COUNT_MAX:
        raise StatementRefusedError("A statement has 10,000 lines at most.")
    if len(rows) == 1 or len(rows[1]) != len(COLUMNS) or rows[1][0] != "statement":
        raise _wrong(2, "the first row must be of type statement")
    rail, day = rows[1][1], rows[1][5]
    _check(2, _REFERENCE.fullmatch(rail) is not None, "the rail has no name")
    _check(2, _DAY.fullmatch(day) is not None, "the day must be like 2026-11-20")

    lines: list[Line] = []
    closings: dict[Currency, Closing] = {}
    for number, row in enumerate(rows[2:], 3):
        _check(number, len(row) == len(COLUMNS), "the number of columns is wrong")
        if row[0] == "closing":
            closing = _closing(number, row)
            _check(number, closing.currency not in closings, "a second closing balance")
            closings[closing.currency] = closing
        else:
            lines.append(_line(number, row))
    digest = hashlib.sha256(content).hexdigest()
    return Statement(digest, rail, day, tuple(lines), tuple(closings.values()))


def write_statement(
    rail: str, day: str, lines: Iterable[Line], closings: Iterable[Closing]
) -> bytes:
    """Return a statement as a file: what the sandbox rail hands out."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerow(("statement", rail, "", "", "", day))
    for line in lines:
        minor, currency = line.money.amount_minor, line.money.currency
        writer.writerow((line.kind, line.reference, line.operation_id, minor, currency, line.day))
    for closing in closings:
        writer.writerow(("closing", "", "", closing.amount_minor, closing.currency, day))
    return file.getvalue().encode()


def _line(number: int, row: list[str]) -> Line:
    kind, reference, operation_id, amount, currency, day = row
    _check(number, kind in set(LineKind), "the type is none of in, out, in_returned, out_returned")
    _check(number, _REFERENCE.fullmatch(reference) is not None, "the reference is missing")
    _check(number, _ORDER.fullmatch(operation_id) is not None, "the order is no number of ours")
    _check(number, _DAY.fullmatch(day) is not None, "the day must be like 2026-11-20")
    minor = _amount(number, amount, currency)
    _check(number, minor > 0, "the amount must be above zero")
    return Line(
        number, LineKind(kind), reference, operation_id, Money(minor, Currency(currency)), day
    )


def _closing(number: int, row: list[str]) -> Closing:
    return Closing(Currency(row[4]), _amount(number, row[3], row[4]))


def _amount(number: int, text: str, currency: str) -> int:
    minor = whole_number(text, digits_max=_AMOUNT_DIGITS_MAX)
    _check(number, currency in EXPONENTS, "the currency is none of this host")
    if minor is None or minor > AMOUNT_MINOR_MAX:
        raise _wrong(number, "the amount must be a whole number of minor units")
    return minor


def _check(number: int, is_right: bool, what: str) -> None:  # noqa: FBT001  (a condition)
    if not is_right:
        raise _wrong(number, what)


def _wrong(number: int, what: str) -> StatementRefusedError:
    return StatementRefusedError("Line %(number)s: %(what)s.", number=number, what=what)
