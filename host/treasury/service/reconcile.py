"""Reconciliation: a rail's statement, the orders to it and the ledger, held against each other.

Every line either settles an order that is the same in all three, or is a break.  The settlement
account is booked as the statement says, so it can be compared with the statement's closing balance;
what has no order stands in suspense.  Nothing is put right in silence: a break that a later line
explains is closed with that line's day as the reason.
"""

import dataclasses
from datetime import UTC, datetime, timedelta

from host.core.db import Tx
from host.core.ids import derived_id
from host.core.money import Currency
from host.identity import service as identity
from host.review import service as review
from host.treasury import repository
from host.treasury.errors import StatementRefusedError, StatementTakenError
from host.treasury.model import Break, BreakKind, Closing, Imported, Line, LineKind, Statement
from host.treasury.service import suspense
from host.wallet.model import rail_place
from host.wallet.rail_model import Direction, RailOperation, RailState
from host.wallet.rails import RAILS
from host.wallet.service import books, settling
from host.wallet.service import rail as rails

# Who did what the operator's command did.
HOST = "host"
_IS_DONE = frozenset({RailState.DONE, RailState.RETURNED})
# A later line explains these by itself.
_WAITING = frozenset({BreakKind.MISSING, BreakKind.NEXT_DAY})
# These say nothing about whether a statement shows the order.
_BESIDE = frozenset({BreakKind.CALLBACK, BreakKind.LEDGER})
_UNBOOKED = frozenset({BreakKind.NEXT_DAY, BreakKind.UNCOVERED})


def import_statement(tx: Tx, statement: Statement, *, actor_id: str, now_ms: int) -> Imported:
    """Reconcile a statement that an admin hands in; the same file again changes nothing."""
    identity.require_admin(tx, actor_id)
    return reconcile(tx, statement, actor_id=actor_id, now_ms=now_ms)


def reconcile(tx: Tx, statement: Statement, *, actor_id: str, now_ms: int) -> Imported:
    """Reconcile a statement; for the operator at the command line as well."""
    if statement.rail not in RAILS:
        raise StatementRefusedError("Line 2: this host has no rail of that name.")
    earlier = repository.find_statement(
        tx, digest=statement.digest, rail=statement.rail, day=statement.day
    )
    if earlier is not None:
        if earlier.digest != statement.digest:
            raise StatementTakenError(
                "Another statement of this day was imported. What was corrected comes on a later"
                " day."
            )
        return earlier

    imported = Imported(
        statement.digest, statement.rail, statement.day, len(statement.lines), 0, now_ms, actor_id
    )
    repository.insert_statement(tx, imported)
    repository.insert_lines(tx, statement)
    # What comes in is booked first: a bank, too, pays out of what it has.
    ordered = sorted(statement.lines, key=lambda line: not line.kind.comes_in)
    breaks = [take_line(tx, statement, line, now_ms=now_ms) for line in ordered]
    matched_count = breaks.count(None)
    repository.set_matched(tx, statement.digest, matched_count)
    _find_missing(tx, statement, now_ms=now_ms)
    for closing in statement.closings:
        _check_closing(tx, statement, closing, now_ms=now_ms)
    _check_ledger(tx, now_ms=now_ms)
    review.append_audit(
        tx,
        actor_id=actor_id,
        action="statement_imported",
        subject=f"{statement.rail} {statement.day}",
        detail={"digest": statement.digest, "lines": len(ordered), "matched": matched_count},
        now_ms=now_ms,
    )
    return dataclasses.replace(imported, matched_count=matched_count)


def take_line(tx: Tx, statement: Statement, line: Line, *, now_ms: int) -> Break | None:
    """Settle the order that a line shows, or open a break and return it."""
    operation = rails.find_operation(tx, line.operation_id)
    if operation is not None and operation.rail != statement.rail:
        operation = None
    kind = judge(statement.day, line, operation)
    if operation is not None and kind in {None, BreakKind.AMOUNT}:
        if not line.kind.comes_in and not suspense.can_leave(tx, operation.rail, operation.money):
            kind = BreakKind.UNCOVERED
        else:
            settling.settle_operation(
                tx, operation.id, is_return=line.kind.is_return, now_ms=now_ms
            )
            _close_waiting(tx, operation, statement, now_ms=now_ms)
    if kind is None:
        return None
    found = _break_of(statement, line, operation, kind, now_ms=now_ms)
    if found.suspended_minor < 0:
        leaving = dataclasses.replace(line.money, amount_minor=-found.suspended_minor)
        if not suspense.can_leave(tx, statement.rail, leaving):
            found = _break_of(statement, line, operation, BreakKind.UNCOVERED, now_ms=now_ms)
    if repository.insert_break(tx, found):
        suspense.suspend(tx, found, now_ms=now_ms)
    return found


def judge(day: str, line: Line, operation: RailOperation | None) -> BreakKind | None:
    """Say in what way a line differs from the order that it names; None when it does not."""
    if line.day > day:
        return BreakKind.NEXT_DAY
    if operation is None or not _is_same_way(line, operation):
        return BreakKind.EXTRA
    return _judge_order(line, operation)


