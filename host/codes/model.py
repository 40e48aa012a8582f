"""Codes that people show, codes that they scan, and what a till asks for."""

from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency, Money

# A code on a screen is good for this long; the screen shows the next one before it ends.
PAY_CODE_TTL_MS = 60_000
# How long a till waits for the person to confirm.
CHARGE_TTL_MS = 120_000
# How long the code of one sale, or one with an amount of a person's, may be scanned.
SALE_TTL_MS = 15 * 60_000
ASK_TTL_MS = 24 * 3600 * 1000
MEMO_LENGTH_MAX = 60
CODES_PER_MINUTE_MAX = 20
LINKS_PER_MINUTE_MAX = 30
# A busy till reads a code every few seconds; a machine that guesses is faster.
LOOKS_PER_MINUTE_MAX = 60
# Numbers in ten minutes that were no code, before a shop's tills are locked for ten more.
MISS_COUNT_MAX = 20
MISS_SPAN_MS = 10 * 60_000
PICTURES_PER_MINUTE_MAX = 20


@dataclass(frozen=True, slots=True)
class PayCode:
    """A code as its owner's screen shows it; the number is known nowhere else."""

    id: str
    number: str
    expires_at_ms: int


class ChargeStatus(StrEnum):
    """What became of what a till asked for."""

    WAITING = "waiting"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Charge:
    """What a shop's till asks of the person whose code it has read."""

    id: str
    brand_id: str
    code_id: str
    payer_id: str
    made_by: str
    money: Money
    memo: str
    status: ChargeStatus
    made_at_ms: int
    expires_at_ms: int
    ended_at_ms: int | None = None


class LinkKind(StrEnum):
    """Whom a scanned code pays."""

    SHOP = "shop"  # on the counter: who pays says how much
    SALE = "sale"  # one amount, once, for a while
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Link:
    """What a code that can be scanned leads to."""

    token: str
    ask_id: str
    kind: LinkKind
    owner_id: str
    amount_minor: int | None
    currency: Currency
    memo: str
    made_by: str
    made_at_ms: int
    expires_at_ms: int | None = None
    closed_at_ms: int | None = None
    paid_by: str | None = None


@dataclass(frozen=True, slots=True)
class Payee:
    """Who would be paid, as the host knows them: never what a code says of itself."""

    id: str
    handle: str
    name: str
    avatar_id: str | None
    is_shop: bool
    is_verified: bool


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A scanned code and whom it pays."""

    link: Link
    payee: Payee


@dataclass(frozen=True, slots=True)
class ShownCharge:
    """A charge and the two who have to do with it."""

    charge: Charge
    payee: Payee
    payer_name: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid through a link."""

    transfer_id: str
    payee: Payee
    money: Money
