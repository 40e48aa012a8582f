"""What each capability does: one function per line of ``sdk.contract``.

They are called after the gate has let the call through, with checked arguments.  Whatever they make
carries an id that follows from the event and the number of the call, so that an event that is sent
again makes nothing twice.  What they store waits in the event's ``writes`` until it has succeeded.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from host.bridge.http_request import http_request
from host.bridge.model import Ask, AskStatus
from host.bridge.profile import find_profile
from host.bridge.service import find_open_scopes, payment_result, sheet_url
from host.bridge.visit import Visit
from host.core.db import Tx
from host.core.errors import NotFoundError
from host.core.ids import derived_id
from host.core.money import Money, parse_currency
from host.core.paging import decode_cursor, encode_cursor
from host.market import service as market
from host.market.model import Bill, Kind, LineAsk, Order, Product
from runtime.model import CallRefusedError
from sdk.contract import CALL_ERRORS
from sdk.contract.errors import QUOTA_EXCEEDED

# One person's share of a program's storage.
STORAGE_BYTES_MAX = 1024 * 1024
STORAGE_KEYS_MAX = 500

Handler = Callable[[Visit, int, dict[str, Any]], Awaitable[Any]]


async def storage_get(visit: Visit, _number: int, args: dict[str, Any]) -> Any:
    """Return what was stored, this event's own writes included."""
    key = args["key"]
    if key in visit.writes.storage:
        text = visit.writes.storage[key]
    else:
        text = await visit.store.find_value(visit.person_id, key)
    return args["default"] if text is None else msgspec.json.decode(text)


async def storage_set(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Store a value when the person's share has room."""
    key, text = args["key"], msgspec.json.encode(args["value"]).decode()
    sizes = await _sizes(visit)
    sizes[key] = len(key.encode()) + len(text.encode())
    if len(sizes) > STORAGE_KEYS_MAX or sum(sizes.values()) > STORAGE_BYTES_MAX:
        raise CallRefusedError(QUOTA_EXCEEDED, CALL_ERRORS[QUOTA_EXCEEDED])
    visit.writes.storage[key] = text


async def storage_remove(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Forget a value."""
    visit.writes.storage[args["key"]] = None


async def storage_keys(visit: Visit, _number: int, args: dict[str, Any]) -> list[str]:
    """List the keys, this event's own writes included."""
    return sorted(key for key in await _sizes(visit) if key.startswith(args["prefix"]))


async def identity_user(visit: Visit, _number: int, _args: dict[str, Any]) -> dict[str, str]:
    """Return the person's id for this program alone: nobody can compare it with another's."""
    secret = visit.deps.settings.secret_key.encode()
    text = f"openid:{visit.program_id}:{visit.person_id}".encode()
    openid = hmac.digest(secret, text, hashlib.sha256).hex()[:32]
    return {"openid": openid, "lang": visit.lang}


async def identity_profile(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Ask for name and picture; who has allowed it before is not asked again."""
    open_scopes = await visit.deps.db.read(
        find_open_scopes, visit.person_id, visit.program_id, now_ms=visit.now_ms
    )
    result = None
    if "profile" in open_scopes:
        result = await visit.deps.db.read(find_profile, visit.person_id)
    _ask(visit, number, "identity.profile", args["then"], result=result)


async def address_choose(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Let the person choose an address, each time anew."""
    _ask(visit, number, "address.choose", args["then"])


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
    _ask(visit, number, "pay.open", args["then"], order_id=order.id, result=result)


HANDLERS: Mapping[str, Handler] = {
    "storage.get": storage_get,
    "storage.set": storage_set,
    "storage.remove": storage_remove,
    "storage.keys": storage_keys,
    "identity.user": identity_user,
    "identity.profile": identity_profile,
    "address.choose": address_choose,
    "products.get": products_get,
    "products.list": products_list,
    "orders.create": orders_create,
    "orders.get": orders_get,
    "orders.list": orders_list,
    "bills.create": bills_create,
    "pay.open": pay_open,
    "http.request": http_request,
}


def read_ask(ask_id: str, stored: dict[str, Any]) -> Ask:
    """Return a question as the program's database keeps it until the main one has it."""
    return msgspec.convert(stored | {"id": ask_id}, Ask)


def _ask(
    visit: Visit,
    number: int,
    capability: str,
    handler: str,
    *,
    order_id: str = "",
    result: dict[str, Any] | None = None,
) -> None:
    """Note a question; it is put once the event has succeeded, or never."""
    ask_id = derived_id("ask", visit.event_id, str(number))
    status = AskStatus.ANSWERED if result else AskStatus.OPEN
    ask = Ask(
        id=ask_id,
        person_id=visit.person_id,
        program_id=visit.program_id,
        version_id=visit.running.version.id,
        page_id=visit.page_id,
        capability=capability,
        handler=handler,
        order_id=order_id,
        status=status,
        result=result or {},
        attempt_count=0,
        created_at_ms=visit.now_ms,
    )
    visit.writes.asks.append((ask_id, msgspec.to_builtins(ask)))
    if status is AskStatus.OPEN:
        sheet = {"ask_id": ask_id, "capability": capability, "url": sheet_url(ask)}
        visit.sheets.append(sheet)


async def _sizes(visit: Visit) -> dict[str, int]:
    sizes = await visit.store.find_sizes(visit.person_id)
    for key, text in visit.writes.storage.items():
        if text is None:
            sizes.pop(key, None)
        else:
            sizes[key] = len(key.encode()) + len(text.encode())
    return sizes


def _create_order(
    tx: Tx, order_id: str, *, visit: Visit, lines: list[dict[str, Any]]
) -> tuple[Order, dict[str, str]]:
    asks = []
    for line in lines:
        product = market.access_product_by_sku(tx, visit.brand_id, line["sku"])
        asks.append(LineAsk(product.id, line["qty"]))
    order = market.create_order(
        tx,
        order_id,
        buyer_id=visit.person_id,
        brand_id=visit.brand_id,
        lines=asks,
        source=f"program:{visit.program_id}",
        now_ms=visit.now_ms,
    )
    return order, _skus(tx, [order])


def _access_order(tx: Tx, order_id: str, *, visit: Visit) -> tuple[Order, dict[str, str]]:
    order = market.access_order(tx, order_id, actor_id=visit.person_id)
    if order.brand_id != visit.brand_id:
        raise NotFoundError("You have no order with this id.")
    return order, _skus(tx, [order])


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
