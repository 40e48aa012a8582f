"""Submissions, the rules they are judged by, appeals and the audit log."""

from dataclasses import dataclass
from enum import StrEnum

HOUR_MS = 3_600_000
# Who decided, in the audit log, when the host did by itself.
HOST_ID = "host"
# What a merchant is promised: a decision in two days, an appeal's in three.
DECISION_WITHIN_MS = 48 * HOUR_MS
APPEAL_WITHIN_MS = 72 * HOUR_MS
REASON_LENGTH_MIN = 10
REASON_LENGTH_MAX = 2000
APPEAL_LENGTH_MAX = 2000
QUEUE_ROWS = 100
AUDIT_ROWS = 50

# A rejection names one of these.  English here, Chinese in the translations.
RULES = {
    "works": "1. It works: every page opens and every step does what it says.",
    "honest": "2. It is what it says: name, pictures and prices do not mislead.",
    "permissions": "3. It asks for what it needs: each permission has a reason that holds.",
    "data": "4. It keeps to itself: what people tell it is used for what they were told.",
    "payment": "5. It takes money in the open: only through the lane's own payment sheet.",
    "goods": "6. It sells what may be sold: nothing forbidden, stolen or dangerous.",
    "people": "7. It treats people well: no insult, pressure, or tricks that lead astray.",
    "brand": "8. It is the merchant's own: no other brand's name, mark or work.",
}


class Status(StrEnum):
    """Where a submission stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """How an appeal ended: for the first decision, or against it."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class Submission:
    """One request for a decision about a version."""

    id: str
    version_id: str
    program_id: str
    brand_id: str
    submitted_by: str
    submitted_at_ms: int
    due_at_ms: int
    status: Status
    decided_by: str | None
    decided_at_ms: int | None
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """A merchant's answer to a rejection."""

    submission_id: str
    appellant_id: str
    text: str
    made_at_ms: int
    due_at_ms: int
    outcome: Outcome | None
    decided_by: str | None
    decided_at_ms: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log."""

    seq: int
    at_ms: int
    actor_id: str
    action: str
    subject: str
    detail: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check of the whole chain found."""

    entry_count: int
    # The first entry that does not fit, or None when the chain is whole.
    broken_seq: int | None
