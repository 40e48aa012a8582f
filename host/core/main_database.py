"""Which database holds the lane: a file of SQLite's, or PostgreSQL at ``HUTONG_DATABASE_URL``.

Nothing above this module knows which it is.  psycopg is imported only where it is wanted.
"""

import asyncio
import importlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from types import ModuleType
from typing import TypeVar
from urllib.parse import urlsplit

from host.core import migrate as sqlite_migrations
from host.core.db import Database, Tx
from host.core.settings import Settings
from host.core.sqlite import SqliteDatabase, SqliteTx, connect

T = TypeVar("T")


class DatabaseRefusedError(Exception):
    """The database of the settings cannot be used; the text says why and what to do."""


def describe(settings: Settings) -> str:
    """Return where the database is, without its password."""
    if not settings.database_url:
        return str(settings.database_path)
    parts = urlsplit(settings.database_url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def migrate(settings: Settings) -> list[str]:
    """Bring the database up to date and return the names that were applied."""
    if not settings.database_url:
        return sqlite_migrations.migrate(settings.database_path)
    postgresql = _postgresql()
    try:
        applied: list[str] = postgresql.migrate(settings.database_url)
    except postgresql.REFUSALS as error:
        raise _refusal(settings, error) from error
    return applied


async def open_database(settings: Settings) -> Database:
    """Open the database, which must be migrated, for the running event loop."""
    if not settings.database_url:
        return await SqliteDatabase.open(settings.database_path)
    postgresql = _postgresql()
    try:
        db: Database = await postgresql.PostgresDatabase.open(settings.database_url)
    except postgresql.REFUSALS as error:
        raise _refusal(settings, error) from error
    return db


def read_once(settings: Settings, use_case: Callable[[Tx], T]) -> T:
    """Run ``use_case`` on a snapshot, for a command that must not change or migrate anything."""
    if settings.database_url:
        return asyncio.run(_read_once(settings, use_case))
    if not settings.database_path.exists():
        raise DatabaseRefusedError(
            f"{settings.database_path} does not exist."
            " Set HUTONG_DATA_DIR to the folder of the host's data."
        )
    with closing(connect(settings.database_path, read_only=True)) as connection:
        connection.execute("BEGIN")
        try:
            return use_case(SqliteTx(connection))
        except sqlite3.OperationalError as error:
            raise DatabaseRefusedError(
                f"{settings.database_path} cannot be read: {error}. Run hutong migrate first."
            ) from error
        finally:
            connection.execute("ROLLBACK")


async def _read_once(settings: Settings, use_case: Callable[[Tx], T]) -> T:
    db = await open_database(settings)
    try:
        return await db.read(use_case)
    finally:
        await db.close()


def exists(settings: Settings) -> bool:
    """Tell whether there may be a host's data: a server says so itself when it is asked."""
    return bool(settings.database_url) or settings.database_path.exists()


def _postgresql() -> ModuleType:
    try:
        return importlib.import_module("host.core.postgresql")
    except ImportError as error:
        raise DatabaseRefusedError(
            "HUTONG_DATABASE_URL names a PostgreSQL database, and psycopg is not installed:"
            " pip install 'hutong[postgres]'"
        ) from error


def _refusal(settings: Settings, error: Exception) -> DatabaseRefusedError:
    # The first line is the reason; the driver's hints come after it.
    reason = str(error).strip().partition("\n")[0]
    return DatabaseRefusedError(
        f"The database at {describe(settings)} cannot be used: {reason}\n"
        "Start the server and create the database (createdb --encoding=UTF8), or correct"
        " HUTONG_DATABASE_URL."
    )
