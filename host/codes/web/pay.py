"""A person's own code, and the sheet in which they confirm what a till asks for."""

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.codes import service
from host.codes.drawing import draw_svg
from host.codes.edge import desk
from host.codes.model import ChargeStatus
from host.codes.number import grouped
from host.codes.service import entry
from host.core.errors import AppError, BadInputError
from host.core.problems import to_problem
from host.core.text import whole_number
from host.core.web import current_person_id, deps, render, see_other
from host.wallet import service as wallet
from host.wallet.edge import needs_proof, read_proof
from host.wallet.errors import PasskeyChallengeError

blueprint = Blueprint("pay", __name__)


@blueprint.get("/wallet/code")
async def show_pay_code() -> ResponseReturnValue:
    """Show the page of one's own code; the code is made when the page asks for it."""
    if not await deps().db.read(wallet.has_pin, current_person_id()):
        return see_other("/wallet/pin?next=/wallet/code")
    waiting = await _waiting()
    return await render("codes/pay.html", tab="wallet", code=None, waiting=waiting)


@blueprint.post("/wallet/code")
async def post_pay_code() -> str:
    """Make a code and show it."""
    person_id = current_person_id()
    code = await deps().db.write(service.make_pay_code, person_id, now_ms=deps().now_ms())
    return await render(
        "codes/pay.html",
        tab="wallet",
        code=code,
        qr=draw_svg(code.number),
        number=grouped(code.number),
        left_s=(code.expires_at_ms - deps().now_ms()) // 1000,
        waiting=await _waiting(),
    )


@blueprint.get("/wallet/charges")
async def list_waiting() -> str:
    """Show what waits for one's word, for a page that is open."""
    return await render("codes/_waiting.html", waiting=await _waiting())


@blueprint.get("/wallet/charges/<charge_id>")
async def show_charge(charge_id: str) -> str:
    """Show what a till asks for, with the PIN's keypad."""
    return await _draw(charge_id)


@blueprint.post("/wallet/charges/<charge_id>")
async def post_charge(charge_id: str) -> ResponseReturnValue:
    """Pay what a till asks for; a refusal draws the sheet again with the sentence in it."""
    form: MultiDict[str, str] = await request.form
    shown_minor = whole_number(form.get("amount_minor", ""))
    if shown_minor is None:
        raise BadInputError("The amount must be a whole number of minor units.")
    try:
        await entry.confirm_charge(
            desk(),
            charge_id,
            actor_id=current_person_id(),
            shown_minor=shown_minor,
            proof=read_proof(form.get("pin"), form.get("passkey")),
        )
    except PasskeyChallengeError:
        raise  # for the page's script, which asks the device and comes again
    except AppError as error:
        page = await _draw(charge_id, error=error)
        return Response(page, error.status, content_type="text/html; charset=utf-8")
    return await _draw(charge_id)


@blueprint.post("/wallet/charges/<charge_id>/decline")
async def post_decline(charge_id: str) -> ResponseReturnValue:
    """Say no to a till."""
    await deps().db.write(
        service.decline_charge, charge_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other("/wallet/code")


async def _draw(charge_id: str, *, error: AppError | None = None) -> str:
    person_id = current_person_id()
    shown = await deps().db.read(service.access_charge, charge_id, actor_id=person_id)
    status = shown.charge.status
    if status is ChargeStatus.WAITING and deps().now_ms() >= shown.charge.expires_at_ms:
        status = ChargeStatus.EXPIRED
    have = await deps().db.read(wallet.balance, person_id, shown.charge.money.currency)
    return await render(
        "codes/charge.html",
        tab="wallet",
        shown=shown,
        status=status,
        balance=have,
        needs_proof=await needs_proof(service.charge_intent(shown.charge)),
        problem=to_problem(error) if error else None,
        is_pin_problem=error is not None and error.problem in ("wrong-pin", "pin-locked"),
    )


async def _waiting() -> list[service.ShownCharge]:
    return await deps().db.read(service.find_waiting, current_person_id(), now_ms=deps().now_ms())
