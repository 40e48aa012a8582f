"""The shapes of the payments API: what is taken, what is answered and what notices carry.

The OpenAPI document is made from these.  Amounts are whole minor units, times Unix milliseconds.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from host.core.money import AMOUNT_MINOR_MAX
from host.payments.model import (
    DESCRIPTION_LENGTH_MAX,
    NUMBER_LENGTH_MAX,
    REASON_LENGTH_MAX,
    URL_LENGTH_MAX,
    Endpoint,
    Order,
    Refund,
)

Number = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_*-]{1,64}\Z",
        max_length=NUMBER_LENGTH_MAX,
        description="Your own number: letters, digits, `_`, `-`, `*`. It is used once, for ever.",
        examples=["order-1042"],
    ),
]
Amount = Annotated[
    int,
    Meta(ge=1, le=AMOUNT_MINOR_MAX, description="Whole minor units: 1280 is 12.80 CNY."),
]
CurrencyCode = Literal["CNY", "AUD", "USD", "EUR", "JPY", "KWD"]
Text = Annotated[str, Meta(min_length=1, max_length=DESCRIPTION_LENGTH_MAX)]
Url = Annotated[str, Meta(max_length=URL_LENGTH_MAX)]
AtMs = Annotated[int, Meta(ge=0, le=10**14)]
Metadata = Annotated[
    dict[
        Annotated[str, Meta(max_length=40)],
        Annotated[str, Meta(max_length=500)],
    ],
    Meta(max_length=20),
]
Mode = Literal["live", "test"]
# Parameters of addresses.
PageLimit = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(max_length=200)]
StatusName = Literal["created", "held", "paid", "closed"]


class NewOrder(Struct, forbid_unknown_fields=True):
    """An order to be paid."""

    out_trade_no: Number
    amount_minor: Amount
    currency: CurrencyCode
    description: Text
    capture: Literal["auto", "manual"] = "auto"
    # Default: half an hour from now.
    expires_at_ms: AtMs | None = None
    notify_url: Url = ""
    # The mini-program in which alone it may be paid, and the person by its name for them.
    program_id: Annotated[str, Meta(max_length=128)] = ""
    openid: Annotated[str, Meta(max_length=64)] = ""
    metadata: Metadata = msgspec.field(default_factory=dict)


class NewCapture(Struct, forbid_unknown_fields=True):
    """What to take of what is held; all of it when no amount is said."""

    amount_minor: Amount | None = None


class NewRefund(Struct, forbid_unknown_fields=True):
    """Money to give back."""

    out_trade_no: Number
    out_refund_no: Number
    amount_minor: Amount
    reason: Annotated[str, Meta(max_length=REASON_LENGTH_MAX)] = ""


class NewEndpoint(Struct, forbid_unknown_fields=True):
    """Where to tell everything."""

    url: Annotated[str, Meta(min_length=1, max_length=URL_LENGTH_MAX)]


class NewBundle(Struct, forbid_unknown_fields=True):
    """Orders, perhaps of several merchants, that are to be paid together."""

    prepay_ids: Annotated[
        list[Annotated[str, Meta(max_length=64)]], Meta(min_length=2, max_length=10)
    ]


class BundleShape(Struct, rename={"kind": "object"}):
    """Orders that are paid together: all of them or none.  Each is asked for by its merchant."""

    id: str
    prepay_ids: list[str]
    amount_minor: int
    currency: str
    pay_path: str
    # When the first of them ends.
    expires_at_ms: int
    kind: Literal["bundle"] = "bundle"


class OrderShape(Struct, rename={"kind": "object"}):
    """An order as it stands."""

    id: str
    prepay_id: str
    mode: Mode
    out_trade_no: str
    status: Literal["created", "held", "paid", "closed"]
    close_reason: Literal["", "merchant", "expired", "voided", "hold_expired"]
    amount_minor: int
    currency: str
    description: str
    capture: Literal["auto", "manual"]
    captured_minor: int
    fee_minor: int
    refunded_minor: int
    program_id: str
    metadata: dict[str, str]
    notify_url: str
    # Where on this host a person pays it: for a link or a QR code.
    pay_path: str
    created_at_ms: int
    expires_at_ms: int
    paid_at_ms: int | None
    hold_ends_at_ms: int | None
    captured_at_ms: int | None
    closed_at_ms: int | None
    kind: Literal["order"] = "order"


class RefundShape(Struct, rename={"kind": "object"}):
    """A refund as it stands.  ``succeeded`` is said after the money has moved."""

    id: str
    mode: Mode
    out_refund_no: str
    out_trade_no: str
    status: Literal["pending", "succeeded", "failed"]
    amount_minor: int
    # The part of it that the platform gave back of its fee.
    fee_refunded_minor: int
    currency: str
    reason: str
    created_at_ms: int
    ended_at_ms: int | None
    kind: Literal["refund"] = "refund"


class EndpointShape(Struct, rename={"kind": "object"}):
    """Where a merchant's server hears what happened; a full key sees the secret."""

    id: str
    mode: Mode
    url: str
    scope: Literal["all", "order"]
    secret: str
    created_at_ms: int
    kind: Literal["endpoint"] = "endpoint"


