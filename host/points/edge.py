"""The shop that an address of points names."""

from host.brands import service as brands
from host.brands.errors import BrandNotFoundError
from host.core.db import Tx


def public_brand(tx: Tx, handle: str) -> brands.Brand:
    """Return the shop with this handle, which everybody may see."""
    brand = brands.find_brand_by_handle(tx, handle)
    if brand is None:
        raise BrandNotFoundError("There is no brand with this handle on the lane.")
    return brand
