"""A statement as a file for spreadsheets."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from host.core.money import decimal_text
from host.wallet.service.statement import ShownLine

# A spreadsheet runs a cell that begins with one of these as a formula (OWASP, "CSV injection").
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_HEADER = ("time", "purpose", "with", "note", "change", "balance", "currency", "transfer")


def write_statement(lines: Sequence[ShownLine]) -> str:
    """Return the lines as CSV; text that people wrote cannot become a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEADER)
    for shown in lines:
        line = shown.line
        writer.writerow(
            (
                datetime.fromtimestamp(line.at_ms / 1000, UTC).isoformat(timespec="seconds"),
                line.purpose,
                _inert(_other(shown)),
                _inert(line.memo),
                # Numbers of our own: a minus sign in front of digits is a number, not a formula.
                decimal_text(line.change_minor, line.currency),
                decimal_text(line.balance_minor, line.currency),
                line.currency,
                line.transfer_id,
            )
        )
    return file.getvalue()


def _other(shown: ShownLine) -> str:
    if shown.person is not None:
        return shown.person.name
    return shown.order.shop_name if shown.order is not None else ""


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
