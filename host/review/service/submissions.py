"""The queue: what merchants handed in, and who has opened it."""

from host.core import live
from host.core.db import Tx
from host.identity import service as identity
from host.programs import service as programs
from host.review import repository
from host.review.errors import SubmissionNotFoundError
from host.review.model import DECISION_WITHIN_MS, QUEUE_ROWS, Status, Submission
from host.review.service.audit import append_audit


def receive_submission(
    tx: Tx,
    submission_id: str,
    *,
    version_id: str,
    program_id: str,
    brand_id: str,
    submitted_by: str,
    now_ms: int,
) -> None:
    """Put a version into the queue and tell the admins.  May run twice for one event.

    The event may come late: a version that was taken back meanwhile is not put into the queue.
    """
    version = programs.find_version(tx, version_id)
    if version is None or version.status is not programs.Status.SUBMITTED:
        return
    submission = Submission(
        id=submission_id,
        version_id=version_id,
        program_id=program_id,
        brand_id=brand_id,
        submitted_by=submitted_by,
        submitted_at_ms=now_ms,
        due_at_ms=now_ms + DECISION_WITHIN_MS,
        status=Status.OPEN,
        decided_by=None,
        decided_at_ms=None,
        rule="",
        reason="",
    )
    repository.insert_submission(tx, submission)
    live.publish(
        tx,
        [admin.id for admin in identity.find_admins(tx)],
        "review.submission",
        {"submission_id": submission_id},
        now_ms=now_ms,
    )


def close_withdrawn(tx: Tx, version_id: str) -> None:
    """Take a version out of the queue unless it was handed in again meanwhile."""
    version = programs.find_version(tx, version_id)
    if version is not None and version.status is programs.Status.DEVELOPMENT:
        repository.close_withdrawn(tx, version_id)


def find_queue(tx: Tx, *, actor_id: str) -> list[Submission]:
    """Return what waits for a decision, the oldest first."""
    identity.require_admin(tx, actor_id)
    return repository.find_queue(tx, limit=QUEUE_ROWS)


def find_decided(tx: Tx, *, actor_id: str) -> list[Submission]:
    """Return what was decided last."""
    identity.require_admin(tx, actor_id)
    return repository.find_decided(tx, limit=QUEUE_ROWS // 2)


def access_submission(tx: Tx, submission_id: str, *, actor_id: str) -> Submission:
    """Return a submission for an admin."""
    identity.require_admin(tx, actor_id)
    submission = repository.find_submission(tx, submission_id)
    if submission is None:
        raise SubmissionNotFoundError("There is no submission with this id.")
    return submission


def open_submission(tx: Tx, submission_id: str, *, actor_id: str) -> tuple[Submission, bool]:
    """Return a submission for an admin, and whether this admin has opened its version."""
    submission = access_submission(tx, submission_id, actor_id=actor_id)
    return submission, repository.has_seen(tx, submission_id, actor_id)


def note_seen(tx: Tx, submission_id: str, *, actor_id: str, now_ms: int) -> Submission:
    """Note that the admin opens the version now; the first time stands in the audit log."""
    submission = access_submission(tx, submission_id, actor_id=actor_id)
    if repository.put_seen(tx, submission_id, actor_id, now_ms=now_ms):
        append_audit(
            tx,
            actor_id=actor_id,
            action="submission_opened",
            subject=f"submission:{submission.id}",
            detail={"program_id": submission.program_id, "version_id": submission.version_id},
            now_ms=now_ms,
        )
    return submission
