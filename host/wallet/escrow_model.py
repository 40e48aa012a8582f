"""The money of one order, from the payment until it went one way or the other."""

from dataclasses import dataclass

from host.core.money import Money
from host.wallet.model import EscrowStatus


@dataclass(frozen=True, slots=True)
class Escrow:
    """The money of one order."""

    order_id: str
    account_id: str
    payer_id: str
    brand_id: str
    money: Money
    fee_minor: int
    status: EscrowStatus
    funded_at_ms: int
    ended_at_ms: int | None = None
    # What went back already while the rest stays.
    refunded_minor: int = 0

    @property
    def left(self) -> Money:
        """What the order still holds."""
        return Money(self.money.amount_minor - self.refunded_minor, self.money.currency)
