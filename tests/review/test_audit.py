"""The audit log: it only grows, and a line that was touched shows."""

import sqlite3

import pytest

from host.core.db import Tx
from host.core.deps import Deps
from host.identity.errors import AdminRequiredError
from host.review import service as review
from tests.conftest import START_MS
from tests.review.conftest import Bench


def put_entries(tx: Tx, count: int) -> None:
    """Write ``count`` lines."""
    for n in range(count):
        review.append_audit(
            tx,
            actor_id="grace",
            action="version_approved",
            subject=f"submission:{n}",
            detail={"n": n},
            now_ms=START_MS + n,
        )


def unlock(tx: Tx) -> None:
    """Take the guards away, as somebody with the database file could."""
    tx.run("DROP TRIGGER review_audit_no_update")
    tx.run("DROP TRIGGER review_audit_no_delete")


async def test_a_whole_chain_is_reported_whole(deps: Deps) -> None:
    """Also across the batches in which it is read."""
    await deps.db.write(put_entries, 1001)

    assert review.AuditReport(1001, None) == await deps.db.read(review.check_chain)


async def test_an_empty_log_is_whole(deps: Deps) -> None:
    """Nothing was decided yet."""
    assert review.AuditReport(0, None) == await deps.db.read(review.check_chain)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE review_audit SET detail = '{}' WHERE seq = 2",
        "DELETE FROM review_audit WHERE seq = 2",
    ],
)
async def test_the_database_refuses_to_change_it(deps: Deps, sql: str) -> None:
    """Wrong code cannot edit a decision away."""
    await deps.db.write(put_entries, 3)

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        await deps.db.write(lambda tx: tx.run(sql))


@pytest.mark.parametrize(
    ("sql", "seq"),
    [
        ("UPDATE review_audit SET actor_id = 'henry' WHERE seq = 2", 2),
        ("UPDATE review_audit SET at_ms = at_ms + 1 WHERE seq = 3", 3),
        ("UPDATE review_audit SET detail = '{\"n\":7}' WHERE seq = 1", 1),
        ("UPDATE review_audit SET hash = 'f' WHERE seq = 2", 2),
        ("DELETE FROM review_audit WHERE seq = 2", 3),
        ("DELETE FROM review_audit WHERE seq = 1", 2),
    ],
)
async def test_what_was_touched_outside_shows(deps: Deps, sql: str, seq: int) -> None:
    """The first line that does not fit is named."""
    await deps.db.write(put_entries, 4)
    await deps.db.write(unlock)

    await deps.db.write(lambda tx: tx.run(sql))

    report = await deps.db.read(review.check_chain)
    assert seq == report.broken_seq


async def test_is_for_admins(bench: Bench) -> None:
    """A merchant cannot read who decided what."""
    with pytest.raises(AdminRequiredError):
        await bench.deps.db.read(review.find_audit, actor_id=bench.merchant.id)
