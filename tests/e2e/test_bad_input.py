"""Bad input in a real browser: each mistake is answered where the person looks, nothing is lost."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
Open = Callable[..., Person]

APP_ID = "test.hostile.shop"
TEA = "Spring Longjing, 50 g"
# If a page took this for markup, the picture would be refused by its policy, which fails the test.
MARKUP = "<img src=x onerror=pwned=1>\"'{{7*7}}"
WRONG = "906124"
PAGE = '''"""A page that does what it should not."""

from sdk import Page, api

TEXT = """%(markup)s"""


class Home(Page):
    n: int = 0
    text: str = TEXT
    names: list = []

    def on_load(self, query):
        api.ui.title(TEXT)
        self.names = [item["name"] for item in api.products.list()["items"]]

    def add(self, event):
        self.n += 1

    def fail(self, event):
        self.n = 1000
        raise ValueError(TEXT)

    def loop(self, event):
        while True:
            self.n += 1

    def hoard(self, event):
        heap = []
        while True:
            heap.append([0] * (1 << 27))

    def say(self, event):
        api.log.info(TEXT)
        api.ui.toast(TEXT)

    def who(self, event):
        api.identity.profile(then="knows")

    def knows(self, result):
        self.text = str(result.name)

    def on_share(self, source):
        return api.share.card(title=TEXT, sku="longjing")
'''
TEMPLATE = """<h1>{{ text }}</h1><p class="n">{{ n }}</p>
<ul><li m-for="name in names" m-key="name" title="{{ name }}">{{ name }}</li></ul>
<button m-on:tap="add">Add</button><button m-on:tap="fail">Fail</button>
<button m-on:tap="loop">Loop</button><button m-on:tap="hoard">Hoard</button>
<button m-on:tap="say">Say</button><button m-on:tap="who">Who</button>
"""


def test_at_the_till(host: HostProcess, person: Open) -> None:
    """No money, an edited amount, a price that changed, wrong PINs, two taps, a restart."""
    shen, ann = person("Shen", host, desk=True), person("Ann", host)
    product = open_shop(shen)
    steps.register(ann)
    steps.set_pin(ann)
    steps.add_address(ann, "Lane 12, no. 4")
    page, sheet = ann.page, ann.page.locator("dialog[open]")
    ann.allow(r"^(409|403|422) (POST|GET)|status of (409|403|422)")

    def buy() -> None:
        page.goto(f"/products/{product}")
        page.get_by_role("link", name="Buy").first.click()

    buy()
    expect(sheet.get_by_text("Your balance is too low by ¥128.00.")).to_be_visible()
    expect(sheet.get_by_role("link", name="Top up")).to_be_visible()
    steps.top_up(ann, "1000")

    buy()
    sheet.locator("input[name=amount_minor]").evaluate("field => field.value = '1'")
    steps.enter_pin(page)
    expect(sheet.get_by_text("which is not what was shown. Look again.")).to_be_visible()
    expect(sheet.get_by_role("button", name="Pay ¥128.00")).to_be_visible()

    change_price(shen, product, 13_000)
    steps.enter_pin(page)
    expect(sheet.get_by_text("changed from 128.00 to 130.00 CNY")).to_be_visible()

    buy()
    expect(sheet.get_by_role("button", name="Pay ¥130.00")).to_be_visible()
    steps.enter_pin(page, WRONG)
    expect(sheet.get_by_text("Tries left before it is locked: 4.")).to_be_visible()
    double_tap(page)
    expect(sheet.get_by_role("heading", name="Paid")).to_be_visible()
    assert [13_000] == [one["total_minor"] for one in call(ann, "GET", "/api/v1/orders")["orders"]]

    buy()
    for left in (4, 3, 2, 1, 0):
        steps.enter_pin(page, WRONG)
        expect(sheet.get_by_text(f"Tries left before it is locked: {left}.")).to_be_visible()
    for each in (ann, shen):
        each.allow("ERR_|WebSocket|Failed to")
    host.kill()
    host.start()
    buy()
    steps.enter_pin(page)
    expect(sheet.get_by_text("The PIN was wrong too often. Try again in")).to_be_visible()
    assert 1 == len(call(ann, "GET", "/api/v1/orders")["orders"])
    assert host.run("ledger", "audit").returncode == 0


def test_a_session_that_ends_while_one_writes(host: HostProcess, person: Open) -> None:
    """The words stay on the page; after signing in beside it they are sent from there."""
    ann = person("Ann", host)
    steps.register(ann)
    page = ann.page
    ann.allow(r"^(401|403) POST|status of (401|403)|WebSocket")
    page.goto("/feed/new")
    page.get_by_placeholder("What did you find?").fill("Half a page of words.")
    page.get_by_text("Everybody", exact=True).click()
    ann.context.clear_cookies()

    page.get_by_role("button", name="Publish").click()

    told = page.get_by_text("You were signed out, so nothing was done. Sign in and repeat.")
    expect(told.first).to_be_visible()
    with ann.context.expect_page() as opened:
        page.locator(".toast").get_by_role("link", name="Sign in").click()
    beside = opened.value
    beside.get_by_label("Handle").fill("ann")
    beside.get_by_label("Password").fill(steps.PASSWORD)
    beside.get_by_role("button", name="Sign in").click()
    beside.wait_for_url("**/feed/new")
    beside.close()
    expect(page.get_by_placeholder("What did you find?")).to_have_value("Half a page of words.")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/discover")
    expect(page.get_by_text("Half a page of words.")).to_have_count(1)


def test_a_shop_that_fails(host: HostProcess, person: Open, tmp_path: Path) -> None:
    """A handler raises, loops, hoards: a card with a way on, file and line for the merchant.

    The same shop writes markup into everything that it can write, and nothing of it runs.
    """
    shen, grace = person("Shen", host, desk=True), person("Grace", host, desk=True)
    ann, bob = person("Ann", host), person("Bob", host)
    for each in (shen, grace, ann, bob):
        # They leave pages faster than a person would.
        each.allow("WebSocket is closed before")
    product = open_shop(shen, name=MARKUP)
    steps.register(grace)
    assert host.run("admin", "add", "grace").returncode == 0
    version = publish(host, shen, grace, tmp_path / "shop")
    for each in (ann, bob):
        steps.register(each)
        each.page.goto(f"/p/{APP_ID}")
        expect(frame(each).get_by_role("heading", name=MARKUP)).to_be_visible()
    fails(ann, bob)
    reads_the_log(shen)
    writes_markup(ann, grace, version)
    speaks_markup(ann, bob, shen, grace, product)


def fails(ann: Person, bob: Person) -> None:
    """Ann taps what fails; Bob's page and the rest of the host go on."""
    page, shop = ann.page, frame(ann)
    shop.get_by_role("button", name="Add").click()
    expect(shop.locator(".n")).to_have_text("1")
    for name in ("Fail", "Loop", "Hoard"):
        shop.get_by_role("button", name=name).click()
        frame(bob).get_by_role("button", name="Add").click()
        card = page.get_by_role("alert")
        expect(card.get_by_text("This mini-program has a problem")).to_be_visible()
        expect(card.get_by_text("Nothing you entered is lost")).to_be_visible()
        expect(card.get_by_role("button", name="Try again")).to_be_visible()
        expect(card).not_to_contain_text("home.py")
        assert "Ann" in call(ann, "GET", "/api/v1/me")["name"]
        page.reload()
        expect(shop.locator(".n")).to_have_text("1")
    expect(frame(bob).locator(".n")).to_have_text("3")


