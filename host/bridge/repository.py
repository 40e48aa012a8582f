"""SQL of the bridge in the main database."""

from typing import Any

import msgspec

from host.bridge.model import Access, Ask, AskStatus, Consent, LogLine, Severity
from host.core.db import Row, Tx

_ASK = (
    "SELECT id, person_id, program_id, version_id, page_id, capability, handler, args,"
    " order_id, status, result, attempt_count, created_at_ms FROM bridge_ask"
)

# Lines of before have no severity, and say by their level what it would be.
_LOG = (
    "SELECT id, program_id, version_id, COALESCE(severity, CASE level WHEN 'error' THEN 'failure'"
    " ELSE 'info' END) AS severity, page, handler, reason, message, file, line, at_ms, event_id"
    " FROM bridge_log"
)


def insert_ask(tx: Tx, ask: Ask) -> bool:
    """Store a question; False when it is there already."""
    result = msgspec.json.encode(ask.result).decode() if ask.result else ""
    answered_at_ms = None if ask.status is AskStatus.OPEN else ask.created_at_ms
    changed = tx.run(
        "INSERT INTO bridge_ask (id, person_id, program_id, version_id, page_id, capability,"
        " handler, args, order_id, status, result, created_at_ms, answered_at_ms)"
        " VALUES (:id, :person_id, :program_id, :version_id, :page_id, :capability, :handler,"
        " :args, :order_id, :status, :result, :created_at_ms, :answered_at_ms)"
        " ON CONFLICT (id) DO NOTHING",
        id=ask.id,
        person_id=ask.person_id,
        program_id=ask.program_id,
        version_id=ask.version_id,
        page_id=ask.page_id,
        capability=ask.capability,
        handler=ask.handler,
        args=msgspec.json.encode(ask.args).decode(),
        order_id=ask.order_id,
        status=ask.status.value,
        result=result,
        created_at_ms=ask.created_at_ms,
        answered_at_ms=answered_at_ms,
    )
    return changed == 1


def find_ask(tx: Tx, ask_id: str) -> Ask | None:
    """Return a question."""
    row = tx.row(f"{_ASK} WHERE id = :id", id=ask_id)
    return None if row is None else _ask(row)


def lock_ask(tx: Tx, ask_id: str) -> Ask | None:
    """Return a question that nobody else can answer until the transaction ends."""
    rows = tx.lock_rows(f"{_ASK} WHERE id = :id", id=ask_id)
    return _ask(rows[0]) if rows else None


def find_asks_of_page(tx: Tx, page_id: str) -> list[Ask]:
    """Return the questions of a page that are not done with, oldest first."""
    rows = tx.rows(
        f"{_ASK} WHERE page_id = :page_id AND status <> 'delivered' ORDER BY created_at_ms, id"
        " LIMIT 50",
        page_id=page_id,
    )
    return [_ask(row) for row in rows]


def lock_asks_of_order(tx: Tx, order_id: str) -> list[Ask]:
    """Return the open questions about an order."""
    rows = tx.lock_rows(
        f"{_ASK} WHERE order_id = :order_id AND status = 'open' ORDER BY id", order_id=order_id
    )
    return [_ask(row) for row in rows]


def lock_old_asks(tx: Tx, *, before_ms: int) -> list[Ask]:
    """Return open questions that are older than a time."""
    rows = tx.lock_rows(
        f"{_ASK} WHERE status = 'open' AND created_at_ms < :before ORDER BY id LIMIT 100",
        before=before_ms,
    )
    return [_ask(row) for row in rows]


def set_answer(tx: Tx, ask_id: str, result: dict[str, Any], *, now_ms: int) -> None:
    """Store the answer to an open question."""
    changed = tx.run(
        "UPDATE bridge_ask SET status = 'answered', result = :result, answered_at_ms = :now"
        " WHERE id = :id AND status = 'open'",
        id=ask_id,
        result=msgspec.json.encode(result).decode(),
        now=now_ms,
    )
    assert changed == 1, "the caller has locked an open question"


def set_delivered(tx: Tx, ask_id: str, *, now_ms: int) -> None:
    """Note that the handler has run.  The answer itself is forgotten: it was for the handler."""
    tx.run(
        "UPDATE bridge_ask SET status = 'delivered', result = '', delivered_at_ms = :now"
        " WHERE id = :id AND status = 'answered'",
        id=ask_id,
        now=now_ms,
    )


def count_attempt(tx: Tx, ask_id: str) -> int:
    """Count a delivery that failed and return how many there were."""
    row = tx.row(
        "UPDATE bridge_ask SET attempt_count = attempt_count + 1 WHERE id = :id"
        " RETURNING attempt_count",
        id=ask_id,
    )
    return 0 if row is None else int(row["attempt_count"])


