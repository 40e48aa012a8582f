"""Pages of disputes for both sides, and the form that gives money of one line back."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.errors import NotFoundError
from host.core.ids import new_id
from host.core.media import store_image
from host.core.money import parse_amount
from host.core.text import whole_number
from host.core.web import current_person_id, deps, read_upload, render, see_other
from host.market import service
from host.market.dispute_model import Side
from host.market.service import dispute_views as views

blueprint = Blueprint("disputes", __name__)


@blueprint.get("/orders/<order_id>/dispute")
async def show_own_dispute(order_id: str) -> str:
    """Show the dispute about one's order, or the form that opens one."""
    page = await deps().db.read(views.read_own_dispute, order_id, actor_id=current_person_id())
    return await _render(page, f"/orders/{order_id}")


@blueprint.post("/orders/<order_id>/dispute")
async def post_own_dispute(order_id: str) -> ResponseReturnValue:
    """Open a dispute."""
    form: MultiDict[str, str] = await request.form
    await deps().db.write(
        service.open_dispute,
        form.get("key", ""),
        order_id=order_id,
        actor_id=current_person_id(),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/orders/{order_id}/dispute")


@blueprint.post("/orders/<order_id>/dispute/withdraw")
async def post_withdraw(order_id: str) -> ResponseReturnValue:
    """Give the dispute up."""
    await deps().db.write(
        service.withdraw_dispute, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/orders/{order_id}")


@blueprint.post("/orders/<order_id>/dispute/evidence")
async def post_own_evidence(order_id: str) -> ResponseReturnValue:
    """Show something, as the buyer."""
    await deps().db.read(service.access_order, order_id, actor_id=current_person_id())
    await _show_evidence(order_id)
    return see_other(f"/orders/{order_id}/dispute")


@blueprint.get("/m/<handle>/disputes")
async def list_disputes(handle: str) -> str:
    """Show the disputes of a shop."""
    shop, rows = await deps().db.read(
        views.list_brand_disputes, handle, actor_id=current_person_id()
    )
    return await render(
        "market/disputes.html", tab="merchant", console_tab="money", brand=shop, rows=rows
    )


@blueprint.get("/m/<handle>/orders/<order_id>/dispute")
async def show_shop_dispute(handle: str, order_id: str) -> str:
    """Show the dispute about a sale."""
    page = await deps().db.read(views.read_shop_dispute, order_id, actor_id=current_person_id())
    return await _render(page, f"/m/{handle}/orders/{order_id}")


@blueprint.post("/m/<handle>/orders/<order_id>/dispute")
async def post_answer(handle: str, order_id: str) -> ResponseReturnValue:
    """Answer a dispute."""
    form: MultiDict[str, str] = await request.form
    await deps().db.write(
        service.answer_dispute,
        form.get("key", ""),
        order_id=order_id,
        actor_id=current_person_id(),
        text=form.get("text", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/orders/{order_id}/dispute")


@blueprint.post("/m/<handle>/orders/<order_id>/dispute/evidence")
async def post_shop_evidence(handle: str, order_id: str) -> ResponseReturnValue:
    """Show something, as the shop."""
    await deps().db.read(service.access_sale, order_id, actor_id=current_person_id())
    await _show_evidence(order_id)
    return see_other(f"/m/{handle}/orders/{order_id}/dispute")


@blueprint.get("/m/<handle>/orders/<order_id>/lines/<position>")
async def show_line(handle: str, order_id: str, position: str) -> str:
    """Show the form that gives money of a line back."""
    order, line = await deps().db.read(
        views.read_line, order_id, position, actor_id=current_person_id()
    )
    if line is None:
        raise NotFoundError("The order has no such line.")
    base = f"/m/{handle}/orders/{order_id}"
    return await render(
        "market/line_refund.html",
        tab="merchant",
        order=order,
        line=line,
        base=base,
        key=new_id(),
    )


@blueprint.post("/m/<handle>/orders/<order_id>/lines/<position>")
async def post_line(handle: str, order_id: str, position: str) -> ResponseReturnValue:
    """Give money of a line back."""
    form: MultiDict[str, str] = await request.form
    order = await deps().db.read(service.access_sale, order_id, actor_id=current_person_id())
    await deps().db.write(
        service.refund_line,
        form.get("key", ""),
        order_id=order_id,
        actor_id=current_person_id(),
        position=whole_number(position) or 0,
        amount_minor=parse_amount(form.get("amount", ""), order.currency),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/orders/{order_id}")


async def _show_evidence(order_id: str) -> None:
    """Keep the picture, salted so that its address tells nobody else anything, and note it."""
    form: MultiDict[str, str] = await request.form
    person_id = current_person_id()
    data = await read_upload("picture")
    media_id = await store_image(deps(), data, owner_id=person_id, salt=order_id) if data else None
    await deps().db.write(
        service.add_evidence,
        form.get("key", ""),
        order_id=order_id,
        actor_id=person_id,
        text=form.get("text", ""),
        media_id=media_id,
        now_ms=deps().now_ms(),
    )


async def _render(page: views.DisputePage, back: str) -> str:
    is_shop = page.side is Side.SHOP
    return await render(
        "market/shop_dispute.html" if is_shop else "market/dispute.html",
        tab="merchant" if is_shop else "wallet",
        console_tab="orders",
        brand=page.shop,
        page=page,
        back=back,
        key=new_id(),
    )
