"""The card of a brand, for chat: its name and sign above what it tells its customers."""

from collections.abc import Sequence

from host.brands import service
from host.core.cards import Card, CardLoader
from host.core.db import Tx


def brand_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:  # noqa: ARG001
    """Return brands by id; everybody may know of every brand."""
    return {
        brand.id: Card(
            kind="brand",
            id=brand.id,
            title=brand.name,
            subtitle=brand.description,
            image_id=brand.logo_id,
            shop_name=brand.name,
            shop_verified=brand.verified_at_ms is not None,
            open_url=f"/b/{brand.handle}",
        )
        for brand in service.find_brands(tx, ids).values()
    }


CARD_LOADERS: dict[str, CardLoader] = {"brand": brand_cards}
