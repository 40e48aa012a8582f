"""`hutong serve`: the web server, the outbox relay, the sweeps and the mini-program runtime.

One process, one TaskGroup.  Stopping is clean: sockets are told to come back, requests in flight
finish, workers end, the writer commits what is queued.
"""

import asyncio
import dataclasses
import errno
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import Any

from hypercorn.asyncio import serve as serve_hypercorn
from hypercorn.config import Config

from host import subscriptions
from host.app import create_app
from host.bridge.incidents import Incidents
from host.bridge.workers import pool_settings
from host.core import answers, live, main_database, outbox
from host.core.blobs import DiskBlobs
from host.core.clock import now_ms
from host.core.db import Database, Tx
from host.core.deps import Deps
from host.core.live import Hub
from host.core.passwords import Passwords
from host.core.settings import Settings, with_secret
from runtime.pool import Pool

logger = logging.getLogger(__name__)

SWEEP_S = 5.0
# A sweep does a hundred things or so at a time; what is left after these waits for the next.
_CATCH_UP_ROUNDS_MAX = 1_000
GRACE_S = 3.0


class StartRefusedError(Exception):
    """The host cannot start; the text says why and what to do."""


def bind(settings: Settings) -> socket.socket:
    """Return the listening socket, or explain why there is none."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StartRefusedError(
                f"Port {settings.port} on {settings.host} is busy: another program listens there,"
                f" perhaps another Hutong.\nStop it, or choose another: HUTONG_PORT="
                f"{settings.port + 1} hutong"
            ) from error
        raise StartRefusedError(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.\n"
            "Set HUTONG_HOST and HUTONG_PORT to an address of this machine."
        ) from error
    listener.set_inheritable(True)
    return listener


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach ``host``."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False


@asynccontextmanager
async def open_deps(settings: Settings, *, with_runtime: bool = True) -> AsyncIterator[Deps]:
    """Migrate, open and finally close the parts of a host."""
    settings = with_secret(settings)
    await asyncio.to_thread(main_database.migrate, settings)
    db = await main_database.open_database(settings)
    passwords = Passwords()
    incidents = Incidents()
    pool = Pool(pool_settings(settings), incidents.note) if with_runtime else None
    try:
        if pool is not None:
            await pool.start()
        incidents.deps = Deps(
            settings=settings,
            db=db,
            now_ms=now_ms,
            blobs=DiskBlobs(settings.data_dir / "blobs"),
            passwords=passwords,
            hub=Hub(db),
            runtime=pool,
        )
        yield incidents.deps
    finally:
        if pool is not None:
            await pool.stop()
        await incidents.settle()
        passwords.close()
        await db.close()


async def serve(
    settings: Settings,
    listener: socket.socket,
    *,
    prepare: Callable[[Deps], Coroutine[Any, Any, None]],
    announce: Callable[[Deps], None] = lambda _: None,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    port = listener.getsockname()[1]
    async with open_deps(dataclasses.replace(settings, port=port)) as deps:
        app = create_app(deps)
        await prepare(deps)
        await catch_up(deps.db, now_ms=deps.now_ms)
        config = Config()
        config.bind = [f"fd://{listener.detach()}"]
        config.accesslog = None
        config.errorlog = logging.getLogger("hypercorn")
        config.graceful_timeout = GRACE_S
        config.include_server_header = False
        config.websocket_max_message_size = 1024 * 1024
        async with asyncio.TaskGroup() as group:
            relay = group.create_task(
                outbox.relay(deps.db, subscriptions.all_subscriptions(), clock=deps.now_ms)
            )
            sweeper = group.create_task(_sweep_forever(deps.db))
            chores = group.create_task(_do_chores_forever(deps))
            relays = [group.create_task(_run(run, deps)) for run in subscriptions.all_relays()]
            group.create_task(_announce_when_up(deps, announce))
            await serve_hypercorn(app, config, shutdown_trigger=lambda: _wait_stop(stop, deps.hub))
            relay.cancel()
            sweeper.cancel()
            chores.cancel()
            for each in relays:
                each.cancel()


async def _run(relay: Callable[[Deps], Awaitable[None]], deps: Deps) -> None:
    """Run what a domain does beside the requests; its failure ends it and not the host."""
    while True:
        try:
            await relay(deps)
        except Exception:
            logger.exception("relay %s failed", relay.__module__)
        await asyncio.sleep(SWEEP_S)


async def _wait_stop(stop: asyncio.Event, hub: Hub) -> None:
    await stop.wait()
    hub.end_all("stopping")


async def _announce_when_up(deps: Deps, announce: Callable[[Deps], None]) -> None:
    await asyncio.sleep(0)
    announce(deps)


def _sweep_in_turn(tx: Tx, sweep: Callable[..., int], *, now_ms: int) -> int:
    """Let one host at a time do what is due; the others need not even wait."""
    return sweep(tx, now_ms=now_ms) if tx.claim_turn(f"sweep {sweep.__module__}") else 0


async def catch_up(db: Database, *, now_ms: Callable[[], int]) -> None:
    """Do what became due while the host was away, before anybody is served.

    What a hold reserved past its end, for one, is free before its owner spends again.
    """
    for _ in range(_CATCH_UP_ROUNDS_MAX):
        if not await _sweep_once(db, now_ms=now_ms):
            return


async def _sweep_once(db: Database, *, now_ms: Callable[[], int]) -> int:
    done = 0
    for sweep in (*subscriptions.all_sweeps(), live.sweep, answers.sweep):
        try:
            done += await db.write(_sweep_in_turn, sweep, now_ms=now_ms())
        except Exception:
            # One domain's sweep must not stop the others'; it is tried again in seconds.
            logger.exception("sweep %s failed", sweep.__module__)
    return done


async def _sweep_forever(db: Database) -> None:
    while True:
        await _sweep_once(db, now_ms=now_ms)
        await asyncio.sleep(SWEEP_S)


async def _do_chores_forever(deps: Deps) -> None:
    while True:
        for chore in subscriptions.all_chores():
            try:
                await chore(deps, now_ms=now_ms())
            except Exception:
                # A rail that is down must not stop the other chores; it is tried again in seconds.
                logger.exception("chore %s failed", chore.__module__)
        await asyncio.sleep(SWEEP_S)


def _log_incident(key: str, kind: str, detail: str) -> None:
    logger.error("mini-program %s: %s: %s", key, kind, detail)
