"""A small program for the tests of the pool, and how to run its events."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runtime.pool import CallRequest, Event, Incident, Outcome, Pool, PoolSettings, ProgramCode

SOURCES = {
    "app.py": 'GREETING = "Hello "\n\n\ndef double(n):\n    return n * 2\n',
    "pages/home.py": '''
"""One page that does what the tests need."""

import itertools
import random
import time

from app import GREETING, double
from sdk import ApiError, Page, api


class Home(Page):
    n: int = 0
    items: list = []
    text = ""

    def on_load(self, query):
        self.text = GREETING + query["who"]

    def add(self, event):
        self.n += int(event.dataset["step"])

    def push(self, event):
        self.items.append(event.value)

    def draw(self, event):
        self.items = [random.randint(1, 1000) for _ in range(5)]
        self.n = int(time.time())

    def twice(self, event):
        self.n = double(self.n)

    def ask(self, event):
        self.text = api.products.get("A1")["name"]

    def ask_often(self, event):
        for _ in range(int(event.value)):
            api.storage.get("k")

    def ask_carefully(self, event):
        try:
            api.products.get("A1")
        except ApiError as error:
            self.text = error.code

    def navigate(self, event):
        api.ui.toast("saved")
        api.nav.to("pages/other", sku="A1")

    def paid(self, result):
        self.text = f"{result.ok} {result.order_id} {result.not_there}"

    def on_share(self, source):
        return api.share.card(title=f"From {source}", page="pages/home")

    def no_argument(self):
        self.n = 7

    def forget(self, event):
        del self.n

    def say(self, event):
        for line in range(int(event.value)):
            print("line", line)

    def half_then_fail(self, event):
        self.n = 99
        self.items.append("half")
        raise ValueError("no stock", 3)

    def raise_own(self, event):
        class Sly(Exception):
            def __str__(self):
                while True:
                    pass
        raise Sly()

    def spin(self, event):
        while True:
            self.n += 1

    def spin_and_catch(self, event):
        while True:
            try:
                while True:
                    pass
            except:
                self.n = 1

    def spin_in_c(self, event):
        self.n = sum(itertools.repeat(1))

    def busy(self, event):
        for _ in range(int(event.value)):
            sum(range(1000))

    def hoard(self, event):
        kept = []
        while True:
            kept.append([0] * (1 << 27))

    def huge_text(self, event):
        self.text = "x" * (64 << 20)

    def large_state(self, event):
        self.items = ["x" * 1000] * 300

    def keep_set(self, event):
        self.items = {1, 2}

    def keep_itself(self, event):
        self.items = []
        self.items.append(self.items)

    def keep_nan(self, event):
        self.items = [float("nan")]

    def deep(self, event):
        nest = []
        for _ in range(100000):
            nest = [nest]
        self.items = nest
''',
    "pages/other.py": """
from sdk import Page

TABLE = {}


class Other(Page):
    seen: int = 0

    def look(self, event):
        TABLE["seen"] = TABLE.get("seen", 0) + 1
        self.seen = TABLE["seen"]
""",
    "pages/broken.py": "from sdk import Page\n\nx = 1 // 0\n",
    "pages/two.py": (
        "from sdk import Page\n\n\nclass A(Page):\n    pass\n\n\nclass B(Page):\n    pass\n"
    ),
    "pages/left.py": (
        "from sdk import Page\nfrom pages.right import R\n\n\nclass L(Page):\n    pass\n"
    ),
    "pages/right.py": "from pages.left import L\n\nR = 1\n",
    "pages/greedy.py": (
        "from sdk import Page, api\n\nNAME = api.storage.get('k')\n\n\nclass G(Page):\n    pass\n"
    ),
    "pages/endless.py": "from sdk import Page\n\nwhile True:\n    pass\n",
}


async def no_calls(request: CallRequest) -> Any:
    """Fail the test when a handler calls the host that should not."""
    raise AssertionError(f"{request.name} was called")


async def tea(request: CallRequest) -> Any:
    """Answer every call the same way."""
    assert request.number >= 1
    return {"sku": "A1", "name": "Tea"}


class Running:
    """A started pool with the program above, and what it has reported."""

    def __init__(self, settings: PoolSettings | None) -> None:
        self.pool = Pool(settings, on_incident=self.note)
        self.code = b""
        self.incidents: list[Incident] = []
        self._news = asyncio.Event()
        self._count = 0

    def program(self, key: str = "shop-1") -> ProgramCode:
        """Return the program under a key of its own."""
        return ProgramCode(key, self.code)

    async def run(
        self,
        handler: str,
        state: dict[str, Any] | None = None,
        *,
        calls: Callable[[CallRequest], Awaitable[Any]] = no_calls,
        page: str = "pages/home",
        key: str = "shop-1",
        **event: Any,
    ) -> Outcome:
        """Run one event."""
        self._count += 1
        made = Event(f"e{self._count}", page, handler, state or {}, **event)
        return await self.pool.run_event(self.program(key), made, calls)

    def note(self, incident: Incident) -> None:
        """Keep an incident; the pool's ``on_incident``."""
        self.incidents.append(incident)
        self._news.set()

    async def incident(self, kind: str) -> Incident:
        """Wait for an incident of this kind."""
        async with asyncio.timeout(5):
            while True:
                for each in self.incidents:
                    if each.kind == kind:
                        return each
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def running(settings: PoolSettings | None = None) -> AsyncIterator[Running]:
    """Start a pool with the program above."""
    shop = Running(settings)
    await shop.pool.start()
    try:
        shop.code = await shop.pool.compile(SOURCES)
        yield shop
    finally:
        await shop.pool.stop()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return "State:\tZ" not in status


async def wait_gone(pid: int, *, within_s: float = 2.0) -> None:
    """Wait until a process has ended."""
    async with asyncio.timeout(within_s):
        while is_alive(pid):  # noqa: ASYNC110  (there is no event for a stranger's end)
            await asyncio.sleep(0.005)
