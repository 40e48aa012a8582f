"""A small shop for the tests of the bridge, and a browser that does what a person does."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from host.bridge.channel import pages_of
from host.bridge.requests import (
    ConsentNeeded,
    OpenRequest,
    Reply,
    ResumeRequest,
    TouchRequest,
)
from host.core.deps import Deps
from host.core.ids import new_id
from host.market import service as market
from host.market.model import Kind, ProductStatus
from host.market.service import ProductFacts
from host.programs import service as programs
from host.programs.service import Version
from host.programs.service.upload import upload
from runtime.archive import write_archive
from runtime.view import apply
from tests.market.make import CNY, Lane

APP_ID = "lane.test.shop"
PAGE = '''
"""Everything that the tests need."""

from sdk import ApiError, Page, api


class Home(Page):
    n: int = 0
    text: str = ""
    typed: str = ""
    items: list = []
    order: dict = {}

    def on_load(self, query):
        self.text = "hello " + query.get("who", "you")
        self.n = api.storage.get("n", 0)

    def add(self, event):
        self.n += int(event.dataset["step"])
        api.storage.set("n", self.n)

    def fail(self, event):
        api.storage.set("n", 1000)
        self.n = 1000
        raise ValueError("the kettle is empty")

    def loop(self, event):
        while True:
            self.n += 1

    def break_view(self, event):
        self.items = 5

    def say(self, event):
        self.text = self.typed.upper()
        self.typed = ""

    def buy(self, event):
        self.order = api.orders.create([{"sku": "A1", "qty": 2}])
        api.pay.open(self.order["id"], then="paid")

    def paid(self, result):
        self.text = "paid " + str(result.ok) + " " + result.status
        if result.ok:
            api.nav.redirect("pages/other/other", id=result.order_id)

    def who(self, event):
        api.identity.profile(then="got_who")

    def got_who(self, result):
        self.text = str(result.ok) + " " + str(result.name)

    def where(self, event):
        api.address.choose(then="got_where")

    def got_where(self, result):
        self.text = str(result.ok) + " " + str(result.text)

    def try_call(self, event):
        try:
            if event.value == "bill":
                api.bills.create(title="Tea", amount_minor=5, currency="CNY", period="1",
                                 due_at_ms=1, reference="r1")
            elif event.value == "order":
                api.orders.get("00000000-0000-7000-8000-000000000000")
            elif event.value == "big":
                api.storage.set("big", "x" * 60000)
                for number in range(18):
                    api.storage.set("big" + str(number), "x" * 60000)
            elif event.value == "often":
                for number in range(15):
                    api.bills.create(title="Tea", amount_minor=5, currency="CNY", period="1",
                                     due_at_ms=1, reference="r1")
            self.text = "allowed"
        except ApiError as error:
            self.text = error.code

    def read(self, event):
        user = api.identity.user()
        shelf = api.products.list(limit=1)
        self.items = [user["openid"], shelf["items"][0]["sku"], " ".join(api.storage.keys())]

    def ask_then_fail(self, event):
        api.identity.profile(then="got_who")
        raise ValueError("after asking")

    def bad_answer(self, event):
        api.identity.profile(then="fail")

    def on_share(self, source):
        return api.share.card(title="A1", sku="A1")
'''
TEMPLATE = """<h1>{{ text }}</h1><p class="n">{{ n }}</p>
<button m-on:tap="add" data-step="1">+</button><button m-on:tap="fail">fail</button>
<button m-on:tap="loop">loop</button><button m-on:tap="break_view">view</button>
<input m-model="typed"><button m-on:tap="say">say</button><button m-on:tap="buy">buy</button>
<button m-on:tap="who">who</button><button m-on:tap="where">where</button>
<input value="" m-on:change="try_call"><button m-on:tap="read">read</button>
<button m-on:tap="ask_then_fail">x</button><button m-on:tap="bad_answer">y</button>
<i m-for="item in items" m-key="item">{{ item }}</i>
"""
OTHER = '"""Another page."""\n\nfrom sdk import Page\n\n\nclass Other(Page):\n    id: str = ""\n'


def manifest(code: int = 1, *, required: bool = False) -> dict[str, Any]:
    """Return the shop's manifest."""
    scopes = ("profile", "address", "bills")
    return {
        "app_id": APP_ID,
        "name": "Test Shop",
        "icons": [{"src": "assets/icon.png"}],
        "pages": ["pages/home/home", "pages/other/other"],
        "platform_version": {"min_code": 1},
        "version": {"name": f"{code}.0.0", "code": code},
        "hutong": {
            "permissions": [
                {"scope": scope, "required": required and scope == "bills", "reason": "for tests"}
                for scope in scopes
            ]
        },
    }


