"""The console's inbox: what people write to the brand, and its answers."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service
from host.brands.service import Brand
from host.core.ids import new_id
from host.core.web import current_person_id, deps, render, see_other

blueprint = Blueprint("inbox", __name__, url_prefix="/m/<handle>/inbox")


@blueprint.get("")
async def show_inbox(handle: str) -> str:
    """Show who has written, the latest first."""
    brand = await _brand(handle)
    lines = await deps().db.read(service.list_inbox, brand.id, actor_id=current_person_id())
    return await render(
        "brands/_inbox.html" if "rows" in request.args else "brands/inbox.html",
        tab="merchant",
        console_tab="inbox",
        brand=brand,
        lines=lines,
    )


@blueprint.get("/<conversation_id>")
async def show_chat(handle: str, conversation_id: str) -> str:
    """Show what was said with one person, and the form to answer."""
    brand = await _brand(handle)
    chat = await deps().db.read(
        service.read_inbox,
        conversation_id,
        brand_id=brand.id,
        actor_id=current_person_id(),
        loaders=deps().card_loaders,
        now_ms=deps().now_ms(),
    )
    return await render(
        "brands/_inbox_chat.html" if "rows" in request.args else "brands/inbox_chat.html",
        tab="merchant",
        console_tab="inbox",
        brand=brand,
        chat=chat,
        client_id=new_id(),
    )


@blueprint.post("/<conversation_id>")
async def post_reply(handle: str, conversation_id: str) -> ResponseReturnValue:
    """Answer in the brand's name."""
    brand, form = await _brand(handle), await request.form
    await deps().db.write(
        service.reply,
        conversation_id,
        brand_id=brand.id,
        actor_id=current_person_id(),
        client_id=form.get("client_id", ""),
        text=form.get("text", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{brand.handle}/inbox/{conversation_id}")


async def _brand(handle: str) -> Brand:
    return await deps().db.read(
        service.access_brand_by_handle, handle, actor_id=current_person_id()
    )
