"""What pages of disputes show."""

from collections.abc import Sequence
from dataclasses import dataclass

from host.brands import service as brands
from host.brands.service import Brand
from host.core.db import Tx
from host.identity import service as identity
from host.identity.model import Person
from host.market import repository
from host.market.dispute_model import Dispute, Evidence, Side
from host.market.model import Line, Order
from host.market.repository import disputes
from host.market.service.orders import access_order, access_sale

_SHOWN_COUNT = 100


@dataclass(frozen=True, slots=True)
class DisputePage:
    """A dispute as one side sees it; ``dispute`` is None before there is one."""

    order: Order
    shop: Brand
    buyer: Person | None
    side: Side
    dispute: Dispute | None
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A line of a list of disputes."""

    dispute: Dispute
    order: Order
    shop: Brand
    buyer: Person | None


def read_own_dispute(tx: Tx, order_id: str, *, actor_id: str) -> DisputePage:
    """Return the last dispute about an order, for its buyer."""
    return _page(tx, access_order(tx, order_id, actor_id=actor_id), Side.BUYER)


def read_shop_dispute(tx: Tx, order_id: str, *, actor_id: str) -> DisputePage:
    """Return the last dispute about an order, for its shop."""
    return _page(tx, access_sale(tx, order_id, actor_id=actor_id), Side.SHOP)


def read_line(tx: Tx, order_id: str, position: str, *, actor_id: str) -> tuple[Order, Line | None]:
    """Return a line of a sale, for the form that gives money of it back."""
    order = access_sale(tx, order_id, actor_id=actor_id)
    return order, next((line for line in order.lines if str(line.position) == position), None)


def list_brand_disputes(tx: Tx, handle: str, *, actor_id: str) -> tuple[Brand, list[DisputeRow]]:
    """Return the disputes of a shop that ``actor_id`` acts for, those that run first."""
    shop = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return shop, describe(tx, disputes.list_of_brand(tx, shop.id, limit=_SHOWN_COUNT))


def describe(tx: Tx, found: Sequence[Dispute]) -> list[DisputeRow]:
    """Return disputes with what they are about."""
    orders = {
        order.id: order
        for order in repository.find_orders(tx, sorted({one.order_id for one in found}))
    }
    shops = brands.find_brands(tx, {order.brand_id for order in orders.values()})
    buyers = identity.find_people(tx, {order.buyer_id for order in orders.values()})
    return [
        DisputeRow(
            one,
            orders[one.order_id],
            shops[orders[one.order_id].brand_id],
            buyers.get(orders[one.order_id].buyer_id),
        )
        for one in found
    ]


def _page(tx: Tx, order: Order, side: Side) -> DisputePage:
    known = disputes.find_of_orders(tx, [order.id])
    last = known[-1] if known else None
    return DisputePage(
        order,
        brands.find_brands(tx, [order.brand_id])[order.brand_id],
        identity.find_people(tx, [order.buyer_id]).get(order.buyer_id),
        side,
        last,
        [] if last is None else disputes.find_evidence(tx, last.id),
    )
