"""A shop's till: reads people's codes, shows its own."""

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.brands import service as brands
from host.codes import service
from host.codes.drawing import draw_png, draw_svg
from host.codes.edge import desk, read_scanned
from host.codes.model import MEMO_LENGTH_MAX, Link
from host.codes.number import grouped, link_url
from host.codes.service import entry
from host.core.errors import AppError
from host.core.idempotency import read_key
from host.core.ids import derived_id, new_id
from host.core.money import CURRENCIES
from host.core.problems import to_problem
from host.core.web import current_person_id, deps, render, see_other, settings, wants_fragment
from host.wallet.edge import read_typed_money

blueprint = Blueprint("till", __name__, url_prefix="/m/<handle>/till")


@blueprint.get("")
async def show_till(handle: str) -> str:
    """Show the form that charges a code, and what was charged last."""
    return await _draw(await _brand(handle))


@blueprint.post("/charges")
async def post_charge(handle: str) -> ResponseReturnValue:
    """Charge the code that was scanned or typed; a refusal keeps the amount."""
    brand = await _brand(handle)
    form: MultiDict[str, str] = await request.form
    try:
        charge = await entry.take_code(
            desk(),
            key=read_key(form.get("key", "")),
            brand_id=brand.id,
            actor_id=current_person_id(),
            typed=await read_scanned(form),
            money=read_typed_money(form.get("amount", ""), form.get("currency", "")),
            memo=form.get("memo", ""),
        )
    except AppError as error:
        if wants_fragment():
            raise
        page = await _draw(brand, form=form, error=error)
        return Response(page, error.status, content_type="text/html; charset=utf-8")
    return see_other(f"/m/{brand.handle}/till/charges/{charge.id}")


@blueprint.get("/charges/<charge_id>")
async def show_charge(handle: str, charge_id: str) -> str:
    """Show what became of a charge; ``part`` asks for what changes alone."""
    brand = await _brand(handle)
    shown = await deps().db.read(
        service.access_till_charge, charge_id, brand_id=brand.id, actor_id=current_person_id()
    )
    return await render(
        "codes/_till_charge.html" if "part" in request.args else "codes/till_charge.html",
        tab="merchant",
        console_tab="till",
        brand=brand,
        shown=shown,
    )


@blueprint.post("/links")
async def post_link(handle: str) -> ResponseReturnValue:
    """Make the code of one sale."""
    brand = await _brand(handle)
    form: MultiDict[str, str] = await request.form
    link = await deps().db.write(
        service.make_sale_link,
        derived_id("codes.sale", brand.id, read_key(form.get("key", ""))),
        brand_id=brand.id,
        actor_id=current_person_id(),
        money=read_typed_money(form.get("amount", ""), form.get("currency", "")),
        memo=form.get("memo", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{brand.handle}/till/links/{link.token}")


@blueprint.get("/links/<token>")
async def show_link(handle: str, token: str) -> str:
    """Show the code of one sale to the customer, and whether it was paid."""
    brand = await _brand(handle)
    link = await deps().db.read(
        service.access_sale_link, token, brand_id=brand.id, actor_id=current_person_id()
    )
    return await render(
        "codes/_till_link.html" if "part" in request.args else "codes/till_link.html",
        tab="merchant",
        console_tab="till",
        brand=brand,
        link=link,
        is_over=link.expires_at_ms is not None and deps().now_ms() >= link.expires_at_ms,
        qr=draw_svg(link_url(settings().base_url, link.token)),
        typed=grouped(link.token),
    )


@blueprint.get("/code")
async def show_counter_code(handle: str) -> str:
    """Show the code for the counter, to print or to put on a screen."""
    brand = await _brand(handle)
    link = await _counter_link(brand)
    return await render(
        "codes/counter.html",
        tab="merchant",
        console_tab="till",
        brand=brand,
        qr=draw_svg(link_url(settings().base_url, link.token)),
        typed=grouped(link.token),
    )


@blueprint.get("/code.png")
async def get_counter_picture(handle: str) -> ResponseReturnValue:
    """Give the code for the counter as a picture."""
    link = await _counter_link(await _brand(handle))
    picture = draw_png(link_url(settings().base_url, link.token))
    response = Response(picture, content_type="image/png")
    response.headers["Content-Disposition"] = f'attachment; filename="pay-{handle}.png"'
    return response


@blueprint.post("/code/reset")
async def post_reset(handle: str) -> ResponseReturnValue:
    """Replace the shop's codes."""
    brand = await _brand(handle)
    await deps().db.write(
        service.reset_shop_link,
        brand.id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{brand.handle}/till/code")


async def _draw(
    brand: brands.Brand, *, form: MultiDict[str, str] | None = None, error: AppError | None = None
) -> str:
    charges, misses = await deps().db.read(
        service.find_till, brand.id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    typed = form or MultiDict()
    return await render(
        "codes/_till_charges.html" if "rows" in request.args else "codes/till.html",
        tab="merchant",
        console_tab="till",
        brand=brand,
        charges=charges,
        misses=misses,
        amount=typed.get("amount", "")[:20],
        memo=typed.get("memo", "")[:MEMO_LENGTH_MAX],
        currency=typed.get("currency", CURRENCIES[0]),
        currencies=CURRENCIES,
        memo_length_max=MEMO_LENGTH_MAX,
        key=new_id(),
        problem=to_problem(error) if error else None,
    )


async def _counter_link(brand: brands.Brand) -> Link:
    link = await deps().db.read(service.find_lasting_link, brand.id)
    if link is None:
        link = await deps().db.write(
            service.open_shop_link,
            brand.id,
            actor_id=current_person_id(),
            now_ms=deps().now_ms(),
        )
    return link


async def _brand(handle: str) -> brands.Brand:
    return await deps().db.read(brands.access_brand_by_handle, handle, actor_id=current_person_id())
