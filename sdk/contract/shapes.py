"""The shapes of what goes in and out of a capability.

Arguments are read from a process that nobody trusts, so each field carries its limits in its type;
results are what the bridge promises.  All of them travel as plain JSON objects: a mini-program
reads ``order["id"]``.
"""

# ruff: noqa: D101  (an argument list is described by the capability it belongs to)

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

# One amount is at most 10^12 minor units, like every amount of the wallet.
AMOUNT_MINOR_MAX = 10**12
# Unix epoch milliseconds up to the year 2100.
AT_MS_MAX = 4_102_444_800_000

# A value that JSON can hold; depth and size are checked in `arguments`.
Json = Any
AppKey = Annotated[str, Meta(min_length=1, max_length=128)]
ObjectId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Sku = Annotated[str, Meta(min_length=1, max_length=64)]
PageRoute = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_/-]+$")]
Handler = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Text = Annotated[str, Meta(max_length=500)]
ShortText = Annotated[str, Meta(min_length=1, max_length=80)]
LineText = Annotated[str, Meta(min_length=1, max_length=120)]
AmountMinor = Annotated[int, Meta(ge=1, le=AMOUNT_MINOR_MAX)]
CurrencyCode = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
AtMs = Annotated[int, Meta(ge=0, le=AT_MS_MAX)]
Count = Annotated[int, Meta(ge=1, le=50)]
Query = dict[
    Annotated[str, Meta(max_length=40)],
    str | int | float | bool | None,
]


class Arguments(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a call carries; the order of the fields is the order of positional arguments."""


class NoArguments(Arguments):
    """Nothing."""


class Key(Arguments):
    key: AppKey


class KeyDefault(Arguments):
    key: AppKey
    default: Json = None


class KeyValue(Arguments):
    key: AppKey
    value: Json


class Prefix(Arguments):
    prefix: Annotated[str, Meta(max_length=128)] = ""


class Route(Arguments):
    page: PageRoute
    query: Query = {}


class RouteOnly(Arguments):
    page: PageRoute


class Steps(Arguments):
    steps: Annotated[int, Meta(ge=1, le=10)] = 1


class Toast(Arguments):
    text: ShortText
    kind: Literal["info", "success", "error"] = "info"


class TitleText(Arguments):
    text: ShortText


class LogText(Arguments):
    text: Text


class Then(Arguments):
    then: Handler


class SkuOnly(Arguments):
    sku: Sku


class Listing(Arguments):
    limit: Count = 20
    after: Annotated[str, Meta(max_length=200)] | None = None


class NewLine(Struct, forbid_unknown_fields=True):
    """One line of an order that is asked for; the host looks up the price."""

    sku: Sku
    qty: Annotated[int, Meta(ge=1, le=999)]


class NewOrder(Arguments):
    lines: Annotated[list[NewLine], Meta(min_length=1, max_length=50)]


class OrderId(Arguments):
    id: ObjectId


class PayOrder(Arguments):
    order_id: ObjectId
    then: Handler


class NewBill(Arguments):
    title: LineText
    amount_minor: AmountMinor
    currency: CurrencyCode
    period: ShortText
    due_at_ms: AtMs
    reference: ObjectId


class ShareCard(Arguments):
    title: LineText
    image: Annotated[str, Meta(max_length=300)] | None = None
    page: PageRoute | None = None
    query: Query = {}


class SecretName(Struct, forbid_unknown_fields=True):
    """Stands for a secret of the merchant's vault; the host fills it in as the request leaves."""

    secret: Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]


class HttpRequest(Arguments):
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: Annotated[str, Meta(min_length=1, max_length=2048)]
    headers: dict[
        Annotated[str, Meta(min_length=1, max_length=60)],
        Annotated[str, Meta(max_length=2048)] | SecretName,
    ] = {}
    json: Json = None
    text: str | None = None


class HttpAnswer(Struct):
    """What the other side said; ``json`` is read when it says that it is, ``text`` otherwise."""

    status: int
    headers: dict[str, str]
    text: str | None
    json: Json
    # The text was longer than the lane carries, and this is its beginning.
    truncated: bool


class User(Struct):
    """The person, as this mini-program knows them: an id that no other program sees."""

    openid: str
    lang: str


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


class Profile(Struct):
    """Answer of ``identity.profile``; the fields are ``None`` unless ``ok``."""

    ok: bool
    name: str | None
    avatar: str | None


class Address(Struct):
    """Answer of ``address.choose``; the fields are ``None`` unless ``ok``."""

    ok: bool
    name: str | None
    phone: str | None
    text: str | None


class Payment(Struct):
    """Answer of ``pay.open``; ``status`` says why when it is not ``ok``."""

    ok: bool
    order_id: str
    status: str


class Card(Struct):
    """What ``on_share`` returns."""

    title: str
    image: str | None
    page: str | None
    query: dict[str, str | int | float | bool | None]
