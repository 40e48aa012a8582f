"""A shop's own page: who it is, what it runs, what it sells.

It is here and not in brands or programs, because it shows goods, and those know of none.
"""

from dataclasses import dataclass

from quart import Blueprint, request

from host.brands import service as brands
from host.core.db import Tx
from host.core.paging import Cursor, decode_cursor, encode_cursor
from host.core.web import current_person_id, deps, render
from host.market import service
from host.market.model import Product
from host.market.service.catalogue import PAGE_COUNT
from host.points import service as points
from host.points.model import Holding
from host.programs import service as programs

blueprint = Blueprint("shop", __name__)


@dataclass(frozen=True, slots=True)
class ShopPage:
    """Everything that a shop's page shows."""

    brand: brands.Brand
    following: brands.Following
    is_mine: bool
    programs: list[programs.Program]
    products: list[Product]
    # None where the shop gives no points and the viewer has none.
    holding: Holding | None


@blueprint.get("/b/<handle>")
async def show_shop(handle: str) -> str:
    """Show a brand: the button to follow it, its mini-programs and its goods."""
    page = await deps().db.read(
        _read_shop,
        handle,
        viewer_id=current_person_id(),
        after=decode_cursor(request.args.get("after", "")),
    )
    last = page.products[-1] if len(page.products) == PAGE_COUNT else None
    after = encode_cursor(last.created_at_ms, last.id) if last else ""
    return await render(
        "market/shop.html",
        tab="shops",
        page=page,
        more_url=f"/b/{page.brand.handle}?after={after}" if after else "",
    )


def _read_shop(tx: Tx, handle: str, *, viewer_id: str, after: Cursor | None) -> ShopPage:
    brand, following, is_mine = brands.open_brand_page(tx, handle, viewer_id=viewer_id)
    run = programs.find_programs_of_brand(tx, brand.id)
    return ShopPage(
        brand,
        following,
        is_mine,
        [program for program in run if program.live_version_id is not None],
        service.list_shop_window(tx, brand.id, after=after),
        points.find_holding(tx, brand.id, person_id=viewer_id),
    )
