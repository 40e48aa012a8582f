"""PostgreSQL behind the port of ``host.core.db``: the same use cases, any number of processes.

Each process has one writer with group commit.  Rows that a use case checks are locked (``FOR NO KEY
UPDATE``), so two processes cannot both spend one balance; a batch that waited for another process
in a circle is undone by the server and run again.  Amounts and counts are whole numbers, so what
the server sums up as ``numeric`` is read as one.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from itertools import repeat
from queue import Empty, SimpleQueue
from typing import Any, Concatenate

import psycopg
from psycopg import errors, pq
from psycopg.adapt import Loader
from psycopg.rows import dict_row

from host.core.db import Kind, P, Row, T, Tx, Value
from host.core.errors import UnavailableError
from host.core.group_commit import GroupCommit
from host.core.migrate import apply_missing, find_migrations
from host.core.postgresql_hints import CHANNEL, Ear, encode_hint

READERS_COUNT = 4
# Any number that nothing else on the server locks.
_MIGRATION_LOCK = 7_281_934
# A text in quotes, which is left alone, or the name of a parameter.
_PARAM = re.compile(r"('(?:[^']|'')*')|(?<!:):([a-z_][a-z0-9_]*)")

# A list that `host.core.db.expand` wrote out.
_LIST = re.compile(r"\bIN \((:([a-z_]+)_0(?:, :\2_[0-9]+)*)\)")
_PLAIN_INSERT = re.compile(r"INSERT INTO ([a-z_]+ \([a-z_, ]+\)) VALUES \((?:\?, )*\?\)")
# COPY takes two round trips and reads a row in half the time.
_COPIED_COUNT_MIN = 8
_ARRAYS = {str: "TEXT[]", int: "BIGINT[]"}

Connection = psycopg.Connection[dict[str, Any]]


class ServerRefusedError(Exception):
    """The database at the address is not one that the host can use; the text says what to do."""


REFUSALS = (ServerRefusedError, psycopg.Error)
_AWAY = "The database cannot be reached at the moment. Try again in a minute."


class _WholeNumber(Loader):
    def load(self, data: Any) -> int:
        return int(bytes(data))


def connect(url: str) -> Connection:
    """Open a connection with the settings that every connection of the host has."""
    connection = psycopg.connect(url, autocommit=True, row_factory=dict_row)
    if connection.info.encoding != "utf-8":
        connection.close()
        raise ServerRefusedError(
            "The PostgreSQL database must be in UTF-8: create it with ENCODING 'UTF8'."
        )
    connection.adapters.register_loader("numeric", _WholeNumber)
    # Durable before it is acknowledged, whatever the server's own default says.
    connection.execute("SET synchronous_commit = on")
    connection.execute("SET lock_timeout = '10s'")
    return connection


@cache
def translate(sql: str) -> str:
    """Write ``:name`` as psycopg does, and leave what stands in quotes as it is."""

    def one(found: re.Match[str]) -> str:
        return found[1] if found[1] is not None else f"%({found[2]})s"

    return _PARAM.sub(one, sql.replace("%", "%%"))


@cache
def _translate(sql: str) -> tuple[bytes, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return ``sql`` with lists that ``expand`` wrote out as arrays, and what each list holds.

    The server takes longer to plan a thousand parameters than to find a thousand rows.
    """
    lists = []

    def one(found: re.Match[str]) -> str:
        lists.append((found[2], tuple(found[1].replace(":", "").split(", "))))
        return f"= ANY(:{found[2]})"

    return translate(_LIST.sub(one, sql)).encode(), tuple(lists)


def _array(values: Sequence[Value]) -> str:
    """Write an array as the server reads it; the driver takes ten times as long."""
    return "{" + ",".join(map(_member, values)) + "}"


def _member(value: Value) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert not isinstance(value, bytes), "no list of ours holds bytes"
    return "NULL" if value is None else str(value)


