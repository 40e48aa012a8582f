"""Cards of the bridge, as they stand when they are shown: a shared page, a service message.

A message's card says which mini-program it is of, and is the way there and the way out.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from host.brands import service as brands
from host.bridge import repository_messages, repository_shares
from host.bridge.links import link_path
from host.bridge.model import SentMessage
from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.programs import service as programs


def load_pages(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:  # noqa: ARG001  (the port; who has the id was given it)
    """Return a card for each of ``ids`` whose program is open."""
    shares = repository_shares.find_shares(tx, ids)
    found = programs.find_programs(tx, {share.program_id for share in shares.values()})
    live = [program for program in found.values() if program.live_version_id is not None]
    listings = {each.program.id: each for each in programs.find_listings(tx, live)}
    return {
        share.id: Card(
            kind="page",
            id=share.id,
            title=share.title or listings[share.program_id].program.name,
            subtitle=listings[share.program_id].program.name,
            image_id=share.image_id or listings[share.program_id].program.icon_id,
            shop_name=listings[share.program_id].brand_name,
            shop_verified=listings[share.program_id].is_verified,
            open_url=link_path(share.program_id, share.page, share.query, share.token),
        )
        for share in shares.values()
        if share.program_id in listings
    }


def load_messages(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the cards of messages that the viewer got."""
    messages = [
        m for m in repository_messages.find_messages(tx, list(ids)) if m.person_id == viewer_id
    ]
    found = programs.find_programs(tx, {m.program_id for m in messages})
    shops = brands.find_brands(tx, {program.brand_id for program in found.values()})
    stopped = repository_messages.find_stopped(tx, viewer_id) if messages else set()
    return {
        message.id: _card(message, program, shop, (message.program_id, message.topic) in stopped)
        for message in messages
        if (program := found.get(message.program_id)) is not None
        and (shop := shops.get(program.brand_id)) is not None
    }


def _card(
    message: SentMessage,
    program: programs.Program,
    shop: brands.Brand,
    is_stopped: bool,  # noqa: FBT001
) -> Card:
    query = {k: str(v) for k, v in message.query.items() if v is not None}
    page = f"/{message.page}" if message.page else ""
    return Card(
        kind="message",
        id=message.id,
        title=program.name,
        shop_name=shop.name,
        shop_verified=shop.is_verified,
        open_url=f"/p/{program.id}{page}{'?' + urlencode(query) if query else ''}",
        stop_url=None if is_stopped else f"/messages/{message.id}/stop",
    )


CARD_LOADERS: dict[str, CardLoader] = {"page": load_pages, "message": load_messages}
