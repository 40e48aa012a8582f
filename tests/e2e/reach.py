"""A program whose buttons reach people, put live in the demo's tea house while the host runs."""

import asyncio
import json
import os
import re
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from playwright.sync_api import FrameLocator, Page

from host.brands import service as brands
from host.core.blobs import DiskBlobs
from host.core.clock import now_ms
from host.core.deps import Deps
from host.core.live import Hub
from host.core.passwords import Passwords
from host.core.settings import Settings
from host.core.sqlite import SqliteDatabase
from runtime.pool import Pool, PoolSettings
from tests.bridge import shop
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess
from tests.market.make import Lane

SCOPES = ("messages",)
MESSAGES = {
    "fresh": {"en": "New in the tea house: {what}", "zh-Hans": "茶舍上新：{what}"},
    "steeped": {"en": "Your tea is ready", "zh-Hans": "茶泡好了"},
}
HOME = '''
"""Buttons that reach people."""

from sdk import ApiError, Page, api


HELD = ("paid", "shipped", "ready", "received")


class Home(Page):
    order_id: str = ""
    said: str = ""

    def on_show(self):
        orders = [each for each in api.orders.list()["items"] if each["status"] in HELD]
        self.order_id = orders[0]["id"] if orders else ""

    def log(self, event):
        api.log.warn("The kettle is slow.")
        api.log.info("Tea is served.")
        self.said = "written"

    def choose(self, event):
        api.messages.subscribe(["fresh", "steeped"], then="chosen")

    def chosen(self, result):
        self.said = "chosen: " + ", ".join(result.topics)

    def tell(self, event):
        try:
            sent = api.messages.send("fresh", fields={"what": "Rock oolong"})
            self.said = "left: " + str(sent["left"])
        except ApiError as error:
            self.said = error.code

    def refund(self, event):
        api.orders.ask_refund(self.order_id, then="refunded")

    def give(self, event):
        api.pay.refund(event.value, then="refunded")

    def refunded(self, result):
        self.said = "money back: " + str(result.status)
'''
HOME_HTML = """<section class="card stack"><h1>Letters of the Tea House</h1>
<p id="said">{{ said }}</p><p id="order">{{ order_id }}</p>
<button m-on:tap="log">Write a line</button>
<button m-on:tap="choose">Messages</button><button m-on:tap="tell">Tell me</button>
<button m-on:tap="refund">Ask for the money back</button>
<label>Order <input id="give" value="" m-on:change="give"></label></section>
"""


def files() -> dict[str, bytes]:
    """Return the program's files."""
    manifest = shop.manifest() | {"name": "Letters", "pages": ["pages/home/home"]}
    manifest["hutong"] = {
        "permissions": [{"scope": scope, "reason": "To write to you."} for scope in SCOPES],
        "messages": MESSAGES,
    }
    return {
        "manifest.json": json.dumps(manifest).encode(),
        "assets/icon.png": shop.files()["assets/icon.png"],
        "pages/home/home.py": HOME.encode(),
        "pages/home/home.html": HOME_HTML.encode(),
    }


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run ``work`` on a loop of its own: the browser's library keeps one on this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def with_deps(host: HostProcess, use: Callable[[Deps], Coroutine[Any, Any, Any]]) -> Any:
    """Work on the running host's data, as `hutong` commands do."""
    settings = Settings(data_dir=host.data_dir)
    db = await SqliteDatabase.open(settings.database_path)
    passwords, pool = Passwords(time_cost=1, memory_kib=8), Pool(PoolSettings(blank_count=1))
    await pool.start()
    blobs = DiskBlobs(settings.data_dir / "blobs")
    try:
        return await use(Deps(settings, db, now_ms, blobs, passwords, Hub(db), runtime=pool))
    finally:
        await pool.stop()
        passwords.close()
        await db.close()


async def publish(deps: Deps) -> None:
    """Put the program live in the tea house."""
    brand = await deps.db.read(brands.find_brand_by_handle, "teahouse")
    assert brand is not None, "the demo has a tea house"
    lane = Lane(deps.db, "", brand.owner_id, brand.id, brand.handle, "")
    await shop.publish(deps, lane, files(), scopes=SCOPES)


def sign_in(person: Person, host: HostProcess, handle: str) -> Page:
    """Come in as one of the demo's people."""
    found = re.search(r"Password of all:\s+(\S+)", host.output)
    assert found is not None, host.output
    page = person.page
    page.goto("/sign-in")
    page.get_by_label("Handle").fill(handle)
    page.get_by_label("Password").fill(found[1])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/chats")
    return page


def open_letters(page: Page) -> FrameLocator:
    """Open the program; return the inside of its frame."""
    page.goto(f"/p/{shop.APP_ID}")
    return page.frame_locator("#program-frame")


def shoot(page: Page, name: str) -> None:
    """Take pictures for people who judge looks, where SHOTS names a folder."""
    folder = os.environ.get("SHOTS")
    if not folder:
        return
    before = page.viewport_size
    for width, height in ((390, 844), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png")
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
