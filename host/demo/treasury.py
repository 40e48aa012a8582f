"""The operator's yesterday: the sandbox bank's statement fits, but for one sum that is nobody's."""

from datetime import UTC, datetime

from host.core.ids import derived_id
from host.core.money import Money
from host.demo.people import ADMIN, CNY
from host.demo.story import Lane
from host.treasury import service
from host.treasury.statement_file import read_statement

_NOBODYS_MINOR = 8_800
_NOTE = "No number on the transfer. The bank looks for the sender."


async def reconcile(lane: Lane) -> None:
    """Hold yesterday's statement against the books, and write down what is known of the break."""
    db, at_ms = lane.deps.db, lane.at(days=1)
    day = datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
    extra = Money(_NOBODYS_MINOR, CNY)
    statement = read_statement(await db.read(service.make_statement, day, extra=extra))
    await db.write(service.reconcile, statement, actor_id=service.HOST, now_ms=at_ms)
    for one in await db.read(service.find_breaks, now_ms=lane.start_ms):
        await db.write(
            service.add_note,
            one.found.id,
            note_id=derived_id("demo-note", one.found.id),
            actor_id=lane.people[ADMIN],
            text=_NOTE,
            now_ms=lane.at(hours=20),
        )
