"""Billers, accounts, bills and payments: plain values."""

from dataclasses import dataclass
from enum import StrEnum

from host.brands.model import Brand
from host.core.money import Money

NUMBER_LENGTH_MAX = 40
TITLE_LENGTH_MAX = 80
LABEL_LENGTH_MAX = 40
REGION_LENGTH_MAX = 60
ACCOUNTS_PER_PERSON_MAX = 30
PUSHES_PER_MINUTE_MAX = 600
# Account numbers are short and count up: who tries them one by one is stopped.
LINKS_PER_MINUTE_MAX = 10
REMIND_BEFORE_MS = 3 * 24 * 3600 * 1000
# A biller with a server of its own answers when it has booked the payment; what it has not answered
# for this long goes back to who paid.
UNANSWERED_BACK_MS = 3 * 24 * 3600 * 1000
UNKNOWN_AFTER_MS = 10 * 60_000


class Category(StrEnum):
    """What a biller is paid for."""

    POWER = "power"
    WATER = "water"
    GAS = "gas"
    PHONE = "phone"
    RENT = "rent"
    TAX = "tax"
    OTHER = "other"


class Adapter(StrEnum):
    """How the host tells a biller of a payment."""

    API = "api"  # it asks, and answers, over JSON
    DEMO = "demo"  # built in, answers at once


@dataclass(frozen=True, slots=True)
class Biller:
    """A brand that may send bills."""

    brand_id: str
    category: Category
    region: str
    # What it calls the number on its paper: "Meter number".
    account_label: str
    adapter: Adapter


@dataclass(frozen=True, slots=True)
class ShownBiller:
    """A biller with its name and mark."""

    biller: Biller
    brand: Brand


@dataclass(frozen=True, slots=True)
class Account:
    """A number under which a person gets a biller's bills."""

    id: str
    person_id: str
    brand_id: str
    account_number: str
    label: str


class BillStatus(StrEnum):
    """What can be done with a bill."""

    OPEN = "open"
    PAYING = "paying"
    PAID = "paid"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Bill:
    """What a biller asks for, as of its last version."""

    id: str
    brand_id: str
    bill_number: str
    account_number: str
    title: str
    money: Money
    due_at_ms: int
    version: int
    status: BillStatus
    made_at_ms: int
    updated_at_ms: int


class PaymentState(StrEnum):
    """What the biller said to a payment.  ``UNKNOWN`` is asked about, and never paid again."""

    SENT = "sent"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def is_final(self) -> bool:
        """Whether the biller will not change its answer."""
        return self in {PaymentState.ACCEPTED, PaymentState.REFUSED}


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of one bill: its money waits in a control account until the biller answers."""

    id: str
    bill_id: str
    person_id: str
    brand_id: str
    money: Money
    fee_bps: int
    state: PaymentState
    reference: str
    made_at_ms: int
    asked_at_ms: int
    ended_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a biller said."""

    state: PaymentState
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ShownBill:
    """A bill, whose it is, and its payment where there is one that counts."""

    bill: Bill
    brand: Brand
    payment: Payment | None = None


@dataclass(frozen=True, slots=True)
class HomeView:
    """What a person sees of their bills."""

    due: list[ShownBill]
    done: list[ShownBill]
    accounts: list[tuple[Account, Brand]]


@dataclass(frozen=True, slots=True)
class BillPush:
    """What a biller says of one bill."""

    bill_number: str
    account_number: str
    title: str
    money: Money
    due_at_ms: int
