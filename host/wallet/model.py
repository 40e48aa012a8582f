"""Accounts, transfers and what hangs on them: plain values, without a database."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from host.core.money import Currency, Money


class AccountKind(StrEnum):
    """Who an account belongs to, which decides the side on which it may never go below zero."""

    USER = "user"
    MERCHANT = "merchant"
    PLATFORM = "platform"
    # Money of one order, red packet, group-buy or split, one account each; it must end at zero.
    CONTROL = "escrow"
    # Money enters and leaves the lane here, so its balance is what people hold, negated.
    RAIL = "rail"


class TransferKind(StrEnum):
    """What a journal row does to the two accounts."""

    SINGLE = "single"
    # Reserves the money; nothing has moved yet.
    PENDING = "pending"
    # Moves what was reserved, all of it or a part; the rest is free again.
    POST = "post"
    VOID = "void"


class Purpose(StrEnum):
    """Why money moved: what a statement says about the row."""

    TOP_UP = "top_up"
    WITHDRAWAL = "withdrawal"
    SEND = "send"
    ESCROW_FUND = "escrow_fund"
    ESCROW_RELEASE = "escrow_release"
    ESCROW_FEE = "escrow_fee"
    ESCROW_REFUND = "escrow_refund"
    REVERSAL = "reversal"
    # A hold that ended by itself.
    EXPIRY = "expiry"
    EXCHANGE = "exchange"
    # Came back while the wallet took nothing, and is its owner's again.
    PARKED = "parked"
    PACKET_FUND = "packet_fund"
    PACKET_OPEN = "packet_open"
    PACKET_RETURN = "packet_return"
    # What one person pays of a bill that is split, and its way on to whom it is paid to.
    SPLIT_PAY = "split_pay"
    SPLIT_FORWARD = "split_forward"
    # A merchant's earnings leave through a rail.
    PAYOUT = "payout"
    # A rail did something and took it back days later.
    RAIL_RETURN = "rail_return"
    # A rail's own statement shows what it had only announced.
    RAIL_SETTLED = "rail_settled"
    # A rail's statement shows money whose reason is not known yet.
    SUSPENSE = "suspense"
    # What is wrong was put right by two people of the operator.
    ADJUSTMENT = "adjustment"
    # Money of a merchant: given back after it was earned, set free, divided, paid to a bank.
    REFUND = "refund"
    SETTLEMENT = "settlement"
    SPLIT = "split"
    SPLIT_RETURN = "split_return"
    # Into somebody's wallet.
    FROM_MERCHANT = "from_merchant"
    # Paid to a shop at once: at its till, or by scanning its code.
    SHOP_PAYMENT = "shop_payment"
    SHOP_FEE = "shop_fee"
    # A bill waits in a control account of its own until the biller has taken the payment.
    BILL = "bill"
    BILL_RELEASE = "bill_release"
    BILL_FEE = "bill_fee"
    BILL_REFUND = "bill_refund"
    # Of an order that a merchant's server has made.
    PAYMENT = "payment"
    PAYMENT_FEE = "payment_fee"
    # Points of a shop: for an order, taken back when it was refunded, turned into money, lapsed.
    POINTS_EARNED = "points_earned"
    POINTS_BACK = "points_back"
    POINTS_REDEEMED = "points_redeemed"
    POINTS_LAPSED = "points_lapsed"
    # Of a bonus: given, spent on an order, back in it, back with who gave it.
    BONUS_GRANT = "bonus_grant"
    BONUS_SPEND = "bonus_spend"
    BONUS_BACK = "bonus_back"
    BONUS_EXPIRY = "bonus_expiry"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the chart of accounts: where an account is, whether it is open yet or not."""

    id: str
    kind: AccountKind
    owner_id: str
    currency: Currency


def cash_place(person_id: str, currency: Currency) -> Place:
    """Return what a person can spend."""
    return Place(f"user:{person_id}:cash:{currency}", AccountKind.USER, person_id, currency)


def merchant_place(brand_id: str, currency: Currency) -> Place:
    """Return what a merchant can pay out."""
    return Place(
        f"merchant:{brand_id}:available:{currency}", AccountKind.MERCHANT, brand_id, currency
    )


