"""SQLite behind the port of ``host.core.db``: one writer thread with group commit, many readers.

One connection writes *and* checkpoints, and never at the same moment as another process's: see
``host.core.write_lock``.  ``synchronous=FULL`` makes a commit durable before its
callers hear of it; sharing the commit among everything that queued meanwhile is what makes that
affordable.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Concatenate

from host.core.db import Item, OutcomeUnknownError, P, Row, T, Together, Tx, Value, only
from host.core.errors import AppError
from host.core.write_lock import WriteLock

logger = logging.getLogger(__name__)

# A commit shared by more than this many use cases keeps its first caller waiting for no gain.
BATCH_COUNT_MAX = 256
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


@cache
def _widened(sql: str) -> str | None:
    """Return an INSERT of one row as one of many: a tenth less time for each row."""
    into, values, places = sql.partition(" VALUES (")
    if not into.startswith("INSERT") or not places.endswith(")"):
        return None
    return into + values[:-1] + ", ".join(["(" + places] * _ROWS_AT_ONCE)


class SqliteTx:
    """An open transaction on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.callbacks: list[Callable[[], None]] = []
        self.signals: list[tuple[str, object]] = []

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
        wide = _widened(sql) if len(rows) >= _ROWS_AT_ONCE else None
        if wide is None:
            return self._connection.executemany(sql, rows).rowcount
        whole = len(rows) - len(rows) % _ROWS_AT_ONCE
        chunks = [
            tuple(chain.from_iterable(rows[n : n + _ROWS_AT_ONCE]))
            for n in range(0, whole, _ROWS_AT_ONCE)
        ]
        changed = self._connection.executemany(wide, chunks).rowcount
        return changed + self._connection.executemany(sql, rows[whole:]).rowcount

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

    def signal(self, topic: str, value: object) -> None:
        """Hand ``value`` to the listeners of ``topic`` once the commit is durable."""
        self.signals.append((topic, value))


@dataclass(slots=True)
class _Job:
    run: Callable[[Tx], Any]
    done: asyncio.Future[Any]
    # Both are set for work that may be run together with its neighbours: see write_together.
    together: Together[Any, Any] | None = None
    item: Any = None
    result: Any = None
    error: Exception | None = None


