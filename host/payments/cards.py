"""The card of a payment, for the payer's own statement: the shop, and what was paid for."""

from collections.abc import Sequence

from host.brands import service as brands
from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.payments.repository import orders as repository


def payment_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the payments that the viewer has made, by id."""
    found = (repository.find_order(tx, order_id) for order_id in ids)
    mine = [order for order in found if order is not None and order.payer_id == viewer_id]
    shops = brands.find_brands(tx, {order.brand_id for order in mine})
    return {
        order.id: Card(
            kind="payment",
            id=order.id,
            title=order.description,
            image_id=shops[order.brand_id].logo_id,
            amount_minor=order.money.amount_minor,
            currency=order.currency,
            shop_name=shops[order.brand_id].name,
            shop_verified=shops[order.brand_id].is_verified,
            open_url=f"/pay/{order.id}",
        )
        for order in mine
    }


CARD_LOADERS: dict[str, CardLoader] = {"payment": payment_cards}
