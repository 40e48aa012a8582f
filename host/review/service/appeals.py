"""Appeals: a merchant answers a rejection once, and another admin hears it."""

from collections.abc import Collection

from host.core.db import Tx
from host.core.text import clean_text
from host.identity import service as identity
from host.programs import service as programs
from host.review import repository
from host.review.errors import (
    AlreadyDecidedError,
    AppealRefusedError,
    DecisionRefusedError,
    SameAdminError,
)
from host.review.model import (
    APPEAL_LENGTH_MAX,
    APPEAL_WITHIN_MS,
    QUEUE_ROWS,
    Appeal,
    Outcome,
    Status,
    Submission,
)
from host.review.service.audit import append_audit
from host.review.service.decisions import check_reason, refuse_unopened
from host.review.service.submissions import access_submission


def open_own_rejection(
    tx: Tx, version_id: str, *, actor_id: str
) -> tuple[programs.Version, Submission, Appeal | None]:
    """Return a rejected version of one's brand, its submission, and the appeal if there is one."""
    _, version = programs.access_version(tx, version_id, actor_id=actor_id)
    submission = repository.find_newest_of_version(tx, version.id)
    if submission is None or submission.status is not Status.REJECTED:
        raise AppealRefusedError("This version was not rejected, so there is nothing to appeal.")
    return version, submission, repository.find_appeal(tx, submission.id)


def appeal(tx: Tx, version_id: str, *, actor_id: str, text: str, now_ms: int) -> Appeal:
    """Ask for a second look at a rejection, once."""
    _, submission, earlier = open_own_rejection(tx, version_id, actor_id=actor_id)
    if earlier is not None:
        raise AppealRefusedError("This rejection was appealed already. Upload a new version.")
    words = clean_text(text, length_max=APPEAL_LENGTH_MAX)
    if not words:
        raise DecisionRefusedError("Write why the decision should be looked at again.")

    new = Appeal(
        submission_id=submission.id,
        appellant_id=actor_id,
        text=words,
        made_at_ms=now_ms,
        due_at_ms=now_ms + APPEAL_WITHIN_MS,
        outcome=None,
        decided_by=None,
        decided_at_ms=None,
        reason="",
    )
    if not repository.insert_appeal(tx, new):
        raise AppealRefusedError("This rejection was appealed already. Upload a new version.")
    return new


def find_appeal(tx: Tx, submission_id: str, *, actor_id: str) -> Appeal | None:
    """Return the appeal against a submission's rejection, for an admin."""
    identity.require_admin(tx, actor_id)
    return repository.find_appeal(tx, submission_id)


def find_open_appeals(tx: Tx, *, actor_id: str) -> list[tuple[Appeal, Submission]]:
    """Return the appeals that wait, the oldest first."""
    identity.require_admin(tx, actor_id)
    appeals = repository.find_open_appeals(tx, limit=QUEUE_ROWS)
    return [(a, access_submission(tx, a.submission_id, actor_id=actor_id)) for a in appeals]


def decide_appeal(
    tx: Tx,
    submission_id: str,
    *,
    actor_id: str,
    outcome: Outcome,
    scopes: Collection[str],
    reason: str,
    now_ms: int,
) -> Appeal:
    """Uphold the rejection, or overturn it: the version is then approved with ``scopes``."""
    access_submission(tx, submission_id, actor_id=actor_id)
    submission = repository.lock_submission(tx, submission_id)
    waiting = repository.find_appeal(tx, submission_id)
    if submission is None or waiting is None or waiting.outcome is not None:
        raise AlreadyDecidedError("There is no open appeal here any more. Load the page again.")
    if submission.decided_by == actor_id:
        raise SameAdminError("You rejected this version, so another admin hears the appeal.")
    refuse_unopened(tx, submission, actor_id=actor_id)
    text = check_reason(reason)

    if outcome is Outcome.OVERTURNED:
        programs.approve_version(tx, submission.version_id, scopes=scopes, now_ms=now_ms)
    repository.update_appeal(
        tx, submission_id, outcome=outcome, decided_by=actor_id, reason=text, now_ms=now_ms
    )
    append_audit(
        tx,
        actor_id=actor_id,
        action=f"appeal_{outcome.value}",
        subject=f"submission:{submission_id}",
        detail={"version_id": submission.version_id, "reason": text},
        now_ms=now_ms,
    )
    decided = repository.find_appeal(tx, submission_id)
    assert decided is not None
    return decided