def files(code: int = 1, *, required: bool = False) -> dict[str, bytes]:
    """Return the files of the shop."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(picture, "PNG")
    return {
        "manifest.json": json.dumps(manifest(code, required=required)).encode(),
        "assets/icon.png": picture.getvalue(),
        "pages/home/home.py": PAGE.encode(),
        "pages/home/home.html": TEMPLATE.encode(),
        "pages/home/home.css": b".n { color: red }",
        "pages/other/other.py": OTHER.encode(),
        "pages/other/other.html": b"<p>{{ id }}</p>",
    }


async def publish(
    deps: Deps, lane: Lane, package: Mapping[str, bytes], *, scopes: tuple[str, ...] = ()
) -> Version:
    """Upload a package, have it approved with ``scopes``, and put it live."""
    version, _ = await deps_upload(deps, lane, package)
    now_ms = deps.now_ms()
    await deps.db.write(programs.submit_version, version.id, actor_id=lane.seller_id, now_ms=now_ms)
    await deps.db.write(programs.approve_version, version.id, scopes=scopes, now_ms=now_ms)
    return await deps.db.write(
        programs.put_live, version.id, actor_id=lane.seller_id, now_ms=now_ms
    )


async def deps_upload(deps: Deps, lane: Lane, package: Mapping[str, bytes]) -> tuple[Version, bool]:
    """Upload a package of the lane's brand."""
    data = write_archive(package)
    return await upload(deps, data, app_id=APP_ID, brand_id=lane.brand_id, now_ms=deps.now_ms())


async def put_tea(deps: Deps, lane: Lane) -> None:
    """Put a product on the shelf."""
    facts = ProductFacts(
        sku="A1", name="Longjing", description="Green.", kind=Kind.GOODS, price_minor=12800,
        currency=CNY, stock=10, status=ProductStatus.ON_SALE,
    )  # fmt: skip
    await deps.db.write(
        market.save_product,
        new_id(),
        brand_id=lane.brand_id,
        actor_id=lane.seller_id,
        facts=facts,
        now_ms=deps.now_ms(),
    )


@dataclass
class Browser:
    """What a person's browser holds: the page that it shows, and what it was told to do."""

    deps: Deps
    person_id: str
    page_id: str = field(default_factory=new_id)
    n: int = -1
    tree: Any = None
    effects: list[dict[str, Any]] = field(default_factory=list)
    sheets: list[dict[str, str]] = field(default_factory=list)

    async def open(self, path: str = "", **query: str) -> Reply | ConsentNeeded:
        """Open a page."""
        request = OpenRequest(APP_ID, self.page_id, path, query)
        reply = await pages_of(self.deps).open(request, person_id=self.person_id, lang="en")
        if isinstance(reply, Reply):
            self.take(reply)
        return reply

    async def tap(self, handler: str, event_id: str = "", **more: Any) -> Reply:
        """Touch the element that names ``handler``."""
        path, element = find(self.tree, handler)
        kind = "change" if "@change" in element[1] else "tap"
        dataset = {k[5:]: v for k, v in element[1].items() if k.startswith("data-")}
        touch = {"type": kind, "handler": handler, "path": path, "dataset": dataset} | more
        return await self.send(event_id, **touch)

    async def send(self, event_id: str = "", **touch: Any) -> Reply:
        """Send an event as it is given."""
        request = TouchRequest(APP_ID, self.page_id, event_id or new_id(), self.n, **touch)
        reply = await pages_of(self.deps).touch(request, person_id=self.person_id, lang="en")
        self.take(reply)
        return reply

    async def resume(self, n: int | None = None, *, is_shown: bool = False) -> Reply:
        """Come back."""
        request = ResumeRequest(APP_ID, self.page_id, self.n if n is None else n, is_shown)
        reply = await pages_of(self.deps).resume(request, person_id=self.person_id, lang="en")
        self.take(reply)
        return reply

    def take(self, reply: Reply) -> None:
        """Do what the shell does with a reply."""
        if reply.tree is not None:
            self.tree, self.n = json.loads(json.dumps(reply.tree)), reply.n
        for patch in reply.patches:
            if patch["n"] > self.n:
                assert patch["n"] == self.n + 1
                self.tree = apply(self.tree, json.loads(json.dumps(patch["ops"])))
                self.n = patch["n"]
        self.effects += reply.effects
        self.sheets += reply.sheets
        self.sheets += [e["args"] for e in reply.effects if e["name"] == "ask"]

    @property
    def texts(self) -> list[str]:
        """Return heading, number and rows that the page shows."""
        return [text_of(node) for node in self.tree[2] if node[0] in ("h1", "p", "i")]


def find(tree: Any, handler: str, path: tuple[int, ...] = ()) -> tuple[list[int], Any]:
    """Return path and element that names ``handler``."""
    for index, node in enumerate(tree[2] if len(tree) == 3 else ()):
        if isinstance(node, str):
            continue
        if len(node) > 1 and handler in [v for k, v in node[1].items() if k[0] == "@"]:
            return [*path, index], node
        if found := find(node, handler, (*path, index)):
            return found
    return ()  # type: ignore[return-value]


def text_of(node: Any) -> str:
    """Return the text of a node."""
    if isinstance(node, str):
        return node
    return "".join(text_of(child) for child in (node[2] if len(node) == 3 else ()))
