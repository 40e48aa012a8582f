"""What people see: the directory of shops."""

from quart import Blueprint, request

from host.core.web import current_person_id, deps, render
from host.programs import service
from host.programs.model import SEARCH_LENGTH_MAX

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
