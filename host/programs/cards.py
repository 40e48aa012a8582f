"""The card of a mini-program in chat and feed, as it stands when it is shown."""

from collections.abc import Sequence

from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.programs import service


def load_programs(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:  # noqa: ARG001  (the port; everybody sees live programs alike)
    """Return a card for each of ``ids`` that is live."""
    live = [p for p in service.find_programs(tx, ids).values() if p.live_version_id is not None]
    return {
        listing.program.id: Card(
            kind="program",
            id=listing.program.id,
            title=listing.program.name,
            subtitle=listing.program.description,
            image_id=listing.program.icon_id,
            shop_name=listing.brand_name,
            shop_verified=listing.is_verified,
            open_url=f"/p/{listing.program.id}",
        )
        for listing in service.find_listings(tx, live)
    }


CARD_LOADERS: dict[str, CardLoader] = {"program": load_programs}
