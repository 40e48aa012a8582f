"""The cashier for orders of several merchants: every line is shown, one PIN pays them all."""

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from host.core.errors import AppError, BadInputError
from host.core.problems import to_problem
from host.core.text import whole_number
from host.core.web import current_person_id, deps, render
from host.payments.service import together
from host.wallet.authority import Proof
from host.wallet.edge import gate, read_proof
from host.wallet.errors import PasskeyChallengeError
from host.wallet.service.entry import authorise

blueprint = Blueprint("together", __name__, url_prefix="/pay/together")


@blueprint.get("/<bundle_id>")
async def show_together(bundle_id: str) -> ResponseReturnValue:
    """Show the orders and how to pay them."""
    return await _draw(bundle_id)


@blueprint.post("/<bundle_id>")
async def post_together(bundle_id: str) -> ResponseReturnValue:
    """Pay all of them, or none."""
    form = await request.form
    shown_minor = whole_number(form.get("amount_minor", ""))
    if shown_minor is None:
        raise BadInputError("The form does not say which amount was shown.")
    try:
        await _pay(bundle_id, read_proof(form.get("pin"), form.get("passkey")), shown_minor)
    except PasskeyChallengeError:
        raise  # for the page's script, which asks the device and comes again
    except AppError as error:
        # The sheet itself is the answer: it says what happened and offers the way on.
        return await _draw(bundle_id, error=error)
    if request.headers.get("X-Fragment") == "1":
        return await _draw(bundle_id)
    return redirect(f"/pay/together/{bundle_id}", 303)


async def _pay(bundle_id: str, proof: Proof, shown_minor: int) -> None:
    person_id, now_ms = current_person_id(), deps().now_ms()
    bundle = await deps().db.read(
        together.check_together,
        bundle_id,
        actor_id=person_id,
        shown_minor=shown_minor,
        now_ms=now_ms,
    )
    if bundle.is_paid_by(person_id):
        return
    confirmation_id = None
    if bundle.is_live:
        intent = together.together_intent(bundle, payer_id=person_id)
        confirmation_id = await authorise(gate(), intent, proof, now_ms=now_ms)
    await deps().db.write(
        together.pay_together,
        bundle_id,
        actor_id=person_id,
        confirmation_id=confirmation_id,
        shown_minor=shown_minor,
        now_ms=now_ms,
    )


async def _draw(bundle_id: str, *, error: AppError | None = None) -> ResponseReturnValue:
    person_id = current_person_id()
    view = await deps().db.read(
        together.read_together, bundle_id, actor_id=person_id, now_ms=deps().now_ms()
    )
    shown = error or view.refusal
    page = await render(
        "payments/together.html",
        view=view,
        bundle=view.bundle,
        is_done=view.bundle.is_paid_by(person_id),
        blocked=view.refusal.problem if view.refusal else "",
        problem=to_problem(shown) if shown else None,
        is_pin_problem=error is not None and error.problem in {"wrong-pin", "pin-locked"},
    )
    return Response(page, error.status if error else 200, content_type="text/html; charset=utf-8")
