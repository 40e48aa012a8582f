"""What brands do when something happened below them."""

from host.brands import service
from host.core import live
from host.core.db import Tx
from host.core.outbox import StoredEvent, Subscriber

WRITTEN = "brands.written"


def hint_written(tx: Tx, event: StoredEvent) -> None:
    """Let the team's open consoles read the inbox again."""
    brand_id = str(event.payload["brand_id"])
    payload = {"brand_id": brand_id, "conversation_id": str(event.payload["conversation_id"])}
    team = service.find_member_ids(tx, brand_id)
    live.publish(tx, team, WRITTEN, {**payload}, now_ms=event.created_at_ms)


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {"chat.brand_written": (hint_written,)}
