"""Links, QR codes and posters of pages; all that they lead to is sealed by the host."""

from collections.abc import Mapping
from typing import Any

from host.bridge.capabilities.handler import Handler
from host.bridge.links import Link, MadeBy, link_path, open_link, seal_link, texts
from host.bridge.pairwise import openid
from host.bridge.share import QR_URL_LENGTH_MAX, make_share, url_of
from host.bridge.visit import Visit
from runtime.model import CallRefusedError
from sdk.contract.errors import BAD_ARGUMENT


async def link_info(visit: Visit, _number: int, _args: dict[str, Any]) -> dict[str, Any]:
    """Return what the seal of this page's address says."""
    link = link_of(visit)
    if link is None:
        return {"signed": False, "made_by": None, "sharer": None, "made_at_ms": None}
    return {
        "signed": True,
        "made_by": link.made_by.value,
        "sharer": link.sharer,
        "made_at_ms": link.made_at_ms,
    }


async def link_make(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Return a sealed address."""
    page, query = _page(visit, args), texts(args["query"])
    secret = visit.deps.settings.secret_key
    sharer = openid(secret, visit.program_id, visit.person_id)
    token = seal_link(
        Link(MadeBy.PROGRAM, sharer, visit.now_ms),
        secret_key=secret,
        program_id=visit.program_id,
        page=page,
        query=query,
    )
    path = link_path(visit.program_id, page, query, token)
    return {"url": visit.deps.settings.base_url + path}


async def share_qr(visit: Visit, _number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Return a picture that leads to a page."""
    share = await make_share(
        visit, MadeBy.QR, page=_page(visit, args), query=args["query"], title=""
    )
    url = url_of(visit.deps.settings.base_url, share)
    if len(url) > QR_URL_LENGTH_MAX:
        raise CallRefusedError(BAD_ARGUMENT, "share.qr: the query is too long for a QR code")
    return {"src": f"/media/qr/{share.id}.png", "url": url}


async def share_poster(visit: Visit, _number: int, args: dict[str, Any]) -> None:
    """Show a poster once the event has succeeded."""
    share = await make_share(
        visit,
        MadeBy.QR,
        page=_page(visit, args),
        query=args["query"],
        title=args["title"],
        words=args["text"],
        image=args["image"] or "",
    )
    if len(url_of(visit.deps.settings.base_url, share)) > QR_URL_LENGTH_MAX:
        raise CallRefusedError(BAD_ARGUMENT, "share.poster: the query is too long for a QR code")
    visit.effects.append({"name": "sheet", "args": {"url": f"/shares/{share.id}"}})


def link_of(visit: Visit) -> Link | None:
    """Return what the seal of the address says that opened this page."""
    return open_link(
        secret_key=visit.deps.settings.secret_key,
        program_id=visit.program_id,
        page=visit.path,
        query=visit.query,
    )


def _page(visit: Visit, args: dict[str, Any]) -> str:
    page: str = args["page"] or visit.path
    if page not in visit.pages:
        raise CallRefusedError(BAD_ARGUMENT, f"this program has no page {page!r}")
    return page


HANDLERS: Mapping[str, Handler] = {
    "link.info": link_info,
    "link.make": link_make,
    "share.qr": share_qr,
    "share.poster": share_poster,
}