def put_consent(tx: Tx, consent: Consent) -> None:
    """Store what a person allows."""
    tx.run(
        "INSERT INTO bridge_consent (person_id, program_id, scope, granted_at_ms, expires_at_ms)"
        " VALUES (:person_id, :program_id, :scope, :granted, :expires)"
        " ON CONFLICT (person_id, program_id, scope) DO UPDATE SET"
        " granted_at_ms = :granted, expires_at_ms = :expires",
        person_id=consent.person_id,
        program_id=consent.program_id,
        scope=consent.scope,
        granted=consent.granted_at_ms,
        expires=consent.expires_at_ms,
    )


def delete_consent(tx: Tx, person_id: str, program_id: str, scope: str) -> bool:
    """Take a consent back; False when there is none."""
    changed = tx.run(
        "DELETE FROM bridge_consent WHERE person_id = :person AND program_id = :program"
        " AND scope = :scope",
        person=person_id,
        program=program_id,
        scope=scope,
    )
    return changed == 1


def find_consents(tx: Tx, person_id: str, program_id: str) -> list[Consent]:
    """Return what a person allows one program."""
    rows = tx.rows(
        "SELECT person_id, program_id, scope, granted_at_ms, expires_at_ms FROM bridge_consent"
        " WHERE person_id = :person AND program_id = :program ORDER BY scope",
        person=person_id,
        program=program_id,
    )
    return [_consent(row) for row in rows]


def find_all_consents(tx: Tx, person_id: str) -> list[Consent]:
    """Return what a person allows all programs."""
    rows = tx.rows(
        "SELECT person_id, program_id, scope, granted_at_ms, expires_at_ms FROM bridge_consent"
        " WHERE person_id = :person ORDER BY program_id, scope LIMIT 500",
        person=person_id,
    )
    return [_consent(row) for row in rows]


def delete_of_person(tx: Tx, person_id: str, program_id: str) -> None:
    """Drop a person's answers to a program, and what they allowed it."""
    tx.run(
        "DELETE FROM bridge_ask WHERE person_id = :person AND program_id = :program",
        person=person_id,
        program=program_id,
    )
    tx.run(
        "DELETE FROM bridge_login_code WHERE person_id = :person AND program_id = :program",
        person=person_id,
        program=program_id,
    )
    tx.run(
        "DELETE FROM bridge_consent WHERE person_id = :person AND program_id = :program",
        person=person_id,
        program=program_id,
    )


def insert_picture(tx: Tx, media_id: str, person_id: str, program_id: str, *, now_ms: int) -> None:
    """Note a picture that a person gave to a program, once."""
    tx.run(
        "INSERT INTO bridge_picture (media_id, person_id, program_id, created_at_ms)"
        " VALUES (:id, :person, :program, :now) ON CONFLICT (media_id) DO NOTHING",
        id=media_id,
        person=person_id,
        program=program_id,
        now=now_ms,
    )


def count_pictures(tx: Tx, person_id: str, program_id: str) -> int:
    """Return how many pictures of a person a program has."""
    row = tx.row(
        "SELECT COUNT(*) AS n FROM bridge_picture WHERE person_id = :person"
        " AND program_id = :program",
        person=person_id,
        program=program_id,
    )
    return 0 if row is None else int(row["n"])


def find_picture_ids(tx: Tx, person_id: str, program_id: str) -> list[str]:
    """Return the pictures of a person that a program has; there are no more than the limit."""
    rows = tx.rows(
        "SELECT media_id FROM bridge_picture WHERE person_id = :person AND program_id = :program"
        " ORDER BY media_id LIMIT 1000",
        person=person_id,
        program=program_id,
    )
    return [row["media_id"] for row in rows]


def delete_pictures(tx: Tx, person_id: str, program_id: str) -> None:
    """Forget that a person gave pictures to a program."""
    tx.run(
        "DELETE FROM bridge_picture WHERE person_id = :person AND program_id = :program",
        person=person_id,
        program=program_id,
    )


def insert_access(tx: Tx, row_id: str, person_id: str, access: Access) -> None:
    """Note what a program learned, once per id."""
    tx.run(
        "INSERT INTO bridge_access (id, person_id, program_id, scope, capability, at_ms, reason)"
        " VALUES (:id, :person, :program, :scope, :capability, :at, :reason)"
        " ON CONFLICT (id) DO NOTHING",
        id=row_id,
        person=person_id,
        program=access.program_id,
        scope=access.scope,
        capability=access.capability,
        at=access.at_ms,
        reason=msgspec.json.encode(access.reason).decode(),
    )


def find_accesses(tx: Tx, person_id: str, *, limit: int) -> list[Access]:
    """Return what programs learned about a person, newest first."""
    rows = tx.rows(
        "SELECT program_id, scope, capability, at_ms, reason FROM bridge_access"
        " WHERE person_id = :person ORDER BY at_ms DESC, id LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [
        Access(
            row["program_id"],
            row["scope"],
            row["capability"],
            row["at_ms"],
            msgspec.json.decode(row["reason"]),
        )
        for row in rows
    ]


