"""Deciding about a payment that is being checked, and what follows for its money.

A transfer to a person and a withdrawal wait as a hold of the ledger: approved, they go on as if
nothing had been; refused, or when nobody looks, the hold is given up.  Anything else was not paid:
approved, its person may pay it now.
"""

from host.core.db import Tx
from host.core.errors import BadInputError
from host.wallet.authority import PaymentPurpose
from host.wallet.errors import ReviewEndedError
from host.wallet.rail_model import RailAnswer, RailState
from host.wallet.review_model import Review, ReviewStatus
from host.wallet.service import payments, rail, risks

_REFUSED = "Looked at and refused"


def decide_review(
    tx: Tx, review_id: str, *, is_approved: bool, reason: str, actor_id: str, now_ms: int
) -> Review:
    """Let a payment go on, or give it up; who may is asked by the caller."""
    if not reason.strip():
        raise BadInputError("Give the reason. The person reads it.")
    status = ReviewStatus.APPROVED if is_approved else ReviewStatus.REFUSED
    ended = risks.end_review(
        tx, review_id, status=status, reason=reason, actor_id=actor_id, now_ms=now_ms
    )
    if ended.expires_at_ms <= now_ms:
        raise ReviewEndedError("The time to decide is over. The payment was given up.")
    _follow(tx, ended, now_ms=now_ms)
    return ended


def expire_reviews(tx: Tx, *, now_ms: int) -> int:
    """Give up what nobody has looked at in time and return how much of it there was."""
    due = risks.lock_due_reviews(tx, now_ms=now_ms)
    for review in due:
        ended = risks.end_review(tx, review.id, status=ReviewStatus.EXPIRED, now_ms=now_ms)
        _follow(tx, ended, now_ms=now_ms)
    return len(due)


def _follow(tx: Tx, review: Review, *, now_ms: int) -> None:
    goes_on = review.status is ReviewStatus.APPROVED
    purpose, subject_id = review.intent.purpose, review.intent.subject_id
    if purpose is PaymentPurpose.SEND:
        follow = payments.pass_checked if goes_on else payments.stop_checked
        follow(tx, subject_id, now_ms=now_ms)
    elif purpose is PaymentPurpose.WITHDRAWAL and not goes_on:
        # It was never sent, so nobody else knows of it.
        answer = RailAnswer(RailState.FAILED, reason=_REFUSED)
        rail.record_answer(tx, subject_id, answer, now_ms=now_ms)
