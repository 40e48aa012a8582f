"""The database of one mini-program: its open pages, what it stores per person, its last events.

A file of its own per program, so that a noisy shop slows nobody, a quota is a number of pages and
export or removal is a file.  One event is one transaction: page, storage, the event's id and the
questions it asks are there together or not at all.
"""

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite
import msgspec

from host.bridge import documents as db_documents
from host.bridge import recording as tapes
from host.bridge.recording import Recording
from host.bridge.writes import Writes
from host.core.errors import UnavailableError

PAGE_BYTES = 4096
# All people of one program together.
PROGRAM_BYTES_MAX = 256 * 1024 * 1024
# A repeated event is known for as long as its page is; older ones cannot come any more.
EVENTS_KEPT = 40
PAGE_TTL_MS = 14 * 24 * 3600 * 1000
STORES_OPEN_MAX = 64

_SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL, version_id TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, title TEXT NOT NULL, state BLOB NOT NULL, n INTEGER NOT NULL,
    opened_at_ms INTEGER NOT NULL, used_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS page_used ON page (used_at_ms);
CREATE INDEX IF NOT EXISTS page_person ON page (person_id, used_at_ms);
CREATE TABLE IF NOT EXISTS event (
    id TEXT PRIMARY KEY, page_id TEXT NOT NULL REFERENCES page (id) ON DELETE CASCADE,
    n INTEGER NOT NULL, effects TEXT NOT NULL, at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS event_page ON event (page_id, n);
CREATE TABLE IF NOT EXISTS storage (
    person_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (person_id, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ask (
    id TEXT PRIMARY KEY, page_id TEXT NOT NULL, ask TEXT NOT NULL
) STRICT;
"""


_SAVE_PAGE = (
    "INSERT INTO page (id, person_id, version_id, path, query, title, state, n, opened_at_ms,"
    " used_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
    " version_id = excluded.version_id, title = excluded.title, state = excluded.state,"
    " n = excluded.n, used_at_ms = excluded.used_at_ms"
)
_SAVE_EVENT = "INSERT INTO event (id, page_id, n, effects, at_ms) VALUES (?, ?, ?, ?, ?)"
_SAVE_VALUE = (
    "INSERT INTO storage (person_id, key, value) VALUES (?, ?, ?)"
    " ON CONFLICT (person_id, key) DO UPDATE SET value = excluded.value"
)

_Statement = tuple[str, Sequence[Any]]
Step = Callable[[sqlite3.Connection], None]


class ProgramFullError(Exception):
    """The program's database has reached its quota."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """An open page as it was last seen."""

    id: str
    person_id: str
    version_id: str
    path: str
    query: dict[str, Any]
    title: str
    # JSON text of the page's attributes.
    state: bytes
    n: int
    opened_at_ms: int


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What an event that happened has left: the page's number after it and what the shell did."""

    id: str
    n: int
    effects: list[dict[str, Any]]


class Store:
    """One program's database.  One connection, one transaction at a time."""

    def __init__(self, path: Path, *, bytes_max: int = PROGRAM_BYTES_MAX) -> None:
        self._path = path
        self._pages_max = bytes_max // PAGE_BYTES
        self._db: aiosqlite.Connection | None = None
        self._lock = asyncio.Lock()
        self._recorded_count = 0

    async def open(self) -> None:
        """Open the file, making it when it is not there."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = await aiosqlite.connect(self._path, isolation_level=None)
        try:
            await db.execute("PRAGMA journal_mode = WAL")
            # What a person saw is what is stored, also after the power fails.
            await db.execute("PRAGMA synchronous = FULL")
            await db.execute("PRAGMA foreign_keys = ON")
            await db.execute(f"PRAGMA max_page_count = {self._pages_max}")
            await db.executescript(_SCHEMA + tapes.SCHEMA + db_documents.SCHEMA)
        except BaseException:
            await db.close()
            raise
        self._db = db

    async def close(self) -> None:
        """Let go of the file."""
        async with self._lock:
            if self._db is not None:
                await self._db.close()
                self._db = None

    @property
    def is_closed(self) -> bool:
        """Tell whether the file was let go of."""
        return self._db is None

    async def find_page(self, page_id: str) -> StoredPage | None:
        """Return an open page."""
        rows = await self._rows(
            "SELECT id, person_id, version_id, path, query, title, state, n, opened_at_ms"
            " FROM page WHERE id = ?",
            page_id,
        )
        if not rows:
            return None
        row = rows[0]
        query = msgspec.json.decode(row[4])
        return StoredPage(row[0], row[1], row[2], row[3], query, row[5], row[6], row[7], row[8])

    async def find_events(self, page_id: str) -> list[StoredEvent]:
        """Return the last events of a page, oldest first."""
        rows = await self._rows(
            "SELECT id, n, effects FROM event WHERE page_id = ? ORDER BY n DESC LIMIT ?",
            page_id,
            EVENTS_KEPT,
        )
        return [StoredEvent(r[0], r[1], msgspec.json.decode(r[2])) for r in reversed(rows)]

    async def save_event(
        self,
        page: StoredPage,
        event: StoredEvent,
        writes: Writes,
        recordings: Sequence[Recording] = (),
        *,
        now_ms: int,
    ) -> None:
        """Store everything that an event has done, in one transaction.

        Raises ``DocumentConflictError`` when the event must run again to be right.
        """
        query = msgspec.json.encode(page.query).decode()
        effects = msgspec.json.encode(event.effects).decode()
        row = (page.id, page.person_id, page.version_id, page.path, query, page.title, page.state)
        statements: list[_Statement] = [
            (_SAVE_PAGE, (*row, page.n, page.opened_at_ms, now_ms)),
            (_SAVE_EVENT, (event.id, page.id, event.n, effects, now_ms)),
            ("DELETE FROM event WHERE page_id = ? AND n < ?", (page.id, event.n - EVENTS_KEPT)),
            *_storage_statements(page.person_id, writes),
            *_ask_statements(page.id, writes),
        ]
        drafts = writes.documents

        def apply(db: sqlite3.Connection) -> None:
            drafts.apply(db, now_ms)

        recorded = self._recording_statements(recordings, now_ms)
        try:
            await self._write([*statements, *recorded], then=apply)
        except ProgramFullError:
            # What people keep goes before what developers look at.
            await self._write([("DELETE FROM recording", ()), *statements], then=apply)

    async def save_writes(
        self, person_id: str, writes: Writes, recordings: Sequence[Recording], *, now_ms: int
    ) -> None:
        """Store what was written by no event of a page, when there is room."""
        recorded = self._recording_statements(recordings, now_ms)

        def apply(db: sqlite3.Connection) -> None:
            writes.documents.apply(db, now_ms)

        with suppress(ProgramFullError):
            await self._write([*_storage_statements(person_id, writes), *recorded], then=apply)

    async def find_last_use(self, person_id: str) -> int | None:
        """Return when a person last touched any page of the program; None: not for long."""
        sql = "SELECT max(used_at_ms) FROM page WHERE person_id = ?"
        last: int | None = (await self._rows(sql, person_id))[0][0]
        return last

    async def save_recordings(self, recordings: Sequence[Recording], *, now_ms: int) -> None:
        """Keep events that have failed, when there is room."""
        with suppress(ProgramFullError):
            await self._write(self._recording_statements(recordings, now_ms))

    async def find_recording(self, event_id: str) -> Recording | None:
        """Return what was kept of an event."""
        rows = await self._rows(tapes.FIND, event_id)
        return tapes.decode(rows[0][0]) if rows else None

    def _recording_statements(
        self, recordings: Sequence[Recording], now_ms: int
    ) -> list[_Statement]:
        statements = tapes.save_statements(recordings, now_ms=now_ms)
        if statements and self._recorded_count % tapes.RECORDINGS_TRIMMED_EVERY == 0:
            bounds = (tapes.RECORDINGS_MAX, tapes.RECORDINGS_BYTES_MAX)
            statements.append((tapes.TRIM, bounds))
        self._recorded_count += 1
        return statements

    async def find_asks(self, page_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the questions of a page that the main database may not know yet."""
        rows = await self._rows("SELECT id, ask FROM ask WHERE page_id = ? ORDER BY id", page_id)
        return [(row[0], msgspec.json.decode(row[1])) for row in rows]

    async def forget_asks(self, ask_ids: Sequence[str]) -> None:
        """Drop questions that the main database has."""
        await self._write([("DELETE FROM ask WHERE id = ?", (ask_id,)) for ask_id in ask_ids])

    async def find_value(self, person_id: str, key: str) -> str | None:
        """Return the JSON text that a program stored for a person."""
        rows = await self._rows(
            "SELECT value FROM storage WHERE person_id = ? AND key = ?", person_id, key
        )
        return rows[0][0] if rows else None

    async def find_sizes(self, person_id: str) -> dict[str, int]:
        """Return the keys that a program stored for a person, with the bytes of each."""
        rows = await self._rows(
            "SELECT key, length(CAST(key AS BLOB)) + length(CAST(value AS BLOB)) FROM storage"
            " WHERE person_id = ? ORDER BY key",
            person_id,
        )
        return {row[0]: row[1] for row in rows}

    async def forget_pages(self, *, before_ms: int) -> None:
        """Drop pages that nobody has touched for long."""
        await self._write(
            [
                ("DELETE FROM page WHERE used_at_ms < ?", (before_ms,)),
                ("DELETE FROM recording WHERE at_ms < ?", (before_ms,)),
            ]
        )

    async def forget_oldest(self, person_id: str, *, kept: int) -> None:
        """Drop the pages of a person but for those touched last."""
        sql = (
            "DELETE FROM page WHERE person_id = ? AND id IN (SELECT id FROM page"
            " WHERE person_id = ? ORDER BY used_at_ms DESC, opened_at_ms DESC LIMIT -1 OFFSET ?)"
        )
        await self._write([(sql, (person_id, person_id, kept))])

    async def forget_person(self, person_id: str) -> None:
        """Drop everything that is here of a person: pages, values, questions, recordings."""
        asks = "DELETE FROM ask WHERE page_id IN (SELECT id FROM page WHERE person_id = ?)"
        await self._write(
            [
                (asks, (person_id,)),
                ("DELETE FROM page WHERE person_id = ?", (person_id,)),
                ("DELETE FROM storage WHERE person_id = ?", (person_id,)),
                ("DELETE FROM recording WHERE person_id = ?", (person_id,)),
                *((sql, (person_id,)) for sql in db_documents.FORGET),
            ]
        )

    async def read(self, sql: str, params: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        """Return the rows of a query."""
        async with self._lock:
            return list(await self._open_db().execute_fetchall(sql, params))

    async def _rows(self, sql: str, *params: Any) -> list[Any]:
        return await self.read(sql, params)

    async def _write(self, statements: Sequence[_Statement], then: Step | None = None) -> None:
        """Run ``statements`` in one transaction; a caller that goes away does not tear it."""
        await asyncio.shield(self._write_all(statements, then))

    async def _write_all(self, statements: Sequence[_Statement], then: Step | None) -> None:
        async with self._lock:
            db: Any = self._open_db()
            try:
                # The whole transaction in one visit to the database's thread: each visit costs more
                # than a statement, and aiosqlite's own calls make one per statement.
                await db._execute(_transact, db._conn, statements, then)  # noqa: SLF001
            except sqlite3.OperationalError as error:
                if "full" in str(error):
                    raise ProgramFullError from error
                raise

    def _open_db(self) -> aiosqlite.Connection:
        if self._db is None:
            raise UnavailableError("This shop's memory is being put away. Try again.")
        return self._db


def _transact(
    connection: sqlite3.Connection, statements: Sequence[_Statement], then: Step | None
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for sql, params in statements:
            connection.execute(sql, params)
        if then is not None:
            then(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _storage_statements(person_id: str, writes: Writes) -> list[_Statement]:
    return [
        ("DELETE FROM storage WHERE person_id = ? AND key = ?", (person_id, key))
        if value is None
        else (_SAVE_VALUE, (person_id, key, value))
        for key, value in writes.storage.items()
    ]


def _ask_statements(page_id: str, writes: Writes) -> list[_Statement]:
    sql = "INSERT INTO ask (id, page_id, ask) VALUES (?, ?, ?)"
    return [
        (sql, (ask_id, page_id, msgspec.json.encode(ask).decode())) for ask_id, ask in writes.asks
    ]


def store_path(data_dir: Path, program_id: str) -> Path:
    """Return the file of a program.  Ids are unique in any mix of case, and so is its name."""
    return data_dir / "programs" / f"{program_id.casefold()}.db"


class Stores:
    """The databases that are open; the one used longest ago is closed when there are too many."""

    def __init__(self, folder: Path, clock: Callable[[], int]) -> None:
        self._folder = folder
        self._clock = clock
        self._stores: OrderedDict[str, Store] = OrderedDict()
        self._lock = asyncio.Lock()

    async def get(self, program_id: str) -> Store:
        """Return the database of a program that exists (its id has been checked at upload)."""
        # Ids are unique in any mix of case, and so is the file's name.
        key = program_id.casefold()
        store = self._stores.get(key)
        if store is not None:
            self._stores.move_to_end(key)
            return store
        async with self._lock:
            if key not in self._stores:
                store = Store(self._folder / f"{key}.db")
                await store.open()
                await store.forget_pages(before_ms=self._clock() - PAGE_TTL_MS)
                self._stores[key] = store
            while len(self._stores) > STORES_OPEN_MAX:
                _, oldest = self._stores.popitem(last=False)
                await oldest.close()
            return self._stores[key]

    async def close(self) -> None:
        """Close every database."""
        async with self._lock:
            while self._stores:
                _, store = self._stores.popitem()
                await store.close()
