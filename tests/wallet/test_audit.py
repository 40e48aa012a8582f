"""The audit finds what an owner of the database file could do to the books."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from host.core.db import Tx
from host.core.money import Money
from host.core.settings import Settings
from host.core.sqlite import SqliteDatabase
from host.wallet import audit, service
from host.wallet.commands import ledger
from tests.conftest import START_MS
from tests.wallet import make

_TRIGGERS = (
    "wallet_transfer_no_update",
    "wallet_transfer_no_delete",
    "wallet_entry_no_update",
    "wallet_entry_no_delete",
    "wallet_chain_only_forward",
)


_GIFT = (
    "UPDATE wallet_account SET credits_posted_minor = credits_posted_minor + 5"
    " WHERE id LIKE 'user:ann%'"
)
_REDIRECT = "UPDATE wallet_transfer SET credit_id = 'rail:sandbox:settlement:CNY' WHERE seq = 4"


async def tamper(db: SqliteDatabase, *statements: str) -> None:
    """Change rows as somebody with the file could, with the guards taken away."""

    def change(tx: Tx) -> None:
        tx.run("PRAGMA defer_foreign_keys = ON")
        for trigger in _TRIGGERS:
            tx.run(f"DROP TRIGGER {trigger}")
        for statement in statements:
            tx.run(statement)

    await db.write(change)


@pytest.fixture
async def books(db: SqliteDatabase) -> SqliteDatabase:
    """Seven rows: two openings, three transfers, a hold that was posted."""
    ann = await make.wallet(db, "ann", 500)
    bob = await make.wallet(db, "bob", 500)
    for n in range(3):
        await make.send(db, ann, bob, 10 + n, f"k{n}", now_ms=START_MS + n)
    await make.hold(db, ann, bob, 100, "h1")
    await db.write(service.post_held, "p1", pending_id="h1", amount_minor=60, now_ms=START_MS)
    return db


async def test_clean_books_are_clean(books: SqliteDatabase) -> None:
    """Everything fits, and the report says what was read."""
    report = await books.read(audit.audit)

    assert (7, 3, {"CNY": 1093}, []) == (
        report.transfer_count,
        report.account_count,
        report.turnover_minor,
        report.breaks,
    )


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        (["UPDATE wallet_transfer SET amount_minor = 11 WHERE seq = 3"], "journal 3"),
        ([_REDIRECT], "journal 4"),
        (["UPDATE wallet_transfer SET created_at_ms = 5 WHERE seq = 3"], "journal 3"),
        (["DELETE FROM wallet_entry WHERE seq = 4", "DELETE FROM wallet_transfer WHERE seq = 4"],
         "journal 4: missing"),
        (["UPDATE wallet_transfer SET seq = 100 WHERE seq = 3",
          "UPDATE wallet_transfer SET seq = 3 WHERE seq = 4",
          "UPDATE wallet_transfer SET seq = 4 WHERE seq = 100"], "journal 3"),
        ([_GIFT], "account user:ann:cash:CNY: stands at"),
        ([_GIFT], "CNY: the balances sum to 5"),
        (["UPDATE wallet_entry SET balance_minor = 1 WHERE seq = 4 AND change_minor < 0"],
         "entry 4 of user:ann:cash:CNY"),
        (["DELETE FROM wallet_entry WHERE seq = 4 AND change_minor < 0"],
         "journal 4: does not have its two entries"),
        (["INSERT INTO wallet_entry VALUES ('user:ann:cash:CNY', 6, 5, 472)"],
         "entry 6 of user:ann:cash:CNY: belongs to no posted"),
        (["UPDATE wallet_chain SET seq = 6"], "the head of the chain is 6"),
    ],
)  # fmt: skip
async def test_a_change_is_found(
    books: SqliteDatabase, statements: list[str], finding: str
) -> None:
    """Each edit, removal, swap or insertion is named by its first bad row (AB-082)."""
    await tamper(books, "PRAGMA ignore_check_constraints = ON", *statements)

    found = await make.breaks(books)

    assert any(finding in sentence for sentence in found), found


async def test_a_cut_tail_is_found_by_a_checkpoint_alone(books: SqliteDatabase) -> None:
    """Removing the newest rows and correcting all else is invisible inside (AB-088)."""
    kept = await books.read(audit.take_checkpoint, now_ms=START_MS)
    await tamper(
        books,
        "DELETE FROM wallet_entry WHERE seq = 7",
        "DELETE FROM wallet_transfer WHERE seq = 7",
        "UPDATE wallet_account SET debits_posted_minor = debits_posted_minor - 60,"
        " debits_pending_minor = 100 WHERE id LIKE 'user:ann%'",
        "UPDATE wallet_account SET credits_posted_minor = credits_posted_minor - 60,"
        " credits_pending_minor = 100 WHERE id LIKE 'user:bob%'",
        "UPDATE wallet_chain SET seq = 6, hash = (SELECT hash FROM wallet_transfer WHERE seq = 6)",
    )

    inside = await books.read(audit.audit)
    outside = await books.read(audit.audit, against=[kept])

    assert [] == inside.breaks
    assert ["journal: ends at 6, the checkpoint saw 7 rows"] == outside.breaks


async def test_a_rewritten_history_is_found_by_a_checkpoint(
    books: SqliteDatabase, tmp_path: Path, migrated: bytes
) -> None:
    """A journal that was written anew from the start is consistent and is not the same one."""
    kept = await books.read(audit.take_checkpoint, now_ms=START_MS)
    path = tmp_path / "other.db"
    path.write_bytes(migrated)
    other = await SqliteDatabase.open(path)
    try:
        ann = await make.wallet(other, "ann", 500)
        bob = await make.wallet(other, "bob", 500)
        for n in range(6):
            await make.send(other, ann, bob, 1, f"k{n}")
        report = await other.read(audit.audit, against=[kept])
    finally:
        await other.close()

    assert ["journal 7: is not the row that the checkpoint saw"] == report.breaks


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE wallet_escrow SET amount_minor = 101", "order o1: is funded over 101 and holds"),
        ("UPDATE wallet_escrow SET status = 'released', ended_at_ms = 1", "order o1: is released"),
        ("DELETE FROM wallet_escrow", "holds money of no order"),
    ],
)
async def test_escrow_must_match_its_account(
    books: SqliteDatabase, change: str, finding: str
) -> None:
    """An open order holds its amount, an ended one nothing."""
    await books.write(
        service.fund_escrow,
        "o1",
        payer_id="ann",
        brand_id="tea",
        money=Money(100, make.CNY),
        now_ms=START_MS,
    )

    await books.write(lambda tx: tx.run(change))

    assert any(finding in sentence for sentence in await make.breaks(books))


async def test_the_past_does_not_change(books: SqliteDatabase) -> None:
    """The balance at a moment is the same before and after a later reversal (AB-083)."""
    ann = make.cash("ann")
    at = [START_MS - 1, START_MS, START_MS + 1, START_MS + 2]

    def read(tx: Tx) -> list[int]:
        return [audit.balance_at(tx, ann, at_ms=moment)[0] for moment in at]

    before = await books.read(read)
    await books.write(
        service.reverse_transfer, "r1", reverses_id="k0", actor_id="op", now_ms=START_MS + 9
    )

    assert [0, 490, 479, 407] == before
    assert before == await books.read(read)


@pytest.mark.usefixtures("books")
class TestCommands:
    """`hutong ledger …`, on the file of a host that may be running."""

    @pytest.fixture
    def run(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[..., tuple[int, str]]:
        """Run a command and return status and output."""
        monkeypatch.setenv("HUTONG_DATA_DIR", str(settings.data_dir))

        def invoke(*words: str) -> tuple[int, str]:
            result = CliRunner().invoke(ledger, words)
            return result.exit_code, result.output

        return invoke

    async def test_audit_says_that_the_books_balance(
        self, run: Callable[..., tuple[int, str]]
    ) -> None:
        """Status 0, and the totals."""
        assert (
            0,
            "CNY: ¥10.93 moved, sum zero\n7 transfers, 3 accounts: the books balance.\n",
        ) == run("audit")

    async def test_audit_fails_with_the_breaks(
        self, run: Callable[..., tuple[int, str]], books: SqliteDatabase
    ) -> None:
        """Status 1, and each break on a line."""
        await tamper(books, "UPDATE wallet_transfer SET amount_minor = 11 WHERE seq = 3")

        status, output = run("audit")

        assert 1 == status
        assert "journal 3: row or order was changed, its hash does not fit\n" in output

    async def test_audit_against_a_checkpoint(
        self, run: Callable[..., tuple[int, str]], tmp_path: Path
    ) -> None:
        """What `checkpoint` printed is what `--against` reads."""
        _, line = run("checkpoint")
        assert 7 == json.loads(line)["checkpoint"]["seq"]
        kept = tmp_path / "checkpoints.jsonl"
        kept.write_text(line, encoding="utf-8")

        assert 0 == run("audit", "--against", str(kept))[0]

        kept.write_text("nonsense", encoding="utf-8")
        assert 1 == run("audit", "--against", str(kept))[0]

    async def test_balance_now_and_then(self, run: Callable[..., tuple[int, str]]) -> None:
        """In minor units and as people write it."""
        assert (0, "407 CNY (¥4.07)\n") == run("balance", "user:ann:cash:CNY")
        assert (0, "490 CNY (¥4.90)\n") == run(
            "balance", "user:ann:cash:CNY", "--at", "2026-11-20T09:00:00Z"
        )
        assert (0, "0 CNY (¥0.00)\n") == run("balance", "user:ann:cash:CNY", "--at", "2026-01-01")

    async def test_mistakes_are_explained(self, run: Callable[..., tuple[int, str]]) -> None:
        """An unknown account and a moment that is none."""
        assert "no account" in run("balance", "user:nobody:cash:CNY")[1]
        assert "is not a moment" in run("balance", "user:ann:cash:CNY", "--at", "yesterday")[1]
