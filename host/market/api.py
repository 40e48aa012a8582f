"""JSON of the market.  Ids in the URL are the caller's keys: repeating a PUT repeats nothing."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.money import parse_currency
from host.core.paging import decode_cursor, encode_cursor
from host.core.web import current_person_id, deps
from host.market import service
from host.market.edge import till
from host.market.model import (
    LINES_MAX,
    Address,
    Kind,
    LineAsk,
    Order,
    Product,
    ProductStatus,
    Refund,
)
from host.market.service import AddressFacts, Payment, ProductFacts
from host.market.service.catalogue import PAGE_COUNT
from host.wallet.edge import SIGNED_CHARS_MAX, decode_once, read_proof

blueprint = Blueprint("market_api", __name__, url_prefix="/api/v1")

Id = Annotated[str, Meta(max_length=64)]
# Above the domain's own limits, so that its own refusals are the ones that are heard.
Text = Annotated[str, Meta(max_length=4000)]


class LineBody(msgspec.Struct, forbid_unknown_fields=True):
    """One line of an order; ``shown_price_minor`` is the price the buyer saw."""

    product_id: Id
    quantity: int = 1
    shown_price_minor: int | None = None


class PutOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /orders/<id>``."""

    brand_id: Id
    lines: Annotated[list[LineBody], Meta(max_length=2 * LINES_MAX)]
    source: Id = ""


