"""The command `hutong`: without a word it serves; merchants' commands come from `sdk.cli`.

Exit status: 0 done, 1 refused, 2 wrong usage.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import click

from host import demo, subscriptions
from host.core import main_database, outbox
from host.core.clock import now_ms
from host.core.deps import Deps
from host.core.main_database import DatabaseRefusedError
from host.core.migrate import MigrationRefusedError
from host.core.settings import Settings, SettingsError, describe
from host.identity import service as identity
from host.serve import StartRefusedError, bind, is_loopback, open_deps, serve
from host.wallet.conformance import ConformanceRefusedError, check_may_serve
from sdk import cli as sdk_cli

_REFUSED = (MigrationRefusedError, DatabaseRefusedError)


class Refusal(click.ClickException):
    """A command could not be done; status 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the reason alone: it already says what to do."""
        click.echo(self.format_message(), err=True, file=file)


class Commands(click.Group):
    """Lists the commands in the order in which they are added, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names as they were added."""
        return list(self.commands)


EPILOG = """\b
  hutong                       serve on 127.0.0.1:8000 with a living demo
  hutong new coffee            make a folder with a working first page
  hutong check coffee          report every rule that the program breaks
  hutong pack coffee           build coffee-1.0.0.mpk
  hutong publish coffee        send it to a host for review
  hutong ledger audit          replay the books and compare
"""


@click.group(cls=Commands, invoke_without_command=True, epilog=EPILOG)
@click.pass_context
def main(context: click.Context) -> None:
    """Run a Hutong host, or write and publish a mini-program for one."""
    if context.invoked_subcommand is None:
        context.invoke(serve_command)


def read_settings() -> Settings:
    """Return the settings of the environment, or refuse with every mistake in it."""
    try:
        return Settings.from_env(os.environ)
    except SettingsError as error:
        raise Refusal(str(error)) from error


def run_with_deps(work: Callable[[Deps], Coroutine[Any, Any, None]]) -> None:
    """Run ``work`` on the database of the settings, without the runtime."""

    async def run() -> None:
        async with open_deps(read_settings(), with_runtime=False) as deps:
            await work(deps)

    try:
        asyncio.run(run())
    except _REFUSED as error:
        raise Refusal(str(error)) from error


@main.command("serve")
def serve_command() -> None:
    """Serve people, merchants and admins (the default)."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = read_settings()
    if settings.demo and not is_loopback(settings.host):
        raise Refusal(
            f"The demo lane has accounts with a known password, so it is not served on"
            f" {settings.host}.\nSet HUTONG_DEMO=0 to serve real people, or leave HUTONG_HOST at"
            " 127.0.0.1."
        )
    try:
        listener = bind(settings)
        _run_loop(serve(settings, listener, prepare=_prepare(settings), announce=_announce))
    except (StartRefusedError, *_REFUSED) as error:
        raise Refusal(str(error)) from error


@main.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date and say what was done."""
    settings = read_settings()
    try:
        applied = main_database.migrate(settings)
    except _REFUSED as error:
        raise Refusal(str(error)) from error
    click.echo("\n".join(applied) if applied else "The database is up to date.")


@main.command("settings")
def settings_command() -> None:
    """Print every setting and its effective value, secrets hidden."""
    for name, value in describe(read_settings()):
        click.echo(f"{name}={value}")


@main.group("outbox", cls=Commands)
def outbox_group() -> None:
    """Look at events that were not delivered."""


@outbox_group.command("list")
@click.option("--failed", is_flag=True, help="Those that failed ten times and are parked.")
def list_outbox(*, failed: bool) -> None:
    """List the events that wait, at most 100."""

    async def work(deps: Deps) -> None:
        events = await deps.db.read(outbox.find_parked if failed else outbox.find_waiting)
        for event in events:
            tries = f"{event.attempt_count} tries"
            click.echo(f"{event.id} {event.name} {tries} {json.dumps(dict(event.payload))}")
        click.echo(f"{len(events)} event(s)" + (" parked" if failed else " waiting"))

    run_with_deps(work)


@outbox_group.command("retry")
def retry_outbox() -> None:
    """Let every parked event be tried again."""

    async def work(deps: Deps) -> None:
        count = await deps.db.write(outbox.retry_parked, now_ms=now_ms())
        click.echo(f"{count} event(s) will be tried again.")

    run_with_deps(work)


@main.command("doctor")
def doctor_command() -> None:
    """Prove the walls of the sandbox here, and check that the database opens."""

    async def run() -> bool:
        async with open_deps(read_settings()) as deps:
            click.echo(f"database  {main_database.describe(deps.settings)}: up to date")
            test = deps.runtime.self_test if deps.runtime else None
            click.echo(f"sandbox   {test}")
            for sentence in test.missing if test else ():
                click.echo(f"missing   {sentence}")
            return test is not None and test.runs_uploads

    if not asyncio.run(run()):
        raise Refusal(
            "Uploaded mini-programs will not run here. For programs of your own, which you trust,"
            " there is HUTONG_ISOLATION=degraded."
        )


@main.group("admin", cls=Commands)
def admin_group() -> None:
    """Make and list admins."""


@admin_group.command("add")
@click.argument("handle")
def add_admin(handle: str) -> None:
    """Let the person HANDLE review mini-programs."""

    async def work(deps: Deps) -> None:
        await deps.db.write(identity.make_admin, handle, now_ms=now_ms())
        click.echo(f"{handle} is an admin now.")

    run_with_deps(work)


def _run_loop(work: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop  # noqa: PLC0415  (not on every platform)
    except ImportError:
        runner = asyncio.Runner()
    else:
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    with runner, suppress(KeyboardInterrupt):
        runner.run(work)


def _prepare(settings: Settings) -> Callable[[Deps], Coroutine[Any, Any, None]]:
    if settings.demo:
        return demo.prepare
    return _refuse_what_is_for_tests


async def _refuse_what_is_for_tests(deps: Deps) -> None:
    if deps.settings.conformance:
        try:
            await check_may_serve(deps.db, is_loopback=is_loopback(deps.settings.host))
        except ConformanceRefusedError as error:
            raise StartRefusedError(str(error)) from error
    if not is_loopback(deps.settings.host) and await demo.is_demo_lane(deps):
        raise StartRefusedError(
            f"{main_database.describe(deps.settings)} holds the demo lane, whose password everybody"
            " knows.\nUse another HUTONG_DATA_DIR or HUTONG_DATABASE_URL for real people."
        )


def _announce(deps: Deps) -> None:
    settings = deps.settings
    lines = [
        f"\n  Hutong is open:  {settings.base_url}",
        f"  data in {settings.data_dir.resolve()}",
    ]
    if deps.runtime is not None and deps.runtime.self_test is not None:
        test = deps.runtime.self_test
        verdict = "every wall holds" if test.holds else "THE WALLS DO NOT HOLD, see the log"
        lines.append(f"  sandbox {test.isolation}: {verdict} ({' '.join(test.walls)})")
    if settings.demo:
        lines += ["", *demo.greeting(settings.base_url)]
    else:
        lines += ["", "  Register in the browser, then: hutong admin add YOUR_HANDLE"]
    lines += ["", "  Ctrl-C stops it; nothing is lost.", ""]
    click.echo("\n".join(lines))
    sys.stdout.flush()


for _command in (*sdk_cli.commands, *subscriptions.all_commands()):
    main.add_command(_command)

if __name__ == "__main__":
    main(prog_name="hutong", windows_expand_args=False)
