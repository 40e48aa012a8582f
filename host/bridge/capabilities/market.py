"""The merchant's shelf, orders, bills and payment."""

from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.handler import Handler
from host.bridge.pairwise import openid
from host.bridge.service import find_arrival, payment_result, requested_result
from host.bridge.visit import Visit
from host.core.db import Tx
from host.core.errors import NotFoundError
from host.core.ids import derived_id
from host.core.money import Money, parse_currency
from host.core.paging import decode_cursor, encode_cursor
from host.market import service as market
from host.market.errors import OrderStateError
from host.market.model import Bill, Kind, LineAsk, Order, Product
from host.payments import service as payments


async def products_get(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Return one product of this merchant."""
    product = await visit.deps.db.read(market.access_product_by_sku, visit.brand_id, args["sku"])
    return _product(product)


async def products_list(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the shelf."""
    limit = args["limit"]
    after = decode_cursor(args["after"]) if args["after"] else None
    found = await visit.deps.db.read(
        market.list_shop_window, visit.brand_id, after=after, limit=limit + 1
    )
    return _listing([_product(p) for p in found[:limit]], found, limit)


async def products_search(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Return what a person looks for on the shelf."""
    limit = args["limit"]
    after = decode_cursor(args["after"]) if args["after"] else None
    found = await visit.deps.db.read(
        market.search_shop_window, visit.brand_id, args["text"], after=after, limit=limit + 1
    )
    return _listing([_product(p) for p in found[:limit]], found, limit)


async def orders_create(visit: Visit, number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Make an order; prices and stock are the host's."""
    order, skus = await visit.deps.db.write(
        _create_order,
        derived_id("order", visit.event_id, str(number)),
        visit=visit,
        lines=args["lines"],
    )
    return _order(order, skus)


async def orders_get(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Return one order of this person with this merchant."""
    order, skus = await visit.deps.db.read(_access_order, args["id"], visit=visit)
    return _order(order, skus)


async def orders_list(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Return this person's orders with this merchant."""
    limit = args["limit"]
    before = decode_cursor(args["after"]) if args["after"] else None
    found, skus = await visit.deps.db.read(
        _list_orders, visit=visit, before=before, limit=limit + 1
    )
    return _listing([_order(order, skus) for order in found[:limit]], found, limit)


async def orders_cancel(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Let go of an unpaid order of this person with this merchant."""
    order, skus = await visit.deps.db.write(_cancel_order, args["id"], visit=visit)
    return _order(order, skus)


async def orders_ask_refund(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person ask for money back; the sheet asks them why."""
    order, _ = await visit.deps.db.read(_access_order, args["order_id"], visit=visit)
    _refuse_unheld(order)
    ask(visit, number, "orders.ask_refund", args)


async def pay_refund(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let somebody of the team give money back; a person outside it finds no such order."""
    order = await visit.deps.db.read(market.access_sale, args["order_id"], actor_id=visit.person_id)
    if order.brand_id != visit.brand_id:
        raise NotFoundError("You have no order with this id.")
    _refuse_unheld(order)
    ask(visit, number, "pay.refund", args)


async def bills_create(visit: Visit, number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Put a bill before the person; paying it stays their act."""
    currency = parse_currency(args["currency"])
    order = await visit.deps.db.write(
        market.create_bill,
        derived_id("bill", visit.event_id, str(number)),
        buyer_id=visit.person_id,
        brand_id=visit.brand_id,
        title=args["title"],
        money=Money(args["amount_minor"], currency),
        bill=Bill(args["period"], args["reference"], args["due_at_ms"]),
        source=f"program:{visit.program_id}",
        now_ms=visit.now_ms,
    )
    return _order(order, {})


async def pay_open(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Open the host's payment sheet; the amount is the order's own."""
    order, _ = await visit.deps.db.read(_access_order, args["order_id"], visit=visit)
    result = payment_result(order) if order.paid_at_ms is not None else None
    ask(visit, number, "pay.open", args, order_id=order.id, result=result)


async def pay_request(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Open the host's cashier for an order that the merchant's server has made and signed."""
    secret_key = visit.deps.settings.secret_key
    call = payments.SignedCall(
        args["prepay_id"],
        visit.program_id,
        args["timestamp"],
        args["nonce"],
        args["sign"],
        use_id=derived_id("pay.request", visit.event_id, str(number)),
    )
    order = await visit.deps.db.write(
        payments.admit_payer,
        call,
        person_id=visit.person_id,
        brand_id=visit.brand_id,
        openid=openid(secret_key, visit.program_id, visit.person_id),
        secret_key=secret_key,
        now_ms=visit.now_ms,
    )
    result = requested_result(order) if order.payer_id == visit.person_id else None
    kept = {"prepay_id": order.id, "then": args["then"]}
    ask(visit, number, "pay.request", kept, order_id=order.id, result=result)


def _create_order(
    tx: Tx, order_id: str, *, visit: Visit, lines: list[dict[str, Any]]
) -> tuple[Order, dict[str, str]]:
    asks = []
    for line in lines:
        product = market.access_product_by_sku(tx, visit.brand_id, line["sku"])
        asks.append(LineAsk(product.id, line["qty"]))
    arrival = find_arrival(tx, visit.person_id, visit.program_id, now_ms=visit.now_ms)
    order = market.create_order(
        tx,
        order_id,
        buyer_id=visit.person_id,
        brand_id=visit.brand_id,
        lines=asks,
        source=f"program:{visit.program_id}",
        shared_by=":".join(arrival or ()),
        now_ms=visit.now_ms,
    )
    return order, _skus(tx, [order])


def _access_order(tx: Tx, order_id: str, *, visit: Visit) -> tuple[Order, dict[str, str]]:
    order = market.access_order(tx, order_id, actor_id=visit.person_id)
    if order.brand_id != visit.brand_id:
        raise NotFoundError("You have no order with this id.")
    return order, _skus(tx, [order])


def _cancel_order(tx: Tx, order_id: str, *, visit: Visit) -> tuple[Order, dict[str, str]]:
    _access_order(tx, order_id, visit=visit)
    order = market.cancel_order(tx, order_id, actor_id=visit.person_id, now_ms=visit.now_ms)
    return order, _skus(tx, [order])


def _refuse_unheld(order: Order) -> None:
    if not order.is_held:
        raise OrderStateError("The money of this order is not held, so none can be given back.")


def _list_orders(
    tx: Tx, *, visit: Visit, before: tuple[int, str] | None, limit: int
) -> tuple[list[Order], dict[str, str]]:
    orders = market.list_orders_of_brand(
        tx, visit.person_id, visit.brand_id, before=before, limit=limit
    )
    return orders, _skus(tx, orders)


def _skus(tx: Tx, orders: list[Order]) -> dict[str, str]:
    """Return the merchant's own name of each product in ``orders``."""
    ids = sorted({line.product_id for o in orders for line in o.lines if line.product_id})
    return {product.id: product.sku for product in market.find_products(tx, ids).values()}


def _product(product: Product) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "price_minor": product.price_minor,
        "currency": product.currency,
        "cover": f"/media/{product.cover_id}-720.webp" if product.cover_id else None,
        "stock_left": product.stock,
    }


def _order(order: Order, skus: Mapping[str, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": order.id,
        "kind": "bill" if order.kind is Kind.BILL else "goods",
        "status": order.status.value,
        "lines": [
            {
                "sku": skus.get(line.product_id or "", ""),
                "name": line.name,
                "qty": line.quantity,
                "price_minor": line.unit_price_minor,
            }
            for line in order.lines
        ],
        "total_minor": order.total_minor,
        "currency": order.currency,
        "created_at_ms": order.created_at_ms,
        "paid_at_ms": order.paid_at_ms,
    }
    if order.kind is Kind.BILL:
        shown |= {"title": order.title, "reference": order.bill.reference}
    if order.tracking:
        shown["tracking"] = f"{order.carrier} {order.tracking}".strip()
    return shown


def _listing(
    items: list[dict[str, Any]], found: list[Product] | list[Order], limit: int
) -> dict[str, Any]:
    last = found[limit - 1] if len(found) > limit else None
    return {"items": items, "after": encode_cursor(last.created_at_ms, last.id) if last else None}


HANDLERS: Mapping[str, Handler] = {
    "products.get": products_get,
    "products.list": products_list,
    "products.search": products_search,
    "orders.create": orders_create,
    "orders.get": orders_get,
    "orders.list": orders_list,
    "orders.cancel": orders_cancel,
    "orders.ask_refund": orders_ask_refund,
    "bills.create": bills_create,
    "pay.open": pay_open,
    "pay.request": pay_request,
    "pay.refund": pay_refund,
}
