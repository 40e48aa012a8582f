"""The merchant's shelf, orders, bills and payment."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


class SkuOnly(s.Arguments):
    sku: s.Sku


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
        "pay.open",
        PayOrder,
        Payment,
        "wait",
        6,
        "Open the host's payment sheet for an order. The host shows the shop and the amount itself;"
        " the handler named in `then` learns only whether it was paid.",
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
