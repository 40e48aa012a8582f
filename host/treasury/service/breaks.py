"""What an admin does about a break: write a note, match it, book it, close it with a reason."""

import dataclasses

from host.core.db import Tx
from host.core.text import clean_text
from host.identity import service as identity
from host.review import service as review
from host.treasury import repository
from host.treasury.errors import BreakNotFoundError, BreakRefusedError
from host.treasury.model import Break, BreakKind, Note, Statement
from host.treasury.service import suspense
from host.treasury.service.reconcile import judge, take_line
from host.wallet.service import rail as rails
from host.wallet.service import settling

NOTE_LENGTH_MAX = 1000
_REASON_LENGTH_MIN = 10
_LATE = frozenset({BreakKind.NEXT_DAY, BreakKind.UNCOVERED})


def add_note(tx: Tx, break_id: str, *, note_id: str, actor_id: str, text: str, now_ms: int) -> None:
    """Write what is known of a break; the same note again changes nothing."""
    access_break(tx, break_id, actor_id=actor_id)
    cleaned = clean_text(text, length_max=NOTE_LENGTH_MAX)
    if not cleaned:
        raise BreakRefusedError("A note needs a text.")
    repository.insert_note(tx, note_id, break_id, Note(actor_id, cleaned, now_ms))


def match_break(tx: Tx, break_id: str, *, operation_id: str, actor_id: str, now_ms: int) -> Break:
    """Say that a line in suspense is that of an order: it settles it, and leaves suspense."""
    found = access_break(tx, break_id, actor_id=actor_id)
    line = None if found.line_id is None else repository.find_line(tx, found.line_id)
    operation = rails.find_operation(tx, operation_id)
    if line is None or not found.suspended_minor or found.kind is BreakKind.AMOUNT:
        raise BreakRefusedError("Only a line that stands in suspense as a whole can be matched.")
    if operation is None or operation.rail != found.rail:
        raise BreakRefusedError("There is no such order to this rail.")
    differs = judge(line.day, line, operation)
    if differs is not None:
        raise BreakRefusedError(
            "This order and the line are not the same: %(kind)s.", kind=differs.value
        )
    suspense.release(tx, found, now_ms=now_ms)
    settling.settle_operation(tx, operation.id, is_return=line.kind.is_return, now_ms=now_ms)
    for waiting in repository.find_open_of_operation(tx, operation.id):
        if waiting.kind is BreakKind.MISSING:
            _close(tx, waiting, actor_id=actor_id, closing=f"matched by {found.id}", now_ms=now_ms)
    return _close(
        tx, found, actor_id=actor_id, closing=f"matched with order {operation.id}", now_ms=now_ms
    )


def book_line(tx: Tx, break_id: str, *, actor_id: str, now_ms: int) -> Break:
    """Take a line again that was too early or not covered; what it turns out to be is booked."""
    found = access_break(tx, break_id, actor_id=actor_id)
    line = None if found.line_id is None else repository.find_line(tx, found.line_id)
    if line is None or found.line_id is None or found.kind not in _LATE:
        raise BreakRefusedError("Only a line that was not booked yet can be booked.")
    digest = found.line_id.partition(":")[0]
    statement = Statement(digest, found.rail, line.day, (line,), ())
    became = take_line(tx, statement, line, now_ms=now_ms)
    if became is not None and became.kind is BreakKind.UNCOVERED:
        raise BreakRefusedError("The settlement account still holds less than this line takes.")
    closing = "booked" if became is None else f"booked, became {became.kind.value} {became.id}"
    return _close(tx, found, actor_id=actor_id, closing=closing, now_ms=now_ms)


def close_break(tx: Tx, break_id: str, *, actor_id: str, reason: str, now_ms: int) -> Break:
    """Close a break that moves no money, with a reason; suspense is emptied by an adjustment."""
    found = access_break(tx, break_id, actor_id=actor_id)
    cleaned = clean_text(reason, length_max=NOTE_LENGTH_MAX)
    if len(cleaned) < _REASON_LENGTH_MIN:
        raise BreakRefusedError("Say why in ten signs or more.")
    if found.suspended_minor:
        raise BreakRefusedError(
            "Its money stands in suspense: match it with an order, or propose an adjustment."
        )
    return _close(tx, found, actor_id=actor_id, closing=cleaned, now_ms=now_ms)


def access_break(tx: Tx, break_id: str, *, actor_id: str) -> Break:
    """Return an open break for an admin, and hold it."""
    identity.require_admin(tx, actor_id)
    found = repository.lock_break(tx, break_id)
    if found is None:
        raise BreakNotFoundError("There is no such break. Open the list again.")
    if found.closed_at_ms is not None:
        raise BreakRefusedError("This break was closed already. Open the list again.")
    return found


def _close(tx: Tx, found: Break, *, actor_id: str, closing: str, now_ms: int) -> Break:
    repository.close_break(tx, found.id, actor_id=actor_id, closing=closing, now_ms=now_ms)
    review.append_audit(
        tx,
        actor_id=actor_id,
        action="break_closed",
        subject=found.id,
        detail={"kind": found.kind.value, "closing": closing},
        now_ms=now_ms,
    )
    return dataclasses.replace(
        found, closed_at_ms=now_ms, closed_by=actor_id, closing=closing, suspended_minor=0
    )
