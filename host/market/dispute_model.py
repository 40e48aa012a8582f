"""Disputes: what both sides say, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum

from host.market.model import DAY_MS

# The shop answers in this time; after it an admin decides without its answer.
ANSWER_DISPUTE_WITHIN_MS = 3 * DAY_MS
# After receipt a buyer finds what is wrong within this time, or it was right.
DISPUTE_WITHIN_MS = 30 * DAY_MS
DISPUTE_REASON_CHARS_MAX = 500
EVIDENCE_CHARS_MAX = 1000
EVIDENCE_OF_SIDE_MAX = 20


class DisputeStatus(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    ANSWERED = "answered"
    DECIDED = "decided"
    SETTLED = "settled"  # the shop gave everything back
    WITHDRAWN = "withdrawn"  # the buyer has what was bought after all


class Decision(StrEnum):
    """What an admin decided."""

    RELEASE = "release"  # the shop has the money
    REFUND = "refund"  # the buyer has it back
    PART = "part"  # the buyer has some of it back, the shop the rest


class Side(StrEnum):
    """Who shows evidence."""

    BUYER = "buyer"
    SHOP = "shop"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute about an order; an order has one at a time."""

    id: str
    order_id: str
    status: DisputeStatus
    reason: str
    opened_at_ms: int
    answer_by_ms: int
    answered_at_ms: int | None = None
    decision: Decision | None = None
    refund_minor: int = 0
    decided_reason: str = ""
    ended_at_ms: int | None = None

    @property
    def is_running(self) -> bool:
        """Whether it waits for somebody."""
        return self.ended_at_ms is None

    def can_be_decided(self, *, now_ms: int) -> bool:
        """Tell whether the shop has spoken or had its time."""
        return self.is_running and (
            self.status is DisputeStatus.ANSWERED or now_ms >= self.answer_by_ms
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words, a picture, or both."""

    id: str
    dispute_id: str
    side: Side
    person_id: str
    text: str
    media_id: str | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class PartRefund:
    """Some of an order's money that went back."""

    id: str
    order_id: str
    position: int | None
    amount_minor: int
    reason: str
    actor_id: str
    at_ms: int
