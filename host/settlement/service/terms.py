"""What holds for a brand: how long earnings wait, and what the platform keeps."""

from host.core.db import Tx
from host.settlement.model import DAY_MS, SETTLE_DAYS_DEFAULT, Terms
from host.settlement.repository import refunds as repository

# The terms of every brand with which nothing else was agreed.
_EVERYBODY = ""


def due_at(tx: Tx, brand_id: str, at_ms: int) -> int:
    """Return when what is earned at ``at_ms`` becomes available: T+n, at midnight UTC.

    With n = 0 at once.  Fixed when it is earned: terms that change later break no promise.
    """
    days = repository.find_terms(tx, brand_id).days
    if days is None:
        days = repository.find_terms(tx, _EVERYBODY).days
    if days is None:
        days = SETTLE_DAYS_DEFAULT
    return at_ms if days == 0 else (at_ms // DAY_MS + days) * DAY_MS


def fee_bps_of(tx: Tx, brand_id: str, *, default_bps: int) -> int:
    """Return what the platform keeps of a brand's sales, in hundredths of a percent."""
    agreed = repository.find_terms(tx, brand_id).fee_bps
    return default_bps if agreed is None else agreed


def read_terms(tx: Tx, brand_id: str) -> Terms:
    """Return what was agreed with a brand."""
    return repository.find_terms(tx, brand_id)


def set_terms(tx: Tx, brand_id: str, terms: Terms, *, now_ms: int) -> None:
    """Agree on other terms with a brand.  Only review calls this, after it checked the admin."""
    repository.save_terms(tx, brand_id, terms, now_ms=now_ms)


def apply_default_days(tx: Tx, *, days: int, now_ms: int) -> None:
    """Take the host's setting over: it holds for every brand without terms of its own."""
    if repository.find_terms(tx, _EVERYBODY).days != days:
        repository.save_terms(tx, _EVERYBODY, Terms(days=days), now_ms=now_ms)
