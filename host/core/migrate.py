"""Forward-only migrations: numbered SQL files, applied in order in one transaction at start.

The hash of each applied file is stored.  An edited file and a database from a newer version are
refused with a sentence that says what to do, because both mean that code and schema disagree.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from host.core.clock import now_ms
from host.core.sqlite import connect
from host.core.write_lock import WriteLock

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


class MigrationRefusedError(Exception):
    """The database and this version of Hutong do not fit together."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of ``host/migrations``."""

    name: str
    sql: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the text, in hex."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def find_migrations(folder: Path = FOLDER) -> list[Migration]:
    """Return the migrations for SQLite in order; other dialects' files are left out."""
    paths = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [
        Migration(path.name.split(".")[0], path.read_text(encoding="utf-8"))
        for path in paths
        if not path.name.endswith(".postgresql.sql")
    ]


def migrate(path: Path, migrations: list[Migration] | None = None) -> list[str]:
    """Bring the database at ``path`` up to date and return the names that were applied."""
    wanted = find_migrations() if migrations is None else migrations
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(WriteLock(path)) as lock, lock.held(), closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            applied = _apply_missing(connection, wanted)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    return applied


def _apply_missing(connection: sqlite3.Connection, wanted: list[Migration]) -> list[str]:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS core_migration ("
        "name TEXT PRIMARY KEY, digest TEXT NOT NULL, applied_at_ms BIGINT NOT NULL)"
    )
    rows = connection.execute("SELECT name, digest FROM core_migration").fetchall()
    have = {str(row["name"]): str(row["digest"]) for row in rows}
    _check_known(have, wanted)

    missing = [migration for migration in wanted if migration.name not in have]
    for migration in missing:
        for statement in statements(migration.sql):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO core_migration (name, digest, applied_at_ms) VALUES (?, ?, ?)",
            (migration.name, migration.digest, now_ms()),
        )
    return [migration.name for migration in missing]


def _check_known(have: dict[str, str], wanted: list[Migration]) -> None:
    known = {migration.name: migration.digest for migration in wanted}
    newer = sorted(have.keys() - known.keys())
    if newer:
        raise MigrationRefusedError(
            f"This database was used by a newer Hutong (it has {newer[-1]})."
            " Start that version, or restore a backup from before."
        )
    edited = sorted(name for name, digest in have.items() if known[name] != digest)
    if edited:
        raise MigrationRefusedError(
            f"Migration {edited[0]} was changed after it was applied."
            " Restore the file, and write a new migration instead."
        )


def statements(script: str) -> Iterator[str]:
    """Yield the statements of ``script``; a trigger, which holds semicolons, is one statement."""
    waiting = ""
    for line in script.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            yield waiting
            waiting = ""
    if waiting.strip() and not all(
        line.startswith("--") or not line.strip() for line in waiting.splitlines()
    ):
        raise MigrationRefusedError(f"A migration ends in the middle of a statement: {waiting!r}")
