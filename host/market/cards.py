"""What chat and feed show of products and orders: read when shown, so price and status are live."""

from collections.abc import Sequence

from host.brands import service as brands
from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.core.i18n import gettext
from host.identity import service as identity
from host.market import service
from host.market.model import Kind, Order, Product, Status

# What people read for a state; "received" depends on how the thing reached them.
STATUS_WORDS: dict[Status, str] = {
    Status.CREATED: "To pay",
    Status.PAID: "Paid, to be shipped",
    Status.SHIPPED: "On its way",
    Status.READY: "Ready to collect",
    Status.RECEIVED: "Received",
    Status.CLOSED: "Completed",
    Status.CANCELLED: "Cancelled",
    Status.REFUNDED: "Refunded",
}


def status_word(order: Order) -> str:
    """Return the English words for where an order stands; a key of the translations."""
    if order.status is Status.PAID and order.kind is Kind.PICKUP:
        return "Paid, in preparation"
    if order.status is Status.PAID and order.kind is Kind.VIRTUAL:
        return "Paid"
    if order.status is Status.RECEIVED and order.kind is Kind.PICKUP:
        return "Collected"
    if order.status is Status.CLOSED and order.kind is Kind.BILL:
        return "Paid"
    return STATUS_WORDS[order.status]


def load_product_cards(tx: Tx, product_ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the cards of products; a paused one can be looked at and not bought."""
    products = service.find_products(tx, list(product_ids))
    shops = brands.find_brands(tx, sorted({p.brand_id for p in products.values()}))
    lang = _lang(tx, viewer_id)
    return {
        product.id: _product_card(product, shops[product.brand_id], lang)
        for product in products.values()
        if product.brand_id in shops
    }


def load_order_cards(tx: Tx, order_ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the cards of those orders that the viewer made or whose shop they run."""
    orders = service.find_orders(tx, list(order_ids))
    shops = brands.find_brands(tx, sorted({order.brand_id for order in orders}))
    runs = {shop.id for shop in brands.find_brands_of_person(tx, viewer_id)}
    lang = _lang(tx, viewer_id)
    return {
        order.id: _order_card(order, shops[order.brand_id], viewer_id, lang)
        for order in orders
        if order.brand_id in shops and (viewer_id == order.buyer_id or order.brand_id in runs)
    }


def _product_card(product: Product, shop: brands.Brand, lang: str) -> Card:
    return Card(
        kind="product",
        id=product.id,
        title=product.name,
        image_id=product.cover_id,
        amount_minor=product.price_minor,
        currency=product.currency,
        stock_left=product.stock,
        shop_name=shop.name,
        shop_verified=shop.is_verified,
        status="" if product.is_on_sale else gettext(lang, "Not on sale"),
        open_url=f"/products/{product.id}",
        buy_url=f"/buy/{product.id}" if product.has(1) else None,
    )


def _order_card(order: Order, shop: brands.Brand, viewer_id: str, lang: str) -> Card:
    is_buyer = viewer_id == order.buyer_id
    return Card(
        kind="order",
        id=order.id,
        title=order.title,
        subtitle=_subtitle(order, lang),
        image_id=order.cover_id,
        amount_minor=order.total_minor,
        currency=order.currency,
        shop_name=shop.name,
        shop_verified=shop.is_verified,
        status=gettext(lang, status_word(order)),
        open_url=f"/orders/{order.id}" if is_buyer else f"/m/{shop.handle}/orders/{order.id}",
        buy_url=f"/orders/{order.id}/pay" if is_buyer and order.status is Status.CREATED else None,
    )


def _subtitle(order: Order, lang: str) -> str:
    if order.kind is Kind.BILL:
        return order.bill.period or order.bill.reference
    if order.tracking:
        return f"{order.carrier} {order.tracking}"
    if order.item_count == 1:
        return gettext(lang, "Order %(number)s", number=order.number)
    return gettext(
        lang, "Order %(number)s · %(count)s items", number=order.number, count=order.item_count
    )


def _lang(tx: Tx, viewer_id: str) -> str:
    viewer = identity.find_people(tx, [viewer_id]).get(viewer_id)
    return viewer.lang if viewer is not None else "en"


CARD_LOADERS: dict[str, CardLoader] = {
    "product": load_product_cards,
    "order": load_order_cards,
}
