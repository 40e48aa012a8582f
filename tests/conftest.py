"""Fixtures that every test shares: a migrated database, a clock that the test moves, the app."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis
import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client

from host.app import create_app
from host.bridge.channel import close_pages
from host.core.blobs import DiskBlobs
from host.core.db import Database
from host.core.deps import Deps
from host.core.live import Hub
from host.core.migrate import migrate
from host.core.passwords import Passwords
from host.core.settings import Settings
from tests.postgres import db, own_database, postgres_url, pytest_generate_tests, server

__all__ = ["db", "own_database", "postgres_url", "pytest_generate_tests", "server"]

# An example's time says how busy the machine is, and nothing about the code.
hypothesis.settings.register_profile("hutong", deadline=None)
hypothesis.settings.load_profile("hutong")

# 20 November 2026, 09:00 UTC.
START_MS = 1_795_165_200_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: playwright keeps a loop on the thread they share."""
    items.sort(key=lambda item: "e2e" in item.path.parts)


@dataclass
class Clock:
    """Time as the test sets it."""

    at_ms: int = START_MS
    ticks: list[int] = field(default_factory=list)

    def now_ms(self) -> int:
        """Return the time."""
        return self.at_ms

    def forward(self, ms: int) -> None:
        """Let time pass."""
        self.at_ms += ms


@pytest.fixture
def clock() -> Clock:
    """Time that stands still until the test moves it."""
    return Clock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty, migrated database file's content: migrating once saves seconds."""
    path = tmp_path_factory.mktemp("migrated") / "hutong.db"
    migrate(path)
    return path.read_bytes()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a host that lives in the test's own folder."""
    return Settings(data_dir=tmp_path / "data", secret_key="0" * 64, demo=False)


@pytest.fixture
async def deps(settings: Settings, db: Database, clock: Clock) -> AsyncIterator[Deps]:
    """The parts of a host without a mini-program runtime; hashing is cheap here."""
    passwords = Passwords(time_cost=1, memory_kib=8)
    parts = Deps(
        settings=settings,
        db=db,
        now_ms=clock.now_ms,
        blobs=DiskBlobs(settings.data_dir / "blobs"),
        passwords=passwords,
        hub=Hub(db),
    )
    yield parts
    # A program's database that a request has opened has a thread, which would outlive the tests.
    await close_pages(parts)
    passwords.close()


@pytest.fixture
def app(deps: Deps) -> Quart:
    """The whole app."""
    return create_app(deps)


@pytest.fixture
def client(app: Quart) -> Client:
    """A browser without a session."""
    return app.test_client()
