"""Use cases on the real database: shared commits, lonely refusals, nothing torn."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing

import pytest

from host.core.db import OutcomeUnknownError, Tx, expand
from host.core.errors import ConflictError
from host.core.sqlite import SqliteDatabase
from host.core.write_lock import WriteLock


def put(tx: Tx, key: str, count: int) -> int:
    """Write one row and return its count."""
    tx.run(
        "INSERT INTO core_rate (key, window_at_ms, used_count) VALUES (:k, 0, :n)", k=key, n=count
    )
    return count


def put_then_refuse(tx: Tx, key: str) -> None:
    """Write one row and then say no."""
    put(tx, key, 1)
    raise ConflictError("No.")


def keys(tx: Tx) -> list[str]:
    """Return every key."""
    return [row["key"] for row in tx.rows("SELECT key FROM core_rate ORDER BY key")]


class TestWrite:
    """What `write` promises."""

    async def test_a_result_is_committed_before_its_caller_hears_of_it(
        self, db: SqliteDatabase
    ) -> None:
        """Another connection sees the row as soon as `write` has returned."""
        assert 7 == await db.write(put, "a", 7)

        with closing(sqlite3.connect(db.path)) as other:
            assert [("a",)] == other.execute("SELECT key FROM core_rate").fetchall()

    async def test_a_refusal_undoes_itself_alone(self, db: SqliteDatabase) -> None:
        """Three use cases share a commit; the refused one leaves nothing, the others stand."""
        results = await asyncio.gather(
            db.write(put, "a", 1),
            db.write(put_then_refuse, "b"),
            db.write(put, "c", 1),
            return_exceptions=True,
        )

        assert isinstance(results[1], ConflictError)
        assert ["a", "c"] == await db.read(keys)

    async def test_many_writers_share_few_commits(self, db: SqliteDatabase) -> None:
        """Two hundred use cases at once take far fewer than two hundred commits."""
        before = db.commit_count

        await asyncio.gather(*(db.write(put, f"k{n:03}", n) for n in range(200)))

        assert 200 == len(await db.read(keys))
        assert db.commit_count - before < 100

    async def test_hanging_up_does_not_undo_the_work(self, db: SqliteDatabase) -> None:
        """A cancelled caller leaves a whole transaction behind, never half of one."""
        task = asyncio.ensure_future(db.write(put, "a", 1))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await db.write(put, "b", 1)

        assert ["a", "b"] == await db.read(keys)

    async def test_after_commit_runs_for_what_stands_only(self, db: SqliteDatabase) -> None:
        """A refused use case signals nothing."""
        heard: list[object] = []
        db.listen("topic", heard.append, elsewhere=heard.append)

        def tell(tx: Tx, value: str, *, refuse: bool) -> None:
            tx.signal("topic", value, "")
            if refuse:
                raise ConflictError("No.")

        await db.write(tell, "good", refuse=False)
        with pytest.raises(ConflictError):
            await db.write(tell, "bad", refuse=True)

        assert ["good"] == heard

    async def test_a_broken_constraint_is_that_use_cases_own(self, db: SqliteDatabase) -> None:
        """A duplicate key fails one caller; the next commit works."""
        await db.write(put, "a", 1)
        with pytest.raises(sqlite3.IntegrityError):
            await db.write(put, "a", 2)

        assert 3 == await db.write(put, "b", 3)


def put_all(tx: Tx, wanted: Sequence[str]) -> list[int | ConflictError]:
    """Write one row for each; refuse `no`, and break down over `bug` when it is not alone."""
    if "bug" in wanted and len(wanted) > 1:
        raise ZeroDivisionError
    tx.run_many(
        "INSERT INTO core_rate (key, window_at_ms, used_count) VALUES (?, 0, ?)",
        [(key, n) for n, key in enumerate(wanted) if key != "no"],
    )
    return [ConflictError("No.") if key == "no" else n for n, key in enumerate(wanted)]


class TestWriteTogether:
    """What `write_together` promises."""

    async def test_neighbours_reach_the_use_case_at_once_and_in_order(
        self, db: SqliteDatabase
    ) -> None:
        """Forty that queued while a commit ran come as one set; a refusal among them is alone."""
        sent = ["first", *(f"k{n:02}" for n in range(39)), "no"]
        results = await asyncio.gather(
            *(db.write_together(put_all, key) for key in sent), return_exceptions=True
        )

        assert isinstance(results[-1], ConflictError)
        assert sorted(sent[:-1]) == await db.read(keys)
        # Each result is the place in its set: the first came alone or with some of the others.
        assert len([n for n in results[:-1] if n == 0]) <= 2

    async def test_an_ordinary_use_case_keeps_its_place(self, db: SqliteDatabase) -> None:
        """What queued before it has run when it runs, what queued after it has not."""
        before, seen, after = await asyncio.gather(
            db.write_together(put_all, "a"), db.write(keys), db.write_together(put_all, "b")
        )

        assert (0, ["a"], 0) == (before, seen, after)

    async def test_a_bug_over_one_item_does_not_hurt_the_others(
        self, db: SqliteDatabase, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The set is undone and each item tried alone."""
        results = await asyncio.gather(
            *(db.write_together(put_all, key) for key in ("a", "bug", "c", "no")),
            return_exceptions=True,
        )

        assert "each is tried alone" in caplog.text
        assert [0, 0, 0] == results[:3]
        assert isinstance(results[3], ConflictError)
        assert ["a", "bug", "c"] == await db.read(keys)

    async def test_more_rows_than_fit_one_statement(self, db: SqliteDatabase) -> None:
        """Every row of a long list is written once, whatever its length."""
        for count in (1, 15, 16, 17, 40):
            rows = [f"{count}-{n}" for n in range(count)]
            assert count == len(await db.write(put_all, rows))

        assert 89 == len(await db.read(keys))