@cache
def _translate_places(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


@cache
def _as_copy(sql: str) -> str | None:
    """Return the COPY that adds what a plain INSERT of ``?`` adds; None for any other statement."""
    found = _PLAIN_INSERT.fullmatch(sql)
    return None if found is None else f"COPY {found[1]} FROM STDIN"


@cache
def _with_given(sql: str, given: tuple[tuple[str, Kind], ...]) -> bytes:
    names = ", ".join(name for name, _ in given)
    arrays = ", ".join(f"CAST(:{name} AS {_ARRAYS[kind]})" for name, kind in given)
    return translate(f"WITH given ({names}) AS (SELECT * FROM unnest({arrays})) {sql}").encode()  # noqa: S608


class PostgresTx:
    """An open transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.callbacks: list[Callable[[], None]] = []
        self.signals: list[tuple[str, object, str]] = []

    def rows(self, sql: str, **params: Value) -> list[Row]:
        """Return every row."""
        return list(self._execute(sql, params).fetchall())

    def row(self, sql: str, **params: Value) -> Row | None:
        """Return the first row, or None."""
        return self._execute(sql, params).fetchone()

    def run(self, sql: str, **params: Value) -> int:
        """Change rows and return how many."""
        return self._execute(sql, params).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> int:
        """Run ``sql``, whose places are ``?``, for each of ``rows``; return how many it changed."""
        copy = _as_copy(sql)
        with self._connection.cursor() as cursor:
            if copy is not None and len(rows) >= _COPIED_COUNT_MIN:
                with cursor.copy(copy.encode()) as stream:
                    for row in rows:
                        stream.write_row(row)
            elif rows:
                # One round trip for all of them.
                cursor.executemany(_translate_places(sql).encode(), rows)
            return max(cursor.rowcount, 0)

    def run_set(self, sql: str, given: Mapping[str, Kind], rows: Sequence[Sequence[Value]]) -> int:
        """Run ``sql`` once, which reads ``rows`` as the table ``given``."""
        columns = zip(*rows, strict=True) if rows else repeat((), len(given))
        params = {name: _array(column) for name, column in zip(given, columns, strict=True)}
        return self._connection.execute(_with_given(sql, tuple(given.items())), params).rowcount

    def lock_rows(self, sql: str, **params: Value) -> list[Row]:
        """Return every row, and let nobody else change them until this transaction ends."""
        return self.rows(sql + " FOR NO KEY UPDATE", **params)

    def claim_row(self, sql: str, **params: Value) -> Row | None:
        """Lock and return the first row that nobody else has locked, or None."""
        return self.row(sql + " LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED", **params)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Run ``callback`` on the event loop once the commit is durable."""
        self.callbacks.append(callback)

    def signal(self, topic: str, value: object, hint: str = "") -> None:
        """Hand ``value`` to the listeners of ``topic`` once the commit is durable."""
        self.signals.append((topic, value, hint))

    def claim_turn(self, name: str) -> bool:
        """Take the turn called ``name`` until this transaction ends; False if another has it."""
        row = self.row(
            "SELECT CASE WHEN pg_try_advisory_xact_lock(:number) THEN 1 ELSE 0 END AS is_mine",
            number=int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True),
        )
        return row is not None and bool(row["is_mine"])

    def _execute(self, sql: str, params: dict[str, Value]) -> psycopg.Cursor[dict[str, Any]]:
        text, lists = _translate(sql)
        if not lists:
            return self._connection.execute(text, params)
        listed = dict(params)
        for name, places in lists:
            values = [listed.pop(place) for place in places]
            listed[name] = _array([value for value in values if value is not None])
        return self._connection.execute(text, listed)


# An error of these is that use case's own: it broke a rule, or wrote bad SQL.
_OWN = (
    errors.IntegrityError,
    errors.DataError,
    errors.ProgrammingError,
    errors.RaiseException,
    errors.NotSupportedError,
)
_LOST_RACE = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)


