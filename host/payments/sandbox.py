"""Test mode: amounts that make something happen.  No money moves in it, and no account is touched.

The table is published in docs/payments.md; a test compares the two.
"""

from enum import StrEnum

from host.payments.model import Order


class Fault(StrEnum):
    """What a test amount asks for."""

    DECLINED = "declined"
    TIMED_OUT = "timed_out"
    LATE = "late"
    DOUBLED = "doubled"
    REFUND_FAILS = "refund_fails"
    REFUND_LATE = "refund_late"


# In minor units of any currency.
MAGIC_AMOUNTS: dict[int, Fault] = {
    40_001: Fault.DECLINED,
    40_002: Fault.TIMED_OUT,
    40_003: Fault.LATE,
    40_004: Fault.DOUBLED,
    40_005: Fault.REFUND_FAILS,
    40_006: Fault.REFUND_LATE,
}
LATE_MS = 30_000


def fault_of(order: Order) -> Fault | None:
    """Return what an order's amount asks for; nothing when it is live."""
    return None if order.is_live else MAGIC_AMOUNTS.get(order.money.amount_minor)