class PostPayment(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /orders/<id>/pay``; the amount is the one that the buyer saw."""

    amount_minor: int
    address_id: Id | None = None
    pin: Id | None = None
    passkey: Annotated[str, Meta(max_length=SIGNED_CHARS_MAX)] | None = None


class PostShipment(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /orders/<id>/ship``."""

    carrier: Text
    tracking: Text


class PutRefund(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /orders/<id>/refunds/<refund id>``."""

    reason: Text


class PutProduct(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /products/<id>``.  No ``stock`` means that it is not counted."""

    brand_id: Id
    sku: Text
    name: Text
    price_minor: int
    currency: Id
    kind: Kind = Kind.GOODS
    status: ProductStatus = ProductStatus.ON_SALE
    stock: int | None = None
    stock_shown: int | None = None
    description: Text = ""


class PutAddress(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /addresses/<id>``."""

    recipient: Text
    phone: Text
    place: Text
    label: Text = ""


@blueprint.get("/products")
async def get_products() -> ResponseReturnValue:
    """Return what is on sale: of ``brand_id``, or what ``q`` is found in."""
    current_person_id()
    brand_id, after = request.args.get("brand_id", ""), request.args.get("after", "")
    if brand_id:
        products = await deps().db.read(
            service.list_shop_window, brand_id, after=decode_cursor(after)
        )
    else:
        words = request.args.get("q", "")
        products = await deps().db.read(service.search_products, words, before=decode_cursor(after))
    keys = [(product.created_at_ms, product.id) for product in products]
    return {"products": [_product(product) for product in products], "next": _next(keys)}


@blueprint.get("/products/<product_id>")
async def get_product(product_id: str) -> ResponseReturnValue:
    """Return a product with its price and stock of this moment."""
    current_person_id()
    return _product(await deps().db.read(service.access_product, product_id))


@blueprint.put("/products/<product_id>")
async def put_product(product_id: str) -> ResponseReturnValue:
    """Add a product to the caller's shop, or change it."""
    body = decode_once(PutProduct, await request.get_data())
    product = await deps().db.write(
        service.save_product,
        product_id,
        actor_id=current_person_id(),
        brand_id=body.brand_id,
        facts=ProductFacts(
            sku=body.sku,
            name=body.name,
            price_minor=body.price_minor,
            currency=parse_currency(body.currency),
            kind=body.kind,
            stock=body.stock,
            stock_shown=body.stock_shown,
            description=body.description,
            status=body.status,
        ),
        now_ms=deps().now_ms(),
    )
    return _product(product)


@blueprint.get("/orders")
async def get_orders() -> ResponseReturnValue:
    """Return the caller's orders, newest first."""
    orders = await deps().db.read(
        service.list_orders,
        current_person_id(),
        before=decode_cursor(request.args.get("after", "")),
    )
    keys = [(order.created_at_ms, order.id) for order in orders]
    return {"orders": [_order(order) for order in orders], "next": _next(keys)}


@blueprint.get("/orders/<order_id>")
async def get_order(order_id: str) -> ResponseReturnValue:
    """Return an order to its buyer or its shop."""
    order = await deps().db.read(service.access_either_side, order_id, actor_id=current_person_id())
    return _order(order)


@blueprint.put("/orders/<order_id>")
async def put_order(order_id: str) -> ResponseReturnValue:
    """Make an order.  Safe to retry: the id in the URL is the idempotency key."""
    body = decode_once(PutOrder, await request.get_data())
    order = await deps().db.write(
        service.create_order,
        order_id,
        buyer_id=current_person_id(),
        brand_id=body.brand_id,
        lines=[
            LineAsk(line.product_id, line.quantity, line.shown_price_minor) for line in body.lines
        ],
        source=body.source,
        now_ms=deps().now_ms(),
    )
    return _order(order), 201


@blueprint.post("/orders/<order_id>/pay")
async def post_payment(order_id: str) -> ResponseReturnValue:
    """Pay an order with the PIN.  Paying a paid order returns it."""
    body = decode_once(PostPayment, await request.get_data())
    payment = Payment(
        current_person_id(), read_proof(body.pin, body.passkey), body.amount_minor, body.address_id
    )
    return _order(await service.take_payment(till(), order_id, payment))


@blueprint.post("/orders/<order_id>/cancel")
async def post_cancel(order_id: str) -> ResponseReturnValue:
    """Let go of an unpaid order."""
    order = await deps().db.write(
        service.cancel_order, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return _order(order)


@blueprint.post("/orders/<order_id>/ship")
async def post_shipment(order_id: str) -> ResponseReturnValue:
    """Say that a parcel is on its way; for the shop."""
    body = decode_once(PostShipment, await request.get_data())
    order = await deps().db.write(
        service.ship_order,
        order_id,
        actor_id=current_person_id(),
        carrier=body.carrier,
        tracking=body.tracking,
        now_ms=deps().now_ms(),
    )
    return _order(order)


@blueprint.post("/orders/<order_id>/confirm")
async def post_confirmation(order_id: str) -> ResponseReturnValue:
    """Confirm receipt; for the buyer."""
    order = await deps().db.write(
        service.confirm_receipt, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return _order(order)


@blueprint.put("/orders/<order_id>/refunds/<refund_id>")
async def put_refund(order_id: str, refund_id: str) -> ResponseReturnValue:
    """Ask for the money of an order back."""
    body = decode_once(PutRefund, await request.get_data())
    refund = await deps().db.write(
        service.ask_refund,
        refund_id,
        order_id=order_id,
        actor_id=current_person_id(),
        reason=body.reason,
        now_ms=deps().now_ms(),
    )
    return _refund(refund), 201


@blueprint.get("/addresses")
async def get_addresses() -> ResponseReturnValue:
    """Return the caller's address book."""
    found = await deps().db.read(service.list_addresses, current_person_id())
    return {"addresses": [_address(address) for address in found]}


@blueprint.put("/addresses/<address_id>")
async def put_address(address_id: str) -> ResponseReturnValue:
    """Add an address under an id that the caller chose."""
    body = decode_once(PutAddress, await request.get_data())
    address = await deps().db.write(
        service.add_address,
        address_id,
        person_id=current_person_id(),
        facts=AddressFacts(body.recipient, body.phone, body.place, body.label),
        now_ms=deps().now_ms(),
    )
    return _address(address), 201


def _product(product: Product) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(product)
    return found


def _order(order: Order) -> dict[str, Any]:
    """Return an order for either side; the pick-up code is on the buyer's page alone."""
    found: dict[str, Any] = msgspec.to_builtins(order)
    del found["pickup_code"]
    return found


def _refund(refund: Refund) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(refund)
    return found


def _address(address: Address) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(address)
    del found["person_id"]
    return found


def _next(keys: list[tuple[int, str]]) -> str | None:
    return encode_cursor(*keys[-1]) if len(keys) == PAGE_COUNT else None
