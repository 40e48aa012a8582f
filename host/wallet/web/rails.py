"""Pages that bring money in and send it out."""

from urllib.parse import urlencode

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.idempotency import read_key
from host.core.ids import new_id
from host.core.money import CURRENCIES
from host.core.web import current_person_id, deps, render, see_other
from host.wallet import service
from host.wallet.edge import gate, read_proof, read_typed_money, safe_next
from host.wallet.rail_model import RailOperation, RailState
from host.wallet.rails import (
    DECLINED_MINOR,
    LATE_DONE_MINOR,
    LATE_FAILED_MINOR,
    RAILS,
    SILENT_MINOR,
)
from host.wallet.service import entry, rail, views
from host.wallet.web.home import asked_currency

blueprint = Blueprint("rails", __name__)

_AMOUNT_CHARS_MAX = 20
_SANDBOX_AMOUNTS = (DECLINED_MINOR, LATE_DONE_MINOR, LATE_FAILED_MINOR, SILENT_MINOR)


@blueprint.get("/wallet/top-up")
async def show_top_up() -> str:
    """Show the form that brings money in; a payment that lacks some says how much, and waits."""
    view = await deps().db.read(views.read_spend, current_person_id(), currency=asked_currency())
    return await render(
        "wallet/top_up.html",
        tab="wallet",
        view=view,
        currencies=CURRENCIES,
        sandbox_amounts=_SANDBOX_AMOUNTS,
        key=new_id(),
        amount=request.args.get("amount", "")[:_AMOUNT_CHARS_MAX],
        next=safe_next(request.args.get("next", ""), ""),
    )


@blueprint.post("/wallet/top-up")
async def post_top_up() -> ResponseReturnValue:
    """Bring money in from the sandbox bank; the form's key makes a double tap one top-up."""
    form: MultiDict[str, str] = await request.form
    operation = await entry.top_up(
        deps().db,
        RAILS["sandbox"],
        key=read_key(form.get("key", "")),
        person_id=current_person_id(),
        money=read_typed_money(form.get("amount", ""), form.get("currency", "")),
        now_ms=deps().now_ms(),
    )
    return _after_top_up(operation, safe_next(form.get("next", ""), ""))


@blueprint.get("/wallet/withdraw")
async def show_withdraw() -> str:
    """Show the form that sends money out."""
    view = await deps().db.read(views.read_spend, current_person_id(), currency=asked_currency())
    return await render("wallet/withdraw.html", tab="wallet", view=view)


@blueprint.post("/wallet/withdraw/confirm")
async def confirm_withdraw() -> ResponseReturnValue:
    """Show what will leave, and ask for the PIN; nothing changes yet."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    money = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    await deps().db.read(service.check_can_spend, person_id, money)
    if not await deps().db.read(service.has_pin, person_id):
        return see_other("/wallet/pin?next=/wallet")
    return await render(
        "wallet/confirm.html",
        tab="wallet",
        action="/wallet/withdraw",
        back="/wallet/withdraw",
        money=money,
        receiver=None,
        memo="",
        key=new_id(),
    )


@blueprint.post("/wallet/withdraw")
async def post_withdraw() -> ResponseReturnValue:
    """Send money out through the sandbox bank."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    money = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    key = read_key(form.get("key", ""))
    intent = rail.withdrawal_intent(
        entry.withdrawal_id(person_id, key), rail="sandbox", person_id=person_id, money=money
    )
    confirmation_id = await entry.authorise(
        gate(), intent, read_proof(form.get("pin"), form.get("passkey")), now_ms=deps().now_ms()
    )
    operation = await entry.withdraw(
        deps().db,
        RAILS["sandbox"],
        key=key,
        person_id=person_id,
        money=money,
        confirmation_id=confirmation_id,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/wallet/operations/{operation.id}")


@blueprint.get("/wallet/operations/<operation_id>")
async def show_operation(operation_id: str) -> str:
    """Show what became of a top-up or a withdrawal."""
    operation = await deps().db.read(
        rail.access_operation, operation_id, actor_id=current_person_id()
    )
    return await render(
        "wallet/operation.html",
        tab="wallet",
        operation=operation,
        next=safe_next(request.args.get("next", ""), ""),
    )


@blueprint.post("/wallet/operations/<operation_id>/ask")
async def ask_rail(operation_id: str) -> ResponseReturnValue:
    """Ask the rail what became of an order that it did not answer."""
    operation = await deps().db.read(
        rail.access_operation, operation_id, actor_id=current_person_id()
    )
    form: MultiDict[str, str] = await request.form
    operation = await entry.run_operation(
        deps().db, RAILS[operation.rail], operation, now_ms=deps().now_ms()
    )
    return _after_top_up(operation, safe_next(form.get("next", ""), ""))


def _after_top_up(operation: RailOperation, waiting: str) -> ResponseReturnValue:
    """Go on with the payment that waits for this money, if there is one and the money is here."""
    if waiting and operation.state is RailState.DONE:
        return redirect(waiting, 303)
    path = f"/wallet/operations/{operation.id}"
    return redirect(f"{path}?{urlencode({'next': waiting})}", 303) if waiting else see_other(path)
