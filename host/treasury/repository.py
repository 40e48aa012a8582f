"""SQL of statements, breaks, adjustments and call-backs."""

from host.core.db import Row, Tx
from host.core.money import Currency, Money
from host.treasury.model import (
    Adjustment,
    AdjustmentStatus,
    Break,
    BreakKind,
    Imported,
    Line,
    LineKind,
    Note,
    Statement,
)

BREAKS_COUNT_MAX = 200
_CLOSED_COUNT_MAX = 20


def insert_statement(tx: Tx, imported: Imported) -> None:
    """Keep that a statement was imported."""
    tx.run(
        "INSERT INTO treasury_statement (digest, rail, day, line_count, matched_count,"
        " imported_at_ms, imported_by) VALUES (:digest, :rail, :day, :lines, :matched, :at_ms,"
        " :actor)",
        digest=imported.digest,
        rail=imported.rail,
        day=imported.day,
        lines=imported.line_count,
        matched=imported.matched_count,
        at_ms=imported.imported_at_ms,
        actor=imported.imported_by,
    )


def set_matched(tx: Tx, digest: str, matched_count: int) -> None:
    """Keep how many lines fitted."""
    tx.run(
        "UPDATE treasury_statement SET matched_count = :matched WHERE digest = :digest",
        matched=matched_count,
        digest=digest,
    )


def find_statement(tx: Tx, *, digest: str, rail: str, day: str) -> Imported | None:
    """Return the statement with this digest, or the one of this rail and day."""
    row = tx.row(
        "SELECT digest, rail, day, line_count, matched_count, imported_at_ms, imported_by,"
        " 0 AS open_count FROM treasury_statement WHERE digest = :digest"
        " OR (rail = :rail AND day = :day) ORDER BY CASE WHEN digest = :digest THEN 0 ELSE 1 END"
        " LIMIT 1",
        digest=digest,
        rail=rail,
        day=day,
    )
    return None if row is None else _imported(row)


def find_statements(tx: Tx) -> list[Imported]:
    """Return the newest statements, each with how many breaks of its lines are open."""
    rows = tx.rows(
        "SELECT s.digest, s.rail, s.day, s.line_count, s.matched_count, s.imported_at_ms,"
        " s.imported_by, (SELECT COUNT(*) FROM treasury_break b JOIN treasury_line l"
        " ON l.id = b.line_id WHERE l.statement_digest = s.digest AND b.closed_at_ms IS NULL)"
        " AS open_count FROM treasury_statement s ORDER BY s.day DESC, s.rail LIMIT 14"
    )
    return [_imported(row) for row in rows]


def insert_lines(tx: Tx, statement: Statement) -> None:
    """Keep every line as it came."""
    tx.run_many(
        "INSERT INTO treasury_line (id, statement_digest, number, kind, reference, operation_id,"
        " amount_minor, currency, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                line_id(statement.digest, line.number),
                statement.digest,
                line.number,
                line.kind,
                line.reference,
                line.operation_id,
                line.money.amount_minor,
                line.money.currency,
                line.day,
            )
            for line in statement.lines
        ],
    )


def line_id(digest: str, number: int) -> str:
    """Return the id of a statement's line."""
    return f"{digest}:{number}"


def find_line(tx: Tx, wanted_id: str) -> Line | None:
    """Return a line of a statement."""
    row = tx.row(
        "SELECT number, kind, reference, operation_id, amount_minor, currency, day"
        " FROM treasury_line WHERE id = :id",
        id=wanted_id,
    )
    if row is None:
        return None
    return Line(
        row["number"],
        LineKind(row["kind"]),
        row["reference"],
        row["operation_id"],
        Money(row["amount_minor"], Currency(row["currency"])),
        row["day"],
    )


def insert_break(tx: Tx, found: Break) -> bool:
    """Keep a break; tell whether it is new."""
    return bool(
        tx.run(
            "INSERT INTO treasury_break (id, rail, kind, line_id, operation_id, amount_minor,"
            " suspended_minor, currency, detail, opened_at_ms) VALUES (:id, :rail, :kind, :line_id,"
            " :operation_id, :amount, :suspended, :currency, :detail, :at_ms)"
            " ON CONFLICT (id) DO NOTHING",
            id=found.id,
            rail=found.rail,
            kind=found.kind,
            line_id=found.line_id,
            operation_id=found.operation_id,
            amount=found.amount_minor,
            suspended=found.suspended_minor,
            currency=found.currency,
            detail=found.detail,
            at_ms=found.opened_at_ms,
        )
    )


