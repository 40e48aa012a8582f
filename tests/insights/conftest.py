"""A program whose days are counted, without a worker."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from host.core.db import Tx
from host.core.deps import Deps
from host.insights import service
from host.insights.model import DAY_MS, Insights, Report
from host.programs import service as programs
from tests.conftest import START_MS, Clock
from tests.market import make
from tests.programs.packages import APP_ID, make_checked


@dataclass(frozen=True)
class Counter:
    """A program, who owns it, and time that passes."""

    deps: Deps
    clock: Clock
    owner_id: str

    async def open(self, people: Iterable[int], app_id: str = APP_ID) -> None:
        """Let each of ``people`` open the program."""
        await self._write(
            lambda tx, person_id: service.count_opening(
                tx,
                app_id,
                person_id,
                secret_key=self.deps.settings.secret_key,
                now_ms=self.clock.at_ms,
            ),
            people,
        )

    async def report(self, name: str, people: Iterable[int], **fields: str) -> None:
        """Let each of ``people`` set off a report."""
        await self._write(
            lambda tx, person_id: service.count_reports(
                tx,
                APP_ID,
                person_id,
                [Report(name, fields)],
                secret_key=self.deps.settings.secret_key,
                now_ms=self.clock.at_ms,
            ),
            people,
        )

    async def _write(self, count: Callable[[Tx, str], None], people: Iterable[int]) -> None:
        await self.deps.db.write(lambda tx: [count(tx, f"person-{n}") for n in people])

    async def next_day(self, days_count: int = 1) -> None:
        """Go on to later days and close those that are over."""
        self.clock.forward(days_count * DAY_MS)
        while await self.deps.db.write(service.sweep, now_ms=self.clock.at_ms):
            pass

    async def figures(self, days_count: int = 7) -> Insights:
        """Return what the owner sees."""
        return await self.deps.db.read(
            service.find_insights,
            APP_ID,
            actor_id=self.owner_id,
            days_count=days_count,
            now_ms=self.clock.at_ms,
        )

    async def events(self) -> dict[str, tuple[int, int]]:
        """Return how often each event happened, with how many people."""
        found = (await self.figures()).events
        return {event.name: (event.times, event.people_count) for event in found}

    async def values(self, name: str, field: str) -> dict[str, int]:
        """Return how often each value was reported; the rest under the empty name."""
        found = (await self.figures()).events
        event = next(event for event in found if event.name == name)
        return dict(event.fields.get(field, ()))


@pytest.fixture
async def counter(deps: Deps, clock: Clock) -> Counter:
    """A program that nobody has opened yet."""
    lane = await make.lane(deps.db)
    await deps.db.write(
        programs.store_version, make_checked(), brand_id=lane.brand_id, now_ms=START_MS
    )
    return Counter(deps, clock, lane.seller_id)