@dataclass(slots=True)
class SqliteDatabase:
    """One database file, opened by ``open``."""

    path: Path
    _loop: asyncio.AbstractEventLoop
    _queue: "queue.SimpleQueue[_Job | None]"
    _thread: threading.Thread | None
    _readers: ThreadPoolExecutor
    _idle: "queue.SimpleQueue[sqlite3.Connection]"
    _lock: WriteLock
    _listeners: dict[str, list[Callable[[object], None]]] = field(default_factory=dict)
    _is_failed: bool = False
    commit_count: int = 0

    @classmethod
    async def open(cls, path: Path) -> "SqliteDatabase":
        """Open ``path``, which must be migrated, for the running event loop."""
        idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        lock = WriteLock(path)
        writer = await asyncio.to_thread(connect, path)
        for _ in range(READERS_COUNT):
            idle.put(await asyncio.to_thread(connect, path, read_only=True))
        readers = ThreadPoolExecutor(READERS_COUNT, thread_name_prefix="hutong-reader")
        db = cls(path, asyncio.get_running_loop(), queue.SimpleQueue(), None, readers, idle, lock)
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

    async def write_together(self, use_case: Together[Item, T], item: Item) -> T:
        """Queue ``item`` for ``use_case``, which gets all that queued one after the other."""
        if self._is_failed:
            raise OutcomeUnknownError("The database has stopped. Ask again with the same key.")
        job = _Job(
            lambda tx: only(use_case(tx, (item,))), self._loop.create_future(), use_case, item
        )
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
            txs = self._commit_together(connection, batch)
            with suppress(RuntimeError):  # the loop is gone: nobody is left to be told
                self._loop.call_soon_threadsafe(self._tell, batch, txs)
        connection.close()
        self._lock.close()

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

    def _commit_together(self, connection: sqlite3.Connection, batch: list[_Job]) -> list[SqliteTx]:
        """Run ``batch`` in one durable commit and return what is to be told of it."""
        try:
            if self._is_failed:
                raise sqlite3.OperationalError("stopped by an earlier error")  # noqa: TRY301
            # Until after the commit, which may checkpoint.
            with self._lock.held():
                connection.execute("BEGIN IMMEDIATE")
                txs = [tx for jobs in _neighbours(batch) for tx in _run_jobs(connection, jobs)]
                connection.execute("COMMIT")
        except BaseException as error:
            # A commit that reported an error may still be there after a restart, so the callers
            # are told that the outcome is unknown; the same key asks again.
            if not self._is_failed:
                logger.exception("a batch of %d was not committed", len(batch))
            _fail_all(batch)
            self._recover(connection, error)
            return []
        self.commit_count += 1
        return txs

    def _recover(self, connection: sqlite3.Connection, error: BaseException) -> None:
        """Undo a failed batch; stop for good when what the disk holds cannot be known any more."""
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        if self._is_failed or (_code(error) in _CURABLE and not connection.in_transaction):
            return
        logger.critical("nothing can be saved any more: look at the disk, then restart the host")
        self._is_failed = True

    def _tell(self, batch: list[_Job], txs: list[SqliteTx]) -> None:
        for tx in txs:
            for callback in tx.callbacks:
                callback()
            for topic, value in tx.signals:
                for listener in self._listeners.get(topic, ()):
                    listener(value)
        for job in batch:
            if job.done.done():  # the caller hung up; the work stands
                continue
            if job.error is not None:
                job.done.set_exception(job.error)
            else:
                job.done.set_result(job.result)


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


def _code(error: BaseException) -> int:
    """Return SQLite's primary result code; of what is no error of SQLite's, that of a mistake."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def _neighbours(batch: list[_Job]) -> Iterator[list[_Job]]:
    """Yield the batch in order, what may run together in one list."""
    for together, jobs in groupby(batch, key=lambda job: job.together):
        if together is None:
            yield from ([job] for job in jobs)
        else:
            yield list(jobs)


def _run_jobs(connection: sqlite3.Connection, jobs: list[_Job]) -> Iterator[SqliteTx]:
    """Run one job, or several that go together, and yield the transactions that stand."""
    together = jobs[0].together
    if together is None or len(jobs) == 1:
        yield from _run_alone(connection, jobs[0])
        return
    items = [job.item for job in jobs]
    tx, results, error = _in_savepoint(connection, lambda tx: together(tx, items))
    if error is not None:  # one of them met a mistake of ours: the others must not suffer from it
        logger.error("%d items failed together; each is tried alone", len(jobs), exc_info=error)
        for job in jobs:
            yield from _run_alone(connection, job)
        return
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, AppError):
            job.error = result
        else:
            job.result = result
    yield tx


def _run_alone(connection: sqlite3.Connection, job: _Job) -> Iterator[SqliteTx]:
    tx, job.result, job.error = _in_savepoint(connection, job.run)
    if job.error is None:
        yield tx


def _in_savepoint(
    connection: sqlite3.Connection, run: Callable[[Tx], Any]
) -> tuple[SqliteTx, Any, Exception | None]:
    """Run a use case so that its refusal undoes it alone."""
    tx, result, refusal = SqliteTx(connection), None, None
    connection.execute("SAVEPOINT job")
    try:
        result = run(tx)
    except Exception as error:
        if _code(error) not in _OWN or not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO job")
        refusal = error
    connection.execute("RELEASE job")
    return tx, result, refusal


def _fail_all(batch: list[_Job]) -> None:
    for job in batch:
        job.error = OutcomeUnknownError(
            "The database failed while saving. Ask again with the same key to learn the outcome."
        )
