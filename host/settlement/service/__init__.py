"""Settlement's use cases.  Other domains import this package and nothing below it."""

from host.core.db import Tx
from host.settlement.repository.payouts import find_payment
from host.settlement.service.bonuses import give_bonus
from host.settlement.service.console import divide_earning, open_earning, pay_somebody
from host.settlement.service.earnings import find_earning, record_earning, record_refund
from host.settlement.service.files import day_of, make_file, read_kind
from host.settlement.service.payouts import (
    access_payout,
    ask_payout,
    note_state,
    pay_out_due,
    reserve_payout,
    save_bank,
)
from host.settlement.service.people import pay_person
from host.settlement.service.splits import access_split, return_part, split_earning
from host.settlement.service.sweeping import settle, settle_due
from host.settlement.service.terms import apply_default_days, fee_bps_of, read_terms, set_terms
from host.settlement.service.views import access_batch, name_receivers, read_money

__all__ = [
    "access_batch",
    "access_payout",
    "access_split",
    "apply_default_days",
    "ask_payout",
    "day_of",
    "divide_earning",
    "fee_bps_of",
    "find_earning",
    "find_payment",
    "give_bonus",
    "make_file",
    "name_receivers",
    "note_state",
    "open_earning",
    "pay_out_due",
    "pay_person",
    "pay_somebody",
    "read_kind",
    "read_money",
    "read_terms",
    "record_earning",
    "record_refund",
    "reserve_payout",
    "return_part",
    "save_bank",
    "set_terms",
    "settle",
    "settle_due",
    "split_earning",
    "sweep",
]


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Settle what is due, then pay out what a schedule asks for."""
    return settle_due(tx, now_ms=now_ms) + pay_out_due(tx, now_ms=now_ms)
