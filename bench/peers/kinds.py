"""Each peer: how it is started, asked, started again for another program, and weighed."""

# ruff: noqa: D102  (what each method does is said once, in Peer)

import asyncio
import importlib
import os
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import msgspec

from bench.memory import children, pss_mb, tree_pss_mb
from bench.page import CHANGED, PAYLOAD, STATE
from bench.peers import fetch
from bench.peers.talk import ANSWERED_WITHIN_S, Http, Lines, PeerFailedError

PROGRAMS = Path(__file__).parent / "programs"
HANDLER = PROGRAMS / "handler.js"
# So many idle programs are kept to weigh one.
KEPT = 30

_json = msgspec.json.Encoder()
_read = msgspec.json.Decoder(dict[str, Any])


class Peer(ABC):
    """One runtime with one program running in it, and room for more."""

    name = ""
    # What stands around a program, for whoever compares.
    about = ""
    version = ""

    @classmethod
    @abstractmethod
    def find(cls) -> None:
        """Bring what is needed, or raise ``NotAvailableError``."""

    @abstractmethod
    async def open(self) -> None:
        """Start the first program and run one event in it."""

    @abstractmethod
    async def close(self) -> None:
        """End everything."""

    @abstractmethod
    async def ask(self) -> None:
        """Run one event of the first program: state is written, changes are read."""

    @abstractmethod
    async def start_next(self, *, keep: bool) -> None:
        """Run one event of a new program, in what runs already where there is such a thing."""

    @abstractmethod
    def weigh(self) -> float:
        """Return the memory of everything that runs, in MB."""


class LinePeer(Peer):
    """A process that answers lines."""

    command: tuple[str, ...] = ()

    async def open(self) -> None:
        self._lines = await Lines.start(list(self.command))
        await self.ask()

    async def close(self) -> None:
        await self._lines.stop()

    async def ask(self) -> None:
        _check(await self._lines.ask(b"e", _text()))

    async def start_next(self, *, keep: bool) -> None:
        _check(await self._lines.ask(b"k" if keep else b"n", _text()))

    def weigh(self) -> float:
        return tree_pss_mb(self._lines.pid)


class PlainPython(LinePeer):
    """The same interpreter as ours."""

    name = "Python process"
    about = "no walls at all; every program is a process"

    @classmethod
    def find(cls) -> None:
        cls.version = ".".join(map(str, sys.version_info[:3]))
        cls.command = (sys.executable, str(PROGRAMS / "plain_python.py"))

    async def open(self) -> None:
        self._others: list[Lines] = []
        await super().open()

    async def close(self) -> None:
        for each in (self._lines, *self._others):
            await each.stop()

    async def start_next(self, *, keep: bool) -> None:
        other = await Lines.start(list(self.command))
        self._others.append(other)
        _check(await other.ask(b"e", _text()))
        if not keep:
            await other.stop()
            self._others.remove(other)

    def weigh(self) -> float:
        return sum(tree_pss_mb(each.pid) for each in (self._lines, *self._others))


class NodeVm(LinePeer):
    """A context per program."""

    name = "Node vm"
    about = "a context in one process; its documentation says that it is no security mechanism"

    @classmethod
    def find(cls) -> None:
        node = fetch.node()
        cls.version = node.version
        cls.command = (str(node.path), str(PROGRAMS / "node.mjs"), str(HANDLER))


class Deno(LinePeer):
    """The first program is a process; the next ones are Workers of it."""

    name = "Deno"
    about = "a process without permissions; next programs: its Workers, threads of one process"

    @classmethod
    def find(cls) -> None:
        deno = fetch.npm_program("deno")
        script = fetch.cache() / "deno.mjs"
        source = HANDLER.read_text(encoding="utf-8")
        script.write_text(source + (PROGRAMS / "deno.mjs").read_text("utf-8"), encoding="utf-8")
        cls.version = deno.version
        cls.command = (str(deno.path), "run", "--no-prompt", "--no-remote", str(script))


class QuickJs(LinePeer):
    """A context per program, in one Python process."""

    name = "QuickJS"
    about = "an interpreter of its own per program, in one process; no wall behind it"

    @classmethod
    def find(cls) -> None:
        package = fetch.python_package("quickjs")
        cls.version = package.version
        script = str(PROGRAMS / "quickjs_contexts.py")
        cls.command = (sys.executable, script, str(package.path), str(HANDLER))


