"""A program's own database: all or nothing, within its quota, still there after a restart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from host.bridge.store import (
    EVENTS_KEPT,
    ProgramFullError,
    Store,
    StoredEvent,
    StoredPage,
    Stores,
    Writes,
)
from tests.conftest import Clock

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A small database."""
    made = Store(tmp_path / "shop.db", bytes_max=256 * 1024)
    await made.open()
    yield made
    await made.close()


def page(n: int = 1, state: bytes = b"{}") -> StoredPage:
    """Return Ann's page."""
    return StoredPage("p1", "ann", "v1", "pages/a/a", {"sku": "A1"}, "A", state, n, 1)


async def test_an_event_is_stored_whole(store: Store) -> None:
    """Page, event, values and questions are there together."""
    writes = Writes({"k": '"v"'}, [("a1", {"handler": "paid"})])

    await store.save_event(page(3), StoredEvent("e1", 3, [{"name": "x"}]), writes, now_ms=1)

    assert await store.find_page("p1") == page(3)
    assert await store.find_events("p1") == [StoredEvent("e1", 3, [{"name": "x"}])]
    assert await store.find_value("ann", "k") == '"v"'
    assert await store.find_value("bob", "k") is None
    assert await store.find_sizes("ann") == {"k": 4}
    assert await store.find_asks("p1") == [("a1", {"handler": "paid"})]


async def test_an_event_that_cannot_be_stored_leaves_nothing(store: Store) -> None:
    """The same event a second time is refused, and nothing that came with it stays."""
    await store.save_event(page(1), StoredEvent("e1", 1, []), Writes(), now_ms=1)

    with pytest.raises(Exception, match="UNIQUE"):
        await store.save_event(page(2), StoredEvent("e1", 2, []), Writes({"k": "1"}), now_ms=2)

    assert await store.find_page("p1") == page(1)
    assert await store.find_value("ann", "k") is None


async def test_a_full_program_is_told_and_goes_on(store: Store) -> None:
    """Over its quota nothing more is stored; what was stored can be read and removed."""
    written = 0

    async def fill() -> None:
        nonlocal written
        for number in range(100):
            writes = Writes({f"k{number}": '"' + "x" * 20_000 + '"'})
            await store.save_event(page(), StoredEvent(f"e{number}", 1, []), writes, now_ms=1)
            written += 1

    with pytest.raises(ProgramFullError):
        await fill()
    gone: dict[str, str | None] = dict.fromkeys((f"k{n}" for n in range(written)), None)

    await store.save_event(page(), StoredEvent("last", 1, []), Writes(gone), now_ms=1)

    assert written > 5
    assert await store.find_sizes("ann") == {}


async def test_only_the_last_events_are_kept(store: Store) -> None:
    """What is too old to be sent again is forgotten."""
    for n in range(1, 100):
        await store.save_event(page(n), StoredEvent(f"e{n}", n, []), Writes(), now_ms=n)

    events = await store.find_events("p1")

    assert [events[0].n, events[-1].n, len(events)] == [100 - EVENTS_KEPT, 99, EVENTS_KEPT]


async def test_a_page_that_nobody_touched_for_long_is_forgotten(
    tmp_path: Path, clock: Clock
) -> None:
    """When the database is opened, old pages and their events go."""
    stores = Stores(tmp_path, clock.now_ms)
    store = await stores.get("Shop.One")
    await store.save_event(
        page(), StoredEvent("e1", 1, []), Writes({"k": "1"}), now_ms=clock.now_ms()
    )
    await stores.close()
    clock.forward(15 * DAY_MS)

    store = await stores.get("shop.one")

    assert await store.find_page("p1") is None
    assert await store.find_events("p1") == []
    assert await store.find_value("ann", "k") == "1"
    await stores.close()
