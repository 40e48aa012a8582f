"""Taking money from contacts: accept, decline, cancel, and whether to be asked at all."""

from collections.abc import Callable

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.web import current_person_id, deps, render, see_other
from host.wallet.people_model import Offer
from host.wallet.service import payments

blueprint = Blueprint("receive", __name__)


@blueprint.post("/wallet/transfers/<transfer_id>/accept")
async def post_accept(transfer_id: str) -> ResponseReturnValue:
    """Take the money."""
    return await _end_offer(payments.accept_offer, transfer_id)


@blueprint.post("/wallet/transfers/<transfer_id>/decline")
async def post_decline(transfer_id: str) -> ResponseReturnValue:
    """Send the money back."""
    return await _end_offer(payments.decline_offer, transfer_id)


@blueprint.post("/wallet/transfers/<transfer_id>/cancel")
async def post_cancel(transfer_id: str) -> ResponseReturnValue:
    """Take back what one sent."""
    return await _end_offer(payments.cancel_offer, transfer_id)


@blueprint.get("/wallet/receiving")
async def show_receiving() -> str:
    """Show whether money from contacts is taken automatically."""
    taken = await deps().db.read(payments.takes_automatically, current_person_id())
    return await render("wallet/receiving.html", tab="wallet", is_automatic=taken)


@blueprint.post("/wallet/receiving")
async def post_receiving() -> ResponseReturnValue:
    """Choose whether money from contacts is taken automatically."""
    form = await request.form
    await deps().db.write(
        payments.set_receiving,
        current_person_id(),
        is_automatic=form.get("automatic") == "1",
        now_ms=deps().now_ms(),
    )
    return see_other("/wallet")


async def _end_offer(end: Callable[..., Offer], transfer_id: str) -> ResponseReturnValue:
    ended = await deps().db.write(
        end, transfer_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/wallet/transfers/{ended.id}")
