"""Facts of settlement.  Payloads are flat; changes of meaning get a new name."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class PersonPaid(Event):
    """A brand paid into a person's wallet."""

    name: ClassVar[str] = "settlement.person_paid"

    payment_id: str
    brand_id: str
    person_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PayoutEnded(Event):
    """A payout arrived, was refused or came back."""

    name: ClassVar[str] = "settlement.payout_ended"

    payout_id: str
    brand_id: str
    # ``done``, ``failed`` or ``returned``.
    state: str
