"""One's own brands, a new one, and following others'."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service
from host.brands.model import DESCRIPTION_LENGTH_MAX, NAME_GRAPHEMES_MAX
from host.core.media import store_image
from host.core.web import current_person_id, deps, read_upload, render, see_other

blueprint = Blueprint("mine", __name__)


@blueprint.get("/brands")
async def list_brands() -> str:
    """Show the brands that one acts for."""
    mine = await deps().db.read(service.find_brands_of_person, current_person_id())
    return await render("brands/list.html", tab="me", brands=mine)


@blueprint.get("/brands/new")
async def show_new() -> str:
    """Show the form for a new brand."""
    current_person_id()
    return await render(
        "brands/new.html",
        tab="me",
        name_length_max=NAME_GRAPHEMES_MAX,
        description_length_max=DESCRIPTION_LENGTH_MAX,
    )


@blueprint.post("/brands")
async def post_brand() -> ResponseReturnValue:
    """Make a brand and open its console."""
    person_id = current_person_id()
    form = await request.form
    data = await read_upload("logo")
    brand = await deps().db.write(
        service.create_brand,
        owner_id=person_id,
        handle=form.get("handle", ""),
        name=form.get("name", ""),
        description=form.get("description", ""),
        now_ms=deps().now_ms(),
    )
    if data:
        logo_id = await store_image(deps(), data, owner_id=person_id)
        await deps().db.write(service.change_logo, brand.id, actor_id=person_id, logo_id=logo_id)
    return see_other(f"/m/{brand.handle}/program")


@blueprint.post("/brands/<brand_id>/follow")
async def post_follow(brand_id: str) -> ResponseReturnValue:
    """Follow a brand, or no more."""
    form = await request.form
    brand = await deps().db.write(
        service.follow,
        brand_id,
        actor_id=current_person_id(),
        is_following=form.get("on") == "1",
        now_ms=deps().now_ms(),
    )
    return see_other(f"/b/{brand.handle}")


@blueprint.post("/brands/<brand_id>/mute")
async def post_mute(brand_id: str) -> ResponseReturnValue:
    """Let no messages of a brand come, or let them again."""
    form = await request.form
    brand = await deps().db.write(
        service.mute,
        brand_id,
        actor_id=current_person_id(),
        is_muted=form.get("on") == "1",
        now_ms=deps().now_ms(),
    )
    return see_other(f"/b/{brand.handle}")
