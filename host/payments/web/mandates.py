"""Pages of mandates: read and sign one, see what was debited, revoke it."""

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from host.core.errors import AppError
from host.core.problems import to_problem
from host.core.web import current_person_id, deps, render, see_other
from host.payments.service import signing
from host.wallet.authority import Proof
from host.wallet.edge import gate, read_proof
from host.wallet.errors import PasskeyChallengeError
from host.wallet.service.entry import authorise

blueprint = Blueprint("mandates", __name__)


@blueprint.get("/wallet/mandates")
async def list_mandates() -> str:
    """Show what the person has signed."""
    found = await deps().db.read(
        signing.list_mandates, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return await render("payments/mandates.html", tab="wallet", found=found)


@blueprint.get("/pay/mandates/<mandate_id>")
async def show_mandate(mandate_id: str) -> ResponseReturnValue:
    """Show who wants to debit what, and how to sign it; or what was debited."""
    return await _draw(mandate_id)


@blueprint.post("/pay/mandates/<mandate_id>")
async def post_signature(mandate_id: str) -> ResponseReturnValue:
    """Sign a mandate with the PIN or a passkey; a test without."""
    form = await request.form
    try:
        proof = read_proof(form.get("pin"), form.get("passkey"))
        await _sign(mandate_id, proof, form.get("terms", ""))
    except PasskeyChallengeError:
        raise  # for the page's script, which asks the device and comes again
    except AppError as error:
        # The page itself is the answer: it says what happened and offers the way on.
        return await _draw(mandate_id, error=error)
    if request.headers.get("X-Fragment") == "1":
        return await _draw(mandate_id)
    return redirect(f"/pay/mandates/{mandate_id}", 303)


@blueprint.post("/pay/mandates/<mandate_id>/revoke")
async def post_revoke(mandate_id: str) -> ResponseReturnValue:
    """End it at once."""
    await deps().db.write(
        signing.revoke_own, mandate_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other("/wallet/mandates")


async def _sign(mandate_id: str, proof: Proof, shown_terms: str) -> None:
    person_id, now_ms = current_person_id(), deps().now_ms()
    mandate = await deps().db.read(
        signing.check_signing,
        mandate_id,
        actor_id=person_id,
        shown_terms=shown_terms,
        now_ms=now_ms,
    )
    if mandate.person_id == person_id:
        return
    confirmation_id = None
    if mandate.is_live:
        intent = signing.signing_intent(mandate, person_id)
        confirmation_id = await authorise(gate(), intent, proof, now_ms=now_ms)
    await deps().db.write(
        signing.sign,
        mandate_id,
        actor_id=person_id,
        confirmation_id=confirmation_id,
        shown_terms=shown_terms,
        now_ms=now_ms,
    )


async def _draw(mandate_id: str, *, error: AppError | None = None) -> ResponseReturnValue:
    view = await deps().db.read(
        signing.read_mandate, mandate_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    shown = error or view.refusal
    page = await render(
        "payments/mandate.html",
        tab="wallet",
        view=view,
        mandate=view.mandate,
        terms=view.mandate.terms,
        problem=to_problem(shown) if shown else None,
        is_pin_problem=error is not None and error.problem in {"wrong-pin", "pin-locked"},
    )
    return Response(page, error.status if error else 200, content_type="text/html; charset=utf-8")