class Workerd(Peer):
    """An isolate per program."""

    name = "workerd"
    about = "an isolate in one process, over HTTP on a Unix socket; Cloudflare adds its own sandbox"
    program = ""

    @classmethod
    def find(cls) -> None:
        found = fetch.npm_program("workerd")
        cls.version = found.version
        cls.program = str(found.path)

    async def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-workerd")
        self._count = 0
        folder = Path(self._folder.name)
        config = (PROGRAMS / "workerd.capnp").read_text("utf-8")
        (folder / "config.capnp").write_text(config.replace("SOCKET", str(folder / "socket")))
        main = HANDLER.read_text("utf-8") + (PROGRAMS / "workerd.js").read_text("utf-8")
        (folder / "main.js").write_text(main, encoding="utf-8")
        self._process = await asyncio.create_subprocess_exec(
            *(self.program, "serve", "--experimental", str(folder / "config.capnp")),
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._http = Http(folder / "socket")
        await self._first_answer()

    async def _first_answer(self) -> None:
        until = time.monotonic() + ANSWERED_WITHIN_S
        while True:
            try:
                return await self.ask()
            except OSError:
                if self._process.returncode is not None or time.monotonic() > until:
                    raise PeerFailedError("it did not start") from None
            await asyncio.sleep(0.0005)

    async def close(self) -> None:
        self._http.close()
        self._process.kill()
        await self._process.wait()
        self._folder.cleanup()

    async def ask(self) -> None:
        _check(await self._http.ask("/e", _text()))

    async def start_next(self, *, keep: bool) -> None:
        # It keeps them all; it drops isolates by itself when it wants to.
        del keep
        self._count += 1
        _check(await self._http.ask(f"/{self._count}", _text()))

    def weigh(self) -> float:
        return tree_pss_mb(self._process.pid)


class Monty(Peer):
    """A session per program, each with a process of its own while it is checked out."""

    name = "Monty"
    about = "its own interpreter of a part of Python, a process per session from a warm pool"
    module: Any = None
    source = """
import json

def handle(text):
    message = json.loads(text)
    page = message["state"]
    page["qty"] = max(1, page["qty"] + int(message["event"]["dataset"]["step"]))
    return json.dumps({"qty": page["qty"]})
"""

    @classmethod
    def find(cls) -> None:
        package = fetch.python_package("pydantic-monty")
        cls.version = package.version
        sys.path.append(str(package.path))
        # It looks for its program on the PATH, and in the folder of an installed package.
        os.environ["MONTY_BIN"] = str(package.path / "bin" / "monty")
        cls.module = importlib.import_module("pydantic_monty")

    async def open(self) -> None:
        before = set(children(os.getpid()))
        self._before = before
        self._pool = self.module.AsyncMonty(min_processes=2, max_processes=KEPT + 8)
        await self._pool.__aenter__()
        self._kept: list[Any] = []
        self._session = await self._check_out()
        await self.ask()

    async def close(self) -> None:
        for session in (self._session, *self._kept):
            await session.__aexit__(None, None, None)
        await self._pool.__aexit__(None, None, None)

    async def ask(self) -> None:
        await self._ask(self._session)

    async def start_next(self, *, keep: bool) -> None:
        session = await self._check_out()
        await self._ask(session)
        if keep:
            self._kept.append(session)
        else:
            await session.__aexit__(None, None, None)

    def weigh(self) -> float:
        new = set(children(os.getpid())) - self._before
        return sum(pss_mb(pid) for pid in new)

    async def _check_out(self) -> Any:
        session = self._pool.checkout()
        await session.__aenter__()
        await session.feed_run(self.source)
        return session

    async def _ask(self, session: Any) -> None:
        text = _text().decode()
        answer = await session.feed_run("handle(text)", inputs={"text": text})
        _check(answer.encode())


def _text() -> bytes:
    """Write the event as it is sent: each time, as ours is."""
    return _json.encode({"state": STATE, "event": PAYLOAD})


def _check(answer: bytes) -> None:
    """Read what has changed, and see to it that the handler did run."""
    if _read.decode(answer) != CHANGED:
        raise PeerFailedError(f"it answered {answer[:100]!r}")


KINDS: tuple[type[Peer], ...] = (Workerd, Deno, NodeVm, QuickJs, Monty, PlainPython)
