"""The console's pages of payments: a list to look through, and everything about one of them."""

from collections.abc import Mapping

import msgspec
from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.money import parse_amount
from host.core.web import current_person_id, deps, render, see_other, settings, with_query
from host.payments.codes import draw_code
from host.payments.model import Mode, Order, Status
from host.payments.schemas import NewRefund
from host.payments.service import capture, console, notices, orders
from host.payments.service.refunds import RefundAsk

blueprint = Blueprint("console", __name__, url_prefix="/m/<handle>/payments")


@blueprint.get("")
async def list_payments(handle: str) -> str:
    """Show payments, newest first, of one mode, perhaps of one status or with one number."""
    mode, status = mode_of(request.args.get("mode", "")), _status(request.args.get("status", ""))
    number = request.args.get("number", "").strip()
    brand, page = await deps().db.read(
        console.list_payments,
        handle,
        actor_id=current_person_id(),
        mode=mode,
        status=status,
        number=number,
        after=request.args.get("after"),
    )
    base = f"/m/{brand.handle}/payments"
    chosen = {"mode": mode.value, "number": number}
    kept = {**chosen, "status": status.value if status else None}
    return await render(
        "payments/list.html",
        tab="merchant",
        console_tab="payments",
        brand=brand,
        orders=page.orders,
        mode=mode.value,
        status=status.value if status else "",
        number=number,
        base=base,
        chips=[(each, with_query(base, status=each, **chosen)) for each in ("", *Status)],
        more_url=with_query(base, after=page.after, **kept) if page.after else "",
    )


@blueprint.get("/<order_id>")
async def show_payment(handle: str, order_id: str) -> str:
    """Show one payment: what happened, what was told, and what can be done."""
    view = await deps().db.read(
        console.read_payment, handle, order_id, actor_id=current_person_id()
    )
    return await render(
        "payments/payment.html",
        tab="merchant",
        console_tab="payments",
        brand=view.brand,
        view=view,
        order=view.order,
        base=f"/m/{view.brand.handle}/payments/{view.order.id}",
        pay_url=f"{settings().base_url}/pay/{view.order.id}",
    )


@blueprint.get("/<order_id>/code.png")
async def show_code(handle: str, order_id: str) -> ResponseReturnValue:
    """Return the QR code of a payment."""
    _, order = await deps().db.read(
        console.access_payment, handle, order_id, actor_id=current_person_id()
    )
    picture = draw_code(f"{settings().base_url}/pay/{order.id}")
    return Response(picture, content_type="image/png")


@blueprint.post("/<order_id>/refund")
async def post_refund(handle: str, order_id: str) -> ResponseReturnValue:
    """Give money back."""
    form = await request.form
    view = await deps().db.read(
        console.read_payment, handle, order_id, actor_id=current_person_id()
    )
    ask = _refund_ask(view.order, form)
    await deps().db.write(
        console.refund_payment,
        handle,
        order_id,
        ask,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/payments/{order_id}")


def _refund_ask(order: Order, form: Mapping[str, str]) -> RefundAsk:
    """Judge the form by the rules of the API; the number was made with the page."""
    amount_minor = parse_amount(form.get("amount", ""), order.currency)
    asked = {"out_trade_no": order.out_trade_no, "out_refund_no": form.get("refund_no", ""),
             "amount_minor": amount_minor, "reason": form.get("reason", "")}  # fmt: skip
    try:
        body = msgspec.convert(asked, NewRefund)
    except msgspec.ValidationError as error:
        raise BadInputError("Open the payment again and repeat the refund.") from error
    return RefundAsk(body.out_trade_no, body.out_refund_no, body.amount_minor, body.reason)


@blueprint.post("/<order_id>/<act>")
async def post_act(handle: str, order_id: str, act: str) -> ResponseReturnValue:
    """Capture what is held, give it up, or close what nobody has paid."""
    await deps().db.write(
        _do, handle, order_id, act, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/payments/{order_id}")


@blueprint.post("/<order_id>/events/<event_id>/resend")
async def post_resend(handle: str, order_id: str, event_id: str) -> ResponseReturnValue:
    """Tell the merchant's server again."""
    await deps().db.write(
        _resend,
        handle,
        order_id,
        event_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/payments/{order_id}")


def mode_of(text: str) -> Mode:
    """Return the mode that a page is about: live unless it says test."""
    return Mode.TEST if text == Mode.TEST.value else Mode.LIVE


def _do(tx: Tx, handle: str, order_id: str, act: str, *, actor_id: str, now_ms: int) -> None:
    order, caller = console.caller_of(tx, handle, order_id, actor_id=actor_id)
    match act:
        case "capture":
            capture.capture_order(
                tx, order.out_trade_no, caller=caller, amount_minor=None, now_ms=now_ms
            )
        case "void":
            capture.void_order(tx, order.out_trade_no, caller=caller, now_ms=now_ms)
        case "close":
            orders.close_order(tx, order.out_trade_no, caller=caller, now_ms=now_ms)
        case _:
            raise BadInputError("A payment is captured, voided or closed.")


def _resend(
    tx: Tx, handle: str, order_id: str, event_id: str, *, actor_id: str, now_ms: int
) -> None:
    _, caller = console.caller_of(tx, handle, order_id, actor_id=actor_id)
    notices.resend(tx, event_id, caller=caller, now_ms=now_ms)


def _status(text: str) -> Status | None:
    return Status(text) if text in set(Status) else None
