"""Pages of the wallet's safety: PIN, passkeys, small payments, tier, and what admins decided."""

from quart import Blueprint, Response, make_response, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.errors import BadInputError
from host.core.text import whole_number
from host.core.web import current_person_id, deps, render, see_other, settings
from host.wallet import service, settings_entry
from host.wallet.edge import gate
from host.wallet.freeze_model import FREEZE_APPEAL_CHARS_MAX
from host.wallet.service import entry, settings_view
from host.wallet.web.home import asked_currency

blueprint = Blueprint("settings", __name__)

# Tells sheets of this browser to offer the passkey; it opens nothing.
PASSKEY_COOKIE = "hutong_passkey"
_COOKIE_TTL_S = 400 * 24 * 3600


@blueprint.get("/wallet/settings")
async def show_settings() -> ResponseReturnValue:
    """Show all of it."""
    view = await deps().db.read(
        settings_view.read_settings,
        current_person_id(),
        currency=asked_currency(),
        now_ms=deps().now_ms(),
    )
    page = await render(
        "wallet/settings.html",
        tab="wallet",
        view=view,
        appeal_length_max=FREEZE_APPEAL_CHARS_MAX,
    )
    response = await make_response(page)
    assert isinstance(response, Response), "it was made from a page"
    response.set_cookie(
        PASSKEY_COOKIE,
        "1" if view.passkeys else "",
        max_age=_COOKIE_TTL_S,
        httponly=True,
        samesite="Lax",
        secure=settings().is_https,
    )
    return response


@blueprint.get("/wallet/settings/small")
async def show_small() -> str:
    """Show the ceilings that may be chosen, and ask for the PIN."""
    view = await deps().db.read(
        settings_view.read_settings,
        current_person_id(),
        currency=asked_currency(),
        now_ms=deps().now_ms(),
    )
    return await render("wallet/small.html", tab="wallet", view=view)


@blueprint.post("/wallet/settings/small")
async def post_small() -> ResponseReturnValue:
    """Choose the ceiling of payments without a PIN."""
    form: MultiDict[str, str] = await request.form
    await settings_entry.choose_small(
        gate(),
        person_id=current_person_id(),
        pin=form.get("pin", ""),
        units=_whole(form.get("units", "")),
        now_ms=deps().now_ms(),
    )
    return see_other("/wallet/settings")


@blueprint.get("/wallet/passkeys/new")
async def show_new_passkey() -> str:
    """Ask for the PIN, before a device makes a passkey."""
    current_person_id()
    return await render("wallet/passkey_new.html", tab="wallet")


@blueprint.post("/wallet/passkeys/<passkey_id>/remove")
async def post_removed_passkey(passkey_id: str) -> ResponseReturnValue:
    """Forget a passkey."""
    await deps().db.write(service.remove_passkey, passkey_id, actor_id=current_person_id())
    return see_other("/wallet/settings")


@blueprint.get("/wallet/pin/forgotten")
async def show_forgotten() -> str:
    """Show the form that chooses a new PIN with the account's password."""
    current_person_id()
    return await render("wallet/pin_forgotten.html", tab="wallet")


@blueprint.post("/wallet/pin/forgotten")
async def post_forgotten() -> ResponseReturnValue:
    """Choose a new PIN that counts after a day."""
    form: MultiDict[str, str] = await request.form
    if form.get("new", "") != form.get("again", ""):
        raise BadInputError("The two PINs are not the same. Type the new one twice.")
    await entry.reset_pin(
        deps().db,
        deps().passwords,
        person_id=current_person_id(),
        password=form.get("password", ""),
        new=form.get("new", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/wallet/settings")


@blueprint.post("/wallet/pin/keep")
async def post_kept() -> ResponseReturnValue:
    """Keep the PIN as it is."""
    await deps().db.write(service.stop_reset, current_person_id())
    return see_other("/wallet/settings")


@blueprint.post("/wallet/appeal")
async def post_appeal() -> ResponseReturnValue:
    """Say why a frozen wallet should be free again."""
    form: MultiDict[str, str] = await request.form
    await deps().db.write(
        service.appeal_freeze,
        current_person_id(),
        text=form.get("text", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/wallet/settings")


def _whole(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise BadInputError("Choose one of the ceilings that are offered.")
    return number
