"""Settlement's use cases.  Other domains import this package and nothing below it."""

from host.core.db import Tx
from host.settlement.service.earnings import record_earning, record_refund
from host.settlement.service.sweeping import settle, settle_due
from host.settlement.service.terms import apply_default_days, fee_bps_of, read_terms, set_terms

__all__ = [
    "apply_default_days",
    "fee_bps_of",
    "read_terms",
    "record_earning",
    "record_refund",
    "set_terms",
    "settle",
    "settle_due",
    "sweep",
]


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Do what has become due."""
    return settle_due(tx, now_ms=now_ms)
