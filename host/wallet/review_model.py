"""What rules found, and payments that wait for a person to look: plain values."""

from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Money
from host.wallet.authority import PaymentIntent
from host.wallet.risk import Action, Mode, Rule

# A payment that nobody has looked at by then is given up.
REVIEW_TTL_MS = 24 * 3600 * 1000
RISK_REASON_CHARS_MAX = 2000


class ReviewStatus(StrEnum):
    """How the check of a payment stands."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Review:
    """A payment that is, or was, being checked."""

    id: str
    intent: PaymentIntent
    status: ReviewStatus
    made_at_ms: int
    expires_at_ms: int
    decided_by: str | None = None
    decided_at_ms: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that spoke, and in which mode."""

    rule: Rule
    mode: Mode


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding as it was noted."""

    id: str
    rule_id: str
    rule_version: int
    mode: Mode
    action: Action
    person_id: str
    purpose: str
    payee_id: str
    money: Money
    at_ms: int
    # How the check of the payment ended, where there was one.
    outcome: ReviewStatus | None


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule as it is switched, and what it has found in thirty days."""

    rule: Rule
    mode: Mode
    reason: str
    changed_by: str | None
    changed_at_ms: int | None
    hit_count: int
    shadow_count: int
    # Held payments that were approved: the rule was wrong; and those that were refused.
    false_count: int
    true_count: int
