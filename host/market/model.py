"""Products, orders and what may happen to an order next.

``created → paid → shipped → received → closed`` is the way of a parcel; something to collect goes
``paid → ready → received``; something virtual ``paid → received``; a bill is ``closed`` as soon as
it is paid.  An order that nobody pays is ``cancelled``, money that goes back makes it ``refunded``.
"""

from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency, Money

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS

# An unpaid order holds no stock, so this only keeps lists tidy and prices fresh.
EXPIRE_AFTER_MS = 30 * MINUTE_MS
# A shop promises to send within two days; after a week without a parcel the money goes back.
SEND_WITHIN_MS = 2 * DAY_MS
RETURN_UNSENT_AFTER_MS = 7 * DAY_MS
# Parcels take days, a visit or a download does not.
CONFIRM_PARCEL_AFTER_MS = 10 * DAY_MS
CONFIRM_OTHER_AFTER_MS = 2 * DAY_MS
CLOSE_AFTER_MS = 7 * DAY_MS
# A shop that does not answer a request for money back has agreed to it.
ANSWER_REFUND_WITHIN_MS = 3 * DAY_MS

FEE_BPS_DEFAULT = 60
LINES_MAX = 50
QUANTITY_MAX = 999
PRICE_MINOR_MAX = 10**12
STOCK_MAX = 10**9
ADDRESSES_MAX = 20
# Far above what a person orders; a script that orders without paying fills nobody's list.
ORDERS_PER_MINUTE_MAX = 60


class Kind(StrEnum):
    """How what was sold reaches the buyer."""

    GOODS = "goods"  # a parcel
    PICKUP = "pickup"  # collected in the shop, against a code
    VIRTUAL = "virtual"  # nothing to carry: a voucher, a download
    BILL = "bill"  # something already supplied: electricity, rent


class ProductStatus(StrEnum):
    """Whether a product can be bought."""

    ON_SALE = "on_sale"
    PAUSED = "paused"


class Status(StrEnum):
    """Where an order stands."""

    CREATED = "created"
    PAID = "paid"  # the money is held
    SHIPPED = "shipped"
    READY = "ready"  # waits in the shop
    RECEIVED = "received"  # confirmed or collected; the shop has its money
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


_SENT_STEPS = {Kind.GOODS: Status.SHIPPED, Kind.PICKUP: Status.READY}
HELD = frozenset({Status.PAID, Status.SHIPPED, Status.READY})
PAID_OUT = frozenset({Status.RECEIVED, Status.CLOSED})


class TimerKind(StrEnum):
    """What happens to an order by itself."""

    EXPIRE = "expire"
    RETURN_UNSENT = "return_unsent"
    CONFIRM = "confirm"
    CLOSE = "close"
    ACCEPT_REFUND = "accept_refund"


class RefundStatus(StrEnum):
    """Where a request for money back stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # the buyer confirmed receipt after all


@dataclass(frozen=True, slots=True)
class Product:
    """One thing a shop sells.  ``stock`` is None when the shop makes as much as is asked for."""

    id: str
    brand_id: str
    sku: str
    name: str
    description: str
    kind: Kind
    price_minor: int
    currency: Currency
    stock: int | None
    cover_id: str | None
    status: ProductStatus
    created_at_ms: int
    updated_at_ms: int

    @property
    def is_on_sale(self) -> bool:
        """Whether the shop offers it at the moment."""
        return self.status is ProductStatus.ON_SALE

    @property
    def needs_address(self) -> bool:
        """Whether a parcel is sent."""
        return self.kind is Kind.GOODS

    @property
    def is_sold_out(self) -> bool:
        """Whether none is left."""
        return self.stock == 0

    def has(self, quantity: int) -> bool:
        """Tell whether ``quantity`` of it can be sold now."""
        return self.is_on_sale and (self.stock is None or self.stock >= quantity)


@dataclass(frozen=True, slots=True)
class LineAsk:
    """What a buyer asks for.  ``shown_price_minor`` is the price they saw, when known."""

    product_id: str
    quantity: int
    shown_price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order, with its price frozen.  A bill's line names no product."""

    position: int
    product_id: str | None
    name: str
    cover_id: str | None
    quantity: int
    unit_price_minor: int
    refunded_minor: int = 0

    @property
    def left_minor(self) -> int:
        """What can still go back of it."""
        return self.total_minor - self.refunded_minor

    @property
    def total_minor(self) -> int:
        """Price times quantity."""
        return self.unit_price_minor * self.quantity


