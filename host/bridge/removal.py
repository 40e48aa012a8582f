"""Programs that are gone for good: their database is put aside, and deleted when nobody missed it.

`hutong program remove` moves the file to ``programs/removed``; moving it back restores everything.
After the time of grace the host deletes it.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from host.bridge.store import store_path
from host.core.deps import Deps

# Long enough for a merchant who comes back from holidays.
REMOVED_KEPT_MS = 30 * 24 * 3600 * 1000


class StillOpenError(Exception):
    """Another process has the database open."""


def put_aside(data_dir: Path, program_id: str, *, now_ms: int) -> Path:
    """Move a program's database where nothing reads it; return its new place."""
    path = store_path(data_dir, program_id)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
        try:
            # Brings everything into the one file; refused while anybody else has it open.
            db.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise StillOpenError from error
    target = path.parent / "removed" / f"{now_ms}-{path.name}"
    target.parent.mkdir(exist_ok=True)
    return path.rename(target)


def delete_removed(data_dir: Path, *, now_ms: int) -> int:
    """Delete databases whose time of grace is over; return how many."""
    found = 0
    for path in (data_dir / "programs" / "removed").glob("*-*.db"):
        removed_at_ms, _, _ = path.name.partition("-")
        if removed_at_ms.isdecimal() and int(removed_at_ms) < now_ms - REMOVED_KEPT_MS:
            path.unlink()
            found += 1
    return found


async def delete_old(deps: Deps, *, now_ms: int) -> int:
    """Delete, as a chore of the host, what is past its time of grace."""
    return await asyncio.to_thread(delete_removed, deps.settings.data_dir, now_ms=now_ms)
