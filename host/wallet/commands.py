"""The operator's commands about money: `hutong ledger …`.

They read the database file itself, also while the host runs, and change nothing in it.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from host.core.clock import now_ms
from host.core.db import Tx
from host.core.main_database import DatabaseRefusedError, read_once
from host.core.money import format_money
from host.core.settings import Settings, SettingsError
from host.wallet import audit, checkpoints
from host.wallet.errors import AccountNotFoundError

T = TypeVar("T")


@click.group("ledger")
def ledger() -> None:
    """Replay the books, read a balance, take a checkpoint."""


@ledger.command("audit")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of signed checkpoints that was kept elsewhere. Default: the host's own file.",
)
@click.option("--key", help="The public key, in hex, that must have signed them.")
def audit_command(against: Path | None, key: str | None) -> None:
    """Replay every transfer and compare it with balances, entries, escrow, rails, checkpoints."""
    settings = _settings()
    path = against or checkpoints.checkpoint_path(settings)
    kept: list[audit.Checkpoint] = []
    if path.exists():
        try:
            kept = checkpoints.read_checkpoints(path, public_key=key)
        except checkpoints.CheckpointRefusedError as error:
            raise click.ClickException(str(error)) from error
    report = _read(settings, lambda tx: audit.audit(tx, against=kept))
    for sentence in report.breaks:
        click.echo(sentence)
    counted = f"{report.transfer_count} transfers, {report.account_count} accounts"
    if not report.is_clean:
        raise click.ClickException(f"{counted}: {len(report.breaks)} break(s), listed above.")
    for currency, moved_minor in sorted(report.turnover_minor.items()):
        click.echo(f"{currency}: {format_money(moved_minor, currency, 'en')} moved, sum zero")
    if kept:
        click.echo(f"{len(kept)} signed checkpoint(s) fit, the last one of row {kept[-1].seq}")
    click.echo(f"{counted}: the books balance.")


@ledger.command("balance")
@click.argument("account_id")
@click.option("--at", "at", help="A past moment, such as 2026-03-01 or 2026-03-01T12:00:00Z.")
def balance_command(account_id: str, at: str | None) -> None:
    """Print the balance of an account such as user:<id>:cash:CNY, now or at a past moment."""
    at_ms = None if at is None else _parse_moment(at)
    try:
        minor, currency = _read(
            _settings(), lambda tx: audit.balance_at(tx, account_id, at_ms=at_ms)
        )
    except AccountNotFoundError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{minor} {currency} ({format_money(minor, currency, 'en')})")


@ledger.command("checkpoint")
def checkpoint_command() -> None:
    """Sign the head of the journal, add it to the file of checkpoints and print it.

    Keep a copy outside this machine, with the public key: `hutong ledger audit --against FILE
    --key KEY` then also finds that the newest transfers were removed.  The host adds one by itself
    every hour in which money moved.
    """
    settings = _settings()
    taken = _read(settings, lambda tx: audit.take_checkpoint(tx, now_ms=now_ms()))
    line = checkpoints.Signer.open(settings).sign(taken)
    checkpoints.add_line(checkpoints.checkpoint_path(settings), line)
    click.echo(line)


COMMANDS: tuple[click.Command, ...] = (ledger,)


def _settings() -> Settings:
    try:
        return Settings.from_env(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _read(settings: Settings, use_case: Callable[[Tx], T]) -> T:
    try:
        return read_once(settings, use_case)
    except DatabaseRefusedError as error:
        raise click.ClickException(str(error)) from error


def _parse_moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is not a moment such as 2026-03-01T12:00:00Z."
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