def pending_place(brand_id: str, currency: Currency) -> Place:
    """Return what a merchant has earned and cannot pay out yet."""
    return Place(
        f"merchant:{brand_id}:pending:{currency}", AccountKind.MERCHANT, brand_id, currency
    )


def control_place(business: str, subject_id: str, currency: Currency) -> Place:
    """Return the control account of one red packet, group-buy or split.

    It holds other people's money for as long as the business lasts, and must end at zero: it is
    closed then, after which the database refuses any transfer.
    """
    return Place(f"{business}:{subject_id}:{currency}", AccountKind.CONTROL, subject_id, currency)


def packet_place(packet_id: str, currency: Currency) -> Place:
    """Return the control account of one red packet."""
    return control_place("packet", packet_id, currency)


def split_place(request_id: str, currency: Currency) -> Place:
    """Return the control account of one bill that is split."""
    return control_place("split", request_id, currency)


def escrow_place(order_id: str, currency: Currency) -> Place:
    """Return the control account of one order."""
    return control_place("escrow", order_id, currency)


def platform_place(name: str, currency: Currency) -> Place:
    """Return an account of the platform's own."""
    return Place(f"platform:{name}:{currency}", AccountKind.PLATFORM, "platform", currency)


def fees_place(currency: Currency) -> Place:
    """Return what the platform has earned."""
    return platform_place("fees", currency)


def promo_place(currency: Currency) -> Place:
    """Return what the platform gives away in coupons and promotions."""
    return platform_place("promo", currency)


def rounding_place(currency: Currency) -> Place:
    """Return the minor units that are left when a sum is divided."""
    return platform_place("rounding", currency)


def exchange_place(currency: Currency) -> Place:
    """Return what the platform has of a currency to exchange it."""
    return platform_place("exchange", currency)


def rail_place(rail: str, currency: Currency) -> Place:
    """Return what lies with a rail outside the lane, as the rail's own statement says."""
    return Place(f"rail:{rail}:settlement:{currency}", AccountKind.RAIL, rail, currency)


def in_transit_place(rail: str, currency: Currency) -> Place:
    """Return what a rail says came in and its statement has not shown yet."""
    return Place(f"rail:{rail}:in_transit:{currency}", AccountKind.RAIL, rail, currency)


def outgoing_place(rail: str, currency: Currency) -> Place:
    """Return what was handed to a rail to pay out and its statement has not shown yet.

    The lane owes it until then, so this is no account of kind RAIL and never below zero.
    """
    return Place(f"rail:{rail}:outgoing:{currency}", AccountKind.PLATFORM, rail, currency)


def owed_place(rail: str, currency: Currency) -> Place:
    """Return what people owe because a rail took money back that they had spent already."""
    return Place(f"rail:{rail}:owed:{currency}", AccountKind.RAIL, rail, currency)


def claims_place(rail: str, currency: Currency) -> Place:
    """Return what left through a rail for no reason that is known yet: the rail owes it."""
    return Place(f"rail:{rail}:claims:{currency}", AccountKind.RAIL, rail, currency)


def suspense_place(rail: str, currency: Currency) -> Place:
    """Return what came through a rail and belongs to nobody that is known yet."""
    return Place(f"suspense:{rail}:{currency}", AccountKind.PLATFORM, rail, currency)


def parked_place(person_id: str, currency: Currency) -> Place:
    """Return what came back to a person whose wallet takes nothing at the moment."""
    return Place(
        f"suspense:parked:{person_id}:{currency}", AccountKind.PLATFORM, person_id, currency
    )


@dataclass(frozen=True, slots=True)
class Quote:
    """An offer to exchange ``sell``, of which ``fee_minor`` is the platform's, for ``buy``."""

    id: str
    person_id: str
    sell: Money
    fee_minor: int
    buy: Money
    made_at_ms: int
    expires_at_ms: int
    used_at_ms: int | None = None


