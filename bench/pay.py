"""A payment over HTTP beside a POST that does nothing, in one host, with many callers at once.

The payment is that of the conformance addresses: JSON in, a posting judged and committed durably
with everything that hangs on it, JSON out; no PIN, whose hash takes long on purpose.  Both pass the
same app: sessions, forged requests, headers, compression.
"""

import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import Callable

from bench.measure import Result, in_turns
from bench.web import Http, run_process

CALLERS = 64
GOAL = 0.7
_HOST = """
import msgspec, sys
from quart import request
from host import serve
real = serve.create_app
def create_app(deps):
    app = real(deps)
    @app.post("/_lck/nothing")
    async def nothing():
        return {"heard": len(msgspec.json.decode(await request.get_data()))}
    return app
serve.create_app = create_app
from host.cli import main
sys.argv[1:] = []
main()
"""
_numbers = itertools.count()


def run(*, quick: bool) -> list[Result]:
    """Return the one figure."""
    return asyncio.run(_run(1.0 if quick else 4.0))


async def _run(seconds: float) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="bench-pay") as folder:
        environ = {"HUTONG_DATA_DIR": f"{folder}/data", "HUTONG_DEMO": "0"}
        environ["HUTONG_CONFORMANCE"] = "1"
        async with run_process(["-c", _HOST], folder, environ) as port:
            callers = [await Http.open(port) for _ in range(CALLERS)]
            await callers[0].ask("POST", "/_lck/reset", b"{}")
            for n in range(CALLERS):
                await _pay(callers[0], _posting("external:bank", f"p{n}", 10**9))
            mine, nothing, ratio = await in_turns(
                lambda: _rate(callers, seconds, "/_lck/post", _payment),
                lambda: _rate(callers, seconds, "/_lck/nothing", _payment),
            )
            for caller in callers:
                caller.close()
    name = f"POST pay ÷ a POST of nothing, {CALLERS} callers"
    goal = f"at least {GOAL:g} times"
    return [Result(name, mine, "1/s", nothing, ratio, goal, met=ratio >= GOAL)]


async def _rate(
    callers: list[Http], seconds: float, path: str, body: Callable[[int], bytes]
) -> float:
    """Return answers a second, each caller asking again as soon as it was answered."""
    until, done = time.perf_counter() + seconds, 0

    async def call(number: int, http: Http) -> None:
        nonlocal done
        while time.perf_counter() < until:
            status, _, answer = await http.ask("POST", path, body(number))
            # A refused one would be fast.
            assert status < 300, (status, answer)
            assert b"REJECTED" not in answer, answer
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(call(n, http) for n, http in enumerate(callers)))
    return done / (time.perf_counter() - began)


async def _pay(http: Http, body: bytes) -> None:
    status, _, answer = await http.ask("POST", "/_lck/post", body)
    assert status < 300, (status, answer)


def _payment(number: int) -> bytes:
    """Return what one of the people asks for: to pay the shop."""
    return _posting(f"p{number}", "shop", 100 + number)


def _posting(debit: str, credit: str, minor: int) -> bytes:
    number = next(_numbers)
    legs = [
        {"accountId": account, "type": kind, "amountSubunits": minor, "currency": "CNY"}
        for account, kind in ((debit, "DEBIT"), (credit, "CREDIT"))
    ]
    body = {"idempotencyKey": f"bench-{number}", "transactionId": f"t-{number}", "legs": legs}
    return json.dumps(body).encode()
