"""A tea house that gives points; what is about the ledger runs on PostgreSQL as well."""

import os

import pytest

from bench.postgres import find_programs
from tests.wallet.conftest import db, own_database, postgres_url, server

__all__ = ["db", "own_database", "postgres_url", "server"]

ON_BOTH = frozenset({"test_points"})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of the ledger on each database that is there."""
    name = metafunc.module.__name__.rpartition(".")[2]
    has_server = "TEST_POSTGRES_URL" in os.environ or find_programs() is not None
    if "db" in metafunc.fixturenames and name in ON_BOTH and has_server:
        metafunc.parametrize("db", ["sqlite", "postgresql"], indirect=True)
