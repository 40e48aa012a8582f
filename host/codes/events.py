"""What paying by code tells others, once it is committed."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class ChargePaid(Event):
    """A till's charge was paid."""

    name: ClassVar[str] = "codes.charge_paid"

    charge_id: str
    brand_id: str
    payer_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class LinkPaid(Event):
    """Somebody paid by scanning a shop's or a person's code."""

    name: ClassVar[str] = "codes.link_paid"

    kind: str
    owner_id: str
    payer_id: str
    transfer_id: str
    amount_minor: int
    currency: str
