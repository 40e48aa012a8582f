"""Money between people: transfers that wait, and red packets."""

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


class PacketKind(StrEnum):
    """How a red packet is shared out."""

    EQUAL = "equal"
    LUCKY = "lucky"


class PacketStatus(StrEnum):
    """Where the money of a red packet is."""

    OPEN = "open"
    EMPTY = "empty"
    # A day passed: what nobody took is the sender's again.
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Packet:
    """A red packet, without what its shares hold."""

    id: str
    sender_id: str
    circle_id: str
    kind: PacketKind
    money: Money
    share_count: int
    opened_count: int
    opened_minor: int
    returned_minor: int
    greeting: str
    status: PacketStatus
    created_at_ms: int
    expires_at_ms: int
    ended_at_ms: int | None = None

    @property
    def left_minor(self) -> int:
        """What lies in its control account."""
        return self.money.amount_minor - self.opened_minor - self.returned_minor


@dataclass(frozen=True, slots=True)
class OpenedShare:
    """What one person found in a red packet."""

    person_id: str
    amount_minor: int
    opened_at_ms: int
    is_luckiest: bool = False
