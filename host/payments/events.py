"""What other domains may hear from payments."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class PaymentChanged(Event):
    """An order was paid, held, captured, closed or refunded; live or as a test."""

    name: ClassVar[str] = "payments.changed"

    order_id: str
    brand_id: str
    mode: str
    kind: str
    status: str
    amount_minor: int
    currency: str
