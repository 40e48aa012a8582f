"""The risk rules: what makes a payment odd, judged on facts, without a database.

A rule is in one of three modes, which an admin switches: off, in the shadow (it notes what it would
have done), or on.  The strictest action of the rules that are on is taken.  Change what a rule says
and its version goes up, so that old findings are not read as if the new rule had made them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.limits import DAY_MS, minor_of

HOUR_MS = 3600 * 1000


class Mode(StrEnum):
    """Whether a rule speaks."""

    OFF = "off"
    SHADOW = "shadow"
    ON = "on"


class Action(StrEnum):
    """What a rule does, the mildest first."""

    # Goes through; the person is told that somebody should have a look.
    NOTICE = "notice"
    # Needs a PIN or a passkey, however small it is.
    CONFIRM = "confirm"
    # Waits until an admin has looked.
    HOLD = "hold"
    REFUSE = "refuse"


STRICTNESS = tuple(Action)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier payment of the same person."""

    payee_id: str
    purpose: PaymentPurpose
    amount_minor: int
    currency: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a payment when it is judged."""

    intent: PaymentIntent
    now_ms: int
    # Payments of the last day, newest first.
    recent: tuple[Past, ...]
    # When each payee of the last day, and this one, was paid for the first time.
    first_paid_at_ms: dict[str, int]
    last_paid_at_ms: int | None
    pin_changed_at_ms: int | None
    device_at_ms: int | None

    def units(self, count: int) -> int:
        """Return ``count`` units in the payment's currency."""
        return minor_of(count, self.intent.money.currency)

    @property
    def amount_minor(self) -> int:
        """What is to be paid."""
        return self.intent.money.amount_minor

    def is_new(self, payee_id: str) -> bool:
        """Tell whether a payee was never paid before yesterday."""
        first_ms = self.first_paid_at_ms.get(payee_id)
        return first_ms is None or self.now_ms - first_ms < DAY_MS

    def since(self, window_ms: int) -> list[Past]:
        """Return the payments of a window."""
        return [past for past in self.recent if self.now_ms - past.at_ms < window_ms]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when it finds something, and what it then does."""

    id: str
    version: int
    title: str
    action: Action
    mode: Mode
    finds: Callable[[Facts], bool]


_REVIEW_UNITS = 60
_BETWEEN_PEOPLE = frozenset({PaymentPurpose.SEND, PaymentPurpose.RED_PACKET, PaymentPurpose.CODE})


def _too_fast(facts: Facts) -> bool:
    return len(facts.since(10 * 60_000)) >= 10  # noqa: PLR2004  (the rule's own number)


def _new_payee_large(facts: Facts) -> bool:
    is_first = facts.intent.payee_id not in facts.first_paid_at_ms
    return is_first and facts.amount_minor >= facts.units(_REVIEW_UNITS)


def _structuring(facts: Facts) -> bool:
    """Several payments to new payees within an hour, each under the threshold, together over it.

    Whatever they are for: an order or a red packet is no way round.
    """
    currency, payee_id = facts.intent.money.currency, facts.intent.payee_id
    threshold = facts.units(_REVIEW_UNITS)
    if not facts.is_new(payee_id) or facts.amount_minor >= threshold:
        return False
    parts = [
        past.amount_minor
        for past in facts.since(HOUR_MS)
        if past.currency == currency
        and facts.is_new(past.payee_id)
        and threshold // 4 <= past.amount_minor < threshold
    ]
    enough = len(parts) >= 2  # noqa: PLR2004  (with this one three)
    return (
        enough
        and facts.amount_minor >= threshold // 4
        and (sum(parts) + facts.amount_minor >= threshold)
    )


def _many_receivers(facts: Facts) -> bool:
    if facts.intent.purpose not in _BETWEEN_PEOPLE:
        return False
    paid = {p.payee_id for p in facts.since(HOUR_MS) if p.purpose in _BETWEEN_PEOPLE}
    new = {p for p in paid | {facts.intent.payee_id} if facts.is_new(p)}
    return len(new) >= 8  # noqa: PLR2004  (the rule's own number)


def _fresh_device(facts: Facts) -> bool:
    since_ms = facts.device_at_ms
    is_fresh = since_ms is not None and facts.now_ms - since_ms < HOUR_MS
    # Whoever has never paid has only just come, and their first device is no surprise.
    is_known = facts.last_paid_at_ms is not None
    return is_fresh and is_known and facts.amount_minor >= facts.units(10)


def _dormant(facts: Facts) -> bool:
    last_ms = facts.last_paid_at_ms
    is_dormant = last_ms is not None and facts.now_ms - last_ms >= 180 * DAY_MS
    return is_dormant and facts.amount_minor >= facts.units(20)


def _pin_changed(facts: Facts) -> bool:
    changed_ms = facts.pin_changed_at_ms
    if changed_ms is None or facts.now_ms - changed_ms >= DAY_MS:
        return False
    leaves = facts.intent.purpose is PaymentPurpose.WITHDRAWAL
    return (leaves or facts.is_new(facts.intent.payee_id)) and (
        facts.amount_minor >= facts.units(20)
    )


RULES: tuple[Rule, ...] = (
    Rule("velocity", 1, "Ten payments in ten minutes", Action.CONFIRM, Mode.ON, _too_fast),
    Rule(
        "new-payee-large",
        1,
        "A large amount to somebody who was never paid",
        Action.HOLD,
        Mode.SHADOW,
        _new_payee_large,
    ),
    Rule(
        "structuring",
        1,
        "Several amounts within an hour, each just below the threshold",
        Action.HOLD,
        Mode.ON,
        _structuring,
    ),
    Rule(
        "many-receivers",
        1,
        "Eight new receivers within an hour",
        Action.HOLD,
        Mode.ON,
        _many_receivers,
    ),
    Rule(
        "fresh-device",
        1,
        "From a device that has just been signed in",
        Action.CONFIRM,
        Mode.ON,
        _fresh_device,
    ),
    Rule("dormant", 1, "After half a year without a payment", Action.NOTICE, Mode.SHADOW, _dormant),
    Rule(
        "pin-changed",
        1,
        "To somebody new, or out of the lane, within a day of a new PIN",
        Action.HOLD,
        Mode.ON,
        _pin_changed,
    ),
)
BY_ID = {rule.id: rule for rule in RULES}