def insert_login_code(
    tx: Tx, code_hash: str, *, program_id: str, brand_id: str, person_id: str, now_ms: int
) -> None:
    """Store the hash of a code that says who has signed in, once."""
    tx.run(
        "INSERT INTO bridge_login_code (code_hash, program_id, brand_id, person_id, made_at_ms)"
        " VALUES (:hash, :program, :brand, :person, :now) ON CONFLICT (code_hash) DO NOTHING",
        hash=code_hash,
        program=program_id,
        brand=brand_id,
        person=person_id,
        now=now_ms,
    )


def use_login_code(
    tx: Tx, code_hash: str, *, program_id: str, brand_id: str, after_ms: int, now_ms: int
) -> str | None:
    """Return whom an unused, fresh code of this program names, and use it up."""
    row = tx.row(
        "UPDATE bridge_login_code SET used_at_ms = :now WHERE code_hash = :hash"
        " AND program_id = :program AND brand_id = :brand AND used_at_ms IS NULL"
        " AND made_at_ms > :after RETURNING person_id",
        hash=code_hash,
        program=program_id,
        brand=brand_id,
        after=after_ms,
        now=now_ms,
    )
    return None if row is None else str(row["person_id"])


def insert_log(tx: Tx, line: LogLine) -> None:
    """Store a line for the merchant, once per id."""
    tx.run(
        "INSERT INTO bridge_log (id, program_id, version_id, level, severity, page, handler,"
        " reason, message, file, line, at_ms, event_id) VALUES (:id, :program, :version, :level,"
        " :severity, :page, :handler, :reason, :message, :file, :line, :at, :event)"
        " ON CONFLICT (id) DO NOTHING",
        id=line.id,
        program=line.program_id,
        version=line.version_id,
        # The column of before, whose CHECK knows two words.
        level="error" if line.severity is Severity.FAILURE else "info",
        severity=line.severity.value,
        page=line.page,
        handler=line.handler,
        reason=line.reason,
        message=line.message,
        file=line.file,
        line=line.line,
        at=line.at_ms,
        event=line.event_id,
    )


def find_log(
    tx: Tx, program_id: str, *, severity: str, version_id: str, limit: int
) -> list[LogLine]:
    """Return a program's newest lines, of one severity and version or of all ("")."""
    rows = tx.rows(
        _LOG + " WHERE program_id = :program AND (:version = '' OR version_id = :version)"
        " AND (:severity = '' OR COALESCE(severity, CASE level WHEN 'error' THEN 'failure'"
        " ELSE 'info' END) = :severity) ORDER BY at_ms DESC, id DESC LIMIT :limit",
        program=program_id,
        severity=severity,
        version=version_id,
        limit=limit,
    )
    return [LogLine(**{**row, "severity": Severity(row["severity"])}) for row in rows]


def trim_logs(tx: Tx, *, kept: int) -> int:
    """Forget the oldest lines of programs that have more than ``kept``."""
    full = tx.rows(
        "SELECT program_id FROM bridge_log GROUP BY program_id HAVING COUNT(*) > :kept", kept=kept
    )
    return sum(
        tx.run(
            "DELETE FROM bridge_log WHERE program_id = :program AND at_ms <= (SELECT at_ms"
            " FROM bridge_log WHERE program_id = :program ORDER BY at_ms DESC LIMIT 1"
            " OFFSET :kept)",
            program=row["program_id"],
            kept=kept,
        )
        for row in full
    )


def delete_old(tx: Tx, *, log_before_ms: int, access_before_ms: int, login_before_ms: int) -> int:
    """Forget old lines and codes, and return how many lines."""
    tx.run("DELETE FROM bridge_login_code WHERE made_at_ms < :at", at=login_before_ms)
    logs = tx.run("DELETE FROM bridge_log WHERE at_ms < :at", at=log_before_ms)
    return logs + tx.run("DELETE FROM bridge_access WHERE at_ms < :at", at=access_before_ms)


def _ask(row: Row) -> Ask:
    return Ask(
        id=row["id"],
        person_id=row["person_id"],
        program_id=row["program_id"],
        version_id=row["version_id"],
        page_id=row["page_id"],
        capability=row["capability"],
        handler=row["handler"],
        args=msgspec.json.decode(row["args"]),
        order_id=row["order_id"],
        status=AskStatus(row["status"]),
        result=msgspec.json.decode(row["result"]) if row["result"] else {},
        attempt_count=row["attempt_count"],
        created_at_ms=row["created_at_ms"],
    )


def _consent(row: Row) -> Consent:
    return Consent(
        row["person_id"],
        row["program_id"],
        row["scope"],
        row["granted_at_ms"],
        row["expires_at_ms"],
    )
