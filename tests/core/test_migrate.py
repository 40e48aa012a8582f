"""Migrations: forward only, all or nothing, and never behind anybody's back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from host.core.migrate import Migration, MigrationRefusedError, find_migrations, migrate, statements

FIRST = Migration("0001_a", "-- Why.\nCREATE TABLE a (id TEXT PRIMARY KEY);\n")
SECOND = Migration(
    "0002_b",
    "CREATE TRIGGER keep BEFORE DELETE ON a BEGIN\n  SELECT RAISE(ABORT, 'kept');\nEND;\n",
)


def tables(path: Path) -> set[str]:
    """Return the names of the tables."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name for (name,) in rows}


def test_each_file_is_applied_once(tmp_path: Path) -> None:
    """The second start has nothing to do."""
    path = tmp_path / "a.db"

    assert ["0001_a", "0002_b"] == migrate(path, [FIRST, SECOND])
    assert [] == migrate(path, [FIRST, SECOND])


def test_an_edited_file_is_refused(tmp_path: Path) -> None:
    """The sentence names the file and what to do."""
    path = tmp_path / "a.db"
    migrate(path, [FIRST])
    edited = Migration("0001_a", FIRST.sql + "-- Edited.\n")

    with pytest.raises(MigrationRefusedError, match=r"0001_a was changed.*write a new migration"):
        migrate(path, [edited])


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    """An old version does not write into a schema that it does not know."""
    path = tmp_path / "a.db"
    migrate(path, [FIRST, SECOND])

    with pytest.raises(MigrationRefusedError, match="newer Hutong"):
        migrate(path, [FIRST])


def test_a_failing_file_leaves_nothing(tmp_path: Path) -> None:
    """All files of one start are one transaction."""
    path = tmp_path / "a.db"
    broken = Migration("0003_c", "CREATE TABLE c (id TEXT);\nCREATE TABLE a (id TEXT);\n")

    with pytest.raises(sqlite3.OperationalError):
        migrate(path, [FIRST, broken])

    assert set() == tables(path)


def test_a_half_statement_is_refused() -> None:
    """A forgotten semicolon is said, not skipped."""
    with pytest.raises(MigrationRefusedError, match="middle of a statement"):
        list(statements("CREATE TABLE a (id TEXT)"))


@pytest.mark.parametrize("migration", find_migrations(), ids=lambda m: m.name)
def test_a_migration_explains_itself(migration: Migration) -> None:
    """It begins with a comment that says why, and fits on a screen."""
    assert migration.sql.startswith("-- ")
    assert migration.sql.count("\n") <= 60
