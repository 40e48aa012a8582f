"""Pages that send money to a contact."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.idempotency import read_key
from host.core.ids import derived_id, new_id
from host.core.text import clean_line
from host.core.web import current_person_id, deps, render, see_other
from host.identity import service as identity
from host.wallet import service
from host.wallet.edge import gate, read_proof, read_typed_money
from host.wallet.service import entry, payments, views
from host.wallet.service.payments import MEMO_LENGTH_MAX
from host.wallet.web.home import asked_currency

blueprint = Blueprint("send", __name__)


@blueprint.get("/wallet/send")
async def show_receivers() -> str:
    """Show whom money can be sent to."""
    found = await deps().db.read(views.find_receivers, current_person_id())
    return await render("wallet/send.html", tab="wallet", contacts=found, is_request=False)


@blueprint.get("/wallet/send/<handle>")
async def show_send(handle: str) -> str:
    """Show the form for amount and note."""
    view = await deps().db.read(
        views.read_send, current_person_id(), handle=handle, currency=asked_currency()
    )
    return await render(
        "wallet/send_amount.html", tab="wallet", view=view, memo_length_max=MEMO_LENGTH_MAX
    )


@blueprint.post("/wallet/send/<handle>/confirm")
async def confirm_send(handle: str) -> ResponseReturnValue:
    """Show whom and how much, and ask for the PIN; nothing changes yet."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    money = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    memo = clean_line(form.get("memo", ""), length_max=MEMO_LENGTH_MAX)
    view = await deps().db.read(views.read_send, person_id, handle=handle, currency=money.currency)
    assert view.person is not None, "read_send refuses strangers"
    await deps().db.read(
        payments.check_send, sender_id=person_id, receiver_id=view.person.id, money=money
    )
    if not view.has_pin:
        return see_other(f"/wallet/pin?next=/wallet/send/{handle}")
    key = new_id()
    intent = payments.send_intent(
        derived_id("wallet.send", person_id, key),
        sender_id=person_id,
        receiver_id=view.person.id,
        money=money,
    )
    demand = await deps().db.read(service.preview_payment, intent, now_ms=deps().now_ms())
    return await render(
        "wallet/confirm.html",
        tab="wallet",
        action=f"/wallet/send/{handle}",
        back=f"/wallet/send/{handle}",
        money=money,
        receiver=view.person,
        memo=memo,
        needs_proof=demand.needs_proof,
        key=key,
    )


@blueprint.post("/wallet/send/<handle>")
async def post_send(handle: str) -> ResponseReturnValue:
    """Send the money; the form's key makes a double tap one transfer."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    money = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    transfer_id = derived_id("wallet.send", person_id, read_key(form.get("key", "")))
    receiver = await deps().db.read(identity.access_person_by_handle, handle)
    intent = payments.send_intent(
        transfer_id, sender_id=person_id, receiver_id=receiver.id, money=money
    )
    confirmation_id = await entry.authorise(
        gate(), intent, read_proof(form.get("pin"), form.get("passkey")), now_ms=deps().now_ms()
    )
    await deps().db.write(
        payments.send_money,
        transfer_id,
        sender_id=person_id,
        receiver_id=receiver.id,
        money=money,
        memo=form.get("memo", ""),
        confirmation_id=confirmation_id,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/wallet/transfers/{transfer_id}")
