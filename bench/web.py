"""`python -m bench web`: the host's requests and messages beside a bare Quart route.

Two real processes on Hypercorn, a client of plain sockets.  In turns: a page, a JSON read and a
durable message of the host, and an empty route of an app that does nothing else.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bench.measure import Result, in_turns, percentile
from host.core.ids import new_id

ROOT = Path(__file__).resolve().parent.parent
BARE = """
import asyncio, sys
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, request
app = Quart("bare")
@app.get("/")
async def index():
    return {"ok": True}
@app.put("/<name>")
async def put(name):
    await request.get_data()
    return {"ok": True}, 201
config = Config(); config.bind = [f"127.0.0.1:{sys.argv[1]}"]; config.accesslog = None
try:
    import uvloop
    uvloop.run(serve(app, config))
except ImportError:
    asyncio.run(serve(app, config))
"""


class Http:
    """One kept-alive HTTP/1.1 connection with a cookie and a CSRF token."""

    def __init__(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._port, self._reader, self._writer = port, reader, writer
        self.headers: dict[str, str] = {}

    @classmethod
    async def open(cls, port: int) -> "Http":
        """Connect."""
        return cls(port, *await asyncio.open_connection("127.0.0.1", port))

    async def ask(
        self, method: str, path: str, body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request and return status, headers and body."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += ["Content-Type: application/json", *(f"{k}: {v}" for k, v in self.headers.items())]
        sent = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        try:
            head = await self._exchange(sent)
        except (asyncio.IncompleteReadError, ConnectionError):
            # Hypercorn ends an idle connection, and one that has served a thousand requests.
            self.close()
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            head = await self._exchange(sent)
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        if headers.get("transfer-encoding") == "chunked":
            content = await self._chunks()
        else:
            content = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return int(head[0].split()[1]), headers, content

    async def _exchange(self, sent: bytes) -> list[str]:
        self._writer.write(sent)
        return (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")

    async def _chunks(self) -> bytes:
        content = b""
        while size := int(await self._reader.readline(), 16):
            content += await self._reader.readexactly(size)
            await self._reader.readline()
        await self._reader.readline()
        return content

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def run(*, quick: bool) -> list[Result]:
    """Return the figures."""
    return asyncio.run(_run(100 if quick else 400))


async def _run(count: int) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        async with run_process(["-c", BARE], folder) as bare_port, _host(folder) as port:
            bare, ann = await Http.open(bare_port), await _sign_up(port, "ann")
            bob = await _sign_up(port, "bob")
            conversation = await _befriend(ann, bob)
            results = []
            for name, ask, reference, goal in (
                ("sign-in page, rendered", lambda: ann.ask("GET", "/me"), _get(bare), None),
                ("JSON read", lambda: ann.ask("GET", "/api/v1/me"), _get(bare), None),
                ("durable chat message", _message(ann, conversation), _put(bare), None),
            ):
                results.append(await _compare(name, ask, reference, count, goal))
            results.append(await _delivery(port, ann, bob, conversation, count))
            for each in (bare, ann, bob):
                each.close()
            return results


def _get(http: Http) -> Callable[[], object]:
    return lambda: http.ask("GET", "/")


def _put(http: Http) -> Callable[[], object]:
    return lambda: http.ask("PUT", "/x", b'{"text":"hello"}')


def _message(http: Http, conversation: str) -> Callable[[], object]:
    return lambda: http.ask(
        "PUT",
        f"/api/v1/conversations/{conversation}/messages/{new_id()}",
        json.dumps({"text": "hello"}).encode(),
    )


async def _compare(
    name: str,
    ours: Callable[[], object],
    reference: Callable[[], object],
    count: int,
    goal: str | None,
) -> Result:
    async def rate(ask: Callable[[], object]) -> float:
        began = time.perf_counter()
        for _ in range(count):
            status, _, body = await ask()  # type: ignore[misc]
            assert status < 300, (status, body)  # a refused request would be a fast one
        return count / (time.perf_counter() - began)

    mine, bare, ratio = await in_turns(lambda: rate(ours), lambda: rate(reference))
    return Result(name, mine, "1/s", bare, ratio, goal)


async def _delivery(port: int, ann: Http, bob: Http, conversation: str, count: int) -> Result:
    """Return the 95th percentile from sending a message to the other's socket having it."""
    _, _, body = await bob.ask("POST", "/live/ticket", b"{}")
    ticket = json.loads(body)["ticket"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /live?ticket={ticket}&since=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    while b"live.ready" not in await _frame(reader):
        pass
    times = []
    for _ in range(count):
        began = time.perf_counter()
        sending = asyncio.ensure_future(_message(ann, conversation)())  # type: ignore[arg-type]
        while b"chat.message" not in await _frame(reader):
            pass
        times.append((time.perf_counter() - began) * 1000)
        await sending
    writer.close()
    p95 = percentile(times, 0.95)
    return Result("message sent → seen, p95", p95, "ms", None, None, "≤100 ms", p95 <= 100)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(2)
    length = head[1] & 0x7F
    if length == 126:
        length = int.from_bytes(await reader.readexactly(2), "big")
    return await reader.readexactly(length)


async def _sign_up(port: int, handle: str) -> Http:
    http = await Http.open(port)
    body = {"handle": handle, "name": handle.title(), "password": "correct horse battery"}
    status, headers, content = await http.ask("POST", "/api/v1/people", json.dumps(body).encode())
    assert status == 201, content
    http.headers["Cookie"] = headers["set-cookie"].split(";")[0]
    _, _, page = await http.ask("GET", "/me")
    http.headers["X-CSRF"] = page.decode().split('name="csrf" content="')[1].split('"')[0]
    return http


async def _befriend(ann: Http, bob: Http) -> str:
    await _ok(ann, "POST", "/api/v1/contacts/requests", {"handle": "bob", "hello": "Hi"})
    waiting = json.loads(await _ok(bob, "GET", "/api/v1/contacts/requests"))
    request_id = waiting["requests"][0]["id"]
    await _ok(bob, "PUT", f"/api/v1/contacts/requests/{request_id}/accepted", {})
    me = json.loads(await _ok(bob, "GET", "/api/v1/me"))
    made = await _ok(ann, "PUT", f"/api/v1/conversations/direct/{me['id']}", {})
    return str(json.loads(made)["id"])


async def _ok(http: Http, method: str, path: str, body: object = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    status, _, answer = await http.ask(method, path, content)
    assert status < 300, (method, path, status, answer)
    return answer


@asynccontextmanager
async def _host(folder: str) -> AsyncIterator[int]:
    environ = {"HUTONG_DATA_DIR": f"{folder}/data", "HUTONG_DEMO": "0"}
    environ["HUTONG_MESSAGES_PER_MINUTE_MAX"] = "1000000"  # one person sends all of them here
    async with run_process(["-m", "host.cli"], folder, environ) as port:
        yield port


@asynccontextmanager
async def run_process(
    words: list[str], folder: str, environ: dict[str, str] | None = None
) -> AsyncIterator[int]:
    """Run Python on a free port until the block ends."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
    env = os.environ | {"PYTHONPATH": str(ROOT), "HUTONG_PORT": str(port)} | (environ or {})
    last = [str(port)] if words[0] == "-c" else []
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, *last, env=env, cwd=folder, stdout=subprocess.DEVNULL
    )
    try:
        await _wait_until_open(port, process)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _wait_until_open(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                if process.returncode is not None:
                    raise SystemExit("the server to measure did not start") from None
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
