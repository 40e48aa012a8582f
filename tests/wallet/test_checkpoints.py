"""Signed checkpoints: the host writes them, a stranger checks them, a thief cannot make them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from host.core.deps import Deps
from host.core.settings import Settings
from host.core.sqlite import SqliteDatabase
from host.wallet import audit, checkpoints
from host.wallet.checkpoints import CheckpointRefusedError, Signer
from host.wallet.chores import sign_checkpoint
from host.wallet.commands import ledger
from tests.conftest import START_MS
from tests.wallet import make

HOUR_MS = 3600 * 1000
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `hutong ledger …` and return status and output."""
    monkeypatch.setenv("HUTONG_DATA_DIR", str(settings.data_dir))

    def invoke(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(ledger, words)
        return result.exit_code, result.output

    return invoke


@pytest.fixture
async def books(db: SqliteDatabase) -> SqliteDatabase:
    """Ann has 500 and sent Bob 10."""
    ann, bob = await make.wallet(db, "ann", 500), await make.wallet(db, "bob")
    await make.send(db, ann, bob, 10, "k1")
    return db


async def test_the_host_signs_every_hour_in_which_money_moved(
    deps: Deps, books: SqliteDatabase, settings: Settings
) -> None:
    """At once, not again within the hour, not after an idle hour, and then again."""
    path = checkpoints.checkpoint_path(settings)

    first = await sign_checkpoint(deps, now_ms=START_MS)
    await make.send(books, make.cash("ann"), make.cash("bob"), 1, "k2")
    within = await sign_checkpoint(deps, now_ms=START_MS + HOUR_MS - 1)
    later = await sign_checkpoint(deps, now_ms=START_MS + HOUR_MS)
    idle = await sign_checkpoint(deps, now_ms=START_MS + 3 * HOUR_MS)

    assert (1, 0, 1, 0) == (first, within, later, idle)
    kept = checkpoints.read_checkpoints(path, public_key=Signer.open(settings).public_key)
    assert [2, 3] == [checkpoint.seq for checkpoint in kept]
    assert [] == (await books.read(audit.audit, against=kept)).breaks


async def test_the_key_is_its_owners_alone_and_the_file_may_be_elsewhere(
    deps: Deps, books: SqliteDatabase, settings: Settings, tmp_path: Path
) -> None:
    """HUTONG_CHECKPOINT_FILE names a file on another disk; the key never leaves the data."""
    elsewhere = tmp_path / "elsewhere.jsonl"
    await checkpoints.keep_checkpoint(
        books, replace(settings, checkpoint_file=str(elsewhere)), now_ms=START_MS
    )

    assert 0o600 == (settings.data_dir / checkpoints.KEY_NAME).stat().st_mode & 0o777
    assert (settings.data_dir / checkpoints.KEY_NAME).read_text() not in elsewhere.read_text()
    assert 1 == len(checkpoints.read_checkpoints(elsewhere, public_key=None))


@pytest.mark.usefixtures("books")
async def test_a_checkpoint_that_was_touched_is_refused(run: Run, settings: Settings) -> None:
    """Another number, another hash, another key, another line: each is named with its line."""
    _, line = run("checkpoint")
    path = checkpoints.checkpoint_path(settings)
    assert path.read_text() == line
    stranger = Signer(Ed25519PrivateKey.generate())
    forged = stranger.sign(checkpoints.read_checkpoints(path, public_key=None)[0])

    for text, sentence in (
        (line.replace('"seq":2', '"seq":1'), "line 1: the signature does not fit"),
        (line.replace('"hash":"', '"hash":"0'), "line 1: the signature does not fit"),
        (line + forged, "line 2: it is signed by another key"),
        (line + "nonsense", "line 2: this is no checkpoint"),
    ):
        path.write_text(text)
        with pytest.raises(CheckpointRefusedError, match=sentence):
            checkpoints.read_checkpoints(path, public_key=None)
        assert 1 == run("audit")[0]

    path.write_text(forged)
    status, output = run("audit", "--key", Signer.open(settings).public_key)
    assert (1, True) == (status, "signed by another key" in output)


async def test_audit_reads_the_hosts_own_checkpoints(run: Run, books: SqliteDatabase) -> None:
    """What `checkpoint` wrote is checked by a plain `audit`, every line of it."""
    assert 2 == json.loads(run("checkpoint")[1])["checkpoint"]["seq"]
    await make.send(books, make.cash("ann"), make.cash("bob"), 1, "k2")
    run("checkpoint")

    status, output = run("audit")

    assert 0 == status
    assert "2 signed checkpoint(s) fit, the last one of row 3" in output


async def test_a_cut_tail_is_found_by_the_command(
    run: Run, books: SqliteDatabase, settings: Settings
) -> None:
    """A backup from before the last payments is consistent in itself, and is found out."""
    before = settings.database_path.read_bytes()
    wal = settings.database_path.with_name("hutong.db-wal").read_bytes()
    await make.send(books, make.cash("ann"), make.cash("bob"), 1, "k2")
    run("checkpoint")
    await books.close()
    settings.database_path.write_bytes(before)
    settings.database_path.with_name("hutong.db-wal").write_bytes(wal)

    status, output = run("audit")

    assert 1 == status
    assert "journal: ends at 2, the checkpoint saw 3 rows" in output
