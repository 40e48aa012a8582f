"""Money between people: what was sent and waits for its receiver."""

from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Money


class OfferStatus(StrEnum):
    """Where money is that one person sent another."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Offer:
    """Money that one person sent a contact; its id is that of the hold in the ledger."""

    id: str
    sender_id: str
    receiver_id: str
    money: Money
    memo: str
    status: OfferStatus
    posted_id: str | None
    created_at_ms: int
    expires_at_ms: int
    ended_at_ms: int | None = None

    def other_than(self, person_id: str) -> str:
        """Return the other one of the two."""
        return self.receiver_id if person_id == self.sender_id else self.sender_id
