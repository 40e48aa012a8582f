"""Making orders, and the only ways to one."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from host.brands import service as brands
from host.core import outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError, NotFoundError
from host.core.limits import check_rate
from host.core.money import AMOUNT_MINOR_MAX, Money, decimal_text
from host.core.paging import Cursor
from host.core.text import clean_line
from host.market import repository
from host.market.errors import (
    NotOnSaleError,
    OrderNotFoundError,
    OrderRefusedError,
    OrderStateError,
    OutOfStockError,
    PriceChangedError,
    ProductNotFoundError,
)
from host.market.events import OrderCancelled, OrderCreated
from host.market.model import (
    EXPIRE_AFTER_MS,
    LINES_MAX,
    ORDERS_PER_MINUTE_MAX,
    QUANTITY_MAX,
    Bill,
    Kind,
    Line,
    LineAsk,
    Order,
    Product,
    ShipTo,
    Status,
    Timer,
    TimerKind,
)
from host.market.service.changes import change_order, check_key

PAGE_COUNT = 20
# Where a buyer came from, such as "chat:<message id>": frozen in the order.
_SOURCE = re.compile(r"(chat|feed|program|brand|search):[A-Za-z0-9_.-]{1,80}", re.ASCII)
_SOURCE_CHARS = "chat:, feed:, program:, brand: or search:"
# Crockford's base 32: no I, L, O, U, so a number survives being read over a phone.
_NUMBER_CHARS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BILL_TEXT_CHARS_MAX = 120


def create_order(
    tx: Tx,
    order_id: str,
    *,
    buyer_id: str,
    brand_id: str,
    lines: Sequence[LineAsk],
    source: str = "",
    shared_by: str = "",
    now_ms: int,
) -> Order:
    """Make an order that waits to be paid, with the prices of this moment.

    ``shared_by`` says whose link brought the buyer, as the bridge knows it; no address or form can.

    ``order_id`` is the caller's idempotency key: the same wish under it returns the first order.
    No stock is taken before the money moves.
    """
    asks = _merge(lines)
    earlier = repository.lock_order(tx, order_id)
    if earlier is not None:
        return check_same_order(earlier, buyer_id, brand_id, asks)
    check_rate(tx, f"market.order:{buyer_id}", per_minute=ORDERS_PER_MINUTE_MAX, now_ms=now_ms)
    products = repository.lock_products(tx, [ask.product_id for ask in asks])
    check_asks(asks, products, brand_id)

    first = products[asks[0].product_id]
    order = _new_order(
        tx,
        order_id,
        buyer_id=buyer_id,
        brand_id=brand_id,
        kind=first.kind,
        money=sum_up(asks, products),
        lines=tuple(_line(n, ask, products[ask.product_id]) for n, ask in enumerate(asks)),
        source=":".join(filter(None, (check_source(source), shared_by))),
        now_ms=now_ms,
    )
    repository.set_timer(tx, Timer(order.id, TimerKind.EXPIRE, now_ms + EXPIRE_AFTER_MS))
    return order


def create_bill(
    tx: Tx,
    order_id: str,
    *,
    buyer_id: str,
    brand_id: str,
    title: str,
    money: Money,
    bill: Bill,
    source: str = "",
    now_ms: int,
) -> Order:
    """Send a bill: an order of one line that names no product and does not expire.

    A biller's own reference is used once per person: the same bill again returns the first.
    """
    title, reference, period = (
        clean_line(text, length_max=_BILL_TEXT_CHARS_MAX)
        for text in (title, bill.reference, bill.period)
    )
    if not title or not reference:
        raise OrderRefusedError("A bill needs a title and your own number, 120 characters at most.")
    bill = replace(bill, reference=reference, period=period)
    line = Line(0, None, title, None, 1, money.amount_minor)
    same_id = repository.find_bill_order_id(tx, brand_id, buyer_id, bill.reference)
    earlier = repository.lock_order(tx, same_id or order_id)
    if earlier is not None:
        same = (buyer_id, brand_id, money, bill.reference)
        theirs = (earlier.buyer_id, earlier.brand_id, earlier.money, earlier.bill.reference)
        if same != theirs:
            raise IdempotencyKeyReusedError("This number belongs to another bill. Use a new one.")
        return earlier
    return _new_order(
        tx,
        order_id,
        buyer_id=buyer_id,
        brand_id=brand_id,
        kind=Kind.BILL,
        money=money,
        lines=(line,),
        bill=bill,
        source=check_source(source),
        now_ms=now_ms,
    )


def read_order(tx: Tx, order_id: str) -> Order:
    """Return an order that an event names.  For subscribers: it asks nobody's permission."""
    order = repository.find_order(tx, order_id)
    assert order is not None, "orders are never deleted"
    return order


