"""The page that sets the payment PIN."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.errors import BadInputError
from host.core.web import current_person_id, deps, render, see_other
from host.wallet import service
from host.wallet.edge import safe_next
from host.wallet.service import entry

blueprint = Blueprint("pin", __name__)


@blueprint.get("/wallet/pin")
async def show_pin() -> str:
    """Show the form that sets or replaces the PIN."""
    has_pin = await deps().db.read(service.has_pin, current_person_id())
    return await render(
        "wallet/pin.html",
        tab="wallet",
        has_pin=has_pin,
        next=safe_next(request.args.get("next", "")),
    )


@blueprint.post("/wallet/pin")
async def post_pin() -> ResponseReturnValue:
    """Set or replace the PIN."""
    form: MultiDict[str, str] = await request.form
    if form.get("new", "") != form.get("again", ""):
        raise BadInputError("The two PINs are not the same. Type the new one twice.")
    await entry.change_pin(
        deps().db,
        deps().passwords,
        person_id=current_person_id(),
        current=form.get("current"),
        new=form.get("new", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(safe_next(form.get("next", "")))
