"""Every page as people meet it: a newcomer, somebody with a past, a merchant, an admin.

Each page is opened once and looked at as a phone and as a laptop, light and dark, by ``look.js``:
no sideways scroll, one h1, names, labels, alternatives, targets for a finger, contrast.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.e2e.conftest import demo_host
from tests.e2e.host_process import HostProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}

DOOR = ("/", "/register", "/sign-in", "/problems/insufficient-funds")
PLAIN = (
    "/chats", "/chats/new", "/contacts", "/contacts/new", "/contacts/requests",
    "/contacts/blocked", "/discover", "/discover?scope=friends", "/discover/products", "/feed/new",
    "/feed/news", "/shops", "/wallet", "/wallet/statement", "/wallet/top-up", "/wallet/send",
    "/wallet/request", "/wallet/receiving",
    "/wallet/withdraw", "/wallet/pin", "/orders", "/addresses", "/addresses/new", "/me",
    "/me/profile", "/me/devices", "/me/permissions", "/me/password", "/brands", "/brands/new",
    "/wallet/code", "/wallet/scan", "/wallet/receive", "/wallet/exchange", "/bills",
    "/bills/billers",
)  # fmt: skip
OTHERS = (
    "/b/teahouse", "/people/jonas", "/contacts/jonas", "/feed/people/mei", "/wallet/send/jonas",
    "/bills/billers/lanepower",
    "/wallet/request/jonas",
    "/shops?q=tea", "/shops?q=nothing-such", "/discover/products?q=nothing-such",
)  # fmt: skip
CONSOLE = tuple(
    f"/m/teahouse{part}"
    for part in (
        "",
        "/orders",
        "/till",
        "/till/code",
        "/goods",
        "/goods/new",
        "/program",
        "/keys",
        "/team",
        "/brand",
    )
)
ADMIN = ("/admin/review", "/admin/brands", "/admin/incidents", "/admin/treasury", "/admin/audit")

# (where the link stands, which one): pages whose address has an id
OF_PERSON = (
    ("/chats", '.chat-list a:has-text("Jonas Weber")'),
    ("/chats", '.chat-list a:has-text("Tea House")'),
    ("/chats", '.chat-list a:has-text("Lane 12")'),
    ("/wallet", "#waiting a"),
    ("/wallet", "#asked a"),
    ("/discover", ".tiles a"),
    ("/orders", ".order-link"),
    ("/discover/products", ".goods-link"),
)
OF_MERCHANT = (
    ("/m/teahouse/orders", ".sales-table a"),
    ("/m/teahouse/goods", "#goods a"),
    ("/m/teahouse/program", "main a[href$='/insights']"),
)
OF_ADMIN = (("/admin/review", "main .list a"),)
SHEETS = (
    ("/discover/products", "a[data-sheet][href*='/buy/']"),
    ("/wallet", "a[data-sheet][href*='/top-up']"),
    ("/chats", "a[data-sheet][href='/chats/new']"),
)


@pytest.fixture(scope="module")
def lane(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """The demo lane, one for all that only look."""
    with demo_host(demo_data, tmp_path_factory.mktemp("lane")) as process:
        yield process


class Looker:
    """One browser page, and what was wrong on every page that it opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url} {error}"))

    def _hear(self, said: ConsoleMessage) -> None:
        # Leaving a page at once closes its live line before it is open: no fault of the page.
        if said.type in ("error", "warning") and "WebSocket is closed" not in said.text:
            self.wrong.append(f"{self.page.url} {said.type}: {said.text}")

    def sign_in(self, lane: HostProcess, handle: str) -> None:
        """Come in as one of the demo's people."""
        found = re.search(r"Password of all:\s+(\S+)", lane.output)
        assert found is not None, lane.output
        self.page.goto("/sign-in")
        self.page.locator("[name=handle]").fill(handle)
        self.page.locator("[name=password]").fill(found[1])
        self.page.locator("main form button.btn-primary").click()
        self.page.wait_for_url("**/chats")

    def speak(self, lang: str) -> None:
        """Change the language."""
        self.page.goto("/me")
        self.page.locator(f'button[name=lang][value="{lang}"]').click()
        expect(self.page.locator("html")).to_have_attribute("lang", lang)

    def visit(self, paths: Sequence[str]) -> None:
        """Open each page and look at it."""
        for path in paths:
            answer = self.page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            self.look(path)

    def follow(self, links: Sequence[tuple[str, str]]) -> None:
        """Open the pages that these links lead to."""
        for path, link in links:
            self.page.goto(path)
            target = self.page.locator(link).first.get_attribute("href")
            assert target is not None
            self.visit([target])

    def go_on(self, links: Sequence[str]) -> None:
        """Open the pages that links on this one lead to."""
        here = self.page.url
        self.follow([(here, link) for link in links])

    def look(self, path: str) -> None:
        """Look at the open page as a phone and a laptop, light and dark."""
        for size in (PHONE, LAPTOP):
            for scheme in ("light", "dark"):
                self.page.set_viewport_size(size)  # type: ignore[arg-type]
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                place = f"{path} {size['width']} {scheme}"
                self.wrong += [f"{place}: {sentence}" for sentence in self.page.evaluate(LOOK)]


