"""Two hosts on one PostgreSQL: they share the books, the live channel and the sweeps."""

import dataclasses
import os
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import psycopg
import pytest
from quart import Quart

from bench.postgres import find_programs
from host.app import create_app
from host.core import live
from host.core.db import Tx
from host.core.deps import Deps
from host.core.live import Hub
from host.core.postgresql import PostgresDatabase, PostgresTx, connect
from host.identity.service.sign_in import SESSION_ENDED_TOPIC
from tests import bank
from tests.core.test_live import receive, tell, ticket

pytestmark = pytest.mark.skipif(
    find_programs() is None and "TEST_POSTGRES_URL" not in os.environ,
    reason="PostgreSQL is not here: install the bench extra or set TEST_POSTGRES_URL",
)


@pytest.fixture
async def hosts(deps: Deps, postgres_url: str) -> AsyncIterator[list[tuple[Quart, Deps]]]:
    """Two hosts in one process, with a database connection, a hub and an app each."""
    found = []
    for _ in range(2):
        db = await PostgresDatabase.open(postgres_url)
        mine = dataclasses.replace(deps, db=db, hub=Hub(db), card_loaders={})
        found.append((create_app(mine), mine))
    yield found
    for _, mine in found:
        await mine.db.close()


def test_a_killed_host_loses_and_doubles_nothing(postgres_url: str) -> None:
    """People pay each other through both; `python -m tests.bank --seconds 60` does more."""
    parts = psycopg.conninfo.conninfo_to_dict(postgres_url)
    url = f"postgresql:///{parts.pop('dbname')}?{urlencode(parts)}"

    tally = bank.run(url, people_count=4, seconds=4)

    assert ([], []) == (tally.unlike, tally.wrong)
    assert len(tally.acknowledged) > 0


async def test_what_one_host_commits_is_heard_at_the_other(
    hosts: list[tuple[Quart, Deps]],
) -> None:
    """An event reaches a socket there in its order; a session that ends closes its sockets."""
    (_, here), (app, there) = hosts
    async with app.test_app():
        path = f"/live?ticket={await ticket(there, 'ann')}&since=0"
        async with app.test_client().websocket(path) as socket:
            ready = await receive(socket)
            await tell(here, "ann", 1)
            await tell(there, "ann", 2)
            heard = [await receive(socket) for _ in range(2)]
            connection = there.hub.connections("ann")[0]
            await here.db.write(
                lambda tx: tx.signal(SESSION_ENDED_TOPIC, "ann session", "ann session")
            )
            reason = await connection.ended

    assert {"kind": "live.ready", "payload": {"ev": 0}} == ready
    assert [1, 2] == [event["payload"]["n"] for event in heard]
    assert "signed-out" == reason


async def test_after_a_break_everybody_comes_back(hosts: list[tuple[Quart, Deps]]) -> None:
    """The server ends the connection that listens: what was missed is read, not lost."""
    (_, here), (app, there) = hosts

    def cut(tx: Tx) -> None:
        tx.rows(
            "SELECT CAST(pg_terminate_backend(pid) AS TEXT) AS done FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN %' AND pid <> pg_backend_pid()"
        )

    async with app.test_app():
        path = f"/live?ticket={await ticket(there, 'ann')}&since=0"
        async with app.test_client().websocket(path) as socket:
            await receive(socket)
            connection = there.hub.connections("ann")[0]
            await here.db.write(cut)
            reason = await connection.ended
    await tell(here, "ann", 1)

    assert "resume" == reason
    assert [1] == [e.ev for e in await there.db.read(live.find_events, "ann", since=0)]


async def test_a_turn_is_one_hosts(hosts: list[tuple[Quart, Deps]], postgres_url: str) -> None:
    """While one sweeps, another passes over it, and has its turn afterwards."""
    (_, here), (_, there) = hosts

    def sweep(tx: Tx) -> tuple[bool, bool]:
        with connect(postgres_url) as other:
            return tx.claim_turn("sweep"), PostgresTx(other).claim_turn("sweep")

    assert (True, False) == await here.db.write(sweep)
    assert (True, False) == await there.db.write(sweep)
