"""Pages that ask contacts for money, and on which what is asked for is paid."""

from collections.abc import Callable
from typing import Any

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.errors import BadInputError
from host.core.idempotency import read_key
from host.core.ids import derived_id, new_id
from host.core.money import CURRENCIES, Money
from host.core.text import whole_number
from host.core.web import current_person_id, deps, render, see_other
from host.identity import service as identity
from host.wallet import request_entry
from host.wallet.edge import gate, needs_proof, read_proof, read_typed_money
from host.wallet.service import request_views, requests, views
from host.wallet.service.payments import MEMO_LENGTH_MAX

blueprint = Blueprint("ask", __name__)


@blueprint.get("/wallet/request")
async def show_payers() -> str:
    """Show whom money can be asked of."""
    found = await deps().db.read(views.find_receivers, current_person_id())
    return await render("wallet/send.html", tab="wallet", contacts=found, is_request=True)


@blueprint.get("/wallet/request/<handle>")
async def show_ask(handle: str) -> str:
    """Show the form for amount and note."""
    view = await deps().db.read(views.read_send, current_person_id(), handle=handle, currency=None)
    return await render(
        "wallet/ask.html",
        tab="wallet",
        view=view,
        currencies=CURRENCIES,
        key=new_id(),
        memo_length_max=MEMO_LENGTH_MAX,
    )


@blueprint.post("/wallet/request/<handle>")
async def post_ask(handle: str) -> ResponseReturnValue:
    """Ask; the form's key makes a double tap one request."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    payer = await deps().db.read(identity.access_person_by_handle, handle)
    made = await deps().db.write(
        requests.ask_money,
        derived_id("wallet.request", person_id, read_key(form.get("key", ""))),
        requester_id=person_id,
        payer_id=payer.id,
        money=read_typed_money(form.get("amount", ""), form.get("currency", "")),
        memo=form.get("memo", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/wallet/requests/{made.id}")


@blueprint.get("/wallet/requests/<request_id>")
async def show_request(request_id: str) -> str:
    """Show a request: who has paid, and what one can do."""
    view = await deps().db.read(
        request_views.read_request,
        request_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return await render("wallet/request.html", tab="wallet", view=view)


@blueprint.get("/wallet/requests/<request_id>/pay")
async def show_pay(request_id: str) -> ResponseReturnValue:
    """Show what will be paid, and ask for the PIN; nothing changes yet."""
    person_id = current_person_id()
    shown = await deps().db.read(
        request_views.read_request, request_id, actor_id=person_id, now_ms=deps().now_ms()
    )
    if not shown.can_pay or shown.own is None:
        return see_other(f"/wallet/requests/{request_id}")
    money = Money(shown.own.amount_minor, shown.request.currency)
    view = await deps().db.read(views.read_spend, person_id, currency=money.currency)
    if not view.has_pin:
        return see_other(f"/wallet/pin?next=/wallet/requests/{request_id}")
    return await render(
        "wallet/confirm.html",
        tab="wallet",
        action=f"/wallet/requests/{request_id}/pay",
        back=f"/wallet/requests/{request_id}",
        money=money,
        receiver=shown.requester,
        memo=shown.request.memo,
        key=request_id,
        needs_proof=await needs_proof(requests.pay_intent(shown.request, person_id)),
        hidden={"amount_minor": money.amount_minor},
    )


@blueprint.post("/wallet/requests/<request_id>/pay")
async def post_pay(request_id: str) -> ResponseReturnValue:
    """Pay one's share."""
    form: MultiDict[str, str] = await request.form
    amount_minor = whole_number(form.get("amount_minor", ""))
    if amount_minor is None:
        raise BadInputError("%(name)s must be a whole number.", name="amount_minor")
    await request_entry.pay_share(
        gate(),
        request_id,
        read_proof(form.get("pin"), form.get("passkey")),
        payer_id=current_person_id(),
        amount_minor=amount_minor,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/wallet/requests/{request_id}")


@blueprint.post("/wallet/requests/<request_id>/decline")
async def post_decline(request_id: str) -> ResponseReturnValue:
    """Say that one does not pay."""
    return await _change(requests.decline_share, request_id, payer_id=current_person_id())


@blueprint.post("/wallet/requests/<request_id>/close")
async def post_close(request_id: str) -> ResponseReturnValue:
    """Ask no more."""
    return await _change(requests.close_request, request_id, actor_id=current_person_id())


@blueprint.post("/wallet/requests/<request_id>/reminder")
async def post_reminder(request_id: str) -> ResponseReturnValue:
    """Remind whoever has not answered."""
    return await _change(requests.remind, request_id, actor_id=current_person_id())


async def _change(act: Callable[..., Any], request_id: str, **who: str) -> ResponseReturnValue:
    await deps().db.write(act, request_id, now_ms=deps().now_ms(), **who)
    return see_other(f"/wallet/requests/{request_id}")
