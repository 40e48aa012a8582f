"""What a page gives when it is shared: the product it shows, or the shop itself."""

from typing import Any

from host.bridge.visit import Visit
from host.core.errors import NotFoundError
from host.market import service as market
from sdk.contract import ArgumentRefusedError, validate_args


async def share_effect(visit: Visit, result: Any) -> dict[str, Any]:
    """Return the effect that opens the host's share sheet.

    A card that names a product of this merchant by its ``sku`` becomes that product's live card,
    with price and Buy; everything else becomes the shop's.
    """
    sku = _sku(result)
    if sku:
        try:
            product = await visit.deps.db.read(market.access_product_by_sku, visit.brand_id, sku)
        except NotFoundError:
            pass
        else:
            return {"name": "share", "args": {"kind": "product", "id": product.id}}
    return {"name": "share", "args": {"kind": "program", "id": visit.program_id}}


def _sku(result: Any) -> str:
    """Return the product that a card names; a worker may return anything."""
    if not isinstance(result, dict):
        return ""
    try:
        card = validate_args("share.card", result)
    except ArgumentRefusedError:
        return ""
    sku = card["query"].get("sku")
    return sku if isinstance(sku, str) else ""
