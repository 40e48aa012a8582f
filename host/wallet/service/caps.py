"""Tiers and their caps: what a person may pay, hold and receive.

Money that comes back to its owner (a refund, a hold that was given up, a returned payout) is always
taken, above every cap: refusing it would leave it with nobody.
"""

from dataclasses import dataclass

from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.money import Currency, Money, decimal_text
from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.errors import LimitReachedError, ReceivingLimitError
from host.wallet.limits import (
    DAY_MS,
    MONTH_MS,
    SMALL_CHOICES_UNITS,
    SMALL_PER_DAY_CEILINGS,
    SMALL_PER_DAY_COUNT_MAX,
    TIERS,
    Tier,
    minor_of,
)
from host.wallet.model import cash_place
from host.wallet.repository import ledger
from host.wallet.repository import security as repository
from host.wallet.repository.security import Security

# Out of the lane a small payment is no convenience but a hole; and a mandate is many payments.
_NEVER_SMALL = frozenset({PaymentPurpose.WITHDRAWAL, PaymentPurpose.MANDATE})


@dataclass(frozen=True, slots=True)
class Use:
    """A cap and how much of it is used, in minor units."""

    used_minor: int
    max_minor: int

    @property
    def left_minor(self) -> int:
        """What is left."""
        return max(0, self.max_minor - self.used_minor)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's tier and what they have used of it, in one currency."""

    currency: Currency
    tier: Tier
    security: Security
    payment_max_minor: int
    day: Use
    month: Use
    balance: Use
    received: Use
    small_used_count: int
    small: Use


def standing(tx: Tx, person_id: str, currency: Currency, *, now_ms: int) -> Standing:
    """Return a person's limits and what is used of them."""
    security = repository.find_security(tx, person_id)
    tier = TIERS[security.tier]
    cash = cash_place(person_id, currency).id
    account = ledger.find_account(tx, cash)
    small_count, small_minor = repository.small_of_day(
        tx, person_id, currency, since_ms=now_ms - DAY_MS
    )

    def use(used_minor: int, units: int) -> Use:
        return Use(used_minor, minor_of(units, currency))

    def paid(window_ms: int) -> int:
        return repository.paid_minor(tx, person_id, currency, since_ms=now_ms - window_ms)

    received_minor = repository.received_minor(tx, cash, since_ms=now_ms - MONTH_MS)
    return Standing(
        currency,
        tier,
        security,
        minor_of(tier.payment_units, currency),
        use(paid(DAY_MS), tier.day_units),
        use(paid(MONTH_MS), tier.month_units),
        use(0 if account is None else account.balance_minor, tier.balance_units),
        use(received_minor, tier.received_units),
        small_count,
        use(small_minor, security.small_units * SMALL_PER_DAY_CEILINGS),
    )


def check_may_pay(tx: Tx, intent: PaymentIntent, security: Security, *, now_ms: int) -> None:
    """Refuse a payment above what the payer's tier allows."""
    tier, currency = TIERS[security.tier], intent.money.currency
    amount_minor = intent.money.amount_minor
    windows = (
        (amount_minor, tier.payment_units, "payment"),
        (None, tier.day_units, "day"),
        (None, tier.month_units, "month"),
    )
    # Signing a mandate pays nothing: what the windows have room for is asked at each debit.
    is_leave = intent.purpose is PaymentPurpose.MANDATE
    for known_minor, units, what in windows[:1] if is_leave else windows:
        total_minor = known_minor
        if total_minor is None:
            since_ms = now_ms - (DAY_MS if what == "day" else MONTH_MS)
            paid = repository.paid_minor(tx, intent.person_id, currency, since_ms=since_ms)
            total_minor = paid + amount_minor
        if total_minor > minor_of(units, currency):
            raise LimitReachedError(
                _PAYING[what],
                amount=decimal_text(minor_of(units, currency), currency),
                limit_minor=minor_of(units, currency),
                currency=currency,
                window=what,
            )


def check_can_receive(tx: Tx, person_id: str, money: Money, *, now_ms: int) -> None:
    """Refuse money from others above what a person's tier may take; its sender keeps it."""
    stands = standing(tx, person_id, money.currency, now_ms=now_ms)
    if money.amount_minor > stands.received.left_minor:
        raise ReceivingLimitError(
            "This is more than you may receive in thirty days, so its sender keeps it. Ask an"
            " admin for a higher tier."
        )
    check_can_hold(tx, person_id, money)


def check_can_hold(tx: Tx, person_id: str, money: Money) -> None:
    """Refuse money that would take a wallet above what its tier may hold."""
    tier = TIERS[repository.find_security(tx, person_id).tier]
    account = ledger.find_account(tx, cash_place(person_id, money.currency).id)
    balance_minor = 0 if account is None else account.balance_minor
    if balance_minor + money.amount_minor > minor_of(tier.balance_units, money.currency):
        raise ReceivingLimitError(
            "This is more than your wallet may hold. Spend some, or ask an admin for a higher tier."
        )


def can_receive(tx: Tx, person_id: str, money: Money, *, now_ms: int) -> bool:
    """Tell whether ``check_can_receive`` would let it in."""
    try:
        check_can_receive(tx, person_id, money, now_ms=now_ms)
    except ReceivingLimitError:
        return False
    return True


def is_small(
    tx: Tx, intent: PaymentIntent, security: Security, *, is_new_payee: bool, now_ms: int
) -> bool:
    """Tell whether the payer has said that such a payment needs no PIN."""
    if not security.small_units or is_new_payee or intent.purpose in _NEVER_SMALL:
        return False
    money = intent.money
    ceiling_minor = minor_of(security.small_units, money.currency)
    if money.amount_minor > ceiling_minor:
        return False
    used_count, used_minor = repository.small_of_day(
        tx, intent.person_id, money.currency, since_ms=now_ms - DAY_MS
    )
    return (
        used_count < SMALL_PER_DAY_COUNT_MAX
        and used_minor + money.amount_minor <= SMALL_PER_DAY_CEILINGS * ceiling_minor
    )


def set_small(tx: Tx, person_id: str, units: int) -> None:
    """Choose the ceiling of payments without a PIN; the caller has seen the PIN."""
    if units not in SMALL_CHOICES_UNITS:
        raise BadInputError("Choose one of the ceilings that are offered.")
    repository.lock_security(tx, person_id)
    repository.set_small(tx, person_id, units)


def set_tier(tx: Tx, person_id: str, tier: int, *, reason: str, now_ms: int) -> int:
    """Give a person a tier and return the one they had; who may do this is asked by the caller."""
    if not 0 <= tier < len(TIERS):
        raise BadInputError("There is no such tier.")
    before = repository.lock_security(tx, person_id).tier
    repository.set_tier(tx, person_id, tier, reason=reason, now_ms=now_ms)
    return before


_PAYING = {
    "payment": "One payment of yours may be up to %(amount)s %(currency)s. Ask an admin for a"
    " higher tier.",
    "day": "Your payments of 24 hours may be up to %(amount)s %(currency)s together. Wait, or ask"
    " an admin for a higher tier.",
    "month": "Your payments of thirty days may be up to %(amount)s %(currency)s together. Wait, or"
    " ask an admin for a higher tier.",
}
