"""Pages of points: a person's with a shop, and the shop's form."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.idempotency import read_key
from host.core.ids import new_id
from host.core.money import CURRENCIES
from host.core.web import current_person_id, deps, render, see_other
from host.points import service
from host.points.edge import public_brand
from host.points.model import EXPIRY_MONTHS_MAX, WORTH_OF_POINTS, Programme
from host.wallet.edge import read_typed_money

blueprint = Blueprint("points", __name__)

_DIGITS_MAX = 15


@blueprint.get("/points/<handle>")
async def show_points(handle: str) -> str:
    """Show what one has with a shop, and the form that turns it into money."""
    brand = await deps().db.read(public_brand, handle)
    page = await deps().db.read(service.read_page, brand.id, person_id=current_person_id())
    return await render("points/points.html", tab="wallet", brand=brand, page=page, key=new_id())


@blueprint.post("/points/<handle>/redeem")
async def post_redeem(handle: str) -> ResponseReturnValue:
    """Turn points into money; the key in the form makes a double tap one act."""
    form: MultiDict[str, str] = await request.form
    brand = await deps().db.read(public_brand, handle)
    await deps().db.write(
        service.redeem,
        read_key(form.get("key", "")),
        brand_id=brand.id,
        person_id=current_person_id(),
        points=_read_count(form.get("points", "")),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/points/{handle}")


@blueprint.get("/m/<handle>/points")
async def show_programme(handle: str) -> str:
    """Show a shop its programme, what people hold and what that would cost."""
    brand, programme, outstanding = await deps().db.read(
        _read_programme, handle, actor_id=current_person_id()
    )
    return await render(
        "points/programme.html",
        tab="merchant",
        console_tab="money",
        brand=brand,
        programme=programme,
        outstanding=outstanding,
        is_owner=brand.owner_id == current_person_id(),
        worth_of=WORTH_OF_POINTS,
        months_max=EXPIRY_MONTHS_MAX,
        currencies=[(code, code) for code in CURRENCIES],
    )


@blueprint.post("/m/<handle>/points")
async def post_programme(handle: str) -> ResponseReturnValue:
    """Switch the programme on or off, and say what points cost and are worth."""
    form: MultiDict[str, str] = await request.form
    brand, _, _ = await deps().db.read(_read_programme, handle, actor_id=current_person_id())
    currency, months = form.get("currency", ""), form.get("months", "").strip()
    await deps().db.write(
        service.set_programme,
        brand.id,
        actor_id=current_person_id(),
        is_on=form.get("on") == "1",
        earn=read_typed_money(form.get("earn", ""), currency),
        worth=read_typed_money(form.get("worth", ""), currency),
        expiry_months=_read_count(months) if months else None,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/points")


def _read_programme(
    tx: Tx, handle: str, *, actor_id: str
) -> tuple[brands.Brand, Programme | None, int]:
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return brand, service.find_programme(tx, brand.id), service.outstanding(tx, brand.id)


def _read_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise BadInputError("Write a whole number in digits.")
    return int(text)
