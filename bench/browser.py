"""`python -m bench browser`: from a tap to the changed pixels, in a real Chromium.

A button that counts is tapped in a mini-program: the frame, the shell, the live line, the host, a
worker behind its walls, the renderer, the durable write, and back.  In turns with it: a bare page
whose tap goes over a WebSocket to a bare Quart server, which sends it back, and whose text is then
changed; and the stepper of a shop in the demo lane, whose own number is drawn at once, so that the
total which comes back waits for the screen's next refresh.  All are timed by the same script.
"Changed" is the moment at which the page's text is new; "painted" the first task after the next
frame, so it holds the wait for the screen, up to 17 ms at 60 Hz.
"""

import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from bench.measure import ROUNDS, Result, percentile
from tests.bridge.shop import APP_ID
from tests.e2e import chromium, seeded
from tests.e2e.host_process import HostProcess

COUNTER_PAGE = (
    """from sdk import Page


class Home(Page):
    n: int = 1

    def add(self, event):
        self.n += 1
""",
    """<button m-on:tap="add">+</button> <b>{{ n }}</b>""",
)
PRODUCT = "/p/lane.teahouse.shop/pages/product/product?sku=longjing-50"
BARE_SERVER = """
import asyncio, sys
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, websocket
app = Quart("bare")
@app.get("/")
async def index():
    return '''<!doctype html><button>+</button> <b>1</b><script>
const line = new WebSocket(`ws://${location.host}/line`), b = document.querySelector("b");
line.onmessage = (event) => { b.firstChild.data = event.data; };
let n = 1;
document.querySelector("button").onclick = () => line.send(JSON.stringify(++n));
line.onopen = () => { document.title = "open"; };
</script>'''
@app.websocket("/line")
async def line():
    while True:
        await websocket.send(await websocket.receive())
config = Config(); config.bind = [f"127.0.0.1:{sys.argv[1]}"]; config.accesslog = None
try:
    import uvloop
    uvloop.run(serve(app, config))
except ImportError:
    asyncio.run(serve(app, config))
"""
# Taps `waits.length` times, each after its wait, and returns [changed, painted] of each in ms.
TAP = """
async ({ buttons, shown, waits }) => {
  const target = document.querySelector(shown), times = [];
  for (const [n, wait] of waits.entries()) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    let changed = 0;
    const seen = new Promise((resolve) => {
      const watch = new MutationObserver(() => {
        changed = performance.now();
        watch.disconnect();
        requestAnimationFrame(() => {
          const next = new MessageChannel();
          next.port1.onmessage = () => resolve(performance.now());
          next.port2.postMessage(0);
        });
      });
      watch.observe(target, { subtree: true, childList: true, characterData: true });
    });
    const began = performance.now();
    document.querySelector(buttons[n % buttons.length]).click();
    const painted = await seen;
    times.push([changed - began, painted - began]);
  }
  return times;
}
"""

# When the text was new and when it was painted, in ms after the tap.
Times = tuple[float, float]

STARTED_WITHIN_S = 30
# Between two taps: longer than one takes, and never in step with the screen.
WAIT_MS = (40.0, 90.0)
# What a tap is made on, and where its result is seen.
COUNTER = {"buttons": ["button"], "shown": "b"}
SHOP = {"buttons": ["m-stepper button:last-of-type", "m-stepper button"], "shown": ".total .price"}
BARE = {"buttons": ["button"], "shown": "b"}


