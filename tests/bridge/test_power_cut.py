"""A host that is killed while it writes: each event is there whole, once, or not at all."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from host.bridge.documents import Draft, Stored
from host.bridge.store import Store, StoredEvent, StoredPage, Writes
from sdk.contract.documents import CollectionRule

ROUNDS = 3
RULE = CollectionRule("everyone", "everyone")


async def write_forever(path: Path) -> None:
    """Store event after event; each says its number in page, storage and a document of its own."""
    store = Store(path)
    await store.open()
    first = await store.read("SELECT COALESCE(MAX(n), 0) FROM page", ())
    n = first[0][0]
    while True:
        n += 1
        writes = Writes({"n": str(n)})
        new = Stored("c", f"d{n}", "ann", RULE, 1, n, n, {"n": n})
        writes.documents.by_key[new.key] = Draft(None, new)
        page = StoredPage("p1", "ann", "v1", "a", {}, "A", b'{"n": %d}' % n, n, 1)
        await store.save_event(page, StoredEvent(f"e{n}", n, []), writes, now_ms=n)
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()


async def look(path: Path) -> tuple[int, list[int], int, int]:
    """Return what page, documents, storage and state say."""
    store = Store(path)
    await store.open()
    pages = await store.read("SELECT n, state FROM page", ())
    rows = await store.read("SELECT created_at_ms FROM document ORDER BY created_at_ms", ())
    value = await store.find_value("ann", "n")
    await store.close()
    return pages[0][0], [row[0] for row in rows], int(value or 0), json.loads(pages[0][1])["n"]


def test_a_killed_host_has_lost_and_doubled_nothing(tmp_path: Path) -> None:
    """What it said it had stored is stored, and nothing is stored by half."""
    path = tmp_path / "shop.db"
    for _ in range(ROUNDS):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bridge.test_power_cut", str(path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout is not None
        # It writes; then the power goes, at a moment that nobody has chosen.
        child.stdout.readline()
        time.sleep(0.1)
        child.send_signal(signal.SIGKILL)
        said = child.stdout.read().split()
        child.stdout.close()
        child.wait(10)

        n, documents, value, state = asyncio.run(look(path))

        assert list(range(1, n + 1)) == documents
        assert (n, n) == (value, state)
        assert n >= max(map(int, said), default=1)


if __name__ == "__main__":
    asyncio.run(write_forever(Path(sys.argv[1])))
