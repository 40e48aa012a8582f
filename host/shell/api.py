"""JSON that joins domains: what the badges of the tabs say, in one question."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from host.chat import service as chat
from host.contacts import service as contacts
from host.core.db import Tx
from host.core.web import current_person_id, deps
from host.feed import service as feed

blueprint = Blueprint("shell_api", __name__, url_prefix="/api/v1")


@blueprint.get("/badges")
async def show_badges() -> ResponseReturnValue:
    """Return a number per tab: what waits there for the person."""
    return await deps().db.read(_count, current_person_id())


def _count(tx: Tx, person_id: str) -> dict[str, int]:
    return {
        "chats": chat.count_unread(tx, person_id) + contacts.count_waiting(tx, person_id),
        "discover": feed.count_unseen(tx, actor_id=person_id),
    }
