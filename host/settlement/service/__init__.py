"""Settlement's use cases.  Other domains import this package and nothing below it."""

from host.core.db import Tx
from host.settlement.repository.payouts import find_payment
from host.settlement.service.earnings import record_earning, record_refund
from host.settlement.service.payouts import ask_payout, note_state, pay_out_due, save_bank
from host.settlement.service.people import pay_person
from host.settlement.service.splits import access_split, return_part, split_earning
from host.settlement.service.sweeping import settle, settle_due
from host.settlement.service.terms import apply_default_days, fee_bps_of, read_terms, set_terms

__all__ = [
    "access_split",
    "apply_default_days",
    "ask_payout",
    "fee_bps_of",
    "find_payment",
    "note_state",
    "pay_out_due",
    "pay_person",
    "read_terms",
    "record_earning",
    "record_refund",
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
