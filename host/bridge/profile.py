"""What a person shows a mini-program of themselves once they have allowed it."""

from typing import Any

from host.core.db import Tx
from host.identity import service as identity
from host.market.model import Address


def find_profile(tx: Tx, person_id: str) -> dict[str, Any]:
    """Return name and picture: the answer to ``identity.profile``."""
    person = identity.access_person(tx, person_id)
    avatar = f"/media/{person.avatar_id}-320.webp" if person.avatar_id else None
    return {"name": person.name, "avatar": avatar}


def address_fields(address: Address) -> dict[str, Any]:
    """Return one address as the person wrote it: the answer to ``address.choose``."""
    return {
        "name": address.recipient,
        "phone": address.phone,
        "text": address.place,
    }
