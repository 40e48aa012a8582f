"""Decisions: by an admin who opened the version, with rule and reason, and a line in the log."""

from collections.abc import Collection

from host.bills import service as bills
from host.brands import service as brands
from host.core import live
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.text import clean_text
from host.identity import service as identity
from host.programs import service as programs
from host.review import repository
from host.review.errors import (
    AlreadyDecidedError,
    DecisionRefusedError,
    NotOpenedError,
    OwnBrandError,
)
from host.review.model import (
    REASON_LENGTH_MAX,
    REASON_LENGTH_MIN,
    RULES,
    Status,
    Submission,
)
from host.review.service.audit import append_audit
from host.review.service.submissions import access_submission


def approve(
    tx: Tx, submission_id: str, *, actor_id: str, scopes: Collection[str], now_ms: int
) -> Submission:
    """Let people see the version, and let it ask for ``scopes``."""
    submission = _lock_open(tx, submission_id, actor_id=actor_id)

    programs.approve_version(tx, submission.version_id, scopes=scopes, now_ms=now_ms)
    repository.update_decision(
        tx,
        submission.id,
        status=Status.APPROVED,
        decided_by=actor_id,
        rule="",
        reason="",
        now_ms=now_ms,
    )
    append_audit(
        tx,
        actor_id=actor_id,
        action="version_approved",
        subject=f"submission:{submission.id}",
        detail=_about(submission) | {"scopes": sorted(set(scopes))},
        now_ms=now_ms,
    )
    return access_submission(tx, submission.id, actor_id=actor_id)


def reject(
    tx: Tx, submission_id: str, *, actor_id: str, rule: str, reason: str, now_ms: int
) -> Submission:
    """Refuse the version; the merchant reads rule and reason."""
    submission = _lock_open(tx, submission_id, actor_id=actor_id)
    if rule not in RULES:
        raise DecisionRefusedError("Name the rule that the version breaks.")
    text = check_reason(reason)

    programs.reject_version(tx, submission.version_id, rule=RULES[rule], reason=text, now_ms=now_ms)
    repository.update_decision(
        tx,
        submission.id,
        status=Status.REJECTED,
        decided_by=actor_id,
        rule=rule,
        reason=text,
        now_ms=now_ms,
    )
    append_audit(
        tx,
        actor_id=actor_id,
        action="version_rejected",
        subject=f"submission:{submission.id}",
        detail=_about(submission) | {"rule": rule, "reason": text},
        now_ms=now_ms,
    )
    return access_submission(tx, submission.id, actor_id=actor_id)


def verify_brand(
    tx: Tx, brand_id: str, *, actor_id: str, is_verified: bool, reason: str, now_ms: int
) -> brands.Brand:
    """Give a brand the verified mark, or take it; the reason says what was looked at."""
    identity.require_admin(tx, actor_id)
    refuse_own_brand(tx, brand_id, actor_id=actor_id)
    text = check_reason(reason)

    brand = brands.verify_brand(tx, brand_id, is_verified=is_verified, now_ms=now_ms)
    append_audit(
        tx,
        actor_id=actor_id,
        action="brand_verified" if is_verified else "brand_unverified",
        subject=f"brand:{brand.id}",
        detail={"handle": brand.handle, "reason": text},
        now_ms=now_ms,
    )
    live.publish(
        tx,
        brands.find_member_ids(tx, brand.id),
        "brands.verified",
        {"brand_id": brand.id},
        now_ms=now_ms,
    )
    return brand


def put_biller(
    tx: Tx,
    brand_id: str,
    *,
    actor_id: str,
    category: str,
    region: str,
    account_label: str,
    reason: str,
    now_ms: int,
) -> brands.Brand:
    """Let a brand send bills; the reason says what was looked at."""
    identity.require_admin(tx, actor_id)
    refuse_own_brand(tx, brand_id, actor_id=actor_id)
    text = check_reason(reason)
    if category not in set(bills.Category):
        raise BadInputError("Choose what the biller is paid for.")
    brand = brands.access_public_brand(tx, brand_id)
    bills.put_biller(
        tx,
        brand_id,
        category=bills.Category(category),
        region=region,
        account_label=account_label,
        now_ms=now_ms,
    )
    _note_biller(tx, brand, "brand_biller", text, actor_id=actor_id, now_ms=now_ms)
    return brand


def close_biller(tx: Tx, brand_id: str, *, actor_id: str, reason: str, now_ms: int) -> brands.Brand:
    """Let a brand send no more bills."""
    identity.require_admin(tx, actor_id)
    text = check_reason(reason)
    brand = brands.access_public_brand(tx, brand_id)
    bills.close_biller(tx, brand_id, now_ms=now_ms)
    _note_biller(tx, brand, "brand_no_biller", text, actor_id=actor_id, now_ms=now_ms)
    return brand


def _note_biller(
    tx: Tx, brand: brands.Brand, action: str, reason: str, *, actor_id: str, now_ms: int
) -> None:
    append_audit(
        tx,
        actor_id=actor_id,
        action=action,
        subject=f"brand:{brand.id}",
        detail={"handle": brand.handle, "reason": reason},
        now_ms=now_ms,
    )


def check_reason(reason: str) -> str:
    """Return a reason that a merchant can work with, or refuse it."""
    text = clean_text(reason, length_max=REASON_LENGTH_MAX)
    if len(text) < REASON_LENGTH_MIN:
        raise DecisionRefusedError(
            "Give a reason of at least %(min)s signs: what you saw, and what would help.",
            min=REASON_LENGTH_MIN,
        )
    return text


def refuse_unopened(tx: Tx, submission: Submission, *, actor_id: str) -> None:
    """Refuse a decision about what the admin has not opened, or about their own brand."""
    refuse_own_brand(tx, submission.brand_id, actor_id=actor_id)
    if not repository.has_seen(tx, submission.id, actor_id):
        raise NotOpenedError("Open the version and try it before you decide.")


def _lock_open(tx: Tx, submission_id: str, *, actor_id: str) -> Submission:
    access_submission(tx, submission_id, actor_id=actor_id)
    submission = repository.lock_submission(tx, submission_id)
    assert submission is not None, "a submission is never deleted"
    if submission.status is not Status.OPEN:
        raise AlreadyDecidedError(
            "This submission was decided or taken back meanwhile. Load the page again.",
            status=submission.status.value,
        )
    refuse_unopened(tx, submission, actor_id=actor_id)
    return submission


def refuse_own_brand(tx: Tx, brand_id: str, *, actor_id: str) -> None:
    """Refuse a decision of an admin about a brand that they act for."""
    if actor_id in brands.find_member_ids(tx, brand_id):
        raise OwnBrandError("You act for this brand, so another admin decides about it.")


def _about(submission: Submission) -> dict[str, str | int | list[str]]:
    return {"program_id": submission.program_id, "version_id": submission.version_id}
