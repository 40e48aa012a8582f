"""Events that speak to a program's database, without a worker: what a handler would call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from host.brands import service as brands
from host.bridge.gate import open_gate
from host.bridge.model import Running
from host.bridge.store import Store, StoredEvent, StoredPage
from host.bridge.visit import CallBudget, Visit
from host.core.deps import Deps
from host.core.ids import new_id
from host.programs.service import Program, Status, Version
from runtime.model import CallRefusedError, CallRequest
from sdk.contract.arguments import bind_args
from sdk.contract.documents import CollectionRule
from tests.market.make import Lane

RULES: Mapping[str, CollectionRule] = {
    "reviews": CollectionRule("everyone", "owner"),
    "notes": CollectionRule("owner", "owner"),
    "shared": CollectionRule("everyone", "everyone"),
    "settings": CollectionRule("everyone", "staff"),
    "inbox": CollectionRule("staff", "owner"),
}


@dataclass
class Shop:
    """A program with its database."""

    deps: Deps
    store: Store
    running: Running
    budget: CallBudget = field(default_factory=CallBudget)
    rules: Mapping[str, CollectionRule] = field(default_factory=lambda: RULES)

    def event(self, person_id: str, event_id: str = "") -> "Event":
        """Begin an event of somebody."""
        visit = Visit(
            self.deps, self.running, self.store, self.budget, person_id, "en",
            f"page-{person_id}", event_id or new_id(), self.deps.now_ms(), collections=self.rules,
        )  # fmt: skip
        return Event(visit)

    async def say(self, person_id: str, name: str, *args: Any, **keywords: Any) -> Any:
        """Make one call in an event of its own, which succeeds."""
        event = self.event(person_id)
        answer = await event.call(name, *args, **keywords)
        await event.end()
        return answer


@dataclass
class Event:
    """One event: its calls are numbered, and what it wrote is kept when it ends."""

    visit: Visit
    number: int = 0

    async def call(self, name: str, *args: Any, **keywords: Any) -> Any:
        """Ask the host, as a worker does."""
        self.number += 1
        bound = bind_args(f"db.{name}", args, keywords)
        return await self.ask(f"db.{name}", bound)

    async def ask(self, name: str, args: dict[str, Any]) -> Any:
        """Ask the host with arguments that nobody has checked."""
        request = CallRequest(self.visit.event_id, self.number, name, args)
        return await open_gate(self.visit)(request)

    async def end(self) -> None:
        """Store what it did."""
        visit = self.visit
        page = StoredPage(
            visit.page_id, visit.person_id, "v1", "pages/a/a", {}, "A", b"{}", 1, visit.now_ms
        )
        done = StoredEvent(visit.event_id, 1, [])
        await visit.store.save_event(page, done, visit.writes, now_ms=visit.now_ms)


async def refused(call: Any) -> str:
    """Return the code that a call is refused with."""
    with pytest.raises(CallRefusedError) as error:
        await call
    return error.value.code


async def make_shop(deps: Deps, lane: Lane, store: Store, program_id: str = "lane.test") -> Shop:
    """Return a program of the lane's brand."""
    brand = await deps.db.read(brands.find_brand, lane.brand_id)
    assert brand is not None
    program = Program(program_id, brand.id, "Shop", "", None, "v1", 1, 1)
    version = Version(
        "v1", program_id, "1.0.0", 1, "", "", 0, "Shop", "", None, (), (), Status.LIVE, 1, None,
        None, "", "",
    )  # fmt: skip
    return Shop(deps, store, Running(program, brand, version, frozenset(), False))
