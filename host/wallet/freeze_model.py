"""A wallet that an admin has stopped: plain values."""

from dataclasses import dataclass
from enum import StrEnum

FREEZE_REASON_CHARS_MAX = 2000
FREEZE_APPEAL_CHARS_MAX = 2000


class FreezeMode(StrEnum):
    """What no longer happens."""

    # Nothing new leaves.
    DEBIT = "debit"
    # Nothing new comes in; what comes back is parked.
    CREDIT = "credit"
    BOTH = "both"
    # Empty, and shut for ever.
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Freeze:
    """One decision about a wallet, what its owner said, and how it ended."""

    id: str
    person_id: str
    mode: FreezeMode
    reason: str
    actor_id: str
    made_at_ms: int
    appeal: str = ""
    appealed_at_ms: int | None = None
    lifted_by: str | None = None
    lifted_at_ms: int | None = None
    lift_reason: str = ""
