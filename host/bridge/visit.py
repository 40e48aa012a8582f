"""Who is using what, and how often: the facts that every call of an event is checked by."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from host.bridge.model import Running
from host.bridge.recording import Recording
from host.bridge.store import Store
from host.bridge.writes import Writes
from host.core.deps import Deps
from sdk.contract.documents import CollectionRule

# How many (person, program, capability) counts are remembered; the oldest is forgotten first.
_COUNTS_MAX = 50_000
_WINDOW_S = 60.0
# Calls of one program by all its workers, for all people together.  A handler makes a few, so this
# is dozens of people at the same moment; beyond it one program would take the host from the others.
CALLS_PER_SECOND_MAX = 200


class CallBudget:
    """Calls per minute by person, program and capability, and per second by program.

    Kept in memory: a restart forgives a minute, and no call costs a write.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str, str], tuple[float, int]] = OrderedDict()
        # By program: when its bucket, which lets CALLS_PER_SECOND_MAX through at once and fills
        # within a second, will be full again.
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take_call(self, program_id: str) -> bool:
        """Count one call of a program; False when it has made too many in the last second."""
        now = self._clock()
        full_at = max(now, self._full_at.pop(program_id, now)) + 1 / CALLS_PER_SECOND_MAX
        is_refused = full_at > now + 1
        self._full_at[program_id] = full_at - 1 / CALLS_PER_SECOND_MAX if is_refused else full_at
        while len(self._full_at) > _COUNTS_MAX:
            self._full_at.popitem(last=False)
        return not is_refused

    def take(self, key: tuple[str, str, str], *, per_minute: int, count: int = 1) -> bool:
        """Count a call, or ``count`` of something; False when the minute's are spent."""
        now = self._clock()
        began, used = self._counts.pop(key, (now, 0))
        if now - began >= _WINDOW_S:
            began, used = now, 0
        self._counts[key] = (began, used + count)
        while len(self._counts) > _COUNTS_MAX:
            self._counts.popitem(last=False)
        return used < per_minute


@dataclass(slots=True)
class Visit:
    """One event of one person in one program: what its calls may know and change.

    Everything here comes from the socket and the open page; nothing from what the worker says.
    """

    deps: Deps
    running: Running
    store: Store
    budget: CallBudget
    person_id: str
    lang: str
    page_id: str
    event_id: str
    now_ms: int
    # A person's own act set the event off: a tap, not the opening of the page.
    is_act: bool = False
    # Who may read and write what `api.db` keeps, by collection.
    collections: Mapping[str, CollectionRule] = field(default_factory=dict)
    # The page, the query it was opened with (the host's own name in it, too), and all pages.
    path: str = ""
    query: dict[str, Any] = field(default_factory=dict)
    pages: tuple[str, ...] = ()
    # What the event wants to keep, until it has succeeded.
    writes: Writes = field(default_factory=Writes)
    # Whether the person acts for the brand, once somebody has asked.
    is_staff: bool | None = None
    # Sheets that the shell opens when the event has succeeded.
    sheets: list[dict[str, str]] = field(default_factory=list)
    # What the shell does when the event has succeeded, beside what the worker has collected.
    effects: list[dict[str, Any]] = field(default_factory=list)
    # What is kept of the handlers that ran, to run them again.
    recordings: list[Recording] = field(default_factory=list)

    def again(self, event_id: str = "") -> "Visit":
        """Return the same event, or another one, before anything was done."""
        event_id = event_id or self.event_id
        return replace(
            self, event_id=event_id, writes=Writes(), effects=[], sheets=[], recordings=[]
        )

    @property
    def program_id(self) -> str:
        """The program that is used."""
        return self.running.program.id

    @property
    def brand_id(self) -> str:
        """The merchant behind it."""
        return self.running.brand.id
