"""Fixtures of the market's tests."""

import pytest

from host.core.sqlite import SqliteDatabase
from tests.market import make
from tests.market.make import Lane


@pytest.fixture
async def lane(db: SqliteDatabase) -> Lane:
    """A shop, and a buyer with 1,000.00."""
    return await make.lane(db)