def _is_same_way(line: Line, operation: RailOperation) -> bool:
    is_in = line.kind in {LineKind.IN, LineKind.IN_RETURNED}
    return (operation.direction is Direction.IN) is is_in


def _judge_order(line: Line, operation: RailOperation) -> BreakKind | None:
    if operation.money.currency != line.money.currency:
        return BreakKind.CURRENCY
    is_told = operation.state in ({RailState.RETURNED} if line.kind.is_return else _IS_DONE)
    if not is_told:
        return BreakKind.STATE
    shown = operation.return_settled_at_ms if line.kind.is_return else operation.settled_at_ms
    if shown is not None:
        return BreakKind.DOUBLED
    return None if operation.money == line.money else BreakKind.AMOUNT


def _break_of(
    statement: Statement,
    line: Line,
    operation: RailOperation | None,
    kind: BreakKind,
    *,
    now_ms: int,
) -> Break:
    suspended_minor = 0 if kind in _UNBOOKED else line.money.amount_minor
    amount_minor = line.money.amount_minor
    ordered = ""
    if operation is not None:
        ordered = f", order {operation.money.amount_minor} {operation.money.currency}"
        if kind is BreakKind.AMOUNT:
            suspended_minor -= operation.money.amount_minor
            amount_minor = abs(suspended_minor)
    line_id = repository.line_id(statement.digest, line.number)
    return Break(
        id=derived_id("treasury.break", line_id, kind.value),
        rail=statement.rail,
        kind=kind,
        line_id=line_id,
        operation_id=line.operation_id,
        amount_minor=amount_minor,
        suspended_minor=suspended_minor if line.kind.comes_in else -suspended_minor,
        currency=line.money.currency,
        detail=f"{line.kind} {line.money.amount_minor} {line.money.currency} {line.day}"
        f" {line.reference}{ordered}",
        opened_at_ms=now_ms,
    )


def _close_waiting(tx: Tx, operation: RailOperation, statement: Statement, *, now_ms: int) -> None:
    for waiting in repository.find_open_of_operation(tx, operation.id):
        if waiting.kind in _WAITING:
            closing = f"matched by the statement of {statement.day}"
            repository.close_break(tx, waiting.id, actor_id=HOST, closing=closing, now_ms=now_ms)


def _find_missing(tx: Tx, statement: Statement, *, now_ms: int) -> None:
    """List what the rail has told and its statement does not show."""
    end = datetime.fromisoformat(statement.day).replace(tzinfo=UTC) + timedelta(days=1)
    before_ms = int(end.timestamp() * 1000)
    for operation in books.find_unsettled(tx, statement.rail, before_ms=before_ms):
        known = repository.find_open_of_operation(tx, operation.id)
        if any(one.kind not in _BESIDE for one in known):
            continue
        is_return = operation.settled_at_ms is not None
        what = "return of " if is_return else ""
        missing = _of_operation(
            operation, BreakKind.MISSING, f"{what}{operation.direction}", now_ms
        )
        repository.insert_break(tx, missing)


def _check_closing(tx: Tx, statement: Statement, closing: Closing, *, now_ms: int) -> None:
    """Compare the statement's balance with the ledger's: the third side of the comparison."""
    account = books.find_account(tx, rail_place(statement.rail, closing.currency).id)
    held_minor = 0 if account is None else -account.balance_minor
    if held_minor == closing.amount_minor:
        return
    found = Break(
        id=derived_id("treasury.balance", statement.digest, closing.currency),
        rail=statement.rail,
        kind=BreakKind.BALANCE,
        line_id=None,
        operation_id="",
        amount_minor=abs(held_minor - closing.amount_minor),
        suspended_minor=0,
        currency=closing.currency,
        detail=f"{statement.day}: statement {closing.amount_minor}, ledger {held_minor}",
        opened_at_ms=now_ms,
    )
    repository.insert_break(tx, found)


def _check_ledger(tx: Tx, *, now_ms: int) -> None:
    for operation_id in books.find_wrong_operations(tx):
        operation = rails.find_operation(tx, operation_id)
        assert operation is not None, "it was found above"
        wrong = _of_operation(operation, BreakKind.LEDGER, operation.state.value, now_ms)
        repository.insert_break(tx, wrong)


def _of_operation(operation: RailOperation, kind: BreakKind, what: str, now_ms: int) -> Break:
    money = operation.money
    return Break(
        id=derived_id("treasury.break", operation.id, kind.value, what),
        rail=operation.rail,
        kind=kind,
        line_id=None,
        operation_id=operation.id,
        amount_minor=money.amount_minor,
        suspended_minor=0,
        currency=Currency(money.currency),
        detail=f"{what} {money.amount_minor} {money.currency} {operation.rail_reference}".strip(),
        opened_at_ms=now_ms,
    )
