"""The operator's commands about rails: `hutong treasury …`, on the host's own database file."""

import asyncio
import base64
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from host.core.clock import now_ms
from host.core.errors import AppError
from host.core.ids import new_id
from host.core.money import Currency, Money, format_money
from host.core.settings import Settings, SettingsError, with_secret
from host.core.sqlite import SqliteDatabase
from host.treasury import service
from host.treasury.service.sandbox import RAIL
from host.treasury.signing import callback_secret
from host.treasury.statement_file import read_statement
from host.wallet.rails import RAILS
from host.wallet.service.rail import find_operation

T = TypeVar("T")
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("treasury")
def treasury() -> None:
    """Hold a rail's statement against the books, and list what does not fit."""


@treasury.command("reconcile")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def reconcile_command(file: Path) -> None:
    """Compare a rail's statement line by line; the same file again changes nothing."""
    settings = _settings()
    try:
        statement = read_statement(file.read_bytes())
        imported = _write(
            settings, service.reconcile, statement, actor_id=service.HOST, now_ms=now_ms()
        )
    except AppError as error:
        raise click.ClickException(str(error)) from error
    fitting = f"{imported.matched_count} of {imported.line_count} lines fit."
    click.echo(f"{imported.rail} {imported.day}: {fitting}")
    _print_breaks(settings)


@treasury.command("breaks")
def breaks_command() -> None:
    """List the open breaks, the oldest first.  Exit status 1 when there are any."""
    if _print_breaks(_settings()):
        raise click.exceptions.Exit(1)


@treasury.command("statement")
@click.option("--day", type=_DAY, help="The day (UTC). Default: today.")
@click.option("--extra", type=click.IntRange(min=1), help="Add a line of CNY that nobody ordered.")
def statement_command(day: datetime | None, extra: int | None) -> None:
    """Print the statement of the built-in sandbox rail, as a bank would hand it out."""
    wanted = (day or datetime.now(UTC)).date().isoformat()
    unknown = None if extra is None else Money(extra, Currency("CNY"))
    content = _write(_settings(), service.make_statement, wanted, extra=unknown)
    click.echo(content.decode(), nl=False)


@treasury.command("tell")
@click.argument("order")
@click.argument("state", type=click.Choice(["done", "failed", "returned"]))
@click.option("--amount", type=click.IntRange(min=1), help="Another amount than the order's.")
@click.option("--times", type=click.IntRange(1, 10), default=1, help="How often it is told.")
def tell_command(order: str, state: str, amount: int | None, times: int) -> None:
    """Tell the host of an order as the sandbox rail would: late, twice, wrongly, or a return."""
    settings = _settings()
    operation = _write(settings, find_operation, order)
    known = Money(1, Currency("CNY")) if operation is None else operation.money
    told = service.Told(order, state, amount or known.amount_minor, known.currency)  # type: ignore[arg-type]
    message_id = new_id()
    for _ in range(times):
        outcome = _write(
            settings, service.hear_callback, message_id, rail=RAIL, told=told, now_ms=now_ms()
        )
        click.echo(outcome)


@treasury.command("secret")
@click.argument("rail", type=click.Choice(sorted(RAILS)))
def secret_command(rail: str) -> None:
    """Print the secret with which a rail signs its call-backs, for Standard Webhooks libraries."""
    secret = callback_secret(with_secret(_settings()), rail)
    click.echo("whsec_" + base64.b64encode(secret).decode())


COMMANDS: tuple[click.Command, ...] = (treasury,)


def _print_breaks(settings: Settings) -> int:
    found = _write(settings, service.find_breaks, now_ms=now_ms())
    for one in found:
        shown = one.found
        amount = format_money(shown.amount_minor, shown.currency, "en")
        click.echo(f"{shown.kind:9} {amount:>14} {one.age_days:>3} d  {shown.detail}  ({shown.id})")
    click.echo(f"{len(found)} open break(s).")
    return len(found)


def _settings() -> Settings:
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if not settings.database_path.exists():
        raise click.ClickException(
            f"{settings.database_path} does not exist. Set HUTONG_DATA_DIR to the folder of the"
            " host's data."
        )
    return settings


def _write(settings: Settings, use_case: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    async def run() -> T:
        database = await SqliteDatabase.open(settings.database_path)
        try:
            return await database.write(use_case, *args, **kwargs)
        finally:
            await database.close()

    return asyncio.run(run())
