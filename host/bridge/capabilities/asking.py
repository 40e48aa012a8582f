"""Questions to people: noted with the event, put once it has succeeded, or never."""

from typing import Any

import msgspec

from host.bridge.model import Ask, AskStatus
from host.bridge.service import sheet_url
from host.bridge.visit import Visit
from host.core.ids import derived_id


def ask(
    visit: Visit,
    number: int,
    capability: str,
    args: dict[str, Any],
    *,
    order_id: str = "",
    result: dict[str, Any] | None = None,
) -> None:
    """Note a question; it is put once the event has succeeded, or never.

    ``args`` are the call's own; its answer goes to the handler that they name in ``then``.  With a
    ``result`` nobody is asked: the handler is given it after the event.
    """
    ask_id = derived_id("ask", visit.event_id, str(number))
    status = AskStatus.ANSWERED if result else AskStatus.OPEN
    question = Ask(
        id=ask_id,
        person_id=visit.person_id,
        program_id=visit.program_id,
        version_id=visit.running.version.id,
        page_id=visit.page_id,
        capability=capability,
        handler=args["then"],
        args={name: value for name, value in args.items() if name != "then"},
        order_id=order_id,
        status=status,
        result=result or {},
        attempt_count=0,
        # Questions of one event are put in the order of its calls.
        created_at_ms=visit.now_ms + number,
    )
    visit.writes.asks.append((ask_id, msgspec.to_builtins(question)))
    if status is AskStatus.OPEN:
        sheet = {"ask_id": ask_id, "capability": capability, "url": sheet_url(question)}
        visit.sheets.append(sheet)


def read_ask(ask_id: str, stored: dict[str, Any]) -> Ask:
    """Return a question as the program's database keeps it until the main one has it."""
    return msgspec.convert(stored | {"id": ask_id}, Ask)
