"""Mandates: leave to debit by rule, and how much of it a period has used.  Plain values."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from host.core.money import Currency, Money
from host.payments.model import Mode

# A request that nobody has signed by then is over.
MANDATE_OPEN_MS = 7 * 24 * 3600 * 1000
DEBITS_PER_PERIOD_MAX = 100
_DECEMBER = 12


class Period(StrEnum):
    """What the ceilings are counted over: weeks from Monday and months, both in UTC."""

    WEEK = "week"
    MONTH = "month"


class MandateStatus(StrEnum):
    """Where a mandate stands; that time has ended it is told by its times."""

    CREATED = "created"
    SIGNED = "signed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is signed; written once and never changed."""

    description: str
    currency: Currency
    debit_max_minor: int
    period: Period
    period_max_minor: int
    period_count_max: int
    ends_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """What was debited in one period."""

    start_ms: int = 0
    minor: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Mandate:
    """Leave of a person to a merchant to debit by rule."""

    id: str
    brand_id: str
    mode: Mode
    out_mandate_no: str
    fingerprint: str
    key_id: str
    terms: Terms
    created_at_ms: int
    expires_at_ms: int
    status: MandateStatus = MandateStatus.CREATED
    person_id: str | None = None
    method: str = ""
    revoked_by: str = ""
    signed_at_ms: int | None = None
    revoked_at_ms: int | None = None
    use: Use = Use()

    @property
    def is_live(self) -> bool:
        """Tell whether money moves."""
        return self.mode is Mode.LIVE

    @property
    def debit_max(self) -> Money:
        """The largest debit."""
        return Money(self.terms.debit_max_minor, self.terms.currency)

    def state(self, *, now_ms: int) -> str:
        """Return created, signed, revoked, or ended, which time does by itself."""
        ends_at_ms = self.expires_at_ms if self.status is MandateStatus.CREATED else None
        last_ms = self.terms.ends_at_ms if ends_at_ms is None else ends_at_ms
        is_over = last_ms is not None and now_ms >= last_ms
        if self.status is MandateStatus.REVOKED or not is_over:
            return self.status.value
        return "ended"

    def use_at(self, now_ms: int) -> Use:
        """Return what is used of the period of this moment.

        A clock that was set back opens no earlier period again: the newest one goes on.
        """
        start_ms = max(period_start_ms(self.terms.period, now_ms), self.use.start_ms)
        return self.use if start_ms == self.use.start_ms else Use(start_ms)

    def has_room(self, amount_minor: int, now_ms: int) -> bool:
        """Tell whether the period of this moment has room for one more debit."""
        use = self.use_at(now_ms)
        return (
            use.count < self.terms.period_count_max
            and use.minor + amount_minor <= self.terms.period_max_minor
        )

    def debited(self, amount_minor: int, now_ms: int) -> "Mandate":
        """Return the mandate after one more debit."""
        use = self.use_at(now_ms)
        return replace(self, use=replace(use, minor=use.minor + amount_minor, count=use.count + 1))

    def next_period_ms(self, now_ms: int) -> int:
        """Return when the next period begins."""
        return period_end_ms(self.terms.period, self.use_at(now_ms).start_ms)


def period_start_ms(period: Period, at_ms: int) -> int:
    """Return when the period of a moment began."""
    day = datetime.fromtimestamp(at_ms // 1000, UTC).replace(hour=0, minute=0, second=0)
    if period is Period.WEEK:
        return _ms(day - timedelta(days=day.weekday()))
    return _ms(day.replace(day=1))


def period_end_ms(period: Period, start_ms: int) -> int:
    """Return when the period that began at ``start_ms`` is over."""
    start = datetime.fromtimestamp(start_ms // 1000, UTC)
    if period is Period.WEEK:
        return _ms(start + timedelta(days=7))
    if start.month == _DECEMBER:
        return _ms(start.replace(year=start.year + 1, month=1))
    return _ms(start.replace(month=start.month + 1))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
