"""Names and pictures as one reader sees them."""

from collections.abc import Iterable, Mapping

from host.chat.model import Face
from host.contacts import service as contacts
from host.core.cards import CardLoader
from host.core.db import Tx
from host.identity import service as identity


def find_faces(tx: Tx, person_ids: Iterable[str], *, reader_id: str) -> dict[str, Face]:
    """Return people under the name that the reader gave them."""
    ids = sorted(set(person_ids))
    aliases = contacts.find_aliases(tx, reader_id, ids)
    return {
        person.id: Face(
            person.id, aliases.get(person.id, person.name), person.avatar_id, person.handle
        )
        for person in identity.find_people(tx, ids).values()
    }


def find_brand_faces(
    tx: Tx, brand_ids: Iterable[str], *, reader_id: str, loaders: Mapping[str, CardLoader]
) -> dict[str, Face]:
    """Return shops by what their card says: brands lie above chat, which cannot ask them."""
    ids = sorted(set(brand_ids))
    loader = loaders.get("brand")
    cards = loader(tx, ids, reader_id) if loader is not None and ids else {}
    return {
        brand_id: Face(brand_id, card.title, card.image_id, is_verified=card.shop_verified)
        for brand_id, card in cards.items()
    }
