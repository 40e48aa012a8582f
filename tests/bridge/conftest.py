"""Fixtures of the bridge's tests: a host that runs mini-programs, and a shop in it."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from host.bridge.channel import close_pages
from host.bridge.incidents import Incidents
from host.bridge.store import Store
from host.core.deps import Deps
from host.core.sqlite import SqliteDatabase
from host.programs.service import Version
from runtime.pool import Pool, PoolSettings
from tests.bridge import shop
from tests.bridge.documents import Shop, make_shop
from tests.bridge.shop import Browser
from tests.bridge.watched import Watched
from tests.market import make
from tests.market.make import Lane


@pytest.fixture
async def running(deps: Deps) -> AsyncIterator[Deps]:
    """The parts of a host with workers."""
    pool = Pool(PoolSettings(blank_count=1))
    await pool.start()
    whole = dataclasses.replace(deps, runtime=pool)
    yield whole
    await close_pages(whole)
    await pool.stop()


@pytest.fixture
async def lane(db: SqliteDatabase) -> Lane:
    """A brand, and a person with money."""
    return await make.lane(db)


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """The person's browser, in a host where the shop is live with every permission granted."""
    await shop.put_tea(running, lane)
    await shop.publish(running, lane, shop.files(), scopes=("profile", "address", "bills"))
    return Browser(running, lane.buyer_id)


@pytest.fixture
async def watched(deps: Deps) -> AsyncIterator[Watched]:
    """The parts of a host with workers whose ends are noted."""
    incidents = Incidents()
    pool = Pool(PoolSettings(blank_count=1), incidents.note)
    await pool.start()
    whole = dataclasses.replace(deps, runtime=pool)
    incidents.deps = whole
    yield Watched(whole, pool, incidents)
    await close_pages(whole)
    await pool.stop()
    await incidents.settle()


@pytest.fixture
async def first(watched: Watched, lane: Lane) -> Version:
    """A version that is live."""
    return await shop.publish(watched.deps, lane, shop.files(1), scopes=("bills",))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A program's database."""
    made = Store(tmp_path / "shop.db")
    await made.open()
    yield made
    await made.close()


@pytest.fixture(name="shop")
async def document_shop(deps: Deps, lane: Lane, store: Store) -> Shop:
    """A program that keeps documents, without a worker."""
    return await make_shop(deps, lane, store)