class PostgresSession:
    """The connection that writes; a broken one is replaced."""

    def __init__(self, url: str) -> None:
        self.name = secrets.token_hex(8)
        self._url = url
        self._connection = connect(url)

    def new_tx(self) -> PostgresTx:
        """Return the open transaction for one more use case."""
        return PostgresTx(self._connection)

    def begin(self) -> None:
        """Begin."""
        self._connection.execute("BEGIN")

    def announce(self, signals: set[tuple[str, str]]) -> None:
        """Let other processes hear of it once it is durable."""
        if signals:
            self._connection.execute(
                "SELECT CAST(count(pg_notify(%s, text)) AS INT) FROM unnest(%s::text[]) AS t(text)",
                (CHANNEL, [encode_hint(self.name, *signal) for signal in sorted(signals)]),
            )

    def commit(self) -> None:
        """Commit; a transaction that the server has given up must not pass for committed."""
        done = self._connection.execute("COMMIT")
        if done.statusmessage != "COMMIT":
            raise errors.InternalError(f"the server answered {done.statusmessage}")

    def savepoint(self, step: str) -> None:
        """Do ``SAVEPOINT``, ``ROLLBACK TO SAVEPOINT`` or ``RELEASE SAVEPOINT``."""
        self._connection.execute(f"{step} job".encode())

    def is_own(self, error: BaseException) -> bool:
        """Tell whether an error is that of one use case, and the transaction is alive."""
        if isinstance(error, psycopg.Error) and not isinstance(error, _OWN):
            return False
        status = self._connection.info.transaction_status
        return status in (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)

    def is_lost_race(self, error: BaseException) -> bool:
        """Tell whether two processes waited for each other: the server has undone this one."""
        return isinstance(error, _LOST_RACE)

    def recover(self, error: BaseException) -> bool:  # noqa: ARG002  (the server's word is enough)
        """Undo what is open; with a broken connection the server has, and a new one is opened.

        While the server is away every batch is answered as unknown, and the next one tries again.
        """
        with suppress(psycopg.Error):
            if not self._connection.closed:
                self._connection.execute("ROLLBACK")
        if self._connection.closed or self._connection.broken:
            with suppress(psycopg.OperationalError):
                self._connection = connect(self._url)
        return True

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


class PostgresDatabase(GroupCommit):
    """A database on a server, opened by ``open``."""

    def __init__(self, url: str, session: PostgresSession) -> None:
        self.url = url
        self._idle: SimpleQueue[Connection] = SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS_COUNT, thread_name_prefix="hutong-reader")
        super().__init__(session)
        self._ear = Ear(
            lambda: connect(url),
            session.name,
            lambda *heard: self._loop.call_soon_threadsafe(self._hear, *heard),
            lambda: self._loop.call_soon_threadsafe(self._hear_of_a_gap),
        )

    @classmethod
    async def open(cls, url: str) -> "PostgresDatabase":
        """Open the database at ``url``, which must be migrated, for the running event loop."""
        db = cls(url, await asyncio.to_thread(PostgresSession, url))
        await asyncio.to_thread(db._ear.start)
        return db

    async def read(
        self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``use_case`` on a snapshot that cannot be written to."""
        return await self._loop.run_in_executor(
            self._readers, lambda: self._read_now(lambda tx: use_case(tx, *args, **kwargs))
        )

    async def close(self) -> None:
        """Finish what is queued and let go of the connections."""
        await asyncio.to_thread(self._ear.stop)
        await self.stop_writing()
        self._readers.shutdown(wait=True)
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    def _read_now(self, run: Callable[[Tx], T]) -> T:
        for is_last in (False, True):
            connection = self._borrow()
            try:
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                return run(PostgresTx(connection))
            except psycopg.OperationalError as error:
                # The server was started anew since this connection was used, or is away.
                if is_last or not connection.broken:
                    raise UnavailableError(_AWAY) from error
            finally:
                with suppress(psycopg.Error):
                    connection.execute("ROLLBACK")
                if not connection.broken and not connection.closed:
                    self._idle.put(connection)
        raise AssertionError("the second try returns or raises")

    def _borrow(self) -> Connection:
        while True:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                break
            if not connection.broken and not connection.closed:
                return connection
        try:
            return connect(self.url)
        except psycopg.OperationalError as error:
            raise UnavailableError(_AWAY) from error


def migrate(url: str) -> list[str]:
    """Bring the database at ``url`` up to date and return the names that were applied."""

    def run(script: str) -> None:
        connection.execute(script.encode())

    with connect(url) as connection:
        connection.execute("BEGIN")
        try:
            # Two processes that start at one moment do this one after the other.
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
            wanted = find_migrations(dialect="postgresql")
            applied = apply_missing(PostgresTx(connection), wanted, run)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    return applied
