"""The card of a shared page in chat and feed, as it stands when it is shown."""

from collections.abc import Sequence

from host.bridge import repository_shares as repository
from host.bridge.links import link_path
from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.programs import service as programs


def load_pages(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:  # noqa: ARG001  (the port; who has the id was given it)
    """Return a card for each of ``ids`` whose program is open."""
    shares = repository.find_shares(tx, ids)
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


CARD_LOADERS: dict[str, CardLoader] = {"page": load_pages}