def reads_the_log(shen: Person) -> None:
    """The merchant finds file and line of each, and markup in messages is text."""
    page = shen.page
    page.goto(f"/programs/{APP_ID}/log")
    for line, word in (("22", "onerror"), ("2[56]", "computed"), ("31", "memory")):
        row = page.locator("li, tr", has_text=re.compile(f"home.py:{line}")).filter(has_text=word)
        expect(row.first).to_be_visible()
    is_clean(shen)


def writes_markup(ann: Person, grace: Person, version: str) -> None:
    """Title, toast, log, the reason of a permission, a card: all from the program."""
    page, shop = ann.page, frame(ann)
    expect(page.locator("#program-title")).to_contain_text(MARKUP)
    shop.get_by_role("button", name="Say").click()
    expect(page.locator(".toast", has_text=MARKUP)).to_be_visible()
    shop.get_by_role("button", name="Who").click()
    expect(page.locator("dialog[open]").get_by_text(MARKUP).first).to_be_visible()
    page.get_by_role("button", name=re.compile("Do not|Not now|Decline")).click()
    is_clean(ann)
    assert frame(ann).locator("body").evaluate("() => globalThis.pwned") is None
    grace.page.goto(f"/p/{APP_ID}?version={version}")
    expect(frame(grace).get_by_role("heading", name=MARKUP)).to_be_visible()
    is_clean(grace)


