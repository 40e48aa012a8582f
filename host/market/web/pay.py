"""The payment sheet, drawn by the host above everything else.

The amount is the order's own; what the form carries is only compared with it.  A refusal draws the
sheet again with the sentence in it, because a person decides there what to do next.
"""

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from host.core.errors import AppError
from host.core.ids import new_id
from host.core.problems import to_problem
from host.core.web import current_person_id, deps, render, wants_fragment, with_query
from host.market import service
from host.market.edge import known_source, quantity_of, safe_next, state_of, till, whole
from host.market.model import LineAsk, Order, Status
from host.market.service import Payment, PaySheet
from host.wallet.edge import read_proof
from host.wallet.errors import PasskeyChallengeError, WeakPinError
from host.wallet.service.entry import change_pin

blueprint = Blueprint("pay", __name__)


@blueprint.get("/orders/<order_id>/pay")
async def show_pay(order_id: str) -> ResponseReturnValue:
    """Show the payment sheet of an order."""
    return await _draw_pay(order_id, address_id=request.args.get("address"))


@blueprint.post("/orders/<order_id>/pay")
async def post_pay(order_id: str) -> ResponseReturnValue:
    """Pay an order with the PIN."""
    form = await request.form
    payment = Payment(
        current_person_id(),
        read_proof(form.get("pin"), form.get("passkey")),
        whole(form.get("amount_minor", ""), name="amount_minor"),
        form.get("address_id") or None,
        whole(form.get("bonus_minor", "0"), name="bonus_minor"),
    )
    try:
        order = await service.take_payment(till(), order_id, payment)
    except PasskeyChallengeError:
        raise  # for the page's script, which asks the device and comes again
    except AppError as error:
        # The sheet itself is the answer: it says what happened and offers the way on.
        return await _draw_pay(order_id, address_id=payment.address_id, error=error)
    return await _after_payment(order)


@blueprint.post("/orders/<order_id>/pay/reprice")
async def post_reprice(order_id: str) -> ResponseReturnValue:
    """Take the new prices into the order, and show the sheet with them."""
    await deps().db.write(
        service.reprice_order, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return redirect(f"/orders/{order_id}/pay", 303)


@blueprint.get("/buy/<product_id>")
async def show_buy(product_id: str) -> ResponseReturnValue:
    """Show the sheet that orders a product and pays it in one go."""
    return await _draw_buy(
        product_id,
        order_id=request.args.get("order") or new_id(),
        quantity=quantity_of(request.args.get("quantity", "")),
        address_id=request.args.get("address"),
        source=known_source(request.args.get("from", "")),
    )


@blueprint.post("/buy/<product_id>")
async def post_buy(product_id: str) -> ResponseReturnValue:
    """Order a product and pay it with the PIN."""
    form = await request.form
    order_id, quantity = form.get("order_id", ""), quantity_of(form.get("quantity", ""))
    payment = Payment(
        current_person_id(),
        read_proof(form.get("pin"), form.get("passkey")),
        whole(form.get("amount_minor", ""), name="amount_minor"),
        form.get("address_id") or None,
        whole(form.get("bonus_minor", "0"), name="bonus_minor"),
    )
    shown_minor = whole(form.get("price_minor", ""), name="price_minor")
    source = known_source(form.get("from", ""))
    try:
        order = await service.take_purchase(
            till(),
            order_id,
            payment,
            ask=LineAsk(product_id, quantity, shown_minor),
            source=source,
        )
    except PasskeyChallengeError:
        raise  # as above
    except AppError as error:
        # As above.
        return await _draw_buy(
            product_id,
            order_id=order_id,
            quantity=quantity,
            address_id=payment.address_id,
            source=source,
            error=error,
        )
    return await _after_payment(order)


@blueprint.post("/orders/pin")
async def post_first_pin() -> ResponseReturnValue:
    """Set the first PIN from inside the sheet, and go on paying."""
    form = await request.form
    if form.get("pin_new", "") != form.get("pin_again", ""):
        raise WeakPinError("The two PINs are not the same. Type them again.")
    await change_pin(
        deps().db,
        deps().passwords,
        person_id=current_person_id(),
        current=None,
        new=form.get("pin_new", ""),
        now_ms=deps().now_ms(),
    )
    return redirect(safe_next(form.get("next", ""), "/orders"), 303)


async def _draw_pay(
    order_id: str, *, address_id: str | None, error: AppError | None = None
) -> ResponseReturnValue:
    sheet = await deps().db.read(
        service.read_pay_sheet,
        order_id,
        actor_id=current_person_id(),
        address_id=address_id,
        now_ms=deps().now_ms(),
    )
    assert sheet.order is not None, "the sheet was read for an order"
    if sheet.order.status is not Status.CREATED:
        return await _after_payment(sheet.order)
    path = f"/orders/{order_id}/pay"
    chosen = sheet.address.id if sheet.address else None
    return await _draw(sheet, path, here=with_query(path, address=chosen), error=error)


async def _draw_buy(
    product_id: str,
    *,
    order_id: str,
    quantity: int,
    address_id: str | None,
    source: str,
    error: AppError | None = None,
) -> ResponseReturnValue:
    sheet = await deps().db.read(
        service.read_buy_sheet,
        product_id,
        actor_id=current_person_id(),
        order_id=order_id,
        quantity=quantity,
        address_id=address_id,
        now_ms=deps().now_ms(),
    )
    path = f"/buy/{product_id}"
    kept = {"order": order_id, "from": source}
    chosen = sheet.address.id if sheet.address else None
    here = with_query(path, quantity=quantity, address=chosen, **kept)
    fewer = with_query(path, quantity=quantity - 1, address=chosen, **kept)
    more = with_query(path, quantity=quantity + 1, address=chosen, **kept)
    context = {
        "order_id": order_id,
        "quantity": quantity,
        "source": source,
        "fewer_url": fewer if quantity > 1 else "",
        "more_url": more if sheet.product and sheet.product.has(quantity + 1) else "",
    }
    return await _draw(sheet, path, here=here, error=error, **context)


async def _draw(
    sheet: PaySheet, path: str, *, here: str, error: AppError | None, **context: object
) -> ResponseReturnValue:
    blocked = sheet.refusal.problem if sheet.refusal else ""
    shown = error or sheet.refusal
    page = await render(
        "market/pay.html",
        sheet=sheet,
        post_url=path,
        here_url=here,
        blocked=blocked,
        problem=to_problem(shown) if shown else None,
        is_pin_problem=error is not None and error.problem in ("wrong-pin", "pin-locked"),
        **context,
    )
    return Response(page, error.status if error else 200, content_type="text/html; charset=utf-8")


async def _after_payment(order: Order) -> ResponseReturnValue:
    """Show in the sheet that it is done; without a script, show the order."""
    if not wants_fragment():
        return redirect(f"/orders/{order.id}", 303)
    return await render("market/paid.html", order=order, state=state_of(order))
