"""A program may ask for a process per page; and what fields write, properties follow."""

import json

import pytest

from host.core.deps import Deps
from runtime.pool import Pool
from tests.bridge import shop
from tests.bridge.shop import Browser
from tests.market.make import Lane

TIP = b'''"""A tip."""
from sdk import Page
class Tip(Page):
    bill = 0
    @property
    def tip(self):
        return (self.bill or 0) / 10
'''
LOOK = b'<input type="number" m-model="bill"><b>{{ tip }}</b>'


@pytest.mark.parametrize(("isolate", "shared"), [("session", False), ("program", True)])
async def test_pages_share_a_process_or_not(
    running: Deps, lane: Lane, isolate: str, *, shared: bool
) -> None:
    """With ``isolate: "session"`` no two open pages ever meet in one process."""
    files = shop.files()
    manifest = json.loads(files["manifest.json"])
    manifest["hutong"]["isolate"] = isolate
    version = await shop.publish(
        running, lane, {**files, "manifest.json": json.dumps(manifest).encode()}
    )
    assert isinstance(running.runtime, Pool)
    browsers = [Browser(running, lane.buyer_id), Browser(running, lane.buyer_id)]

    for browser in browsers:
        await browser.open()

    of_version = running.runtime.worker_pids(version.id)
    of_pages = [running.runtime.worker_pids(f"{version.id}/{each.page_id}") for each in browsers]
    assert shared == bool(of_version)
    assert ([[], []] == of_pages) == shared
    assert shared or len({pid for pids in of_pages for pid in pids}) == len(browsers)


async def test_properties_follow_what_a_field_writes(running: Deps, lane: Lane) -> None:
    """A number field writes a number, and what is worked out from it is shown at once."""
    files = {**shop.files(), "pages/home/home.py": TIP, "pages/home/home.html": LOOK}
    await shop.publish(running, lane, files)
    browser = Browser(running, lane.buyer_id)
    await browser.open()

    await browser.send(type="model", models={"bill": "55"})

    assert ["b", {}, ["5.5"]] == browser.tree[2][1]
