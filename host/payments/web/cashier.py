"""The cashier: a sheet or a page in which a person pays an order of a merchant's server.

The amount is the order's own; what the form carries is only compared with it.  A refusal draws the
sheet again with the sentence in it, because a person decides there what to do next.
"""

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from host.core.errors import AppError, BadInputError
from host.core.problems import to_problem
from host.core.text import whole_number
from host.core.web import current_person_id, deps, render
from host.payments.model import Order, Status
from host.payments.service import paying
from host.wallet.authority import Proof
from host.wallet.edge import gate, read_proof
from host.wallet.errors import PasskeyChallengeError, WeakPinError
from host.wallet.service.entry import authorise, change_pin

blueprint = Blueprint("cashier", __name__, url_prefix="/pay")


@blueprint.get("/<order_id>")
async def show_cashier(order_id: str) -> ResponseReturnValue:
    """Show an order and how to pay it."""
    return await _draw(order_id)


@blueprint.post("/<order_id>")
async def post_payment(order_id: str) -> ResponseReturnValue:
    """Pay an order with the PIN; a test order without."""
    form = await request.form
    shown_minor = whole_number(form.get("amount_minor", ""))
    if shown_minor is None:
        raise BadInputError("The form does not say which amount was shown.")
    try:
        await _pay(order_id, read_proof(form.get("pin"), form.get("passkey")), shown_minor)
    except PasskeyChallengeError:
        raise  # for the page's script, which asks the device and comes again
    except AppError as error:
        # The sheet itself is the answer: it says what happened and offers the way on.
        return await _draw(order_id, error=error)
    return await _draw(order_id) if _is_sheet() else redirect(f"/pay/{order_id}", 303)


@blueprint.post("/<order_id>/pin")
async def post_first_pin(order_id: str) -> ResponseReturnValue:
    """Set the first PIN from inside the cashier, and go on paying."""
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
    return redirect(f"/pay/{order_id}", 303)


async def _pay(order_id: str, proof: Proof, shown_minor: int) -> Order:
    person_id, now_ms = current_person_id(), deps().now_ms()
    order = await deps().db.read(
        paying.check_payment, order_id, actor_id=person_id, shown_minor=shown_minor, now_ms=now_ms
    )
    if order.payer_id == person_id:
        return order
    if not order.is_live:
        return await deps().db.write(paying.pay_test, order_id, actor_id=person_id, now_ms=now_ms)
    intent = paying.payment_intent(order, payer_id=person_id)
    confirmation_id = await authorise(gate(), intent, proof, now_ms=now_ms)
    return await deps().db.write(
        paying.pay,
        order_id,
        actor_id=person_id,
        confirmation_id=confirmation_id,
        shown_minor=shown_minor,
        now_ms=now_ms,
    )


async def _draw(order_id: str, *, error: AppError | None = None) -> ResponseReturnValue:
    cashier = await deps().db.read(
        paying.read_cashier, order_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    shown = error or cashier.refusal
    page = await render(
        "payments/cashier.html",
        cashier=cashier,
        order=cashier.order,
        is_done=cashier.order.status in {Status.PAID, Status.HELD},
        is_waiting=cashier.order.late_at_ms is not None,
        blocked=cashier.refusal.problem if cashier.refusal else "",
        problem=to_problem(shown) if shown else None,
        is_pin_problem=error is not None and error.problem in {"wrong-pin", "pin-locked"},
    )
    return Response(page, error.status if error else 200, content_type="text/html; charset=utf-8")


def _is_sheet() -> bool:
    return request.headers.get("X-Fragment") == "1"
