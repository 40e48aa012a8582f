"""What pages and sheets show, each read in one transaction so that its parts agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from host.brands import service as brands
from host.brands.service import Brand
from host.core.db import Tx
from host.core.errors import AppError
from host.core.money import Currency, Money
from host.core.paging import Cursor
from host.identity import service as identity
from host.identity.model import Person
from host.market import repository
from host.market.dispute_model import Dispute
from host.market.model import (
    Address,
    Line,
    LineAsk,
    Order,
    OrderCounts,
    Product,
    Refund,
    Status,
    Timer,
)
from host.market.repository import disputes
from host.market.service.addresses import list_addresses
from host.market.service.catalogue import access_product
from host.market.service.disputes import can_dispute
from host.market.service.orders import (
    PAGE_COUNT,
    access_order,
    access_sale,
    list_orders,
)
from host.market.service.payment import check_payment, check_purchase, payment_intent
from host.market.service.refunds import find_asking
from host.market.service.timers import find_next_timer
from host.wallet import service as wallet


@dataclass(frozen=True, slots=True)
class PaySheet:
    """What a person sees before they pay.  ``refusal`` says what stands in the way, if anything."""

    shop: Brand
    lines: tuple[Line, ...]
    money: Money
    needs_address: bool
    addresses: list[Address]
    address: Address | None
    # What bonuses pay of it, and what cash the buyer has for the rest.
    bonus_minor: int
    available_minor: int
    has_pin: bool
    # Whether a PIN or a passkey is needed: not for a small payment, when the buyer chose so.
    needs_proof: bool
    is_held: bool
    refusal: AppError | None
    order: Order | None = None
    product: Product | None = None

    @property
    def cash_minor(self) -> int:
        """What is left to pay in cash."""
        return self.money.amount_minor - self.bonus_minor


@dataclass(frozen=True, slots=True)
class OrderPage:
    """An order as one side sees it."""

    order: Order
    shop: Brand
    buyer: Person | None
    refunds: list[Refund]
    next_timer: Timer | None
    dispute: Dispute | None = None
    # The buyer may open one now.
    can_dispute: bool = False
    # What of it the buyer paid from bonuses.
    bonus_minor: int = 0


@dataclass(frozen=True, slots=True)
class SalesPage:
    """A shop's orders and its day at a glance."""

    shop: Brand
    counts: OrderCounts
    currency: Currency
    orders: list[Order]
    buyers: dict[str, Person]
    asking: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A product and who sells it."""

    product: Product
    shop: Brand


def read_pay_sheet(
    tx: Tx, order_id: str, *, actor_id: str, address_id: str | None = None, now_ms: int
) -> PaySheet:
    """Return the payment sheet of an order."""
    order = access_order(tx, order_id, actor_id=actor_id)
    addresses = list_addresses(tx, actor_id) if order.needs_address else []
    address = _choose(addresses, address_id)
    refusal, needs_proof = None, True
    try:
        check_payment(
            tx,
            order_id,
            actor_id=actor_id,
            shown_minor=order.total_minor,
            address_id=address.id if address else None,
            now_ms=now_ms,
        )
        intent = payment_intent(order)
        needs_proof = wallet.preview_payment(tx, intent, now_ms=now_ms).needs_proof
    except AppError as error:
        # Not refused: the sheet itself offers the way on, such as a top-up or a new total.
        refusal = error
    return PaySheet(
        shop=_shop(tx, order.brand_id),
        lines=order.lines,
        money=order.money,
        needs_address=order.needs_address,
        addresses=addresses,
        address=address,
        bonus_minor=wallet.bonus_part(
            tx, actor_id, brand_id=order.brand_id, money=order.money, now_ms=now_ms
        ),
        available_minor=wallet.balance(tx, actor_id, order.currency).available_minor,
        has_pin=wallet.has_pin(tx, actor_id),
        needs_proof=needs_proof,
        is_held=order.will_be_held,
        refusal=refusal,
        order=order,
    )


def read_buy_sheet(
    tx: Tx,
    product_id: str,
    *,
    actor_id: str,
    order_id: str,
    quantity: int,
    address_id: str | None = None,
    now_ms: int,
) -> PaySheet:
    """Return the payment sheet of a product that is bought in one go."""
    product = access_product(tx, product_id)
    addresses = list_addresses(tx, actor_id) if product.needs_address else []
    address = _choose(addresses, address_id)
    refusal, needs_proof = None, True
    try:
        _, intent = check_purchase(
            tx,
            order_id,
            actor_id=actor_id,
            ask=LineAsk(product_id, quantity),
            address_id=address.id if address else None,
            now_ms=now_ms,
        )
        needs_proof = wallet.preview_payment(tx, intent, now_ms=now_ms).needs_proof
    except AppError as error:
        # As above.
        refusal = error
    line = Line(0, product.id, product.name, product.cover_id, quantity, product.price_minor)
    money = Money(line.total_minor, product.currency)
    return PaySheet(
        shop=_shop(tx, product.brand_id),
        lines=(line,),
        money=money,
        needs_address=product.needs_address,
        addresses=addresses,
        address=address,
        bonus_minor=wallet.bonus_part(
            tx, actor_id, brand_id=product.brand_id, money=money, now_ms=now_ms
        ),
        available_minor=wallet.balance(tx, actor_id, product.currency).available_minor,
        has_pin=wallet.has_pin(tx, actor_id),
        needs_proof=needs_proof,
        is_held=True,
        refusal=refusal,
        product=product,
    )


def read_order_page(tx: Tx, order_id: str, *, actor_id: str, now_ms: int = 0) -> OrderPage:
    """Return an order as its buyer sees it."""
    page = _order_page(tx, access_order(tx, order_id, actor_id=actor_id))
    return replace(page, can_dispute=can_dispute(tx, page.order, now_ms=now_ms))


def read_sale_page(tx: Tx, order_id: str, *, actor_id: str) -> OrderPage:
    """Return an order as its shop sees it."""
    return _order_page(tx, access_sale(tx, order_id, actor_id=actor_id))


def read_orders(
    tx: Tx, actor_id: str, *, before: Cursor | None = None
) -> tuple[list[Order], dict[str, Brand]]:
    """Return a person's orders and the shops of them."""
    orders = list_orders(tx, actor_id, before=before)
    return orders, brands.find_brands(tx, sorted({order.brand_id for order in orders}))


