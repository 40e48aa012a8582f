"""The operator's commands about running programs: `hutong replay` here, `hutong program` beside.

Replay works on the files themselves, also while the host runs, and changes none of them.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import click

from host.bridge.packages import Packages
from host.bridge.program_commands import program
from host.bridge.recording import RecordedCall, Recording
from host.bridge.replay import NotRunError, Replay, end_of, list_changes, replay, text_of
from host.bridge.store import Store, store_path
from host.bridge.workers import pool_settings
from host.core import main_database
from host.core.blobs import DiskBlobs
from host.core.clock import now_ms
from host.core.deps import Deps
from host.core.errors import AppError
from host.core.live import Hub
from host.core.main_database import DatabaseRefusedError
from host.core.migrate import MigrationRefusedError
from host.core.passwords import Passwords
from host.core.settings import Settings, SettingsError
from host.programs import service as programs
from host.programs.service import Version
from runtime.pool import Pool

EXIT_DIFFERENT = 1
_REFUSED = (MigrationRefusedError, DatabaseRefusedError)


@click.command("replay")
@click.argument("event_id")
@click.option("--program", "app_id", required=True, help="The program's app_id.")
@click.option(
    "--version", "version_name", help="Run another version, by name or id: does it do better?"
)
def replay_command(event_id: str, app_id: str, version_name: str | None) -> None:
    """Run a recorded event again and compare; its id stands in the program's log.

    Exit status: 0 it came out the same, 1 it did not, 2 it could not be run.
    """
    try:
        settings = Settings.from_env(os.environ)
        done, version = asyncio.run(_replay(settings, event_id, app_id, version_name))
    except (SettingsError, *_REFUSED, NotRunError, AppError) as error:
        raise click.UsageError(str(error)) from error
    for line in describe(done, version):
        click.echo(line)
    if not done.is_same:
        raise SystemExit(EXIT_DIFFERENT)


async def _replay(
    settings: Settings, event_id: str, app_id: str, version_name: str | None
) -> tuple[Replay, Version]:
    async with _open_deps(settings) as deps:
        version_id, recording = await _find_recording(deps, event_id, app_id)
        version = await deps.db.read(
            programs.find_version_named, app_id, version_name or version_id
        )
        if version is None:
            raise NotRunError(f"{app_id} has no version {version_name or version_id}.")
        assert deps.runtime is not None, "it was made a moment ago"
        ready = await Packages(deps).get(version)
        if recording.event.page not in ready.manifest.pages:
            raise NotRunError(f"{version.version_name} has no page {recording.event.page}.")
        return await replay(deps.runtime, ready, recording), version


async def _find_recording(deps: Deps, event_id: str, app_id: str) -> tuple[str, Recording]:
    path = store_path(deps.settings.data_dir, app_id)
    program = await deps.db.read(programs.find_program, app_id)
    if program is None or not path.exists():
        raise NotRunError(f"{app_id} is not a program that has run on this host.")
    store = Store(path)
    await store.open()
    try:
        recording = await store.find_recording(event_id)
    finally:
        await store.close()
    if recording is None:
        raise NotRunError(
            f"{app_id} has no recording of event {event_id}: it is too old, too large, or its"
            " person has deleted it."
        )
    return recording.version_id, recording


@asynccontextmanager
async def _open_deps(settings: Settings) -> AsyncIterator[Deps]:
    """Open a host that serves nobody, with workers behind every wall."""
    if not main_database.exists(settings):
        raise NotRunError(f"There is no host's data in {settings.data_dir.resolve()}.")
    main_database.migrate(settings)
    db = await main_database.open_database(settings)
    passwords, pool = Passwords(), Pool(pool_settings(settings))
    try:
        test = await pool.start()
        if not test.runs_uploads:
            raise NotRunError(f"Uploaded programs do not run here. {test}")
        yield Deps(
            settings=settings,
            db=db,
            now_ms=now_ms,
            blobs=DiskBlobs(settings.data_dir / "blobs"),
            passwords=passwords,
            hub=Hub(db),
            runtime=pool,
        )
    finally:
        await pool.stop()
        passwords.close()
        await db.close()


def describe(done: Replay, version: Version) -> list[str]:
    """Return the report, a line each."""
    event = done.recording.event
    when = datetime.fromtimestamp(event.now_ms / 1000, tz=UTC).isoformat(" ", "milliseconds")
    other = "" if version.id == done.recording.version_id else " (recorded with another version)"
    lines = [
        f"event     {event.id}",
        f"program   {version.program_id} {version.version_name}{other}",
        f"handler   {event.page} {event.handler}",
        f"given     time {when}, seed {event.seed}, lang {event.lang}",
        f"query     {text_of(event.query)}",
        f"payload   {text_of(event.payload)}",
        f"before    {text_of(event.state)}",
    ]
    lines += [f"call {n:<4} {_call(call)}" for n, call in enumerate(done.calls, 1)]
    lines += [f"log {line.level:<5} {line.text}" for line in done.logs]
    if done.outcome is not None:
        lines += [f"effect    {name} {text_of(args)}" for name, args in done.outcome.effects]
        changes = list_changes(event.state, done.outcome.state)
        lines += [f"changed   {name}: {old} → {new}" for name, old, new in changes]
        lines.append(f"after     {text_of(done.outcome.state)}")
    if done.patch_bytes is not None:
        what = "page" if event.handler == "on_load" else "patch"
        lines.append(f"{what:<9} {done.patch_bytes} bytes")
    lines.append(f"end       {end_of(done.failure)}")
    lines += [f"differs   {text}" for text in done.differences]
    lines.append(f"result    {'the same as recorded' if done.is_same else 'NOT as recorded'}")
    return lines


def _call(call: RecordedCall) -> str:
    if call.refusal is not None:
        return f"{call.name} {text_of(call.args)} → refused {call.refusal[0]}: {call.refusal[1]}"
    return f"{call.name} {text_of(call.args)} → {text_of(call.answer)}"


COMMANDS = [replay_command, program]
