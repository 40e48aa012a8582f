"""SQLite behind the port of ``host.core.db``: one writer with group commit, many readers.

One connection writes *and* checkpoints, and never at the same moment as another process's: see
``host.core.write_lock``.  ``synchronous=FULL`` makes a commit durable before its
callers hear of it; sharing the commit among everything that queued meanwhile is what makes that
affordable.
"""

import asyncio
import queue
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Concatenate

import msgspec

from host.core.db import Kind, P, Row, T, Tx, Value, widen
from host.core.group_commit import GroupCommit
from host.core.write_lock import WriteLock

READERS_COUNT = 2
_ROWS_AT_ONCE = 16
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32768",
    # Postings change the same pages again and again; a checkpoint writes each of them once.
    "PRAGMA wal_autocheckpoint=4000",
)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open ``path`` with the settings that every connection of the host has."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    connection.row_factory = _as_dict
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    if read_only:
        connection.execute("PRAGMA query_only=ON")
    return connection


def _as_dict(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


class SqliteTx:
    """An open transaction on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.callbacks: list[Callable[[], None]] = []
        self.signals: list[tuple[str, object, str]] = []

    def rows(self, sql: str, **params: Value) -> list[Row]:
        """Return every row."""
        cursor = self._execute(sql, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def row(self, sql: str, **params: Value) -> Row | None:
        """Return the first row, or None."""
        cursor = self._execute(sql, params)
        values = cursor.fetchone()
        if values is None:
            return None
        row = {column[0]: value for column, value in zip(cursor.description, values, strict=True)}
        cursor.close()
        return row

    def run(self, sql: str, **params: Value) -> int:
        """Change rows and return how many."""
        return self._execute(sql, params).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> int:
        """Run ``sql``, whose places are ``?``, for each of ``rows``; return how many it changed."""
        # Many rows in one statement take a tenth less time for each.
        return sum(
            self._connection.executemany(text, values).rowcount
            for text, values in widen(sql, rows, width=_ROWS_AT_ONCE)
        )

    def run_set(self, sql: str, given: Mapping[str, Kind], rows: Sequence[Sequence[Value]]) -> int:
        """Run ``sql`` once, which reads ``rows`` as the table ``given``."""
        text = msgspec.json.encode(rows).decode()
        return self._connection.execute(_with_given(sql, tuple(given)), (text,)).rowcount

    def _execute(self, sql: str, params: dict[str, Value]) -> sqlite3.Cursor:
        cursor = self._connection.cursor()
        # Rows become mappings above, once their column names are known: a factory in Python that
        # looks the names up for each row takes three times as long.
        cursor.row_factory = None
        return cursor.execute(sql, params)

    # The writer is alone, so every row it reads is already locked.
    lock_rows = rows
    claim_row = row

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Run ``callback`` on the event loop once the commit is durable."""
        self.callbacks.append(callback)

    def signal(self, topic: str, value: object, hint: str = "") -> None:
        """Hand ``value`` to the listeners of ``topic`` once the commit is durable."""
        self.signals.append((topic, value, hint))

    def claim_turn(self, name: str) -> bool:  # noqa: ARG002  (the writer is alone)
        """Take the turn called ``name``: no other process has it."""
        return True


@cache
def _with_given(sql: str, names: tuple[str, ...]) -> str:
    # In its place and not as a WITH before it: sqlite3 counts changes of an UPDATE only.
    members = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(names))
    table = f" (SELECT {members} FROM json_each(?)) AS given "  # noqa: S608  (names of ours)
    return sql.replace(" given ", table, 1)


# An error of these is that use case's own: it broke a rule, or wrote bad SQL.  Anything else, such
# as a full disk, belongs to the whole batch.
_OWN = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_MISUSE,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_TOOBIG,
    }
)
# After these the file is as it was before the batch, and the next one may do better.  After an I/O
# error it is not: a failed fsync drops what was to be written and reports success the next time.
_CURABLE = _OWN | {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
}


class SqliteSession:
    """The connection that writes, and the lock that it writes under."""

    def __init__(self, path: Path) -> None:
        self.lock = WriteLock(path)
        self._connection = connect(path)

    def new_tx(self) -> SqliteTx:
        """Return the open transaction for one more use case."""
        return SqliteTx(self._connection)

    def begin(self) -> None:
        """Take the lock and begin."""
        self.lock.take()
        self._connection.execute("BEGIN IMMEDIATE")

    def announce(self, signals: set[tuple[str, str]]) -> None:
        """Tell nobody: no other host shares the file."""

    def commit(self) -> None:
        """Commit, which may checkpoint, and only then give the lock back."""
        self._connection.execute("COMMIT")
        self.lock.give_back()

    def savepoint(self, step: str) -> None:
        """Do ``SAVEPOINT``, ``ROLLBACK TO SAVEPOINT`` or ``RELEASE SAVEPOINT``."""
        self._connection.execute(_STEPS[step])

    def is_own(self, error: BaseException) -> bool:
        """Tell whether an error is that of one use case, and the transaction is alive."""
        return _code(error) in _OWN and self._connection.in_transaction

    def is_lost_race(self, error: BaseException) -> bool:  # noqa: ARG002  (nobody is in the way)
        """Tell whether another process was in the way: none is, under the lock."""
        return False

    def recover(self, error: BaseException) -> bool:
        """Undo what is open; False when what the disk holds cannot be known any more."""
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        self.lock.give_back()
        return _code(error) in _CURABLE and not self._connection.in_transaction

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()
        self.lock.close()


_STEPS = {
    step: f"{step} job" for step in ("SAVEPOINT", "ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT")
}


def _code(error: BaseException) -> int:
    """Return SQLite's primary result code; of what is no error of SQLite's, that of a mistake."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


class SqliteDatabase(GroupCommit):
    """One database file, opened by ``open``."""

    def __init__(self, path: Path, session: SqliteSession, idle: list[sqlite3.Connection]) -> None:
        self.path = path
        self.lock = session.lock
        self._readers = ThreadPoolExecutor(len(idle), thread_name_prefix="hutong-reader")
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        for connection in idle:
            self._idle.put(connection)
        super().__init__(session)

    @classmethod
    async def open(cls, path: Path) -> "SqliteDatabase":
        """Open ``path``, which must be migrated, for the running event loop."""
        session = await asyncio.to_thread(SqliteSession, path)
        idle = [
            await asyncio.to_thread(connect, path, read_only=True) for _ in range(READERS_COUNT)
        ]
        return cls(path, session, idle)

    async def read(
        self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``use_case`` on a snapshot that cannot be written to."""
        return await self._loop.run_in_executor(
            self._readers, lambda: self._read_now(lambda tx: use_case(tx, *args, **kwargs))
        )

    async def close(self) -> None:
        """Finish what is queued and let go of the files."""
        await self.stop_writing()
        self._readers.shutdown(wait=True)
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _read_now(self, run: Callable[[Tx], T]) -> T:
        connection = self._idle.get()
        try:
            connection.execute("BEGIN")
            try:
                return run(SqliteTx(connection))
            finally:
                connection.execute("ROLLBACK")
        finally:
            self._idle.put(connection)
