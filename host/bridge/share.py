"""What a page gives when it is shared: the product it shows, the page itself, or the shop."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from host.bridge.links import Link, MadeBy, link_path, seal_link, texts
from host.bridge.model import Share
from host.bridge.pairwise import openid
from host.bridge.service import put_share
from host.bridge.visit import Visit
from host.core.errors import NotFoundError
from host.core.ids import derived_id
from host.market import service as market
from sdk.contract import ArgumentRefusedError, validate_args

# A code of more dots cannot be read from a screen at arm's length.
QR_URL_LENGTH_MAX = 600
_STORED_PICTURE = re.compile(r"/media/([0-9a-f]{32})(?:-[0-9]+)?\.webp")


async def share_effect(visit: Visit, result: Any) -> dict[str, Any]:
    """Return the effect that opens the host's share sheet.

    A card that names a product of this merchant by its ``sku`` becomes that product's live card,
    with price and Buy: from word of mouth to bought in two taps.  Another becomes a card of its
    page, this one unless it names one; what is no card shares the shop.
    """
    card = _card(result)
    if card is None or (card["page"] or visit.path) not in visit.pages:
        return _effect("program", visit.program_id)
    sku = card["query"].get("sku")
    if isinstance(sku, str):
        try:
            product = await visit.deps.db.read(market.access_product_by_sku, visit.brand_id, sku)
        except NotFoundError:
            pass
        else:
            return _effect("product", product.id)
    share = await make_share(
        visit,
        MadeBy.SHARE,
        page=card["page"] or visit.path,
        query=card["query"],
        title=card["title"],
        image=card["image"] or "",
    )
    return _effect("page", share.id)


async def make_share(
    visit: Visit,
    made_by: MadeBy,
    *,
    page: str,
    query: Mapping[str, Any],
    title: str,
    words: str = "",
    image: str = "",
) -> Share:
    """Store a page as somebody shares it; the same words from the same person are one share."""
    given, secret = texts(query), visit.deps.settings.secret_key
    picture = _STORED_PICTURE.fullmatch(image)
    link = Link(made_by, openid(secret, visit.program_id, visit.person_id), visit.now_ms)
    token = seal_link(link, secret_key=secret, program_id=visit.program_id, page=page, query=given)
    pairs = msgspec.json.encode(sorted(given.items())).decode()
    words_of_it = (made_by.value, page, pairs, title, words, image)
    share = Share(
        id=derived_id("share", visit.program_id, visit.person_id, *words_of_it),
        program_id=visit.program_id,
        person_id=visit.person_id,
        page=page,
        query=given,
        title=title,
        words=words,
        image_id=picture[1] if picture else None,
        token=token,
        created_at_ms=visit.now_ms,
    )
    return await visit.deps.db.write(put_share, share)


def url_of(base_url: str, share: Share) -> str:
    """Return the whole address that a share leads to."""
    return base_url + link_path(share.program_id, share.page, share.query, share.token)


def _effect(kind: str, card_id: str) -> dict[str, Any]:
    return {"name": "share", "args": {"kind": kind, "id": card_id}}


def _card(result: Any) -> dict[str, Any] | None:
    """Return a card as the contract promises it; a worker may return anything."""
    try:
        return validate_args("share.card", result) if isinstance(result, dict) else None
    except ArgumentRefusedError:
        return None