@contextmanager
def looking(browser: Browser, lane: HostProcess, locale: str) -> Iterator[Looker]:
    """Look around with a browser of one's own; in the end nothing was wrong."""
    context = browser.new_context(base_url=lane.url, viewport=PHONE, locale=locale)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    looker = Looker(context.new_page())
    yield looker
    context.close()
    assert "" == "\n".join(sorted(set(looker.wrong)))


def test_the_door_and_a_newcomer_in_chinese(browser: Browser, lane: HostProcess) -> None:
    """Who has nothing yet: the door, then every page in its empty state."""
    with looking(browser, lane, "zh-CN") as looker:
        looker.visit(DOOR)
        looker.page.goto("/register")
        looker.page.locator("[name=name]").fill("新来的")
        looker.page.locator("[name=handle]").fill("newcomer")
        looker.page.locator("[name=password]").fill("four words in a row")
        looker.page.locator("main form button.btn-primary").click()
        looker.page.wait_for_url("**/chats")
        looker.visit((*PLAIN, "/people/newcomer", "/feed/people/newcomer"))


def test_somebody_with_a_past_in_english(browser: Browser, lane: HostProcess) -> None:
    """Mei: chats, posts, orders, money."""
    with looking(browser, lane, "en-GB") as looker:
        looker.sign_in(lane, "mei")
        looker.visit((*PLAIN, *OTHERS))
        looker.follow(OF_PERSON)
        looker.page.goto("/chats")
        looker.page.locator('.chat-list a:has-text("Lane 12")').click()
        looker.page.wait_for_url("**/chats/*")
        looker.go_on((".packet-card", "a[href$='/red-packet']", "a[href$='/split']"))


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_those_who_run_a_shop_or_the_lane(browser: Browser, lane: HostProcess, lang: str) -> None:
    """Wenqing's console and Grace's desk, in both languages."""
    for handle, paths, links in (("wenqing", CONSOLE, OF_MERCHANT), ("grace", ADMIN, OF_ADMIN)):
        with looking(browser, lane, "en-GB") as looker:
            looker.sign_in(lane, handle)
            looker.speak(lang)
            looker.visit(paths)
            looker.follow(links)


def test_a_sheet_is_named_keeps_the_focus_and_leaves_with_escape(
    browser: Browser, lane: HostProcess
) -> None:
    """By keyboard alone: Enter opens it, Tab stays inside, Esc gives the focus back."""
    with looking(browser, lane, "en-GB") as looker:
        looker.sign_in(lane, "jonas")
        for path, link in SHEETS:
            page = looker.page
            page.goto(path)
            page.locator(link).first.focus()
            page.keyboard.press("Enter")
            sheet = page.get_by_role("dialog")
            expect(sheet).to_have_accessible_name(re.compile(r"\S"))
            for _ in range(4):
                page.keyboard.press("Tab")
            # Past the last one Chromium goes through its own address bar, which is the body here.
            assert page.evaluate(
                "document.activeElement.closest('dialog, body').matches('dialog[open], body')"
            )
            assert not page.evaluate("document.activeElement.closest('.panes, .tabs-bar')")
            looker.wrong += page.evaluate(LOOK)
            page.keyboard.press("Escape")
            expect(sheet).to_have_count(0)
            expect(page.locator(link).first).to_be_focused()