def find_orders(tx: Tx, order_ids: Sequence[str]) -> list[Order]:
    """Return the orders with these ids.  For card loaders, which decide who may see them."""
    return repository.find_orders(tx, order_ids)


def access_order(tx: Tx, order_id: str, *, actor_id: str) -> Order:
    """Return an order that ``actor_id`` made; a stranger's looks like a missing one."""
    order = repository.find_order(tx, order_id)
    if order is None:
        raise OrderNotFoundError("You have no order with this id.")
    if order.buyer_id != actor_id:
        raise OrderNotFoundError("You have no order with this id.")
    return order


def lock_own_order(tx: Tx, order_id: str, *, actor_id: str) -> Order:
    """Return an order that ``actor_id`` made, and hold it: a buyer's change begins here."""
    repository.lock_order(tx, order_id)
    return access_order(tx, order_id, actor_id=actor_id)


def access_sale(tx: Tx, order_id: str, *, actor_id: str) -> Order:
    """Return an order of a shop that ``actor_id`` runs."""
    order = repository.find_order(tx, order_id)
    if order is None:
        raise OrderNotFoundError("You have no order with this id.")
    try:
        brands.access_brand(tx, order.brand_id, actor_id=actor_id)
    except NotFoundError:
        raise OrderNotFoundError("You have no order with this id.") from None
    return order


def lock_sale(tx: Tx, order_id: str, *, actor_id: str) -> Order:
    """Return an order of a shop that ``actor_id`` runs, and hold it."""
    repository.lock_order(tx, order_id)
    return access_sale(tx, order_id, actor_id=actor_id)


def access_either_side(tx: Tx, order_id: str, *, actor_id: str) -> Order:
    """Return an order that ``actor_id`` made or whose shop they run."""
    order = repository.find_order(tx, order_id)
    if order is not None and order.buyer_id == actor_id:
        return order
    return access_sale(tx, order_id, actor_id=actor_id)


def list_orders(
    tx: Tx, buyer_id: str, *, before: Cursor | None = None, limit: int = PAGE_COUNT
) -> list[Order]:
    """Return a person's orders, newest first."""
    return repository.list_buyer_orders(tx, buyer_id, before=before, limit=limit)


def list_orders_of_brand(
    tx: Tx, buyer_id: str, brand_id: str, *, before: Cursor | None = None, limit: int = PAGE_COUNT
) -> list[Order]:
    """Return what a person ordered from one shop: what its mini-program may see."""
    return repository.list_buyer_orders_of_brand(tx, buyer_id, brand_id, before=before, limit=limit)


