"""What people see: the directory of shops, and a brand's page with what it runs.

A brand's page is here and not in brands, because it shows programs and brands knows of none.
"""

from quart import Blueprint, request

from host.brands import service as brands
from host.core.db import Tx
from host.core.web import current_person_id, deps, render
from host.programs import service
from host.programs.model import SEARCH_LENGTH_MAX, Program

blueprint = Blueprint("directory", __name__)


@blueprint.get("/shops")
async def list_shops() -> str:
    """Show the shops one opened last and those that are live, or what a search finds."""
    person_id = current_person_id()
    words, after = request.args.get("q", ""), request.args.get("after", "")
    if words:
        found = await deps().db.read(service.search, words)
        return await render(
            "programs/search.html",
            tab="shops",
            words=words[:SEARCH_LENGTH_MAX],
            found=found,
            words_length_max=SEARCH_LENGTH_MAX,
        )
    recent = await deps().db.read(service.find_recent, person_id)
    listings, cursor = await deps().db.read(service.find_live_page, after=after)
    return await render(
        "programs/shops.html",
        tab="shops",
        recent=[] if after else recent,
        listings=listings,
        cursor=cursor,
        words_length_max=SEARCH_LENGTH_MAX,
    )


@blueprint.get("/b/<handle>")
async def show_brand(handle: str) -> str:
    """Show a brand: who it is, what it runs, and the button to follow it."""
    brand, following, is_mine, programs = await deps().db.read(
        _read_brand, handle, viewer_id=current_person_id()
    )
    return await render(
        "programs/brand.html",
        tab="shops",
        brand=brand,
        following=following,
        is_mine=is_mine,
        programs=programs,
    )


def _read_brand(
    tx: Tx, handle: str, *, viewer_id: str
) -> tuple[brands.Brand, brands.Following, bool, list[Program]]:
    brand, following, is_mine = brands.open_brand_page(tx, handle, viewer_id=viewer_id)
    programs = service.find_programs_of_brand(tx, brand.id)
    return brand, following, is_mine, [p for p in programs if p.live_version_id is not None]
