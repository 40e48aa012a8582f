"""Products as everybody may see them: one page each, and a search over the lane."""

from quart import Blueprint, request

from host.brands import service as brands
from host.core.db import Tx
from host.core.paging import Cursor, decode_cursor, encode_cursor
from host.core.web import current_person_id, deps, render, with_query
from host.market import service
from host.market.edge import known_source
from host.market.model import Product
from host.market.service.catalogue import PAGE_COUNT

blueprint = Blueprint("products", __name__)

_WORDS_CHARS_MAX = 80


@blueprint.get("/products/<product_id>")
async def show_product(product_id: str) -> str:
    """Show a product and its shop."""
    current_person_id()
    page = await deps().db.read(service.read_product_page, product_id)
    source = known_source(request.args.get("from", ""))
    buy_url = with_query(f"/buy/{product_id}", **{"from": source})
    return await render("market/product.html", tab="shops", page=page, buy_url=buy_url)


@blueprint.get("/discover/products")
async def show_products() -> str:
    """Show what is on sale on the lane, or what some words are found in."""
    current_person_id()
    words = request.args.get("q", "")[:_WORDS_CHARS_MAX].strip()
    products, shops = await deps().db.read(
        _find, words, before=decode_cursor(request.args.get("before", ""))
    )
    last = products[-1] if len(products) == PAGE_COUNT else None
    before = encode_cursor(last.created_at_ms, last.id) if last else ""
    return await render(
        "market/products.html",
        tab="discover",
        words=words,
        products=products,
        shops=shops,
        more_url=with_query("/discover/products", q=words, before=before) if before else "",
    )


def _find(
    tx: Tx, words: str, *, before: Cursor | None
) -> tuple[list[Product], dict[str, brands.Brand]]:
    products = service.search_products(tx, words, before=before)
    return products, brands.find_brands(tx, sorted({p.brand_id for p in products}))
