"""Whether what ended a worker was an attack: then its event is not run a second time."""

import asyncio

from host.programs.incident import ALARM_KINDS
from runtime.model import Event, EventFailedError

# The kernel tells how a worker has ended within a millisecond; without a zygote nobody does.
ENDED_WITHIN_S = 1.0


async def is_alarm(error: EventFailedError, event: Event) -> bool:
    """Tell whether an event's worker was ended for what the event itself tried.

    Then it is not run again, whatever its program promises: it would only try again.
    """
    if error.ended is None:
        return False
    done, _ = await asyncio.wait([error.ended], timeout=ENDED_WITHIN_S)
    incident = error.ended.result() if done else None
    return incident is not None and incident.kind in ALARM_KINDS and incident.event is event
