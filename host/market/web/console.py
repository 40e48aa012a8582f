"""A shop's orders: what to send, what is on its way, who asks for money back."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.core.db import Tx
from host.core.limits import check_rate
from host.core.paging import decode_cursor, encode_cursor
from host.core.web import current_person_id, deps, render, see_other, with_query
from host.market import service
from host.market.edge import state_of
from host.market.model import DAY_MS, RefundStatus, Status
from host.market.service import OrderPage, SalesPage
from host.market.service.orders import PAGE_COUNT

blueprint = Blueprint("console", __name__)

_SHOWN: dict[str, tuple[Status, ...]] = {
    "send": (Status.PAID,),
    "way": (Status.SHIPPED, Status.READY),
    "refunds": (),
    "done": (Status.RECEIVED, Status.CLOSED, Status.REFUNDED),
    "all": tuple(Status),
}
# A pick-up code has six digits: ten guesses a minute are for typing errors, not for guessing.
_COLLECT_PER_MINUTE = 10


@blueprint.get("/m/<handle>")
async def show_today(handle: str) -> str:
    """Show a shop's day: its figures, and what waits to be sent."""
    return await _render_sales("market/today.html", handle, "send", is_day=True)


@blueprint.get("/m/<handle>/orders")
async def show_sales(handle: str) -> str:
    """Show a shop's orders; ``show`` chooses which, ``rows`` asks for the table alone."""
    show = request.args.get("show", "send")
    template = "market/_sales.html" if "rows" in request.args else "market/sales.html"
    show = show if show in _SHOWN else "send"
    return await _render_sales(template, handle, show, is_day="day" in request.args)


@blueprint.get("/m/<handle>/orders/<order_id>")
async def show_sale(handle: str, order_id: str) -> str:
    """Show one order of a shop."""
    return await _render_sale(handle, order_id, "market/sale.html")


@blueprint.get("/m/<handle>/orders/<order_id>/state")
async def show_sale_state(handle: str, order_id: str) -> str:
    """Return the part of the order's page that changes while it is open."""
    return await _render_sale(handle, order_id, "market/_sale.html")


@blueprint.get("/m/<handle>/orders/<order_id>/ship")
async def show_ship(handle: str, order_id: str) -> str:
    """Show the form for carrier and tracking number."""
    return await _render_sale(handle, order_id, "market/ship.html")


@blueprint.post("/m/<handle>/orders/<order_id>/ship")
async def post_ship(handle: str, order_id: str) -> ResponseReturnValue:
    """Say that a parcel is on its way."""
    form = await request.form
    await deps().db.write(
        service.ship_order,
        order_id,
        actor_id=current_person_id(),
        carrier=form.get("carrier", ""),
        tracking=form.get("tracking", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/orders/{order_id}")


@blueprint.post("/m/<handle>/orders/<order_id>/ready")
async def post_ready(handle: str, order_id: str) -> ResponseReturnValue:
    """Say that something waits to be collected."""
    await deps().db.write(
        service.mark_ready, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/orders/{order_id}")


@blueprint.post("/m/<handle>/orders/<order_id>/collect")
async def post_collect(handle: str, order_id: str) -> ResponseReturnValue:
    """Hand over against the code; tries are counted even when they fail."""
    code, now_ms, actor_id = (
        (await request.form).get("code", ""),
        deps().now_ms(),
        current_person_id(),
    )
    # A stranger's try is not counted: it would keep the shop from its own.
    await deps().db.read(service.access_sale, order_id, actor_id=actor_id)
    await deps().db.write(
        check_rate, f"market.collect:{order_id}", per_minute=_COLLECT_PER_MINUTE, now_ms=now_ms
    )
    await deps().db.write(
        service.collect_order, order_id, actor_id=actor_id, code=code, now_ms=now_ms
    )
    return see_other(f"/m/{handle}/orders/{order_id}")


@blueprint.post("/m/<handle>/orders/<order_id>/refund")
async def post_accept_refund(handle: str, order_id: str) -> ResponseReturnValue:
    """Give the money back."""
    await deps().db.write(
        service.accept_refund, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/orders/{order_id}")


@blueprint.get("/m/<handle>/orders/<order_id>/decline")
async def show_decline(handle: str, order_id: str) -> str:
    """Show the form that says no to a request for money back."""
    return await _render_sale(handle, order_id, "market/decline.html")


@blueprint.post("/m/<handle>/orders/<order_id>/decline")
async def post_decline(handle: str, order_id: str) -> ResponseReturnValue:
    """Say no, and why."""
    await deps().db.write(
        service.decline_refund,
        order_id,
        actor_id=current_person_id(),
        answer=(await request.form).get("answer", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/orders/{order_id}")


async def _render_sales(template: str, handle: str, show: str, *, is_day: bool) -> str:
    page = await deps().db.read(
        _read_sales,
        handle,
        show,
        actor_id=current_person_id(),
        before=request.args.get("before", ""),
        now_ms=deps().now_ms(),
    )
    last = page.orders[-1] if len(page.orders) == PAGE_COUNT and show != "refunds" else None
    before = encode_cursor(last.created_at_ms, last.id) if last else ""
    return await render(
        template,
        tab="merchant",
        console_tab="today" if is_day else "orders",
        brand=page.shop,
        is_day=is_day,
        page=page,
        show=show,
        state_of=state_of,
        more_url=with_query(f"/m/{handle}/orders", show=show, before=before) if before else "",
    )


async def _render_sale(handle: str, order_id: str, template: str) -> str:
    page: OrderPage = await deps().db.read(
        service.read_sale_page, order_id, actor_id=current_person_id()
    )
    asked = [refund for refund in page.refunds if refund.status is RefundStatus.ASKED]
    return await render(
        template,
        tab="merchant",
        console_tab="orders",
        brand=page.shop,
        page=page,
        state=state_of(page.order),
        asked=asked[0] if asked else None,
        base=f"/m/{handle}/orders/{order_id}",
    )


def _read_sales(
    tx: Tx, handle: str, show: str, *, actor_id: str, before: str, now_ms: int
) -> SalesPage:
    shop = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return service.read_sales(
        tx,
        shop.id,
        _SHOWN[show],
        actor_id=actor_id,
        asked_only=show == "refunds",
        before=decode_cursor(before),
        since_ms=now_ms - now_ms % DAY_MS,
    )
