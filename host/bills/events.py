"""What the bills domain tells others, once it is committed."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class BillPaid(Event):
    """A biller has taken a payment."""

    name: ClassVar[str] = "bills.bill_paid"

    bill_id: str
    payment_id: str
    brand_id: str
    person_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class BillPaidBack(Event):
    """A biller has refused a payment, or never answered: the money is back."""

    name: ClassVar[str] = "bills.bill_paid_back"

    bill_id: str
    payment_id: str
    brand_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class BillDue(Event):
    """A bill will be due, and a person who gets bills under its number has not paid it."""

    name: ClassVar[str] = "bills.bill_due"

    bill_id: str
    brand_id: str
    person_id: str
