"""A shop that asks the device in the person's hand for everything, for the tests of the bridge."""

import json
from collections.abc import Mapping
from typing import Any

from host.bridge import service
from host.core.deps import Deps
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.market.make import Lane

SCOPES = ("clipboard", "phone", "pictures", "location_coarse", "location_exact", "scan", "contact")
PAGE = '''
"""Asks for everything."""

import json

from sdk import ApiError, Page, api


class Home(Page):
    text: str = ""
    got: str = ""
    pictures: list = []

    def on_load(self, query):
        if query.get("early"):
            self.try_act(query["early"])

    def try_act(self, name):
        try:
            if name == "copy":
                api.clipboard.set("TEA-1")
            elif name == "call":
                api.phone.call("+86 10 6512-0000")
            elif name == "show":
                urls = [each["url"] for each in self.pictures]
                api.media.preview(urls, current=1, alts=["The first cup"])
            elif name == "save":
                api.media.save(self.pictures[0]["url"])
            self.text = "done"
        except ApiError as error:
            self.text = error.code

    def act(self, event):
        self.try_act(event.dataset.get("name") or event.value)

    def typed(self, event):
        self.try_act("copy")

    def paste(self, event):
        api.clipboard.get(then="answered")

    def where(self, event):
        api.location.get(event.dataset["accuracy"], then="answered")

    def scan(self, event):
        api.scan.code(then="answered")

    def friend(self, event):
        api.contacts.choose(then="answered")

    def give(self, event):
        api.media.choose(count=2, then="answered")

    def phone(self, event):
        api.identity.phone(then="answered")

    def answered(self, result):
        got = {"ok": result.ok, "reason": result.reason}
        for name in FIELDS:
            if getattr(result, name) is not None:
                got[name] = getattr(result, name)
        self.got = json.dumps(got)
        self.pictures = got.get("pictures", self.pictures)


FIELDS = (
    "text", "phone", "pictures", "latitude", "longitude", "accuracy_m", "accuracy", "format",
    "name", "id",
)
'''
TEMPLATE = """<h1>{{ text }}</h1><p>{{ got }}</p>
<input value="" m-on:change="act"><input value="" m-on:input="typed">
<button m-on:tap="act" data-name="copy">copy</button>
<button m-on:tap="act" data-name="call">call</button>
<button m-on:tap="paste">paste</button><button m-on:tap="phone">phone</button>
<button m-on:tap="where" data-accuracy="coarse">where</button>
<button m-on:tap="where" data-accuracy="exact">exactly</button>
<button m-on:tap="scan">scan</button><button m-on:tap="friend">friend</button>
<button m-on:tap="give">give</button><button m-on:tap="act" data-name="show">show</button>
<button m-on:tap="act" data-name="save">save</button>
<img m-for="each in pictures" m-key="each.url" src="{{ each.url }}" alt="">
"""


def files() -> dict[str, bytes]:
    """Return the files of the shop."""
    manifest = shop.manifest()
    manifest["pages"] = ["pages/home/home"]
    manifest["hutong"]["permissions"] = [{"scope": s, "reason": "for tests"} for s in SCOPES]
    return {
        "manifest.json": json.dumps(manifest).encode(),
        "assets/icon.png": shop.files()["assets/icon.png"],
        "pages/home/home.py": PAGE.encode(),
        "pages/home/home.html": TEMPLATE.encode(),
    }


async def open_shop(running: Deps, lane: Lane, *, scopes: tuple[str, ...] = SCOPES) -> Browser:
    """Put the shop live and return the browser in which a person has opened it."""
    await shop.publish(running, lane, files(), scopes=scopes)
    ann = Browser(running, lane.buyer_id)
    await ann.open()
    return ann


async def decide(ann: Browser, made: Mapping[str, Any] | None = None, **fields: str) -> None:
    """Answer the question whose sheet was opened last, and let the page have the answer."""
    await ann.deps.db.write(
        service.decide,
        ann.sheets[-1]["ask_id"],
        actor_id=ann.person_id,
        fields=fields,
        now_ms=ann.deps.now_ms(),
        **({"made": made} if made is not None else {}),
    )
    await ann.resume()


def got(ann: Browser) -> dict[str, Any]:
    """Return what the handler was given."""
    found: dict[str, Any] = json.loads(ann.texts[1])
    return found


async def learned(ann: Browser) -> list[str]:
    """Return the scopes under which the shop has learned something, as the person reads them."""
    _, accesses, _ = await ann.deps.db.read(
        service.find_permissions, ann.person_id, now_ms=ann.deps.now_ms()
    )
    return [each.scope for each in accesses if each.program_id == APP_ID]
