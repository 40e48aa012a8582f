"""SQLite behind the port of ``host.core.db``: one writer thread with group commit, many readers.

One connection writes *and* checkpoints: SQLite before 3.51.3 can corrupt its log when two
connections reset it at the same moment.  ``synchronous=FULL`` makes a commit durable before its
callers hear of it; sharing the commit among everything that queued meanwhile is what makes that
affordable.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate

from host.core.db import OutcomeUnknownError, P, Row, T, Tx, Value

logger = logging.getLogger(__name__)

# A commit shared by more than this many use cases keeps its first caller waiting for no gain.
BATCH_COUNT_MAX = 256
READERS_COUNT = 2
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32768",
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
        self.signals: list[tuple[str, object]] = []

    def rows(self, sql: str, **params: Value) -> list[Row]:
        """Return every row."""
        return self._connection.execute(sql, params).fetchall()

    def row(self, sql: str, **params: Value) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self._connection.execute(sql, params).fetchone()
        return row

    def run(self, sql: str, **params: Value) -> int:
        """Change rows and return how many."""
        return self._connection.execute(sql, params).rowcount

    # The writer is alone, so every row it reads is already locked.
    lock_rows = rows
    claim_row = row

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Run ``callback`` on the event loop once the commit is durable."""
        self.callbacks.append(callback)

    def signal(self, topic: str, value: object) -> None:
        """Hand ``value`` to the listeners of ``topic`` once the commit is durable."""
        self.signals.append((topic, value))


@dataclass(slots=True)
class _Job:
    run: Callable[[Tx], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None
    tx: SqliteTx | None = None


@dataclass(slots=True)
class SqliteDatabase:
    """One database file, opened by ``open``."""

    path: Path
    _loop: asyncio.AbstractEventLoop
    _queue: "queue.SimpleQueue[_Job | None]"
    _thread: threading.Thread | None
    _readers: ThreadPoolExecutor
    _idle: "queue.SimpleQueue[sqlite3.Connection]"
    _listeners: dict[str, list[Callable[[object], None]]] = field(default_factory=dict)
    _is_failed: bool = False
    commit_count: int = 0

    @classmethod
    async def open(cls, path: Path) -> "SqliteDatabase":
        """Open ``path``, which must be migrated, for the running event loop."""
        idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        writer = await asyncio.to_thread(connect, path)
        for _ in range(READERS_COUNT):
            idle.put(await asyncio.to_thread(connect, path, read_only=True))
        readers = ThreadPoolExecutor(READERS_COUNT, thread_name_prefix="hutong-reader")
        db = cls(path, asyncio.get_running_loop(), queue.SimpleQueue(), None, readers, idle)
        db._thread = threading.Thread(
            target=db._write_forever, args=(writer,), name="hutong-writer", daemon=True
        )
        db._thread.start()
        return db

    async def write(
        self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Queue ``use_case`` and return what it returned once its commit is durable."""
        if self._is_failed:
            raise OutcomeUnknownError("The database has stopped. Ask again with the same key.")
        job = _Job(lambda tx: use_case(tx, *args, **kwargs), self._loop.create_future())
        self._queue.put(job)
        result: T = await job.done
        return result

    async def read(
        self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``use_case`` on a snapshot that cannot be written to."""
        return await self._loop.run_in_executor(
            self._readers, lambda: self._read_now(lambda tx: use_case(tx, *args, **kwargs))
        )

    def listen(self, topic: str, callback: Callable[[object], None]) -> None:
        """Call ``callback`` on the event loop with each value signalled under ``topic``."""
        self._listeners.setdefault(topic, []).append(callback)

    async def close(self) -> None:
        """Finish what is queued and let go of the files."""
        self._queue.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
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

    def _write_forever(self, connection: sqlite3.Connection) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first, *self._queued_meanwhile()]
            self._commit_together(connection, batch)
            with suppress(RuntimeError):  # the loop is gone: nobody is left to be told
                self._loop.call_soon_threadsafe(self._tell, batch)
        connection.close()

    def _queued_meanwhile(self) -> Iterator[_Job]:
        for _ in range(BATCH_COUNT_MAX - 1):
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return
            if job is None:
                self._queue.put(None)
                return
            yield job

    def _commit_together(self, connection: sqlite3.Connection, batch: list[_Job]) -> None:
        if self._is_failed:
            _fail_all(batch)
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in batch:
                _run_in_savepoint(connection, job)
            connection.execute("COMMIT")
            self.commit_count += 1
        except sqlite3.Error:
            # A commit that reported an error may still be there after a restart, so the callers
            # are told that the outcome is unknown; the same key asks again.
            logger.exception("a batch of %d was not committed", len(batch))
            _fail_all(batch)
            self._recover(connection)

    def _recover(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error:
            logger.exception("the database cannot be written any more; start the host again")
            self._is_failed = True

    def _tell(self, batch: list[_Job]) -> None:
        for job in batch:
            if job.error is None and job.tx is not None:
                for callback in job.tx.callbacks:
                    callback()
                for topic, value in job.tx.signals:
                    for listener in self._listeners.get(topic, ()):
                        listener(value)
        for job in batch:
            if job.done.done():  # the caller hung up; the work stands
                continue
            if job.error is not None:
                job.done.set_exception(job.error)
            else:
                job.done.set_result(job.result)


def _run_in_savepoint(connection: sqlite3.Connection, job: _Job) -> None:
    """Run one use case so that its refusal undoes it alone."""
    connection.execute("SAVEPOINT job")
    job.tx = SqliteTx(connection)
    try:
        job.result = job.run(job.tx)
    except (sqlite3.OperationalError, sqlite3.InternalError) as error:
        # A mistake in one statement is that use case's own; anything that ended the
        # transaction, such as a full disk, belongs to the whole batch.
        if not connection.in_transaction:
            raise
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        _undo(connection, job, error)
    except Exception as error:  # noqa: BLE001  (a refusal or a bug: the caller gets it)
        _undo(connection, job, error)
    connection.execute("RELEASE job")


def _undo(connection: sqlite3.Connection, job: _Job, error: Exception) -> None:
    connection.execute("ROLLBACK TO job")
    job.error = error


def _fail_all(batch: list[_Job]) -> None:
    for job in batch:
        job.error = OutcomeUnknownError(
            "The database failed while saving. Ask again with the same key to learn the outcome."
        )
