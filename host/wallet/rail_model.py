"""Orders to rails: who they are for, and what is known of them."""

from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency, Money
from host.wallet.model import Place, cash_place, merchant_place


class Direction(StrEnum):
    """Which way money goes through a rail."""

    IN = "in"
    OUT = "out"


class RailState(StrEnum):
    """What is known of an order to a rail.  ``UNKNOWN`` is asked about, never ordered again."""

    NEW = "new"
    SENT = "sent"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"
    # It was done, and days later it was not: the account abroad is closed, the card was stolen.
    RETURNED = "returned"

    @property
    def is_final(self) -> bool:
        """Whether nobody has to ask the rail any more; what is done may still be returned."""
        return self in {RailState.DONE, RailState.FAILED, RailState.RETURNED}


class OwnerKind(StrEnum):
    """Whose money goes through a rail."""

    PERSON = "person"
    BRAND = "brand"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose money goes through a rail: a person's cash, or what a brand can pay out."""

    kind: OwnerKind
    id: str

    def place(self, currency: Currency) -> Place:
        """Return where the money comes to, or leaves from."""
        if self.kind is OwnerKind.BRAND:
            return merchant_place(self.id, currency)
        return cash_place(self.id, currency)


@dataclass(frozen=True, slots=True)
class RailOperation:
    """One order to a rail: money in for a person or a brand, or out."""

    id: str
    rail: str
    direction: Direction
    owner: Owner
    money: Money
    state: RailState
    rail_reference: str
    reason: str
    created_at_ms: int
    updated_at_ms: int
    # When the rail said that it is done, and when its statement showed it and its return.
    done_at_ms: int | None = None
    settled_at_ms: int | None = None
    return_settled_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RailAnswer:
    """What a rail said."""

    state: RailState
    rail_reference: str = ""
    reason: str = ""
