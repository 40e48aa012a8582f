"""The code by which a person is paid."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.codes import service
from host.codes.drawing import draw_svg
from host.codes.model import MEMO_LENGTH_MAX, Link
from host.codes.number import grouped, link_url
from host.core.money import CURRENCIES
from host.core.web import current_person_id, deps, render, see_other, settings
from host.wallet.edge import read_typed_money

blueprint = Blueprint("receive", __name__)


@blueprint.get("/wallet/receive")
async def show_receive() -> str:
    """Show the code by which one is paid any amount."""
    person_id = current_person_id()
    link = await deps().db.read(service.find_lasting_link, person_id)
    if link is None:
        link = await deps().db.write(service.open_person_link, person_id, now_ms=deps().now_ms())
    return await _draw(link)


@blueprint.post("/wallet/receive")
async def post_amount() -> str:
    """Show a code for one amount."""
    form: MultiDict[str, str] = await request.form
    link = await deps().db.write(
        service.ask_amount,
        current_person_id(),
        money=read_typed_money(form.get("amount", ""), form.get("currency", "")),
        memo=form.get("memo", ""),
        now_ms=deps().now_ms(),
    )
    return await _draw(link)


@blueprint.post("/wallet/receive/reset")
async def post_reset() -> ResponseReturnValue:
    """Replace one's codes: those that others have kept lead nowhere any more."""
    await deps().db.write(service.reset_person_link, current_person_id(), now_ms=deps().now_ms())
    return see_other("/wallet/receive")


async def _draw(link: Link) -> str:
    url = link_url(settings().base_url, link.token)
    return await render(
        "codes/receive.html",
        tab="wallet",
        link=link,
        url=url,
        qr=draw_svg(url),
        typed=grouped(link.token),
        currencies=CURRENCIES,
        memo_length_max=MEMO_LENGTH_MAX,
    )