# What follows is made by the thousand while money is posted, and a msgspec.Struct is made in a
# fifth of the time that a frozen dataclass takes.
class Account(msgspec.Struct, gc=False):
    """An account as it stands in the open transaction; the book changes it as it takes postings."""

    id: str
    owner_id: str
    kind: AccountKind
    currency: Currency
    debits_posted_minor: int
    credits_posted_minor: int
    debits_pending_minor: int
    credits_pending_minor: int
    closed_at_ms: int | None = None
    # What an admin has stopped: "debit" (nothing new leaves), "credit" (nothing comes in), "both".
    frozen: str = ""

    @property
    def balance_minor(self) -> int:
        """What is posted: credits less debits."""
        return self.credits_posted_minor - self.debits_posted_minor

    def can_give(self, amount_minor: int) -> bool:
        """Tell whether a debit keeps the account above its floor; holds count as spent."""
        if self.kind is AccountKind.RAIL:
            return True
        return self.balance_minor - self.debits_pending_minor >= amount_minor

    def can_take(self, amount_minor: int) -> bool:
        """Tell whether a credit keeps a rail from paying out more than came in through it."""
        if self.kind is not AccountKind.RAIL:
            return True
        return -self.balance_minor - self.credits_pending_minor >= amount_minor


class TransferOrder(msgspec.Struct, frozen=True, gc=False):
    """What the caller asks for.  Two orders with one id must be equal."""

    id: str
    kind: TransferKind
    debit_id: str
    credit_id: str
    money: Money
    purpose: Purpose
    actor_id: str
    reference: str = ""
    pending_id: str | None = None
    reverses_id: str | None = None
    # When a hold ends by itself; None for a hold without an end, and for everything else.
    expires_at_ms: int | None = None


class Resolution(msgspec.Struct, frozen=True, gc=False):
    """What the caller asks for a hold: post it, or a part of it, or give it up."""

    id: str
    kind: TransferKind
    pending_id: str
    amount_minor: int | None = None
    # Given up because its time is over, not because somebody asked.
    is_expiry: bool = False


class Reversal(msgspec.Struct, frozen=True, gc=False):
    """What the caller asks for a mistake: a new transfer the other way that names the old one."""

    id: str
    reverses_id: str
    actor_id: str


Posting = TransferOrder | Resolution | Reversal


class PostRequest(msgspec.Struct, frozen=True, gc=False):
    """What one caller hands over to be posted: a posting, or a chain that stands as a whole."""

    postings: tuple[Posting, ...]
    now_ms: int


class Transfer(msgspec.Struct, frozen=True, gc=False):
    """A journal row: the order, its place in the chain and the time of the ledger."""

    order: TransferOrder
    seq: int
    created_at_ms: int
    hash: str

    @property
    def id(self) -> str:
        """The caller's id."""
        return self.order.id

    @property
    def money(self) -> Money:
        """How much was moved or reserved."""
        return self.order.money


class ChainHead(msgspec.Struct, frozen=True, gc=False):
    """The last journal row; the next one is hashed onto it."""

    seq: int
    hash: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What a person has in one currency."""

    currency: Currency
    available_minor: int
    # Reserved for a withdrawal that the rail has not answered.
    reserved_minor: int = 0
    # Paid for orders, and still the buyer's until the goods are confirmed.
    in_escrow_minor: int = 0
    # A merchant's: earned, and not settled yet.
    pending_minor: int = 0


class EscrowStatus(StrEnum):
    """Where the money of an order is."""

    FUNDED = "funded"
    RELEASED = "released"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class PinAttempt:
    """One counted attempt: compare the PIN with ``pin_hash``, then accept or refuse it."""

    id: str
    pin_hash: str
    attempts_left: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of an account as its owner reads it."""

    transfer_id: str
    seq: int
    at_ms: int
    purpose: Purpose
    change_minor: int
    balance_minor: int
    currency: Currency
    reference: str
    # The owner of the other account: a person, a brand, a rail or the order in escrow.
    other_id: str
    actor_id: str
    memo: str
    escrow_status: EscrowStatus | None
    brand_id: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """What came and went on one day of a month."""

    day: int
    in_minor: int
    out_minor: int