@dataclass(frozen=True, slots=True)
class ShipTo:
    """An address as it was when the order was paid; empty when nothing is sent."""

    recipient: str = ""
    phone: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a bill says of itself."""

    period: str = ""
    reference: str = ""
    due_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands in the open transaction."""

    id: str
    number: str
    brand_id: str
    buyer_id: str
    kind: Kind
    status: Status
    currency: Currency
    total_minor: int
    fee_bps: int
    fee_minor: int | None
    source: str
    ship_to: ShipTo
    carrier: str
    tracking: str
    pickup_code: str
    bill: Bill
    created_at_ms: int
    paid_at_ms: int | None = None
    sent_at_ms: int | None = None
    received_at_ms: int | None = None
    ended_at_ms: int | None = None
    refunded_minor: int = 0
    lines: tuple[Line, ...] = ()

    @property
    def money(self) -> Money:
        """What the order costs."""
        return Money(self.total_minor, self.currency)

    @property
    def left_minor(self) -> int:
        """What was paid and did not go back."""
        return self.total_minor - self.refunded_minor

    @property
    def is_held(self) -> bool:
        """Whether the money waits in escrow."""
        return self.status in HELD

    @property
    def needs_address(self) -> bool:
        """Whether a parcel is sent."""
        return self.kind is Kind.GOODS

    @property
    def will_be_held(self) -> bool:
        """Whether the money waits for the buyer's word after it is paid."""
        return self.kind is not Kind.BILL

    @property
    def can_confirm(self) -> bool:
        """Whether the buyer may say that everything has come."""
        return self.status in (Status.SHIPPED, Status.READY) or (
            self.status is Status.PAID and self.kind is Kind.VIRTUAL
        )

    @property
    def send_by_ms(self) -> int | None:
        """When the shop must have sent it or made it ready."""
        if self.status is not Status.PAID or self.paid_at_ms is None or self.kind is Kind.VIRTUAL:
            return None
        return self.paid_at_ms + SEND_WITHIN_MS

    @property
    def fee_due_minor(self) -> int:
        """The platform's share, rounded down in the shop's favour, which always keeps something."""
        return min(self.left_minor * self.fee_bps // 10_000, self.left_minor - 1)

    @property
    def title(self) -> str:
        """The first line's name."""
        return self.lines[0].name if self.lines else self.number

    @property
    def cover_id(self) -> str | None:
        """The first line's picture."""
        return self.lines[0].cover_id if self.lines else None

    @property
    def item_count(self) -> int:
        """How many things it holds."""
        return sum(line.quantity for line in self.lines)

    @property
    def steps(self) -> tuple[tuple[Status, int | None], ...]:
        """The way of this order, each step with the time it was taken, None for what is to come."""
        if self.status is Status.CANCELLED:
            return ((Status.CREATED, self.created_at_ms), (Status.CANCELLED, self.ended_at_ms))
        begun: list[tuple[Status, int | None]] = [
            (Status.CREATED, self.created_at_ms),
            (Status.PAID, self.paid_at_ms),
        ]
        sent = _SENT_STEPS.get(self.kind)
        if self.status is Status.REFUNDED:
            went = [(sent, self.sent_at_ms)] if sent and self.sent_at_ms else []
            return (*begun, *went, (Status.REFUNDED, self.ended_at_ms))
        if self.kind is Kind.BILL:
            return tuple(begun)
        on_way = [(sent, self.sent_at_ms)] if sent else []
        return (*begun, *on_way, (Status.RECEIVED, self.received_at_ms))

    def asks(self) -> tuple[tuple[str | None, int], ...]:
        """Return what was ordered without prices: what makes two orders the same wish."""
        return tuple((line.product_id, line.quantity) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Refund:
    """A buyer's request for money back, and the shop's answer."""

    id: str
    order_id: str
    reason: str
    status: RefundStatus
    answer: str
    asked_at_ms: int
    answered_at_ms: int | None

    @property
    def answer_by_ms(self) -> int:
        """When silence becomes agreement."""
        return self.asked_at_ms + ANSWER_REFUND_WITHIN_MS


@dataclass(frozen=True, slots=True)
class Address:
    """An entry of a person's address book."""

    id: str
    person_id: str
    label: str
    recipient: str
    phone: str
    place: str
    used_at_ms: int
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that happens to an order at a time."""

    order_id: str
    kind: TimerKind
    due_at_ms: int


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """A shop's day at a glance."""

    to_send: int
    in_transit: int
    refund_asked: int
    today_count: int
    today_minor: int