def lock_break(tx: Tx, break_id: str) -> Break | None:
    """Return a break and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, rail, kind, line_id, operation_id, amount_minor, suspended_minor, currency,"
        " detail, opened_at_ms, closed_at_ms, closed_by, closing FROM treasury_break"
        " WHERE id = :id",
        id=break_id,
    )
    return _break(rows[0]) if rows else None


def close_break(tx: Tx, break_id: str, *, actor_id: str, closing: str, now_ms: int) -> None:
    """Close a break, with nothing in suspense any more."""
    tx.run(
        "UPDATE treasury_break SET closed_at_ms = :now, closed_by = :actor, closing = :closing,"
        " suspended_minor = 0 WHERE id = :id AND closed_at_ms IS NULL",
        id=break_id,
        actor=actor_id,
        closing=closing,
        now=now_ms,
    )


def find_open_breaks(tx: Tx) -> list[Break]:
    """Return what does not fit, the oldest first: it has waited longest."""
    rows = tx.rows(
        "SELECT id, rail, kind, line_id, operation_id, amount_minor, suspended_minor, currency,"
        " detail, opened_at_ms, closed_at_ms, closed_by, closing FROM treasury_break"
        " WHERE closed_at_ms IS NULL ORDER BY opened_at_ms, id LIMIT :limit",
        limit=BREAKS_COUNT_MAX,
    )
    return [_break(row) for row in rows]


def find_closed_breaks(tx: Tx) -> list[Break]:
    """Return what was closed last."""
    rows = tx.rows(
        "SELECT id, rail, kind, line_id, operation_id, amount_minor, suspended_minor, currency,"
        " detail, opened_at_ms, closed_at_ms, closed_by, closing FROM treasury_break"
        " WHERE closed_at_ms IS NOT NULL ORDER BY closed_at_ms DESC, id LIMIT :limit",
        limit=_CLOSED_COUNT_MAX,
    )
    return [_break(row) for row in rows]


def find_open_of_operation(tx: Tx, operation_id: str) -> list[Break]:
    """Return the open breaks of an order to a rail."""
    rows = tx.rows(
        "SELECT id, rail, kind, line_id, operation_id, amount_minor, suspended_minor, currency,"
        " detail, opened_at_ms, closed_at_ms, closed_by, closing FROM treasury_break"
        " WHERE operation_id = :id AND closed_at_ms IS NULL ORDER BY id LIMIT 20",
        id=operation_id,
    )
    return [_break(row) for row in rows]


def sum_suspended(tx: Tx) -> dict[tuple[str, str], int]:
    """Return what stands in suspense for open breaks, by rail and currency."""
    rows = tx.rows(
        "SELECT rail, currency, SUM(suspended_minor) AS sum_minor FROM treasury_break"
        " WHERE closed_at_ms IS NULL GROUP BY rail, currency ORDER BY rail, currency LIMIT 100"
    )
    return {(row["rail"], row["currency"]): row["sum_minor"] for row in rows}


def insert_note(tx: Tx, note_id: str, break_id: str, note: Note) -> None:
    """Keep what somebody wrote about a break, once."""
    tx.run(
        "INSERT INTO treasury_note (id, break_id, actor_id, text, at_ms) VALUES (:id, :break_id,"
        " :actor, :text, :at_ms) ON CONFLICT (id) DO NOTHING",
        id=note_id,
        break_id=break_id,
        actor=note.actor_id,
        text=note.text,
        at_ms=note.at_ms,
    )


def find_notes(tx: Tx) -> dict[str, list[Note]]:
    """Return the notes of open breaks, by break, oldest first."""
    rows = tx.rows(
        "SELECT n.break_id, n.actor_id, n.text, n.at_ms FROM treasury_note n JOIN treasury_break b"
        " ON b.id = n.break_id WHERE b.closed_at_ms IS NULL ORDER BY n.at_ms, n.id LIMIT 1000"
    )
    found: dict[str, list[Note]] = {}
    for row in rows:
        note = Note(row["actor_id"], row["text"], row["at_ms"])
        found.setdefault(row["break_id"], []).append(note)
    return found


def insert_adjustment(tx: Tx, new: Adjustment) -> None:
    """Keep what somebody proposes."""
    tx.run(
        "INSERT INTO treasury_adjustment (id, debit_id, credit_id, amount_minor, currency, reason,"
        " break_id, proposed_by, proposed_at_ms, status) VALUES (:id, :debit, :credit, :amount,"
        " :currency, :reason, :break_id, :actor, :at_ms, 'proposed')",
        id=new.id,
        debit=new.debit_id,
        credit=new.credit_id,
        amount=new.money.amount_minor,
        currency=new.money.currency,
        reason=new.reason,
        break_id=new.break_id,
        actor=new.proposed_by,
        at_ms=new.proposed_at_ms,
    )


def lock_adjustment(tx: Tx, adjustment_id: str) -> Adjustment | None:
    """Return an adjustment and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, debit_id, credit_id, amount_minor, currency, reason, break_id, proposed_by,"
        " proposed_at_ms, status, decided_by, decided_at_ms FROM treasury_adjustment"
        " WHERE id = :id",
        id=adjustment_id,
    )
    return _adjustment(rows[0]) if rows else None