def list_sales(
    tx: Tx,
    brand_id: str,
    statuses: Sequence[Status],
    *,
    actor_id: str,
    before: Cursor | None = None,
    limit: int = PAGE_COUNT,
) -> list[Order]:
    """Return a shop's orders in these states, newest first."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    return repository.list_brand_orders(tx, brand_id, statuses, before=before, limit=limit)


def cancel_order(tx: Tx, order_id: str, *, actor_id: str, now_ms: int) -> Order:
    """Let go of an order that was not paid.  Once cancelled it stays so."""
    order = lock_own_order(tx, order_id, actor_id=actor_id)
    if order.status is Status.CANCELLED:
        return order
    if order.status is not Status.CREATED:
        raise OrderStateError("This order is paid. Ask for the money back instead.")
    return end_unpaid(tx, order, said_by="buyer", now_ms=now_ms)


def end_unpaid(tx: Tx, order: Order, *, said_by: str, now_ms: int) -> Order:
    """Cancel an unpaid order that the caller has locked."""
    ended = change_order(tx, order, status=Status.CANCELLED, ended_at_ms=now_ms)
    repository.stop_timers(tx, order.id)
    event = OrderCancelled(order.id, order.brand_id, order.buyer_id, said_by)
    outbox.publish(tx, event, now_ms=now_ms)
    return ended


def check_source(source: str) -> str:
    """Return a well-formed source, or refuse."""
    if source and _SOURCE.fullmatch(source) is None:
        raise OrderRefusedError("A source is %(kinds)s with an id, or empty.", kinds=_SOURCE_CHARS)
    return source


def check_line_price(line: Line, product: Product) -> None:
    """Refuse a price that the buyer has not seen."""
    if line.unit_price_minor != product.price_minor:
        raise PriceChangedError(
            "The price of %(name)s changed from %(was)s to %(now)s %(currency)s."
            " Look again before you pay.",
            name=product.name,
            was=decimal_text(line.unit_price_minor, product.currency),
            now=decimal_text(product.price_minor, product.currency),
            was_minor=line.unit_price_minor,
            now_minor=product.price_minor,
            currency=product.currency,
        )


def check_stock(product: Product, quantity: int) -> None:
    """Refuse what the shop cannot hand over."""
    if not product.is_on_sale:
        raise NotOnSaleError("%(name)s is not on sale at the moment.", name=product.name)
    if product.is_sold_out:
        raise OutOfStockError("%(name)s is sold out.", name=product.name, stock_left=0)
    if not product.has(quantity):
        raise OutOfStockError(
            "Only %(stock_left)s of %(name)s are left. Take fewer.",
            name=product.name,
            stock_left=product.stock,
        )


def _merge(lines: Sequence[LineAsk]) -> list[LineAsk]:
    """Return one line per product in the order of first mention."""
    merged: dict[str, LineAsk] = {}
    for ask in lines:
        before = merged.get(ask.product_id)
        quantity = ask.quantity + (before.quantity if before else 0)
        merged[ask.product_id] = LineAsk(ask.product_id, quantity, ask.shown_price_minor)
    if not 1 <= len(merged) <= LINES_MAX:
        raise OrderRefusedError("An order has 1 to 50 products.")
    return list(merged.values())


def check_same_order(
    earlier: Order, buyer_id: str, brand_id: str, asks: Sequence[LineAsk]
) -> Order:
    """Return the order that is there already under an id, or refuse another wish under it."""
    wish = tuple((ask.product_id, ask.quantity) for ask in asks)
    if (earlier.buyer_id, earlier.brand_id, earlier.asks()) != (buyer_id, brand_id, wish):
        raise IdempotencyKeyReusedError("This id belongs to another order. Use a new id.")
    return earlier


def check_asks(asks: Sequence[LineAsk], products: dict[str, Product], brand_id: str) -> None:
    """Refuse what cannot be one order of this shop."""
    if not all(1 <= ask.quantity <= QUANTITY_MAX for ask in asks):
        raise OrderRefusedError("Order 1 to 999 of a product.")
    for n, ask in enumerate(asks):
        product = products.get(ask.product_id)
        if product is None or product.brand_id != brand_id:
            raise ProductNotFoundError("This shop has no product with this id.")
        check_stock(product, ask.quantity)
        if ask.shown_price_minor is not None:
            shown = Line(n, product.id, product.name, None, ask.quantity, ask.shown_price_minor)
            check_line_price(shown, product)
    if (
        len({(products[ask.product_id].kind, products[ask.product_id].currency) for ask in asks})
        > 1
    ):
        raise OrderRefusedError(
            "These products are paid or delivered in different ways. Order them one by one."
        )


def sum_up(asks: Sequence[LineAsk], products: dict[str, Product]) -> Money:
    """Return what these products cost now."""
    total_minor = sum(products[ask.product_id].price_minor * ask.quantity for ask in asks)
    if total_minor > AMOUNT_MINOR_MAX:
        raise OrderRefusedError("This order costs more than can be paid at once. Split it.")
    return Money(total_minor, products[asks[0].product_id].currency)


def _line(position: int, ask: LineAsk, product: Product) -> Line:
    return Line(
        position, product.id, product.name, product.cover_id, ask.quantity, product.price_minor
    )


def _new_order(
    tx: Tx,
    order_id: str,
    *,
    buyer_id: str,
    brand_id: str,
    kind: Kind,
    money: Money,
    lines: tuple[Line, ...],
    source: str,
    now_ms: int,
    bill: Bill | None = None,
) -> Order:
    check_key(order_id)
    order = Order(
        id=order_id,
        number=_free_number(tx, order_id),
        brand_id=brand_id,
        buyer_id=buyer_id,
        kind=kind,
        status=Status.CREATED,
        currency=money.currency,
        total_minor=money.amount_minor,
        fee_bps=0,
        fee_minor=None,
        source=source,
        ship_to=ShipTo(),
        carrier="",
        tracking="",
        pickup_code="",
        bill=bill or Bill(),
        created_at_ms=now_ms,
        lines=lines,
    )
    repository.save_order(tx, order)
    repository.save_lines(tx, order)
    outbox.publish(tx, OrderCreated(order.id, brand_id, buyer_id, kind), now_ms=now_ms)
    return order


def _free_number(tx: Tx, order_id: str) -> str:
    """Return the short number that people say: eight characters that follow from the id.

    40 bits meet by chance once in a while, so the next eight are taken until one is free.
    """
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{order_id}/{attempt}".encode()).digest()
        chars = "".join(_NUMBER_CHARS[byte % 32] for byte in digest[:8])
        number = f"{chars[:4]}-{chars[4:]}"
        if not repository.is_number_taken(tx, number):
            return number
        attempt += 1