class TestAnotherWriter:
    """Another process may write, in its turn."""

    async def test_a_commit_waits_for_the_other_ones_turn_to_end(self, db: SqliteDatabase) -> None:
        """Nothing is committed while somebody else holds the lock, and then it is."""
        with closing(WriteLock(db.path)) as other:
            with other.held():
                waiting = asyncio.ensure_future(db.write(put, "a", 1))
                await asyncio.to_thread(time.sleep, 0.05)
                assert [] == await db.read(keys)
            assert 1 == await waiting

    async def test_one_that_hangs_makes_the_outcome_unknown(self, db: SqliteDatabase) -> None:
        """The writer waits for some seconds, says 503, and works again afterwards."""
        db.lock.wait_s = 0.05
        with closing(WriteLock(db.path)) as other:
            with other.held(), pytest.raises(OutcomeUnknownError):
                await db.write(put, "a", 1)

            assert 1 == await db.write(put, "a", 1)

    async def test_the_lock_is_held_until_after_the_commit(self, db: SqliteDatabase) -> None:
        """A use case that looks finds it taken; afterwards it is free."""

        def is_free(_: Tx) -> bool:
            with closing(WriteLock(db.path, wait_s=0)) as other:
                try:
                    with other.held():
                        return True
                except sqlite3.OperationalError:
                    return False

        assert not await db.write(is_free)
        assert await db.read(is_free)


class TestRead:
    """What `read` promises."""

    async def test_a_reader_cannot_write(self, db: SqliteDatabase) -> None:
        """The connection itself refuses."""
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await db.read(put, "a", 1)

    async def test_lists_are_written_out_as_placeholders(self, db: SqliteDatabase) -> None:
        """A value with a quote stays a value; an empty list matches nothing."""
        await db.write(put, "it's", 1)
        sql = "SELECT key FROM core_rate WHERE key IN (:keys)"

        async def find(wanted: list[str]) -> list[str]:
            text, params = expand(sql, keys=wanted)
            return [r["key"] for r in await db.read(lambda tx: tx.rows(text, **params))]

        assert ["it's"] == await find(["it's", "b"])
        assert [] == await find([])
