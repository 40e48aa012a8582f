"""SQL of the review domain."""

from host.core.db import Row, Tx
from host.review.model import Appeal, AuditEntry, Outcome, Status, Submission

_SUBMISSION = (
    "SELECT id, version_id, program_id, brand_id, submitted_by, submitted_at_ms, due_at_ms,"
    " status, decided_by, decided_at_ms, rule, reason FROM review_submission"
)
_APPEAL = (
    "SELECT submission_id, appellant_id, text, made_at_ms, due_at_ms, outcome, decided_by,"
    " decided_at_ms, reason FROM review_appeal"
)
_AUDIT = "SELECT seq, at_ms, actor_id, action, subject, detail, prev_hash, hash FROM review_audit"


def insert_submission(tx: Tx, submission: Submission) -> None:
    """Store a new submission; the same one again changes nothing."""
    tx.run(
        "INSERT INTO review_submission (id, version_id, program_id, brand_id, submitted_by,"
        " submitted_at_ms, due_at_ms, status) VALUES (:id, :version_id, :program_id, :brand_id,"
        " :submitted_by, :submitted_ms, :due_ms, 'open') ON CONFLICT DO NOTHING",
        id=submission.id,
        version_id=submission.version_id,
        program_id=submission.program_id,
        brand_id=submission.brand_id,
        submitted_by=submission.submitted_by,
        submitted_ms=submission.submitted_at_ms,
        due_ms=submission.due_at_ms,
    )


def find_submission(tx: Tx, submission_id: str) -> Submission | None:
    """Return the submission with this id."""
    row = tx.row(_SUBMISSION + " WHERE id = :id", id=submission_id)
    return None if row is None else _submission(row)


def lock_submission(tx: Tx, submission_id: str) -> Submission | None:
    """Read a submission and hold it: of two admins who decide at once, one is first."""
    rows = tx.lock_rows(_SUBMISSION + " WHERE id = :id ORDER BY id", id=submission_id)
    return _submission(rows[0]) if rows else None


def find_queue(tx: Tx, *, limit: int) -> list[Submission]:
    """Return open submissions, the oldest first."""
    rows = tx.rows(
        _SUBMISSION + " WHERE status = 'open' ORDER BY submitted_at_ms, id LIMIT :limit",
        limit=limit,
    )
    return [_submission(row) for row in rows]


def find_decided(tx: Tx, *, limit: int) -> list[Submission]:
    """Return decided submissions, the one that was decided last first."""
    rows = tx.rows(
        _SUBMISSION + " WHERE decided_at_ms IS NOT NULL"
        " ORDER BY decided_at_ms DESC, id DESC LIMIT :limit",
        limit=limit,
    )
    return [_submission(row) for row in rows]


def find_newest_of_version(tx: Tx, version_id: str) -> Submission | None:
    """Return the version's last submission."""
    row = tx.row(
        _SUBMISSION + " WHERE version_id = :id ORDER BY submitted_at_ms DESC, id DESC LIMIT 1",
        id=version_id,
    )
    return None if row is None else _submission(row)


def close_withdrawn(tx: Tx, version_id: str) -> None:
    """Close the version's open submission: the merchant took it back."""
    tx.run(
        "UPDATE review_submission SET status = 'withdrawn'"
        " WHERE version_id = :id AND status = 'open'",
        id=version_id,
    )


def update_decision(
    tx: Tx,
    submission_id: str,
    *,
    status: Status,
    decided_by: str,
    rule: str,
    reason: str,
    now_ms: int,
) -> None:
    """Write the decision down."""
    tx.run(
        "UPDATE review_submission SET status = :status, decided_by = :decided_by,"
        " decided_at_ms = :now_ms, rule = :rule, reason = :reason WHERE id = :id",
        status=status.value,
        decided_by=decided_by,
        now_ms=now_ms,
        rule=rule,
        reason=reason,
        id=submission_id,
    )


def put_seen(tx: Tx, submission_id: str, admin_id: str, *, now_ms: int) -> bool:
    """Note that the admin opened the version; False when that was noted before."""
    added = tx.run(
        "INSERT INTO review_seen (submission_id, admin_id, seen_at_ms)"
        " VALUES (:submission_id, :admin_id, :now_ms) ON CONFLICT DO NOTHING",
        submission_id=submission_id,
        admin_id=admin_id,
        now_ms=now_ms,
    )
    return added == 1


def has_seen(tx: Tx, submission_id: str, admin_id: str) -> bool:
    """Tell whether the admin opened the version."""
    row = tx.row(
        "SELECT 1 AS yes FROM review_seen"
        " WHERE submission_id = :submission_id AND admin_id = :admin_id",
        submission_id=submission_id,
        admin_id=admin_id,
    )
    return row is not None


