"""The operator's commands about a program's database: `hutong program export | remove`."""

import asyncio
import os
from pathlib import Path

import click

from host.bridge.export import export_file
from host.bridge.removal import REMOVED_KEPT_MS, StillOpenError, put_aside
from host.bridge.store import store_path
from host.core import main_database
from host.core.clock import now_ms
from host.core.settings import Settings, SettingsError
from host.programs import service as programs
from host.programs.service import Program

_DAY_MS = 24 * 3600 * 1000


@click.group("program")
def program() -> None:
    """Take a program's database along, or away."""


@program.command("export")
@click.argument("app_id")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_command(app_id: str, file: Path) -> None:
    """Write storage and documents of a program into FILE, an SQLite database.

    People are named by their openid.  Open pages and recordings stay here.  The host may be
    running: the copy is of one moment.
    """
    settings, found = _find(app_id)
    if file.exists():
        raise click.UsageError(f"{file} exists. Name a file that does not.")
    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"{file.absolute().parent} is not a folder.")
    source = store_path(settings.data_dir, found.id)
    export_file(source, file, secret_key=settings.secret_key, program_id=found.id)
    click.echo(f"{found.id}: {file.stat().st_size:,} bytes in {file}")


@program.command("remove")
@click.argument("app_id")
def remove_command(app_id: str) -> None:
    """Put the database of a closed program aside; the host deletes it after 30 days.

    Moving the file back restores everything.  The host must not have it open: stop it first.
    """
    settings, found = _find(app_id)
    if found.live_version_id is not None:
        raise click.UsageError(f"{found.id} is open to people. Its merchant closes the shop first.")
    try:
        place = put_aside(settings.data_dir, found.id, now_ms=now_ms())
    except StillOpenError as error:
        raise click.UsageError(
            f"The database of {found.id} is in use. Stop the host, then try again."
        ) from error
    days = REMOVED_KEPT_MS // _DAY_MS
    click.echo(f"{found.id}: moved to {place}, deleted in {days} days")


def _find(app_id: str) -> tuple[Settings, Program]:
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    found = asyncio.run(_read(settings, app_id)) if main_database.exists(settings) else None
    if found is None or not store_path(settings.data_dir, found.id).exists():
        raise click.UsageError(f"{app_id} is not a program that has run on this host.")
    return settings, found


async def _read(settings: Settings, app_id: str) -> Program | None:
    db = await main_database.open_database(settings)
    try:
        return await db.read(programs.find_program, app_id)
    finally:
        await db.close()