def speaks_markup(
    ann: Person, bob: Person, shen: Person, grace: Person, product: str
) -> None:  # fmt: skip
    """People write markup into every field; every page shows it as it was written."""
    steps.become_contacts(ann, bob)
    steps.top_up(ann, "500")
    steps.set_pin(ann)
    ids = {"post": "0198c0de-post-1", "order": "0198c0de-order-1", "home": "0198c0de-home-1",
           "comment": "0198c0de-comment-1"}  # fmt: skip
    bob_id = call(bob, "GET", "/api/v1/me")["id"]
    for who in (ann, bob):
        call(who, "PUT", "/api/v1/me", {"name": MARKUP, "about": MARKUP})
    call(ann, "PUT", f"/api/v1/contacts/{bob_id}/alias", {"alias": MARKUP})
    chat = call(ann, "PUT", f"/api/v1/conversations/direct/{bob_id}")["id"]
    card = {"kind": "product", "id": product}
    say = f"/api/v1/conversations/{chat}/messages"
    call(ann, "PUT", f"{say}/m-1", {"text": MARKUP, "card": card})
    call(ann, "PUT", f"/api/v1/posts/{ids['post']}", {"text": MARKUP, "card": card})
    comment = f"/api/v1/posts/{ids['post']}/comments/{ids['comment']}"
    call(bob, "PUT", comment, {"text": MARKUP})
    sent = {"receiver_id": bob_id, "amount_minor": 100, "currency": "CNY", "pin": steps.PIN}
    transfer = call(ann, "PUT", "/api/v1/wallet/transfers/rent-2026", sent | {"memo": MARKUP})
    address = {"recipient": MARKUP, "phone": "123456", "place": MARKUP, "label": "<b>home</b>"}
    call(ann, "PUT", f"/api/v1/addresses/{ids['home']}", address)
    brand = call(ann, "GET", f"/api/v1/products/{product}")["brand_id"]
    wish = {"brand_id": brand, "lines": [{"product_id": product}]}
    call(ann, "PUT", f"/api/v1/orders/{ids['order']}", wish)
    paid = {"pin": steps.PIN, "amount_minor": 12_800, "address_id": ids["home"]}
    call(ann, "POST", f"/api/v1/orders/{ids['order']}/pay", paid)
    call(ann, "PUT", f"/api/v1/orders/{ids['order']}/refunds/refund-01", {"reason": MARKUP})

    shown_to_ann = ["/chats", f"/chats/{chat}", f"/chats/{chat}/about", "/contacts", "/discover",
                    "/contacts/bob", "/people/bob", f"/posts/{ids['post']}", "/addresses",
                    "/wallet", f"/wallet/transfers/{transfer['transfer_id']}", "/orders",
                    f"/orders/{ids['order']}", f"/buy/{product}", f"/products/{product}",
                    "/discover/products", "/b/hostile", "/me", "/me/profile", "/shops",
                    f"/share?kind=product&id={product}", "/feed/new", "/wallet/send"]  # fmt: skip
    shows(ann, shown_to_ann)
    shows(bob, ["/chats", f"/chats/{chat}", "/discover", "/feed/news", "/wallet"])
    shows(shen, ["/m/hostile", "/m/hostile/orders?show=refunds", "/m/hostile/goods",
                 f"/m/hostile/orders/{ids['order']}", "/m/hostile/brand", "/m/hostile/program",
                 f"/programs/{APP_ID}/log"])  # fmt: skip
    shows(grace, ["/admin/review", "/admin/brands", "/admin/audit"])


def shows(person: Person, paths: list[str]) -> None:
    """Open pages; most of them must show the markup as text, and none may run it."""
    seen = 0
    for path in paths:
        person.page.goto(path, wait_until="domcontentloaded")
        is_clean(person)
        seen += MARKUP in person.page.locator("body").inner_text()
    assert seen >= len(paths) // 2, (person.name, seen)


def is_clean(person: Person) -> None:
    """Nothing ran, and no element was made of text."""
    assert person.page.evaluate("() => globalThis.pwned") is None
    assert 0 == person.page.locator("[onerror]").count()
    assert 0 == person.page.locator("img[src=x]").count()


def frame(person: Person) -> FrameLocator:
    """Return the inside of the mini-program's frame."""
    return person.page.frame_locator("#program-frame")


