"""The databases that tests run on: SQLite always, PostgreSQL as well for what moves money.

The server is the one at TEST_POSTGRES_URL, which must allow to create databases, or one of our own
where its programs are installed (the `bench` extra).  Without either, all tests run on SQLite only.
The fixtures are the root conftest's, so that a process starts one server for all domains.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, nullcontext

import psycopg
import pytest

from bench.postgres import Cluster, find_programs, temporary_cluster
from host.core import postgresql
from host.core.db import Database
from host.core.postgresql import PostgresDatabase
from host.core.settings import Settings
from host.core.sqlite import SqliteDatabase

# Modules whose tests with a database run on both kinds, by domain.
ON_BOTH = {
    "bills": {"test_bills"},
    "market": {
        "test_after_sale", "test_disputes", "test_money_decisions", "test_orders", "test_payment",
    },
    "payments": {"test_mandates", "test_orders", "test_refunds"},
    "points": {"test_points"},
    "settlement": {"test_earnings", "test_splits"},
    "treasury": {"test_adjustments", "test_reconcile"},
    "wallet": {
        "test_codes", "test_conformance", "test_escrow", "test_exchange", "test_freeze",
        "test_bonus",
        "test_ledger_rules", "test_rails", "test_receiving", "test_red_packets", "test_requests",
        "test_risk", "test_tiers", "test_transfers",
    },
}  # fmt: skip
_KEEP_SEED = """
CREATE SCHEMA seed;
DO $$ DECLARE name TEXT; has_rows BOOLEAN; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('CREATE TABLE seed.%1$I AS SELECT * FROM public.%1$I', name);
        END IF;
    END LOOP;
END $$"""
# The journal's triggers, which refuse every DELETE, and foreign keys sleep in this role.  It is a
# superuser's, so nothing that the host could do itself.
_EMPTY = """
DO $$ DECLARE name TEXT; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'seed' LOOP
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM seed.%1$I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER SEQUENCE public.%I RESTART', name);
    END LOOP;
END $$"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of money on each database that is there."""
    _, domain, module = f"..{metafunc.module.__name__}".rsplit(".", 2)
    has_server = "TEST_POSTGRES_URL" in os.environ or find_programs() is not None
    if "db" in metafunc.fixturenames and module in ON_BOTH.get(domain, ()) and has_server:
        metafunc.parametrize("db", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Where a PostgreSQL listens, with a migrated database to copy."""
    with _server() as cluster:
        url = os.environ.get("TEST_POSTGRES_URL", "" if cluster is None else cluster.url)
        if cluster is not None:
            cluster.call("createdb", "bench")
        _run(url, "DROP DATABASE IF EXISTS hutong_migrated")
        _run(url, "CREATE DATABASE hutong_migrated")
        postgresql.migrate(psycopg.conninfo.make_conninfo(url, dbname="hutong_migrated"))
        yield url


@pytest.fixture(scope="session")
def own_database(server: str) -> str:
    """This process's database, and in the schema `seed` what the migrations put into it."""
    name = f"hutong_test_{os.getpid()}"
    _run(server, f"DROP DATABASE IF EXISTS {name}")
    _run(server, f"CREATE DATABASE {name} TEMPLATE hutong_migrated")
    url = psycopg.conninfo.make_conninfo(server, dbname=name)
    _run(url, _KEEP_SEED)
    return url


@pytest.fixture
def postgres_url(own_database: str) -> str:
    """An empty, migrated database on the server: emptying one costs a tenth of copying one."""
    _run(own_database, _EMPTY)
    return own_database


@pytest.fixture
async def db(
    request: pytest.FixtureRequest, settings: Settings, migrated: bytes
) -> AsyncIterator[Database]:
    """A real database, migrated and empty, of the kind that the test runs on."""
    database: SqliteDatabase | PostgresDatabase
    if getattr(request, "param", "sqlite") == "postgresql":
        database = await PostgresDatabase.open(request.getfixturevalue("postgres_url"))
    else:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.database_path.write_bytes(migrated)
        database = await SqliteDatabase.open(settings.database_path)
    yield database
    await database.close()


def _server() -> AbstractContextManager[Cluster | None]:
    if "TEST_POSTGRES_URL" in os.environ:
        return nullcontext()
    return temporary_cluster(is_durable=False)


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
