"""Asking for money: a request, and the share of everybody who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency, Money


class RequestKind(StrEnum):
    """Whom money is asked of."""

    DIRECT = "direct"
    SPLIT = "split"


class RequestStatus(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    # Everybody has paid or declined.
    DONE = "done"
    CLOSED = "closed"
    EXPIRED = "expired"


class ShareStatus(StrEnum):
    """Where the share of one person stands."""

    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Share:
    """What one person is asked for."""

    person_id: str
    amount_minor: int
    status: ShareStatus = ShareStatus.OPEN
    transfer_id: str | None = None
    ended_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class MoneyRequest:
    """Money that one person asks others for."""

    id: str
    kind: RequestKind
    requester_id: str
    circle_id: str
    currency: Currency
    memo: str
    status: RequestStatus
    created_at_ms: int
    expires_at_ms: int
    reminded_at_ms: int | None
    ended_at_ms: int | None
    shares: Sequence[Share]

    @property
    def total(self) -> Money:
        """All that is asked for."""
        return Money(sum(share.amount_minor for share in self.shares), self.currency)

    @property
    def paid_minor(self) -> int:
        """What has been paid."""
        return sum(s.amount_minor for s in self.shares if s.status is ShareStatus.PAID)

    @property
    def paid_count(self) -> int:
        """How many have paid."""
        return sum(s.status is ShareStatus.PAID for s in self.shares)

    @property
    def people(self) -> list[str]:
        """Who asks and who is asked."""
        return [self.requester_id, *(share.person_id for share in self.shares)]

    def share_of(self, person_id: str) -> Share | None:
        """Return what a person is asked for."""
        return next((share for share in self.shares if share.person_id == person_id), None)
