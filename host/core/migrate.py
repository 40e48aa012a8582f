"""Forward-only migrations: numbered SQL files, applied in order in one transaction at start.

The hash of each applied file is stored.  An edited file and a database from a newer version are
refused with a sentence that says what to do, because both mean that code and schema disagree.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from host.core.clock import now_ms
from host.core.db import Tx
from host.core.sqlite import SqliteTx, connect
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


def find_migrations(folder: Path = FOLDER, *, dialect: str = "sqlite") -> list[Migration]:
    """Return the migrations for a dialect in order; other dialects' files are left out."""
    paths = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [
        Migration(path.name.split(".")[0], path.read_text(encoding="utf-8"))
        for path in paths
        if path.name.count(".") == 1 or path.name.endswith(f".{dialect}.sql")
    ]


def migrate(path: Path, migrations: list[Migration] | None = None) -> list[str]:
    """Bring the database at ``path`` up to date and return the names that were applied."""
    wanted = find_migrations() if migrations is None else migrations
    path.parent.mkdir(parents=True, exist_ok=True)

    def run(script: str) -> None:
        for statement in statements(script):
            connection.execute(statement)

    with closing(WriteLock(path)) as lock, lock.held(), closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            applied = apply_missing(SqliteTx(connection), wanted, run)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    return applied


def apply_missing(tx: Tx, wanted: list[Migration], run: Callable[[str], None]) -> list[str]:
    """Apply what is missing in an open transaction; ``run`` takes the text of one migration."""
    tx.run(
        "CREATE TABLE IF NOT EXISTS core_migration ("
        "name TEXT PRIMARY KEY, digest TEXT NOT NULL, applied_at_ms BIGINT NOT NULL)"
    )
    rows = tx.rows("SELECT name, digest FROM core_migration")
    have = {str(row["name"]): str(row["digest"]) for row in rows}
    _check_known(have, wanted)

    missing = [migration for migration in wanted if migration.name not in have]
    for migration in missing:
        run(migration.sql)
        tx.run(
            "INSERT INTO core_migration (name, digest, applied_at_ms) VALUES (:name, :digest, :at)",
            name=migration.name,
            digest=migration.digest,
            at=now_ms(),
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