class MandateShape(Struct, rename={"kind": "object"}):
    """A mandate as it stands.  Its person is not named."""

    id: str
    mode: Mode
    out_mandate_no: str
    # `ended` is what time does: not signed in time, or past its end.
    status: Literal["created", "signed", "revoked", "ended"]
    revoked_by: Literal["", "person", "merchant"]
    description: str
    currency: str
    debit_max_minor: int
    period: Literal["week", "month"]
    period_max_minor: int
    period_count_max: int
    # What was debited in the period of now.
    used_minor: int
    used_count: int
    # Where on this host a person reads and signs it.
    sign_path: str
    created_at_ms: int
    # Until when it can be signed.
    expires_at_ms: int
    ends_at_ms: int | None
    signed_at_ms: int | None
    revoked_at_ms: int | None
    kind: Literal["mandate"] = "mandate"


class NoticeData(Struct):
    """What a notice is about: an order as it was, with a refund of it; or a mandate."""

    order: OrderShape | None = None
    refund: RefundShape | None = None
    mandate: MandateShape | None = None


class NoticeShape(Struct):
    """The body of a notice.  Its id is that of the header ``webhook-id``: take each id once."""

    id: str
    type: Literal[
        "payment.held",
        "payment.paid",
        "payment.closed",
        "refund.succeeded",
        "refund.failed",
        "mandate.signed",
        "mandate.revoked",
    ]
    mode: Mode
    created_at_ms: int
    data: NoticeData


class AttemptShape(Struct):
    """One try to deliver a notice; ``http_status`` is 0 when nothing was answered."""

    at_ms: int
    took_ms: int
    http_status: int
    outcome: str


class DeliveryShape(Struct):
    """How a notice fares with one endpoint."""

    endpoint_id: str
    status: Literal["waiting", "delivered", "given_up"]
    next_attempt_at_ms: int
    attempts: list[AttemptShape]


class EventShape(Struct):
    """A notice with the log of its deliveries."""

    notice: NoticeShape
    deliveries: list[DeliveryShape]


class OrderList(Struct):
    """Orders, newest first, and where to go on."""

    orders: list[OrderShape]
    after: str | None


class RefundList(Struct):
    """The refunds of one order, oldest first."""

    refunds: list[RefundShape]


class EventList(Struct):
    """Notices, newest first, and where to go on."""

    events: list[NoticeShape]
    after: str | None


class EndpointList(Struct):
    """Where the merchant's server hears what happened."""

    endpoints: list[EndpointShape]


def shape_order(order: Order) -> OrderShape:
    """Return an order as the API shows it."""
    return OrderShape(
        id=order.id,
        prepay_id=order.id,
        mode=order.mode.value,
        out_trade_no=order.out_trade_no,
        status=order.status.value,
        close_reason=order.close_reason,  # type: ignore[arg-type]
        amount_minor=order.money.amount_minor,
        currency=order.currency,
        description=order.description,
        capture=order.capture.value,
        captured_minor=order.captured_minor,
        fee_minor=order.fee_minor,
        refunded_minor=order.refunded_minor,
        program_id=order.program_id,
        metadata=dict(order.metadata),
        notify_url=order.notify_url,
        pay_path=f"/pay/{order.id}",
        created_at_ms=order.created_at_ms,
        expires_at_ms=order.expires_at_ms,
        paid_at_ms=order.paid_at_ms,
        hold_ends_at_ms=order.hold_ends_at_ms,
        captured_at_ms=order.captured_at_ms,
        closed_at_ms=order.closed_at_ms,
    )


def shape_refund(refund: Refund, order: Order) -> RefundShape:
    """Return a refund as the API shows it."""
    return RefundShape(
        id=refund.id,
        mode=refund.mode.value,
        out_refund_no=refund.out_refund_no,
        out_trade_no=order.out_trade_no,
        status=refund.status.value,
        amount_minor=refund.money.amount_minor,
        fee_refunded_minor=refund.fee_refunded_minor,
        currency=refund.money.currency,
        reason=refund.reason,
        created_at_ms=refund.created_at_ms,
        ended_at_ms=refund.ended_at_ms,
    )


def shape_endpoint(endpoint: Endpoint, *, secret: str) -> EndpointShape:
    """Return an endpoint as the API shows it."""
    return EndpointShape(
        id=endpoint.id,
        mode=endpoint.mode.value,
        url=endpoint.url,
        scope="all" if endpoint.scope == "all" else "order",
        secret=secret,
        created_at_ms=endpoint.created_at_ms,
    )
