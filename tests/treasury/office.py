"""An office with two admins, a rail that was used, and what stands where."""

import asyncio
from dataclasses import dataclass
from typing import Any

from host.core.db import Database, Tx
from host.core.ids import derived_id
from host.core.money import Currency, Money
from host.identity import service as identity
from host.identity.model import Person
from host.treasury import repository, service
from host.treasury.model import Break, Closing, Imported, Line
from host.treasury.service import suspense
from host.treasury.statement_file import read_statement, write_statement
from host.wallet.model import in_transit_place, merchant_place, outgoing_place, rail_place
from host.wallet.rail_model import RailAnswer, RailOperation, RailState
from host.wallet.rails import SandboxRail
from host.wallet.service import entry, rail
from tests.conftest import START_MS
from tests.social import make_person
from tests.wallet import make

RAIL, CNY, USD = "sandbox", make.CNY, make.USD
# The day of START_MS.
TODAY, TOMORROW = "2026-11-20", "2026-11-21"
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Office:
    """Who works here."""

    db: Database
    grace: Person
    henry: Person
    ann: Person

    async def write(self, use_case: Any, *args: Any, **kwargs: Any) -> Any:
        """Do something as Grace, now."""
        return await self.db.write(
            use_case, *args, **{"actor_id": self.grace.id, "now_ms": START_MS, **kwargs}
        )

    async def top_up(self, amount_minor: int, key: str = "k1") -> RailOperation:
        """Bring Ann's money in."""
        money = Money(amount_minor, CNY)
        return await entry.top_up(
            self.db, SandboxRail(), key=key, person_id=self.ann.id, money=money, now_ms=START_MS
        )

    async def pay_out(self, amount_minor: int, key: str = "p1") -> RailOperation:
        """Pay a shop out, which has earned it from Ann."""
        earned, money = merchant_place("teahouse", CNY), Money(amount_minor, CNY)
        await self.db.write(make.open_with, earned)
        await make.send(self.db, make.cash(self.ann.id), earned.id, amount_minor, f"earned-{key}")
        operation = await self.db.write(
            rail.begin_payout,
            derived_id("test", key),
            rail=RAIL,
            brand_id="teahouse",
            money=money,
            actor_id="laoma",
            now_ms=START_MS,
        )
        return await entry.run_operation(self.db, SandboxRail(), operation, now_ms=START_MS)

    async def take_back(self, operation: RailOperation) -> None:
        """Let the rail return what it did."""
        answer = RailAnswer(RailState.RETURNED, reason="account closed")
        await self.db.write(rail.record_answer, operation.id, answer, now_ms=START_MS)

    async def reconcile(
        self, *lines: Line, day: str = TODAY, closings: tuple[Closing, ...] = ()
    ) -> Imported:
        """Hand in a statement of these lines."""
        statement = read_statement(write_statement(RAIL, day, lines, closings))
        imported = await self.write(service.import_statement, statement)
        assert isinstance(imported, Imported)
        return imported

    async def breaks(self) -> list[Break]:
        """Return the open breaks."""
        return await self.db.read(repository.find_open_breaks)

    async def kinds(self) -> list[tuple[str, int, int]]:
        """Return the open breaks as kind, amount and what is in suspense."""
        return sorted(
            (one.kind.value, one.amount_minor, one.suspended_minor) for one in await self.breaks()
        )

    async def check(self) -> None:
        """Suspense is the sum of the breaks, in every currency; the books balance."""

        def read(tx: Tx) -> list[tuple[int, int]]:
            suspended = repository.sum_suspended(tx)
            return [
                (suspended.get((RAIL, currency), 0), suspense.read_position(tx, RAIL, currency))
                for currency in map(Currency, ("CNY", "USD"))
            ]

        for summed, stands in await self.db.read(read):
            assert summed == stands
        assert [] == await make.breaks(self.db)

    async def rail_stands(self) -> tuple[int, int, int]:
        """Return what is settled, in transit and on its way out."""
        places = (rail_place, in_transit_place, outgoing_place)
        stands = await make.stands(self.db, *(place(RAIL, CNY).id for place in places))
        return -stands[0][0], -stands[1][0], stands[2][0]


async def open_office(db: Database) -> Office:
    """Make Grace and Henry, who are admins, and Ann, who is not."""
    people = [await make_person(db, name) for name in ("grace", "henry", "ann")]
    for admin in people[:2]:
        await db.write(identity.make_admin, admin.handle, now_ms=START_MS)
    return Office(db, *people)


async def all_at_once(*works: Any) -> list[Any]:
    """Do things at one moment and return what came of each."""
    return list(await asyncio.gather(*works, return_exceptions=True))
