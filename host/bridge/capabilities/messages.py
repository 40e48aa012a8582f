"""Service messages: asked for in a sheet, sent after an order or after that."""

from collections.abc import Mapping
from typing import Any

from host.bridge import service
from host.bridge.capabilities.asking import ask
from host.bridge.capabilities.handler import Handler
from host.bridge.visit import Visit
from host.core.errors import BadInputError
from host.core.ids import derived_id


async def messages_subscribe(visit: Visit, number: int, args: dict[str, Any]) -> None:
    """Ask which topics the person wants; each must be one that a reviewer has read."""
    for topic in args["topics"]:
        service.find_topic(visit.running, topic)
    if len(set(args["topics"])) != len(args["topics"]):
        raise BadInputError("A topic stands twice. Keep one of them.")
    ask(visit, number, "messages.subscribe", args)


async def messages_send(visit: Visit, number: int, args: dict[str, Any]) -> dict[str, int]:
    """Send a message to the buyer of an order, or to this person about a topic of theirs."""
    left = await visit.deps.db.write(
        service.send_message,
        derived_id("message", visit.event_id, str(number)),
        actor_id=visit.person_id,
        running=visit.running,
        topic=args["topic"],
        order_id=args["order_id"],
        fields=args["fields"],
        page=args["page"] or "",
        query=args["query"],
        now_ms=visit.now_ms,
    )
    return {"left": left}


HANDLERS: Mapping[str, Handler] = {
    "messages.subscribe": messages_subscribe,
    "messages.send": messages_send,
}
