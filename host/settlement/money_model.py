"""What a merchant reads of its money: pages and daily files."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from host.brands.model import Brand
from host.core.money import Currency
from host.identity.model import Person
from host.settlement.model import Batch
from host.settlement.payout_model import Bank, Payout, PersonPayment
from host.settlement.split_model import Split
from host.wallet.model import Balance


class FileKind(StrEnum):
    """The two daily files."""

    TRADE = "trade"
    FUND_FLOW = "fund-flow"


@dataclass(frozen=True, slots=True)
class DailyFile:
    """One file: the same day always gives the same bytes."""

    name: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class TradeRow:
    """Something earned, or given back (negative)."""

    at_ms: int
    row_id: str
    what: str
    source_kind: str
    source_id: str
    refund_id: str
    currency: Currency
    amount_minor: int
    fee_minor: int

    @property
    def net_minor(self) -> int:
        """What the merchant's own money changed by."""
        return self.amount_minor - self.fee_minor


@dataclass(frozen=True, slots=True)
class Coming:
    """What becomes available at one time; less than nothing when more went back."""

    currency: Currency
    due_at_ms: int
    amount_minor: int
    item_count: int


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """A merchant's money at a glance."""

    brand: Brand
    is_owner: bool
    balances: Sequence[Balance]
    coming: Sequence[Coming]
    banks: Sequence[Bank]
    batches: Sequence[Batch]
    payouts: Sequence[Payout]
    splits: Sequence[Split]
    payments: Sequence[PersonPayment]
    people: dict[str, Person]

    def next_of(self, currency: Currency) -> Coming | None:
        """What becomes available next in a currency."""
        for coming in self.coming:
            if coming.currency == currency and coming.amount_minor > 0:
                return coming
        return None

    def available_of(self, currency: Currency) -> int:
        """What can be paid out in a currency."""
        return sum(b.available_minor for b in self.balances if b.currency == currency)
