"""Facts of the market.  Payloads are flat; changes of meaning get a new name."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class _OrderEvent(Event):
    order_id: str
    brand_id: str
    buyer_id: str


@dataclass(frozen=True, slots=True)
class OrderCreated(_OrderEvent):
    """An order waits to be paid."""

    name: ClassVar[str] = "market.order_created"

    kind: str


@dataclass(frozen=True, slots=True)
class OrderPaid(_OrderEvent):
    """An order was paid; its money is held, or with a bill has gone to the biller."""

    name: ClassVar[str] = "market.order_paid"

    kind: str
    amount_minor: int
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class OrderShipped(_OrderEvent):
    """A parcel is on its way."""

    name: ClassVar[str] = "market.order_shipped"

    carrier: str
    tracking: str


@dataclass(frozen=True, slots=True)
class OrderReady(_OrderEvent):
    """Something waits in the shop to be collected."""

    name: ClassVar[str] = "market.order_ready"


@dataclass(frozen=True, slots=True)
class OrderReceived(_OrderEvent):
    """The buyer has what was bought and the shop its money."""

    name: ClassVar[str] = "market.order_received"

    # Who said so: "buyer", "shop" (against the pick-up code) or "timer".
    said_by: str
    fee_minor: int


@dataclass(frozen=True, slots=True)
class OrderClosed(_OrderEvent):
    """Nothing more happens to the order."""

    name: ClassVar[str] = "market.order_closed"


@dataclass(frozen=True, slots=True)
class OrderCancelled(_OrderEvent):
    """An order ended without being paid."""

    name: ClassVar[str] = "market.order_cancelled"

    # "buyer" or "timer".
    said_by: str


@dataclass(frozen=True, slots=True)
class OrderRefunded(_OrderEvent):
    """The buyer has the money back."""

    name: ClassVar[str] = "market.order_refunded"

    # "shop", or "timer" when the shop neither sent nor answered.
    said_by: str


@dataclass(frozen=True, slots=True)
class RefundAsked(_OrderEvent):
    """A buyer asks for money back."""

    name: ClassVar[str] = "market.refund_asked"

    refund_id: str


@dataclass(frozen=True, slots=True)
class RefundDeclined(_OrderEvent):
    """A shop said no to a request for money back."""

    name: ClassVar[str] = "market.refund_declined"

    refund_id: str


@dataclass(frozen=True, slots=True)
class OrderPartRefunded(_OrderEvent):
    """Some of an order's money went back."""

    name: ClassVar[str] = "market.order_part_refunded"

    part_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class DisputeChanged(_OrderEvent):
    """A dispute was opened, answered, shown something more, or has ended."""

    name: ClassVar[str] = "market.dispute_changed"

    dispute_id: str
    status: str
