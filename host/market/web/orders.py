"""A person's orders: the list, one order, and what its buyer may do."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands.service import Brand
from host.core.ids import new_id
from host.core.paging import decode_cursor, encode_cursor
from host.core.web import current_person_id, deps, render, see_other
from host.market import service
from host.market.edge import state_of
from host.market.model import Order, RefundStatus
from host.market.service.orders import PAGE_COUNT

blueprint = Blueprint("orders", __name__)


@blueprint.get("/orders")
async def show_orders() -> str:
    """Show the orders of the person, newest first."""
    return await _render_orders("market/orders.html")


@blueprint.get("/orders/rows")
async def show_order_rows() -> str:
    """Return the newest orders alone, for a list that is open while one of them changes."""
    return await _render_orders("market/_order_rows.html")


@blueprint.get("/orders/<order_id>")
async def show_order(order_id: str) -> str:
    """Show one order."""
    orders, shops, more_url = await _read_list()
    return await _render_order(
        order_id,
        "market/order.html",
        orders=orders,
        shops=shops,
        state_of=state_of,
        more_url=more_url,
    )


@blueprint.get("/orders/<order_id>/state")
async def show_order_state(order_id: str) -> str:
    """Return the part of the order's page that changes while it is open."""
    return await _render_order(order_id, "market/_order.html")


@blueprint.post("/orders/<order_id>/confirm")
async def post_confirm(order_id: str) -> ResponseReturnValue:
    """Confirm receipt: the shop gets its money."""
    await deps().db.write(
        service.confirm_receipt,
        order_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/orders/{order_id}")


@blueprint.post("/orders/<order_id>/cancel")
async def post_cancel(order_id: str) -> ResponseReturnValue:
    """Let go of an order that was not paid."""
    await deps().db.write(
        service.cancel_order, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/orders/{order_id}")


@blueprint.get("/orders/<order_id>/refund")
async def show_refund(order_id: str) -> str:
    """Show the form that asks for money back."""
    order = await deps().db.read(service.access_order, order_id, actor_id=current_person_id())
    return await render("market/refund.html", tab="wallet", order=order, refund_id=new_id())


@blueprint.post("/orders/<order_id>/refund")
async def post_refund(order_id: str) -> ResponseReturnValue:
    """Ask for money back."""
    form = await request.form
    await deps().db.write(
        service.ask_refund,
        form.get("refund_id", ""),
        order_id=order_id,
        actor_id=current_person_id(),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/orders/{order_id}")


async def _render_orders(template: str) -> str:
    orders, shops, more_url = await _read_list()
    return await render(
        template,
        tab="wallet",
        orders=orders,
        shops=shops,
        state_of=state_of,
        more_url=more_url,
        open_id=request.args.get("open", ""),
    )


async def _read_list() -> tuple[list[Order], dict[str, Brand], str]:
    """Return a page of one's orders, their shops, and where the next page is, "" at the end."""
    orders, shops = await deps().db.read(
        service.read_orders,
        current_person_id(),
        before=decode_cursor(request.args.get("before", "")),
    )
    last = orders[-1] if len(orders) == PAGE_COUNT else None
    return (
        orders,
        shops,
        f"/orders?before={encode_cursor(last.created_at_ms, last.id)}" if last else "",
    )


async def _render_order(order_id: str, template: str, **context: object) -> str:
    page = await deps().db.read(
        service.read_order_page, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    asked = any(refund.status is RefundStatus.ASKED for refund in page.refunds)
    return await render(
        template,
        tab="wallet",
        page=page,
        state=state_of(page.order),
        is_refund_asked=asked,
        open_id=order_id,
        **context,
    )
