"""The use cases of bills.  Other domains import this package and nothing below it."""

from host.bills.model import Adapter, Bill, Biller, BillPush, Category, Payment, ShownBill
from host.bills.service.billers import (
    close_biller,
    find_billers,
    find_waiting_payments,
    push_bill,
    put_biller,
    take_back_bill,
)
from host.bills.service.payments import (
    bill_intent,
    check_bill,
    give_back_unanswered,
    pay_bill,
    record_answer,
)
from host.bills.service.people import (
    access_bill,
    access_payment,
    find_cards,
    link_account,
    read_biller,
    read_home,
    remind,
    unlink_account,
)
from host.core.db import Tx

__all__ = [
    "Adapter",
    "Bill",
    "BillPush",
    "Biller",
    "Category",
    "Payment",
    "ShownBill",
    "access_bill",
    "access_payment",
    "bill_intent",
    "check_bill",
    "close_biller",
    "find_billers",
    "find_cards",
    "find_waiting_payments",
    "link_account",
    "pay_bill",
    "push_bill",
    "put_biller",
    "read_biller",
    "read_home",
    "record_answer",
    "sweep",
    "take_back_bill",
    "unlink_account",
]


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Do what has become due."""
    return remind(tx, now_ms=now_ms) + give_back_unanswered(tx, now_ms=now_ms)
