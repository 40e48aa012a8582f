"""The sandbox rail's own statement, with the mistakes that rails make.

It shows what it has told and not shown before.  Five amounts are misreported on purpose, as five
others are answered badly (``host.wallet.rails``): left out, shown twice, off by one, dated to the
next day, in another currency.
"""

import dataclasses
from datetime import UTC, datetime, timedelta

from host.core.db import Tx
from host.core.money import CURRENCIES, Currency, Money
from host.treasury.model import Closing, Line, LineKind
from host.treasury.statement_file import write_statement
from host.wallet.model import rail_place
from host.wallet.rail_model import Direction, RailOperation, RailState
from host.wallet.service import books

RAIL = "sandbox"
LEFT_OUT_MINOR = 66_611
TWICE_MINOR = 66_612
OFF_BY_ONE_MINOR = 66_613
NEXT_DAY_MINOR = 66_614
OTHER_CURRENCY_MINOR = 66_615
MISREPORTED_MINOR = (
    LEFT_OUT_MINOR,
    TWICE_MINOR,
    OFF_BY_ONE_MINOR,
    NEXT_DAY_MINOR,
    OTHER_CURRENCY_MINOR,
)


def make_statement(tx: Tx, day: str, *, extra: Money | None = None) -> bytes:
    """Return the statement of a day (UTC); ``extra`` is money that nobody announced."""
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    before_ms = int((start + timedelta(days=1)).timestamp() * 1000)
    next_day = (start + timedelta(days=1)).date().isoformat()
    lines: list[Line] = []
    for operation in books.find_unsettled(tx, RAIL, before_ms=before_ms):
        for line in _lines(operation, day, before_ms=before_ms):
            lines += _misreport(line, next_day)
    if extra is not None:
        lines.append(Line(0, LineKind.IN, f"SBX-{day}-X", "", extra, day))
    return write_statement(RAIL, day, lines, _closings(tx, lines, day))


def _lines(operation: RailOperation, day: str, *, before_ms: int) -> list[Line]:
    is_in = operation.direction is Direction.IN
    reference = operation.rail_reference or f"SBX-{operation.id[-12:]}"
    found: list[Line] = []
    if operation.settled_at_ms is None:
        kind = LineKind.IN if is_in else LineKind.OUT
        found.append(Line(0, kind, reference, operation.id, operation.money, day))
    is_back = operation.state is RailState.RETURNED and operation.return_settled_at_ms is None
    if is_back and operation.updated_at_ms < before_ms:
        kind = LineKind.IN_RETURNED if is_in else LineKind.OUT_RETURNED
        found.append(Line(0, kind, f"{reference}-R", operation.id, operation.money, day))
    return found


def _misreport(line: Line, next_day: str) -> list[Line]:
    minor = line.money.amount_minor
    if minor == LEFT_OUT_MINOR:
        return []
    if minor == TWICE_MINOR:
        return [line, line]
    if minor == OFF_BY_ONE_MINOR:
        return [dataclasses.replace(line, money=Money(minor + 1, line.money.currency))]
    if minor == NEXT_DAY_MINOR:
        return [dataclasses.replace(line, day=next_day)]
    if minor == OTHER_CURRENCY_MINOR:
        other = next(c for c in CURRENCIES if c != line.money.currency)
        return [dataclasses.replace(line, money=Money(minor, Currency(other)))]
    return [line]


def _closings(tx: Tx, lines: list[Line], day: str) -> list[Closing]:
    found: list[Closing] = []
    for currency in map(Currency, CURRENCIES):
        account = books.find_account(tx, rail_place(RAIL, currency).id)
        held_minor = 0 if account is None else -account.balance_minor
        for line in lines:
            if line.money.currency == currency and line.day <= day:
                minor = line.money.amount_minor
                held_minor += minor if line.kind.comes_in else -minor
        if held_minor > 0:
            found.append(Closing(currency, held_minor))
    return found
