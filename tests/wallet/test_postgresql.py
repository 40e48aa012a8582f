"""Two hosts on one PostgreSQL: no balance is spent twice, whoever waits for whom."""

import asyncio
import os
from collections.abc import AsyncIterator

import psycopg
import pytest

from bench.postgres import find_programs
from host.core import outbox
from host.core.db import OutcomeUnknownError, Tx, expand
from host.core.postgresql import PostgresDatabase, migrate, translate
from host.wallet.errors import InsufficientFundsError
from host.wallet.model import PostRequest, Purpose, Transfer, TransferKind, TransferOrder
from host.wallet.repository import ledger
from host.wallet.service import post_together
from tests.conftest import START_MS
from tests.wallet import make

pytestmark = pytest.mark.skipif(
    find_programs() is None and "TEST_POSTGRES_URL" not in os.environ,
    reason="PostgreSQL is not here: install the bench extra or set TEST_POSTGRES_URL",
)

Hosts = tuple[PostgresDatabase, PostgresDatabase]


@pytest.fixture
async def hosts(postgres_url: str) -> AsyncIterator[Hosts]:
    """Two hosts: each has a writer and readers of its own, as two processes have."""
    one, two = await PostgresDatabase.open(postgres_url), await PostgresDatabase.open(postgres_url)
    yield one, two
    await one.close()
    await two.close()


def request(key: str, debit: str, credit: str, minor: int) -> PostRequest:
    """Return what one caller asks for."""
    return PostRequest(
        (
            TransferOrder(
                key,
                TransferKind.SINGLE,
                make.cash(debit),
                make.cash(credit),
                make.Money(minor, make.CNY),
                Purpose.SEND,
                "test",
            ),
        ),
        START_MS,
    )


async def test_one_balance_is_spent_once(hosts: Hosts) -> None:
    """Of forty transfers of 10 from a balance of 100, sent to both at once, ten win."""
    ann, bob = await make.wallet(hosts[0], "ann", 100), await make.wallet(hosts[0], "bob")

    results = await asyncio.gather(
        *(make.send(hosts[n % 2], ann, bob, 10, f"k{n}") for n in range(40)),
        return_exceptions=True,
    )

    assert 10 == sum(isinstance(result, Transfer) for result in results)
    assert 30 == sum(isinstance(result, InsufficientFundsError) for result in results)
    assert [(0, 0), (100, 0)] == await make.stands(hosts[1], ann, bob)
    assert [] == await make.breaks(hosts[1])


async def test_opposite_sets_at_once_conserve_money(hosts: Hosts) -> None:
    """Hundreds each way between the same two, in sets, while the other host does the same."""
    for name in ("ann", "bob"):
        await make.wallet(hosts[0], name, 1000)

    directions = (("ann", "bob"), ("bob", "ann"))
    results = await asyncio.gather(
        *(
            host.write_together(post_together, request(f"{h}-{n}", *pair, 1))
            for n in range(150)
            for h, (host, pair) in enumerate(zip(hosts, directions, strict=True))
        )
    )

    assert 300 == len(results)
    assert [(1000, 0), (1000, 0)] == await make.stands(hosts[0], make.cash("ann"), make.cash("bob"))
    assert 302 == (await hosts[0].read(ledger.find_head)).seq
    assert [] == await make.breaks(hosts[0])
    assert hosts[0].commit_count < 150


async def test_one_key_at_both_is_one_transfer(hosts: Hosts) -> None:
    """The same request at both hosts in the same moment moves money once."""
    ann, bob = await make.wallet(hosts[0], "ann", 100), await make.wallet(hosts[0], "bob")

    one, two = await asyncio.gather(*(make.send(host, ann, bob, 30, "same") for host in hosts))

    assert one == two
    assert [(70, 0), (30, 0)] == await make.stands(hosts[0], ann, bob)