def open_shop(shen: Person, *, name: str = TEA) -> str:
    """Register, open a shop with one tea at 128.00 and return the tea's id."""
    steps.register(shen)
    steps.found_brand(shen, MARKUP if name == MARKUP else "Tea House", "hostile")
    brand = shen.page.goto("/m/hostile")
    assert brand is not None
    steps.add_product(shen, "hostile", sku="longjing", name=name, price="128.00")
    link = shen.page.locator('a[href^="/m/hostile/goods/"]:not([href$="/new"])').first
    return str(link.get_attribute("href")).split("/")[-1]


def change_price(shen: Person, product: str, price_minor: int) -> None:
    """Ask more for a product."""
    found = call(shen, "GET", f"/api/v1/products/{product}")
    body = {name: found[name] for name in ("brand_id", "sku", "name", "currency", "stock")}
    call(shen, "PUT", f"/api/v1/products/{product}", body | {"price_minor": price_minor})


def publish(host: HostProcess, shen: Person, grace: Person, folder: Path) -> str:
    """Write the shop, have its mistakes refused by the terminal, publish it; return its version."""
    key = steps.make_key(shen, "hostile")
    steps.write_program(host, folder, APP_ID)
    for old in folder.rglob("pages/*/*"):
        old.unlink()
    home = folder / "pages" / "home"
    home.mkdir()
    (home / "home.html").write_text(TEMPLATE, "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest |= {"name": MARKUP[:40], "pages": ["pages/home/home"], "description": MARKUP}
    reason = {"en": MARKUP, "zh-Hans": MARKUP}
    manifest["hutong"] = {
        "permissions": [{"scope": "profile", "required": False, "reason": reason}]
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    words = ("publish", folder.name, "--host", host.url, "--key", key)
    (home / "home.py").write_text("class Home(Page:\n    pass\n", "utf-8")
    broken = host.run(*words, cwd=folder.parent)
    assert broken.returncode != 0
    assert "pages/home/home.py:1:" in broken.stdout + broken.stderr

    (home / "home.py").write_text(PAGE % {"markup": MARKUP.replace('"', '\\"')}, "utf-8")
    sent = host.run(*words, cwd=folder.parent)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    return decide(shen, grace)


def decide(shen: Person, grace: Person) -> str:
    """The admin opens the version and approves it; the merchant puts it live."""
    shen.page.goto("/m/hostile/program")
    shen.page.get_by_role("button", name=re.compile("Submit")).click()
    expect(shen.page.get_by_text("In review").first).to_be_visible()
    page = grace.page
    expect(page).to_have_url(re.compile("/chats"))
    page.goto("/admin/review")
    page.locator('a[href^="/admin/review/"]').first.click()
    expect(page.get_by_text(MARKUP).first).to_be_visible()
    is_clean(grace)
    with grace.context.expect_page() as opened:
        page.get_by_role("link", name="Open as people would see it").click()
    opened.value.wait_for_url("**/p/**")
    version = opened.value.url.split("version=")[1].split("&")[0]
    opened.value.close()
    page.reload()
    page.get_by_role("button", name="Approve").click()
    steps.confirm(page)
    expect(page.get_by_text("Approved", exact=True).first).to_be_visible()
    shen.page.goto("/m/hostile/program")
    shen.page.get_by_role("button", name="Put live").click()
    expect(shen.page.get_by_text("Live", exact=True).first).to_be_visible()
    return version


def double_tap(page: Page) -> None:
    """Give the right PIN and press Pay again at once, twice, past the page's own guard."""
    answers = page.locator("dialog[open] form[action*='/buy/']").evaluate(
        """async (form, pin) => {
            form.elements.pin.value = pin;
            const body = new URLSearchParams(new FormData(form));
            const send = () => fetch(form.getAttribute("action"), {
                method: "POST", headers: {"X-Fragment": "1"},
                body,
            });
            form.elements.pin.value = "";
            const both = await Promise.all([send(), send()]);
            return both.map((answer) => answer.status);
        }""",
        steps.PIN,
    )
    assert [200, 200] == answers
    steps.enter_pin(page)


def call(person: Person, method: str, path: str, body: Any = None) -> Any:
    """Ask the host as a script of the person's page would, and return what it says."""
    answer = person.page.evaluate(
        """async ([method, path, body]) => {
            const csrf = document.querySelector('meta[name="csrf"]').content;
            const answer = await fetch(path, {
                method, headers: {"X-CSRF": csrf, "Content-Type": "application/json"},
                body: body === null ? undefined : JSON.stringify(body),
            });
            return [answer.status, await answer.text()];
        }""",
        [method, path, body],
    )
    assert answer[0] < 300, (path, answer)
    return json.loads(answer[1]) if answer[1] else None
