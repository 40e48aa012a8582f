"""Scanning a code, and paying whom it names."""

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.codes import service
from host.codes.edge import desk, read_scanned
from host.codes.model import MEMO_LENGTH_MAX, OpenedLink
from host.codes.number import read_token
from host.codes.service import entry
from host.core.errors import AppError
from host.core.idempotency import read_key
from host.core.ids import new_id
from host.core.problems import to_problem
from host.core.text import clean_line
from host.core.web import current_person_id, deps, render, see_other, settings, wants_fragment
from host.wallet.edge import needs_proof, read_proof, read_typed_money
from host.wallet.service import views

blueprint = Blueprint("scan", __name__)


@blueprint.get("/wallet/scan")
async def show_scan() -> str:
    """Show the camera, the choice of a picture and a field to type in."""
    current_person_id()
    return await render("codes/scan.html", tab="wallet", problem=None)


@blueprint.post("/wallet/scan")
async def post_scan() -> ResponseReturnValue:
    """Open what a code leads to: a payment of this lane, or nothing."""
    current_person_id()
    form: MultiDict[str, str] = await request.form
    try:
        token = read_token(await read_scanned(form), base_url=settings().base_url)
        await deps().db.read(service.access_link, token, now_ms=deps().now_ms())
    except AppError as error:
        if wants_fragment():
            raise
        page = await render("codes/scan.html", tab="wallet", problem=to_problem(error))
        return Response(page, error.status, content_type="text/html; charset=utf-8")
    return see_other(f"/c/{token}")


@blueprint.get("/c/<token>")
async def show_link(token: str) -> str:
    """Show whom a scanned code pays, and the form for the amount."""
    opened = await _open(token)
    return await _draw_amount(opened)


@blueprint.post("/c/<token>/confirm")
async def confirm_link(token: str) -> ResponseReturnValue:
    """Show whom and how much, and ask for the PIN; nothing changes yet."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    money = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    memo = clean_line(form.get("memo", ""), length_max=MEMO_LENGTH_MAX)
    opened = await deps().db.read(
        service.check_link, token, payer_id=person_id, money=money, now_ms=deps().now_ms()
    )
    spend = await deps().db.read(views.read_spend, person_id, currency=money.currency)
    if not spend.has_pin:
        return see_other(f"/wallet/pin?next=/c/{token}")
    key = new_id()
    intent = entry.scanned_intent(opened.link, key=key, payer_id=person_id, money=money)
    return await render(
        "codes/confirm.html",
        tab="wallet",
        opened=opened,
        money=money,
        memo=memo,
        needs_proof=await needs_proof(intent),
        key=key,
    )


@blueprint.post("/c/<token>")
async def post_link(token: str) -> ResponseReturnValue:
    """Pay; the form's key makes a double tap one payment."""
    form: MultiDict[str, str] = await request.form
    money = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    paid = await entry.pay_scanned(
        desk(),
        key=read_key(form.get("key", "")),
        token=token,
        payer_id=current_person_id(),
        money=money,
        memo=form.get("memo", ""),
        proof=read_proof(form.get("pin"), form.get("passkey")),
    )
    return see_other(f"/wallet/transfers/{paid.transfer_id}")


async def _open(token: str) -> OpenedLink:
    current_person_id()
    return await deps().db.read(service.access_link, token, now_ms=deps().now_ms())


async def _draw_amount(opened: OpenedLink) -> str:
    spend = await deps().db.read(
        views.read_spend, current_person_id(), currency=opened.link.currency
    )
    return await render(
        "codes/link.html",
        tab="wallet",
        opened=opened,
        spend=spend,
        memo_length_max=MEMO_LENGTH_MAX,
    )