def read_sales(
    tx: Tx,
    brand_id: str,
    statuses: Sequence[Status],
    *,
    actor_id: str,
    asked_only: bool = False,
    before: Cursor | None = None,
    since_ms: int,
) -> SalesPage:
    """Return a shop's orders in these states, or those whose buyers ask for money back."""
    shop = brands.access_brand(tx, brand_id, actor_id=actor_id)
    if asked_only:
        orders = repository.find_orders(
            tx, repository.list_asked_order_ids(tx, brand_id, limit=PAGE_COUNT)
        )
    else:
        orders = repository.list_brand_orders(
            tx, brand_id, statuses, before=before, limit=PAGE_COUNT
        )
    currency = repository.find_brand_currency(tx, brand_id) or wallet.FIRST_CURRENCY
    return SalesPage(
        shop=shop,
        counts=repository.count_brand_orders(tx, brand_id, currency=currency, since_ms=since_ms),
        currency=currency,
        orders=orders,
        buyers=identity.find_people(tx, sorted({order.buyer_id for order in orders})),
        asking=find_asking(tx, orders),
    )


def read_product_page(tx: Tx, product_id: str) -> ProductPage:
    """Return a product and its shop."""
    product = access_product(tx, product_id)
    return ProductPage(product, _shop(tx, product.brand_id))


def _order_page(tx: Tx, order: Order) -> OrderPage:
    return OrderPage(
        order=order,
        shop=_shop(tx, order.brand_id),
        buyer=identity.find_people(tx, [order.buyer_id]).get(order.buyer_id),
        refunds=repository.find_refunds(tx, [order.id]),
        next_timer=find_next_timer(tx, order.id),
        dispute=disputes.find_running(tx, order.id),
        bonus_minor=wallet.used_on_order(tx, order.id),
    )


def _shop(tx: Tx, brand_id: str) -> Brand:
    return brands.find_brands(tx, [brand_id])[brand_id]


def _choose(addresses: Sequence[Address], address_id: str | None) -> Address | None:
    """Return the address that was chosen, or the one used last."""
    for address in addresses:
        if address.id == address_id:
            return address
    return addresses[0] if addresses else None
