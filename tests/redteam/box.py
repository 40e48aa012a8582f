"""Runs a hostile piece of code in a real worker and tells what came of it, judged by its effect.

The worker is locked down like any other; ``language_wall=False`` leaves the language wall out, as
if it had been broken, so that what is left is judged alone.  After each payload the box looks at
what it may have reached: a file that must stay unread, the processes behind the zygote, the socket
of a listener, and whether a fresh worker still answers.
"""

import asyncio
import contextlib
import secrets
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from runtime import messages as m
from runtime.connection import Connection
from runtime.model import EventFailedError
from runtime.pool import Incident, Pool, PoolSettings

Status = Literal["value", "error", "killed", "timeout", "refused"]

WALL_S = 1.5
# How long a killed worker may take to be gone before we call it a survivor.
GONE_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class BoxResult:
    """What a payload came to.

    ``status``: ``refused`` by the compiler, an ``error`` was raised, ``killed`` by the kernel,
    ``timeout`` at a limit, or a ``value`` came back.  ``danger`` says what it reached, None is what
    one hopes for.
    """

    status: Status
    repr: str
    danger: str | None


class Box:
    """A pool for payloads.  Use as an async context manager."""

    def __init__(self, settings: PoolSettings | None = None) -> None:
        self._pool = Pool(settings, on_incident=self._note_incident)
        self._folder = tempfile.TemporaryDirectory(prefix="canary-")
        self._secret = secrets.token_hex(16)
        self._canary = Path(self._folder.name) / "canary.txt"
        self._listener: socket.socket | None = None
        self.incidents: list[Incident] = []

    async def __aenter__(self) -> Self:
        self._put_canary()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        await self._pool.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._pool.stop()
        if self._listener is not None:
            self._listener.close()
        self._folder.cleanup()

    async def run(
        self,
        code: str,
        *,
        language_wall: bool,
        mods: Sequence[str] = (),  # noqa: ARG002  (every module that exists can be imported)
    ) -> BoxResult:
        """Run ``code`` in a fresh worker; its result is what it leaves in ``OUT``."""
        worker = await self._pool.open_raw()
        before = _children_of(worker.pid)
        status, shown, danger = await self._run_in(worker, code, language_wall=language_wall)
        danger = danger or await self._find_effects(worker, before, shown)
        return BoxResult(status, shown, danger or None)

    def _put_canary(self) -> None:
        # Readable for everybody, so that no file permission can take the credit.
        self._canary.parent.chmod(0o755)
        self._canary.write_text(self._secret)
        self._canary.chmod(0o644)

    def _canary_harm(self, shown: str) -> str:
        if self._secret in shown:
            return "the canary file was read"
        if self._canary.read_text() != self._secret:
            return "the canary file was changed"
        if set(self._canary.parent.iterdir()) != {self._canary}:
            return "a file was made"
        return ""

    async def _run_in(
        self, worker: Connection, code: str, *, language_wall: bool
    ) -> tuple[Status, str, str]:
        port = self._listener.getsockname()[1] if self._listener else 0
        # Payloads connect to the discard port; give them one that somebody listens on.
        source = code.replace("('127.0.0.1', 9)", f"('127.0.0.1', {port})")
        message = m.RunRaw(source, language_wall, str(self._canary))
        try:
            result = await worker.run_raw(message, WALL_S)
        except EventFailedError as error:
            status: Status = "timeout" if error.reason == "wall" else "killed"
            return status, worker.detail or error.message, ""
        danger = result.danger
        if not language_wall and result.status == "value" and result.shown not in _NOTHING:
            danger = f"a forbidden act gave {result.shown[:80]}"
        return result.status, result.shown, danger

    async def _find_effects(self, worker: Connection, before: set[int], shown: str) -> str:
        """Name what the payload has reached outside, or return an empty text."""
        harm = self._canary_harm(shown)
        if harm:
            return harm
        if self._listener is not None:
            with contextlib.suppress(BlockingIOError):
                self._listener.accept()[0].close()
                return "a network connection was made"
        if _children_of(worker.pid) - before:
            return "a process was started"
        worker.kill("retired")
        try:
            await asyncio.wait_for(asyncio.shield(worker.closed), GONE_WITHIN_S)
        except TimeoutError:
            return "the worker could not be killed"
        return await self._find_lasting_harm()

    async def _find_lasting_harm(self) -> str:
        """Let a fresh worker answer: the host and the zygote must still do their work."""
        try:
            worker = await self._pool.open_raw()
            result = await worker.run_raw(m.RunRaw("OUT = 6 * 7", True, ""), WALL_S)
        except Exception as error:  # noqa: BLE001  (whatever it is, service is not back)
            return f"no worker answers any more: {error}"
        worker.kill("retired")
        return "" if result.shown == "42" else f"a fresh worker answers {result.shown}"

    def _note_incident(self, incident: Incident) -> None:
        self.incidents.append(incident)


# What a payload of the process wall may leave in OUT without having got anywhere.
_NOTHING = frozenset({"null", "[]", "{}", "false", '""'})


async def run_native_payload(source: str) -> BoxResult:
    """Run one piece of code behind all walls but the language."""
    async with Box() as box:
        return await box.run(source, language_wall=False)


def _children_of(pid: int) -> set[int]:
    """Return the processes that ``pid`` has started; a dead one's belong to nobody we watch."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return set()
    return {int(each) for each in text.split()}
