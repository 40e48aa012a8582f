"""The merchant's shelf, orders, bills and payment."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


class SkuOnly(s.Arguments):
    sku: s.Sku


class Search(s.Arguments):
    text: s.ShortText
    limit: s.Count = 20
    after: s.Cursor | None = None


class NewLine(Struct, forbid_unknown_fields=True):
    """One line of an order that is asked for; the host looks up the price."""

    sku: s.Sku
    qty: Annotated[int, Meta(ge=1, le=999)]


class NewOrder(s.Arguments):
    lines: Annotated[list[NewLine], Meta(min_length=1, max_length=50)]


class OrderId(s.Arguments):
    id: s.ObjectId


class PayOrder(s.Arguments):
    order_id: s.ObjectId
    then: s.Handler


class RequestPayment(s.Arguments):
    prepay_id: s.ObjectId
    # Seconds since 1970, a text that is used once, and what the merchant's server made of both.
    timestamp: Annotated[int, Meta(ge=0, le=10**11)]
    nonce: Annotated[str, Meta(min_length=8, max_length=64)]
    sign: Annotated[str, Meta(min_length=1, max_length=1024)]
    then: s.Handler


class RefundOrder(s.Arguments):
    order_id: s.ObjectId
    then: s.Handler


class NewBill(s.Arguments):
    title: s.LineText
    amount_minor: s.AmountMinor
    currency: s.CurrencyCode
    period: s.ShortText
    due_at_ms: s.AtMs
    reference: s.ObjectId


class Product(Struct):
    """One thing on the merchant's shelf."""

    sku: str
    name: str
    description: str
    price_minor: int
    currency: str
    cover: str | None
    stock_left: int | None


class ProductPage(Struct):
    """Some products, and where to go on (``None`` at the end)."""

    items: list[Product]
    after: str | None


class OrderLine(Struct):
    """One line of an order, at the price it was ordered for."""

    sku: str
    name: str
    qty: int
    price_minor: int


class Order(Struct):
    """An order or a bill of this person with this merchant."""

    id: str
    kind: Literal["goods", "bill"]
    status: str
    lines: list[OrderLine]
    total_minor: int
    currency: str
    created_at_ms: int
    paid_at_ms: int | None
    title: str | UnsetType = UNSET
    reference: str | UnsetType = UNSET
    tracking: str | UnsetType = UNSET


class OrderPage(Struct):
    """Some orders, newest first, and where to go on (``None`` at the end)."""

    items: list[Order]
    after: str | None


class Payment(Struct):
    """Answer of ``pay.open``; ``status`` says why when it is not ``ok``."""

    ok: bool
    order_id: str
    status: str


class RequestedPayment(Struct):
    """Answer of ``pay.request``; ask your server, which asks the host: that answer counts."""

    ok: bool
    prepay_id: str
    status: str


class RefundAnswer(Struct):
    """Answer about money back; ``status`` is ``None`` unless ``ok``."""

    ok: bool
    status: Literal["asked", "refunded"] | None


MARKET: tuple[Capability, ...] = (
    Capability(
        "products.get",
        SkuOnly,
        Product,
        "instant",
        600,
        "Return one product of this merchant. Refused with `not-found` when there is none.",
    ),
    Capability(
        "products.list",
        s.Listing,
        ProductPage,
        "instant",
        300,
        "Return the merchant's products in the order of the shelf.",
    ),
    Capability(
        "products.search",
        Search,
        ProductPage,
        "instant",
        120,
        "Return the merchant's products whose name, description or SKU holds `text`, in the order"
        " of the shelf.",
    ),
    Capability(
        "orders.create",
        NewOrder,
        Order,
        "instant",
        30,
        "Make an order of this merchant's products for this person. The host looks up prices and"
        " stock; nothing is paid yet.",
    ),
    Capability(
        "orders.get",
        OrderId,
        Order,
        "instant",
        300,
        "Return one order of this person with this merchant.",
    ),
    Capability(
        "orders.list",
        s.Listing,
        OrderPage,
        "instant",
        120,
        "Return this person's orders with this merchant, newest first.",
    ),
    Capability(
        "orders.cancel",
        OrderId,
        Order,
        "instant",
        30,
        "Let go of an order of this person that is not paid, and return it. Again changes nothing;"
        " a paid one is refused with `conflict`.",
    ),
    Capability(
        "orders.ask_refund",
        RefundOrder,
        RefundAnswer,
        "wait",
        6,
        "Open the host's sheet in which the person asks for the money of a paid order back, and"
        " says why. The merchant answers in the console; a shop that is late to send has no say.",
    ),
    Capability(
        "pay.open",
        PayOrder,
        Payment,
        "wait",
        6,
        "Open the host's payment sheet for an order. The host shows the shop and the amount itself;"
        " the handler named in `then` learns only whether it was paid.",
    ),
    Capability(
        "pay.request",
        RequestPayment,
        RequestedPayment,
        "wait",
        6,
        "Open the host's cashier for an order of your own server (`prepay_id`), which has signed"
        " this call for this mini-program: each signature serves once, for five minutes. Another"
        " merchant's order is refused with `not-found`, a wrong signature with `bad-argument`. The"
        " handler named in `then` learns only whether it was paid.",
        scope="payments",
        has_own_consent=True,
    ),
    Capability(
        "pay.refund",
        RefundOrder,
        RefundAnswer,
        "wait",
        12,
        "For somebody of the merchant's team, on a page for the team: open the host's sheet that"
        " gives the money of an order back to its buyer. The host shows the order and the amount;"
        " nothing moves before the tap there. Anybody else is refused with `not-found`.",
    ),
    Capability(
        "bills.create",
        NewBill,
        Order,
        "instant",
        12,
        "Make a bill for this person: an order of kind `bill`. `reference` is the merchant's own"
        " number: the same reference gives the same bill.",
        scope="bills",
    ),
)
