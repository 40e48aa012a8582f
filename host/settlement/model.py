"""Earnings, the items that wait, and the batches that set them free."""

from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency, Money

DAY_MS = 24 * 3600 * 1000
# Until an operator or an admin says otherwise.
SETTLE_DAYS_DEFAULT = 1
SETTLE_DAYS_MAX = 90


class ItemKind(StrEnum):
    """Why an item changes what a merchant waits for."""

    EARNING = "earning"
    REFUND = "refund"
    SPLIT = "split"
    SPLIT_RETURN = "split_return"


@dataclass(frozen=True, slots=True)
class Source:
    """Where money came from: the name of an earning."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Earning:
    """What came in from one source, and what of it went elsewhere since."""

    source: Source
    brand_id: str
    # What was paid; the platform's fee is a part of it.
    gross: Money
    fee_minor: int
    refunded_minor: int
    fee_returned_minor: int
    split_minor: int
    due_at_ms: int
    at_ms: int

    @property
    def currency(self) -> Currency:
        """The currency that was paid."""
        return self.gross.currency

    @property
    def net_minor(self) -> int:
        """What the merchant has of it, before it divides it: less fee and refunds."""
        kept_fee_minor = self.fee_minor - self.fee_returned_minor
        return self.left_minor - kept_fee_minor

    @property
    def left_minor(self) -> int:
        """What can still go back to who paid."""
        return self.gross.amount_minor - self.refunded_minor

    def fee_part(self, amount_minor: int) -> int:
        """Return the platform's part of ``amount_minor`` that goes back.

        In proportion, rounded down over everything that went back so far, so that refunds in many
        parts return exactly what one refund of the whole would.
        """
        back_minor = self.refunded_minor + amount_minor
        return self.fee_minor * back_minor // self.gross.amount_minor - self.fee_returned_minor


@dataclass(frozen=True, slots=True)
class Item:
    """A change of what a merchant waits for; negative when money went away again."""

    id: str
    brand_id: str
    currency: Currency
    kind: ItemKind
    source: Source
    amount_minor: int
    due_at_ms: int
    at_ms: int
    batch_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back to who paid."""

    id: str
    source: Source
    refund_id: str
    brand_id: str
    payer_id: str
    money: Money
    # The part of it that the platform gave.
    fee_minor: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One transfer from pending to available."""

    id: str
    brand_id: str
    currency: Currency
    amount_minor: int
    item_count: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a brand; None leaves what holds for all."""

    days: int | None = None
    fee_bps: int | None = None