def decide_adjustment(
    tx: Tx, adjustment_id: str, *, status: AdjustmentStatus, actor_id: str, now_ms: int
) -> None:
    """Keep who decided it, and how."""
    tx.run(
        "UPDATE treasury_adjustment SET status = :status, decided_by = :actor,"
        " decided_at_ms = :now WHERE id = :id",
        id=adjustment_id,
        status=status,
        actor=actor_id,
        now=now_ms,
    )


def find_adjustments(tx: Tx) -> list[Adjustment]:
    """Return what waits for a second person, then what was decided last."""
    rows = tx.rows(
        "SELECT id, debit_id, credit_id, amount_minor, currency, reason, break_id, proposed_by,"
        " proposed_at_ms, status, decided_by, decided_at_ms FROM treasury_adjustment"
        " ORDER BY CASE WHEN status = 'proposed' THEN 0 ELSE 1 END, proposed_at_ms DESC, id"
        " LIMIT 30"
    )
    return [_adjustment(row) for row in rows]


def insert_callback(tx: Tx, callback_id: str, *, rail: str, outcome: str, now_ms: int) -> bool:
    """Keep that a call-back was heard; tell whether it is the first of its id."""
    return bool(
        tx.run(
            "INSERT INTO treasury_callback (id, rail, outcome, at_ms) VALUES (:id, :rail, :outcome,"
            " :at_ms) ON CONFLICT (id) DO NOTHING",
            id=callback_id,
            rail=rail,
            outcome=outcome,
            at_ms=now_ms,
        )
    )


def _imported(row: Row) -> Imported:
    return Imported(
        digest=row["digest"],
        rail=row["rail"],
        day=row["day"],
        line_count=row["line_count"],
        matched_count=row["matched_count"],
        imported_at_ms=row["imported_at_ms"],
        imported_by=row["imported_by"],
        open_count=row["open_count"],
    )


def _break(row: Row) -> Break:
    return Break(
        id=row["id"],
        rail=row["rail"],
        kind=BreakKind(row["kind"]),
        line_id=row["line_id"],
        operation_id=row["operation_id"],
        amount_minor=row["amount_minor"],
        suspended_minor=row["suspended_minor"],
        currency=Currency(row["currency"]),
        detail=row["detail"],
        opened_at_ms=row["opened_at_ms"],
        closed_at_ms=row["closed_at_ms"],
        closed_by=row["closed_by"],
        closing=row["closing"],
    )


def _adjustment(row: Row) -> Adjustment:
    return Adjustment(
        id=row["id"],
        debit_id=row["debit_id"],
        credit_id=row["credit_id"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        reason=row["reason"],
        break_id=row["break_id"],
        proposed_by=row["proposed_by"],
        proposed_at_ms=row["proposed_at_ms"],
        status=AdjustmentStatus(row["status"]),
        decided_by=row["decided_by"],
        decided_at_ms=row["decided_at_ms"],
    )
