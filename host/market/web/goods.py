"""A shop's catalogue: adding goods, changing price, stock and picture."""

from dataclasses import replace

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.brands import service as brands
from host.brands.service import Brand
from host.core.db import Tx
from host.core.ids import new_id
from host.core.media import store_image
from host.core.money import CURRENCIES, parse_amount, parse_currency
from host.core.paging import Cursor, decode_cursor, encode_cursor
from host.core.web import current_person_id, deps, read_upload, render, see_other, with_query
from host.market import service
from host.market.edge import whole
from host.market.errors import OrderRefusedError
from host.market.model import Kind, Product, ProductStatus
from host.market.service import ProductFacts
from host.market.service.catalogue import PAGE_COUNT
from host.wallet.service import FIRST_CURRENCY

blueprint = Blueprint("goods", __name__)


@blueprint.get("/m/<handle>/goods")
async def show_goods(handle: str) -> str:
    """Show a shop's catalogue."""
    shop, products = await deps().db.read(
        _read_goods,
        handle,
        actor_id=current_person_id(),
        after=decode_cursor(request.args.get("after", "")),
    )
    last = products[-1] if len(products) == PAGE_COUNT else None
    after = encode_cursor(last.created_at_ms, last.id) if last else ""
    return await render(
        "market/goods.html",
        tab="merchant",
        console_tab="goods",
        brand=shop,
        shop=shop,
        products=products,
        more_url=with_query(f"/m/{handle}/goods", after=after) if after else "",
    )


@blueprint.get("/m/<handle>/goods/new")
async def show_new_product(handle: str) -> str:
    """Show the form for a new product."""
    shop = await deps().db.read(brands.access_brand_by_handle, handle, actor_id=current_person_id())
    return await _render_form(shop, new_id(), None)


@blueprint.get("/m/<handle>/goods/<product_id>")
async def show_own_product(handle: str, product_id: str) -> str:
    """Show the form that changes a product."""
    shop, product = await deps().db.read(
        _read_product, handle, product_id, actor_id=current_person_id()
    )
    return await _render_form(shop, product_id, product)


@blueprint.post("/m/<handle>/goods/<product_id>")
async def post_product(handle: str, product_id: str) -> ResponseReturnValue:
    """Save a product, with a new picture when one was chosen."""
    shop = await deps().db.read(brands.access_brand_by_handle, handle, actor_id=current_person_id())
    form = await request.form
    facts = _facts(form)
    facts = replace(facts, cover_id=await _stored_picture())
    await deps().db.write(
        service.save_product,
        product_id,
        actor_id=current_person_id(),
        brand_id=shop.id,
        facts=facts,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/goods")


async def _stored_picture() -> str | None:
    """Keep the picture that was sent and return its id; None when none was chosen."""
    content = await read_upload("picture")
    return await store_image(deps(), content, owner_id=current_person_id()) if content else None


async def _render_form(shop: Brand, product_id: str, product: Product | None) -> str:
    return await render(
        "market/product_form.html",
        tab="merchant",
        console_tab="goods",
        brand=shop,
        shop=shop,
        product_id=product_id,
        product=product,
        currencies=[(code, code) for code in CURRENCIES],
        first_currency=FIRST_CURRENCY,
    )


def _facts(form: MultiDict[str, str]) -> ProductFacts:
    currency = parse_currency(form.get("currency", ""))
    stock, shown = form.get("stock", "").strip(), form.get("stock_shown", "")
    kind = form.get("kind", "")
    if kind not in set(Kind):
        raise OrderRefusedError("Choose how the product reaches people.")
    return ProductFacts(
        sku=form.get("sku", "").strip(),
        name=form.get("name", ""),
        price_minor=parse_amount(form.get("price", ""), currency),
        currency=currency,
        kind=Kind(kind),
        stock=whole(stock, name="stock") if stock else None,
        stock_shown=whole(shown, name="stock") if shown else None,
        description=form.get("description", ""),
        cover_id=None,
        status=ProductStatus.ON_SALE if form.get("on_sale") else ProductStatus.PAUSED,
    )


def _read_goods(
    tx: Tx, handle: str, *, actor_id: str, after: Cursor | None
) -> tuple[Brand, list[Product]]:
    shop = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return shop, service.list_catalogue(tx, shop.id, actor_id=actor_id, after=after)


def _read_product(tx: Tx, handle: str, product_id: str, *, actor_id: str) -> tuple[Brand, Product]:
    shop = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return shop, service.access_own_product(tx, product_id, actor_id=actor_id)
