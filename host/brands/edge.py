"""Who speaks for a brand at an address of the merchants' JSON."""

from quart import g, request

from host.brands import service
from host.brands.model import Brand, KeyPurpose
from host.core.web import current_person_id, deps
from host.identity import service as identity


async def acting_for(handle: str) -> tuple[Brand, str]:
    """Return the brand and who speaks for it: somebody signed in, or the maker of a server key."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = await deps().db.write(
            service.use_key,
            identity.hash_token(key.strip()),
            purpose=KeyPurpose.SERVER,
            now_ms=deps().now_ms(),
        )
        g.auth = "bearer"
        actor_id = found.created_by
    else:
        actor_id = current_person_id()
    brand = await deps().db.read(service.access_brand_by_handle, handle, actor_id=actor_id)
    return brand, actor_id