async def test_who_waited_in_a_circle_begins_anew(hosts: Hosts) -> None:
    """Two use cases lock the same two rows in opposite orders; both come through."""
    ids = [await make.wallet(hosts[0], name, 10) for name in ("ann", "bob")]
    run_count = 0

    def lock_both(tx: Tx, first: str, second: str) -> None:
        nonlocal run_count
        run_count += 1
        ledger.lock_accounts(tx, [first])
        # Long enough that the other one has its first row; the server needs a second to see it.
        tx.rows("SELECT CAST(pg_sleep(0.3) AS TEXT) AS slept")
        ledger.lock_accounts(tx, [second])

    await asyncio.gather(
        hosts[0].write(lock_both, ids[0], ids[1]), hosts[1].write(lock_both, ids[1], ids[0])
    )

    assert 3 <= run_count


async def test_a_lost_connection_is_unknown_and_then_replaced(hosts: Hosts) -> None:
    """The server ends the connection in the middle; the same key is answered afterwards."""
    ann, bob = await make.wallet(hosts[0], "ann", 100), await make.wallet(hosts[0], "bob")

    def cut(tx: Tx) -> None:
        tx.rows("SELECT CAST(pg_terminate_backend(pg_backend_pid()) AS TEXT) AS done")

    with pytest.raises(OutcomeUnknownError):
        await hosts[0].write(cut)

    assert "k1" == (await make.send(hosts[0], ann, bob, 30, "k1")).id
    assert [] == await make.breaks(hosts[1])


async def test_an_event_is_delivered_by_one_host(hosts: Hosts) -> None:
    """Both relays look at once; what one has claimed the other passes over."""
    heard: list[str] = []
    ann, bob = await make.wallet(hosts[0], "ann", 100), await make.wallet(hosts[0], "bob")
    await make.send(hosts[0], ann, bob, 1, "k1")
    subscriptions = {
        "wallet.transfer_posted": [lambda _, event: heard.append(event.payload["transfer_id"])]
    }

    async def deliver(host: PostgresDatabase) -> None:
        while await outbox.deliver_next(host, subscriptions, now_ms=START_MS):
            pass

    await asyncio.gather(*map(deliver, hosts))

    assert ["k1", f"open:{ann}"] == sorted(heard)


async def test_a_reader_cannot_write_or_lock(hosts: Hosts) -> None:
    """The server refuses."""
    await make.wallet(hosts[0], "ann", 100)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await hosts[0].read(ledger.lock_chain)


def test_migrating_again_changes_nothing(postgres_url: str) -> None:
    """Every file was applied when the database was made."""
    assert [] == migrate(postgres_url)


def test_only_names_become_parameters() -> None:
    """What stands in quotes, a cast and a percent sign stay what they are."""
    assert "SELECT %(a)s, 'it''s :b', c::text LIKE 'x%%'" == translate(
        "SELECT :a, 'it''s :b', c::text LIKE 'x%'"
    )


async def test_lists_and_sets_take_any_text(hosts: Hosts) -> None:
    """What stands in a list or a set of rows arrives as it is, whatever it looks like."""
    odd = ["{a,b}", 'say "hi"', "back\\slash", "NULL", "", "it's", "a,b", "钱", ":x", "%s"]

    def use(tx: Tx) -> tuple[list[str], int, list[int]]:
        tx.run("CREATE TEMPORARY TABLE odd (id TEXT PRIMARY KEY, n BIGINT)")
        tx.run_many("INSERT INTO odd (id, n) VALUES (?, ?)", [(text, None) for text in odd])
        changed = tx.run_set(
            "UPDATE odd SET n = given.number FROM given WHERE odd.id = given.name",
            {"name": str, "number": int},
            [*((text, n) for n, text in enumerate(odd)), (None, None)],
        )
        sql, params = expand("SELECT id FROM odd WHERE id IN (:ids)", ids=odd[1:])
        found = [row["id"] for row in tx.rows(sql, **params)]
        sql, params = expand("SELECT n FROM odd WHERE n IN (:numbers) ORDER BY n", numbers=[])
        assert [] == tx.rows(sql, **params)
        return found, changed, [row["n"] for row in tx.rows("SELECT n FROM odd ORDER BY n")]

    found, changed, numbers = await hosts[0].write(use)

    assert sorted(odd[1:]) == sorted(found)
    assert (len(odd), list(range(len(odd)))) == (changed, numbers)
