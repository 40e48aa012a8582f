"""Pages of bills: what is to pay, the directory, one bill, its payment."""

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.bills import service
from host.bills.model import LABEL_LENGTH_MAX, NUMBER_LENGTH_MAX, BillStatus
from host.bills.service import entry
from host.bills.service.entry import Desk
from host.core.errors import AppError, BadInputError
from host.core.idempotency import read_key
from host.core.ids import new_id
from host.core.problems import to_problem
from host.core.text import whole_number
from host.core.web import current_person_id, deps, render, see_other, settings
from host.wallet import service as wallet
from host.wallet.edge import gate, needs_proof, read_proof
from host.wallet.errors import PasskeyChallengeError

blueprint = Blueprint("bills", __name__)


@blueprint.get("/bills")
async def show_bills() -> str:
    """Show what is to pay and what was; ``part`` asks for what changes alone."""
    home = await deps().db.read(service.read_home, current_person_id())
    template = "bills/_home.html" if "part" in request.args else "bills/home.html"
    return await render(template, tab="wallet", home=home)


@blueprint.get("/bills/billers")
async def list_billers() -> str:
    """Show the directory, by region and kind."""
    current_person_id()
    billers = await deps().db.read(service.find_billers)
    return await render("bills/billers.html", tab="wallet", billers=billers)


@blueprint.get("/bills/billers/<handle>")
async def show_biller(handle: str) -> str:
    """Show the form that adds a number of this biller's."""
    current_person_id()
    return await _draw_biller(handle)


@blueprint.post("/bills/billers/<handle>")
async def post_account(handle: str) -> ResponseReturnValue:
    """Add a number: its bills come from now on."""
    form: MultiDict[str, str] = await request.form
    await entry.link_number(
        deps().db,
        current_person_id(),
        handle=handle,
        account_number=form.get("number", ""),
        label=form.get("label", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/bills")


@blueprint.post("/bills/accounts/<account_id>/remove")
async def post_remove(account_id: str) -> ResponseReturnValue:
    """Remove a number."""
    await deps().db.write(service.unlink_account, account_id, actor_id=current_person_id())
    return see_other("/bills")


@blueprint.get("/bills/<bill_id>")
async def show_bill(bill_id: str) -> str:
    """Show a bill, and the PIN's keypad while it can be paid."""
    return await _draw(bill_id)


@blueprint.post("/bills/<bill_id>")
async def post_bill(bill_id: str) -> ResponseReturnValue:
    """Pay a bill as it was shown; a refusal draws the page again with the sentence in it."""
    form: MultiDict[str, str] = await request.form
    key = read_key(form.get("key", ""))
    try:
        payment = await entry.settle_bill(
            desk(),
            bill_id,
            key=key,
            actor_id=current_person_id(),
            version=_whole(form, "version"),
            shown_minor=_whole(form, "amount_minor"),
            proof=read_proof(form.get("pin"), form.get("passkey")),
        )
    except PasskeyChallengeError:
        raise  # for the page's script, which asks the device and comes again
    except AppError as error:
        page = await _draw(bill_id, error=error)
        return Response(page, error.status, content_type="text/html; charset=utf-8")
    return see_other(f"/bills/payments/{payment.id}")


@blueprint.get("/bills/payments/<payment_id>")
async def show_payment(payment_id: str) -> str:
    """Show what became of a payment: the receipt, once the biller has taken it."""
    payment, shown = await deps().db.read(
        service.access_payment, payment_id, actor_id=current_person_id()
    )
    template = "bills/_payment.html" if "part" in request.args else "bills/payment.html"
    return await render(template, tab="wallet", payment=payment, shown=shown)


def desk() -> Desk:
    """Return what taking a payment needs."""
    return Desk(gate(), deps().now_ms, settings().platform_fee_bps)


def _whole(form: MultiDict[str, str], name: str) -> int:
    number = whole_number(form.get(name, ""))
    if number is None:
        raise BadInputError("%(name)s must be a whole number.", name=name)
    return number


async def _draw(bill_id: str, *, error: AppError | None = None) -> str:
    person_id = current_person_id()
    shown = await deps().db.read(service.access_bill, bill_id, actor_id=person_id)
    have = await deps().db.read(wallet.balance, person_id, shown.bill.money.currency)
    key = new_id()
    return await render(
        "bills/bill.html",
        tab="wallet",
        shown=shown,
        can_pay=shown.bill.status is BillStatus.OPEN,
        has_pin=await deps().db.read(wallet.has_pin, person_id),
        balance=have,
        needs_proof=await needs_proof(entry.intent_of(shown.bill, key=key, actor_id=person_id)),
        key=key,
        problem=to_problem(error) if error else None,
        is_pin_problem=error is not None and error.problem in ("wrong-pin", "pin-locked"),
    )


async def _draw_biller(handle: str) -> str:
    shown = await deps().db.read(service.read_biller, handle)
    return await render(
        "bills/biller.html",
        tab="wallet",
        shown=shown,
        number_length_max=NUMBER_LENGTH_MAX,
        label_length_max=LABEL_LENGTH_MAX,
    )