def run(*, quick: bool) -> list[Result]:
    """Measure and return the figures."""
    found = chromium.find_system()
    if found is None:
        raise SystemExit("bench browser needs an installed Chromium; CHROMIUM may name its path")
    # Playwright's own node needs a library that a small Debian lacks; the wheel's does not.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.node()))
    with (
        tempfile.TemporaryDirectory(prefix="bench-browser") as folder,
        _demo_host(Path(folder) / "demo") as demo,
        _counter_host(Path(folder) / "counter") as (host, token),
        _bare_server() as bare_url,
        sync_playwright() as playwright,
    ):
        browser = chromium.launch(playwright)
        counter, shop = _open_counter(browser, host, token), _open_shop(browser, demo)
        bare = _open_bare(browser, bare_url)
        ours: list[Times] = []
        steppers: list[Times] = []
        reference: list[Times] = []
        for number in range(ROUNDS + 1):
            count = 20 if quick else 80
            taken = (
                _tap(counter, COUNTER, count),
                _tap(shop, SHOP, count),
                _tap(bare, BARE, count),
            )
            if number:  # the first round warms everything up
                for kept, times in zip((ours, steppers, reference), taken, strict=True):
                    kept.extend(times)
        browser.close()
    return [
        *_results("tap", ours, reference, painted=(15.0, 50.0)),
        *_results("stepper", steppers, reference, painted=(None, None)),
    ]


def _results(
    what: str,
    ours: list[Times],
    reference: list[Times],
    *,
    painted: tuple[float | None, float | None],
) -> list[Result]:
    """Return the percentiles of both moments; only the painted one may have goals."""
    found = []
    for place, moment, goals in ((0, "changed", (None, None)), (1, "painted", painted)):
        for share, goal in zip((0.5, 0.95), goals, strict=True):
            value = percentile([each[place] for each in ours], share)
            beside = percentile([each[place] for each in reference], share)
            name = f"{what} to {moment}, p{share * 100:.0f}"
            wanted = None if goal is None else f"≤ {goal:g} ms"
            met = None if goal is None else value <= goal
            found.append(Result(name, value, "ms", beside, value / beside, wanted, met))
    return found


def _tap(page: Page | Frame, where: dict[str, Any], count: int) -> list[Times]:
    waits = [random.uniform(*WAIT_MS) for _ in range(count)]  # noqa: S311  (no secret)
    times = page.evaluate(TAP, {**where, "waits": waits})
    return [(changed, painted) for changed, painted in times]


@contextmanager
def _demo_host(folder: Path) -> Iterator[HostProcess]:
    folder.mkdir()
    host = HostProcess(folder / "data", demo=True)
    host.start()
    try:
        yield host
    finally:
        host.stop()


@contextmanager
def _counter_host(folder: Path) -> Iterator[tuple[HostProcess, str]]:
    """Run a host whose only shop counts, and give a session of Ann's."""
    folder.mkdir()
    route = "pages/home/home"
    token = seeded.seed(folder / "data", {APP_ID: seeded.package({route: COUNTER_PAGE})})
    host = HostProcess(folder / "data")
    host.start()
    try:
        yield host, token
    finally:
        host.stop()


def _open_counter(browser: Browser, host: HostProcess, token: str) -> Frame:
    context = browser.new_context(base_url=host.url)
    context.add_cookies([{"name": "hutong", "value": token, "url": host.url}])
    page = context.new_page()
    page.goto(f"/p/{APP_ID}")
    page.frame_locator("#program-frame").locator("b").wait_for()
    return page.frames[1]


def _open_shop(browser: Browser, host: HostProcess) -> Frame:
    """Sign in as a person of the demo, open a product, and return the inside of its frame."""
    password = re.search(r"Password of all:\s+(\S+)", host.output)
    assert password is not None, host.output
    page = browser.new_page(base_url=host.url)
    page.goto("/sign-in")
    page.get_by_label("Handle").fill("mei")
    page.get_by_label("Password").fill(password[1])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/chats")
    page.goto(PRODUCT)
    page.frame_locator("#program-frame").locator(".total .price").wait_for()
    return page.frames[1]


def _open_bare(browser: Browser, url: str) -> Page:
    page = browser.new_page()
    page.goto(url)
    page.wait_for_function("document.title === 'open'")
    return page


@contextmanager
def _bare_server() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-c", BARE_SERVER, str(port)])
    try:
        until = time.monotonic() + STARTED_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the bare server did not start") from None
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()
