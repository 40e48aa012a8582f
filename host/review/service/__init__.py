"""Use cases of the review domain.

``submissions``: the queue and what may be read of it.  ``decisions``: approve, reject, verify.
``appeals``: the merchant's answer and who hears it.  ``suspensions``: versions are stopped and let
go.  ``audit``: the log of all of these.
"""

from host.review.model import Appeal, AuditEntry, AuditReport, Submission
from host.review.service.appeals import (
    appeal,
    decide_appeal,
    find_appeal,
    find_open_appeals,
    open_own_rejection,
)
from host.review.service.audit import append_audit, check_chain, find_audit
from host.review.service.decisions import (
    approve,
    close_biller,
    put_biller,
    reject,
    verify_brand,
)
from host.review.service.submissions import (
    access_submission,
    close_withdrawn,
    find_decided,
    find_queue,
    note_seen,
    open_submission,
    receive_submission,
)
from host.review.service.suspensions import Case, lift, open_case, suspend

__all__ = [
    "Appeal",
    "AuditEntry",
    "AuditReport",
    "Case",
    "Submission",
    "access_submission",
    "appeal",
    "append_audit",
    "approve",
    "check_chain",
    "close_biller",
    "close_withdrawn",
    "decide_appeal",
    "find_appeal",
    "find_audit",
    "find_decided",
    "find_open_appeals",
    "find_queue",
    "lift",
    "note_seen",
    "open_case",
    "open_own_rejection",
    "open_submission",
    "put_biller",
    "receive_submission",
    "reject",
    "suspend",
    "verify_brand",
]