def insert_appeal(tx: Tx, appeal: Appeal) -> bool:
    """Store an appeal; False when the rejection was appealed before."""
    added = tx.run(
        "INSERT INTO review_appeal (submission_id, appellant_id, text, made_at_ms, due_at_ms)"
        " VALUES (:id, :appellant_id, :text, :made_ms, :due_ms) ON CONFLICT DO NOTHING",
        id=appeal.submission_id,
        appellant_id=appeal.appellant_id,
        text=appeal.text,
        made_ms=appeal.made_at_ms,
        due_ms=appeal.due_at_ms,
    )
    return added == 1


def find_appeal(tx: Tx, submission_id: str) -> Appeal | None:
    """Return the appeal against this submission's rejection."""
    row = tx.row(_APPEAL + " WHERE submission_id = :id", id=submission_id)
    return None if row is None else _appeal(row)


def find_open_appeals(tx: Tx, *, limit: int) -> list[Appeal]:
    """Return appeals that wait for a decision, the oldest first."""
    rows = tx.rows(
        _APPEAL + " WHERE outcome IS NULL ORDER BY made_at_ms, submission_id LIMIT :limit",
        limit=limit,
    )
    return [_appeal(row) for row in rows]


def update_appeal(
    tx: Tx, submission_id: str, *, outcome: Outcome, decided_by: str, reason: str, now_ms: int
) -> None:
    """Write down how the appeal ended."""
    tx.run(
        "UPDATE review_appeal SET outcome = :outcome, decided_by = :decided_by,"
        " decided_at_ms = :now_ms, reason = :reason WHERE submission_id = :id",
        outcome=outcome.value,
        decided_by=decided_by,
        now_ms=now_ms,
        reason=reason,
        id=submission_id,
    )


def lock_last_entry(tx: Tx) -> AuditEntry | None:
    """Return the newest line of the audit log, held so that the next one follows it."""
    rows = tx.lock_rows(_AUDIT + " ORDER BY seq DESC LIMIT 1")
    return _entry(rows[0]) if rows else None


def insert_entry(tx: Tx, entry: AuditEntry) -> None:
    """Store a line; a second one after the same line breaks a constraint."""
    tx.run(
        "INSERT INTO review_audit (seq, at_ms, actor_id, action, subject, detail, prev_hash, hash)"
        " VALUES (:seq, :at_ms, :actor_id, :action, :subject, :detail, :prev_hash, :hash)",
        seq=entry.seq,
        at_ms=entry.at_ms,
        actor_id=entry.actor_id,
        action=entry.action,
        subject=entry.subject,
        detail=entry.detail,
        prev_hash=entry.prev_hash,
        hash=entry.hash,
    )


def find_entries_before(tx: Tx, *, before_seq: int, limit: int) -> list[AuditEntry]:
    """Return lines of the audit log, newest first."""
    rows = tx.rows(
        _AUDIT + " WHERE seq < :before ORDER BY seq DESC LIMIT :limit",
        before=before_seq,
        limit=limit,
    )
    return [_entry(row) for row in rows]


def find_entries_after(tx: Tx, *, after_seq: int, limit: int) -> list[AuditEntry]:
    """Return lines of the audit log in the order they were written."""
    rows = tx.rows(
        _AUDIT + " WHERE seq > :after ORDER BY seq LIMIT :limit", after=after_seq, limit=limit
    )
    return [_entry(row) for row in rows]


def _submission(row: Row) -> Submission:
    return Submission(
        id=row["id"],
        version_id=row["version_id"],
        program_id=row["program_id"],
        brand_id=row["brand_id"],
        submitted_by=row["submitted_by"],
        submitted_at_ms=row["submitted_at_ms"],
        due_at_ms=row["due_at_ms"],
        status=Status(row["status"]),
        decided_by=row["decided_by"],
        decided_at_ms=row["decided_at_ms"],
        rule=row["rule"],
        reason=row["reason"],
    )


def _appeal(row: Row) -> Appeal:
    return Appeal(
        submission_id=row["submission_id"],
        appellant_id=row["appellant_id"],
        text=row["text"],
        made_at_ms=row["made_at_ms"],
        due_at_ms=row["due_at_ms"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        decided_by=row["decided_by"],
        decided_at_ms=row["decided_at_ms"],
        reason=row["reason"],
    )


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        seq=row["seq"],
        at_ms=row["at_ms"],
        actor_id=row["actor_id"],
        action=row["action"],
        subject=row["subject"],
        detail=row["detail"],
        prev_hash=row["prev_hash"],
        hash=row["hash"],
    )
