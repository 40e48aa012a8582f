"""Fixtures of the payments' tests."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from quart import Quart

from host.core.deps import Deps
from host.core.settings import Settings
from tests.conftest import Clock
from tests.payments import make
from tests.payments.make import Receiver, Shop


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a host that may send notices to this very machine."""
    plain = Settings(data_dir=tmp_path / "data", secret_key="0" * 64, demo=False)
    return dataclasses.replace(plain, notice_loopback=True)


@pytest.fixture
async def shop(app: Quart, deps: Deps, clock: Clock) -> Shop:
    """A shop with a live key, and a buyer with 1,000.00."""
    return await make.open_shop(app, deps, clock)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A merchant's server on this machine."""
    async with make.receiver() as at:
        yield at
