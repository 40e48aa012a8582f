"""What a shop offers: adding, changing, finding."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError, NotFoundError
from host.core.money import Currency
from host.core.paging import Cursor
from host.core.text import clean_line, clean_text
from host.market import repository
from host.market.errors import OrderRefusedError, ProductNotFoundError, SkuTakenError
from host.market.model import PRICE_MINOR_MAX, STOCK_MAX, Kind, Product, ProductStatus
from host.market.service.changes import check_key

PAGE_COUNT = 20
SKU_CHARS_MAX = 64
NAME_CHARS_MAX = 120
DESCRIPTION_CHARS_MAX = 2000


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What a shop says of a product.

    No ``cover_id`` keeps the picture.  ``stock_shown`` is the count that the shop saw when it wrote
    ``stock``: what was sold since then stays sold.
    """

    sku: str
    name: str
    price_minor: int
    currency: Currency
    kind: Kind = Kind.GOODS
    stock: int | None = None
    stock_shown: int | None = None
    description: str = ""
    cover_id: str | None = None
    status: ProductStatus = ProductStatus.ON_SALE


def save_product(
    tx: Tx, product_id: str, *, actor_id: str, brand_id: str, facts: ProductFacts, now_ms: int
) -> Product:
    """Add a product under an id that the caller chose, or change it.

    Currency and kind stay as they were: orders that wait to be paid rely on them.
    """
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    check_key(product_id)
    _check_facts(facts)
    earlier = repository.lock_products(tx, [product_id]).get(product_id)
    if earlier is not None and earlier.brand_id != brand_id:
        raise IdempotencyKeyReusedError("This id belongs to another product. Use a new id.")
    if earlier is not None and (earlier.currency, earlier.kind) != (facts.currency, facts.kind):
        raise OrderRefusedError(
            "A product keeps its currency and the way it reaches people. Add a new product instead."
        )
    _check_sku_is_free(tx, product_id, brand_id, facts.sku)

    product = Product(
        id=product_id,
        brand_id=brand_id,
        sku=facts.sku,
        name=clean_line(facts.name, length_max=NAME_CHARS_MAX),
        description=clean_text(facts.description, length_max=DESCRIPTION_CHARS_MAX),
        kind=facts.kind,
        price_minor=facts.price_minor,
        currency=facts.currency,
        stock=_new_stock(facts, earlier),
        cover_id=facts.cover_id or (earlier.cover_id if earlier else None),
        status=facts.status,
        created_at_ms=earlier.created_at_ms if earlier else now_ms,
        updated_at_ms=now_ms,
    )
    repository.save_product(tx, product)
    return product


def set_cover(
    tx: Tx, product_id: str, *, actor_id: str, cover_id: str | None, now_ms: int
) -> Product:
    """Give a product another picture."""
    repository.lock_products(tx, [product_id])
    product = replace(
        access_own_product(tx, product_id, actor_id=actor_id),
        cover_id=cover_id,
        updated_at_ms=now_ms,
    )
    repository.save_product(tx, product)
    return product


def access_product(tx: Tx, product_id: str) -> Product:
    """Return a product that anybody may look at, paused or not."""
    product = repository.find_products(tx, [product_id]).get(product_id)
    if product is None:
        raise ProductNotFoundError("There is no product with this id.")
    return product


def access_own_product(tx: Tx, product_id: str, *, actor_id: str) -> Product:
    """Return a product that ``actor_id`` may change; a stranger's looks like a missing one."""
    product = repository.find_products(tx, [product_id]).get(product_id)
    if product is None:
        raise ProductNotFoundError("There is no product with this id.")
    try:
        brands.access_brand(tx, product.brand_id, actor_id=actor_id)
    except NotFoundError:
        raise ProductNotFoundError("There is no product with this id.") from None
    return product


def find_products(tx: Tx, product_ids: Sequence[str]) -> dict[str, Product]:
    """Return the products with these ids."""
    return repository.find_products(tx, product_ids)


def access_product_by_sku(tx: Tx, brand_id: str, sku: str) -> Product:
    """Return a shop's product by the name the shop gave it."""
    product = repository.find_products_by_sku(tx, brand_id, [sku]).get(sku)
    if product is None:
        raise ProductNotFoundError("This shop has no product %(sku)s.", sku=sku[:SKU_CHARS_MAX])
    return product


def list_shop_window(
    tx: Tx, brand_id: str, *, after: Cursor | None = None, limit: int = PAGE_COUNT
) -> list[Product]:
    """Return what a shop has on sale, in the order it was added."""
    return repository.list_brand_products(tx, brand_id, on_sale_only=True, after=after, limit=limit)


def search_shop_window(
    tx: Tx, brand_id: str, words: str, *, after: Cursor | None = None, limit: int = PAGE_COUNT
) -> list[Product]:
    """Return what a shop has on sale that ``words`` occur in, in the order it was added."""
    return repository.search_brand_products(tx, brand_id, words.strip(), after=after, limit=limit)


def list_catalogue(
    tx: Tx,
    brand_id: str,
    *,
    actor_id: str,
    after: Cursor | None = None,
    limit: int = PAGE_COUNT,
) -> list[Product]:
    """Return all that a shop has, for those who run it."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    return repository.list_brand_products(
        tx, brand_id, on_sale_only=False, after=after, limit=limit
    )


def search_products(
    tx: Tx, words: str, *, before: Cursor | None = None, limit: int = PAGE_COUNT
) -> list[Product]:
    """Return products on sale that ``words`` occur in, newest first."""
    return repository.search_products(tx, words.strip(), before=before, limit=limit)


def _new_stock(facts: ProductFacts, earlier: Product | None) -> int | None:
    if earlier is None or None in (facts.stock, facts.stock_shown, earlier.stock):
        return facts.stock
    assert facts.stock is not None  # said by the line above, which mypy cannot follow
    assert facts.stock_shown is not None
    assert earlier.stock is not None
    return max(0, earlier.stock + facts.stock - facts.stock_shown)


def _check_sku_is_free(tx: Tx, product_id: str, brand_id: str, sku: str) -> None:
    other = repository.find_products_by_sku(tx, brand_id, [sku]).get(sku)
    if other is not None and other.id != product_id:
        raise SkuTakenError(
            "Your product “%(name)s” already has this SKU. Choose another.", name=other.name
        )


def _check_facts(facts: ProductFacts) -> None:
    is_plain = facts.sku.isprintable() and not any(c.isspace() for c in facts.sku)
    if not 1 <= len(facts.sku) <= SKU_CHARS_MAX or not is_plain:
        raise OrderRefusedError("A SKU is 1 to 64 characters without spaces, such as TEA-050.")
    if not clean_line(facts.name, length_max=NAME_CHARS_MAX):
        raise OrderRefusedError("Give the product a name of 1 to 120 characters.")
    if not 1 <= facts.price_minor <= PRICE_MINOR_MAX:
        raise OrderRefusedError("The price must be more than zero.")
    if facts.stock is not None and not 0 <= facts.stock <= STOCK_MAX:
        raise OrderRefusedError("Stock is a whole number from 0, or empty when it is not counted.")
    if facts.kind is Kind.BILL:
        raise OrderRefusedError("A bill is not a product. Send bills to the people who owe them.")
