"""What a shop asks and does around its page, in a real browser with a finger."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, expect

from tests.bridge.shop import APP_ID
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess
from tests.e2e.seeded import enter, package, seed
from tests.e2e.test_shops import frame

pytestmark = pytest.mark.browser

OTHER_ID = "lane.test.other"
HOME = '''
"""A page that asks."""

from sdk import Page, api


class Home(Page):
    text: str = "nothing"
    count: int = 0
    pulls: int = 0
    rows: list = [1]

    def on_load(self, query):
        self.rows = list(range(30))

    def on_show(self):
        api.ui.badge("pages/list/list", "3")

    def on_pull_down(self):
        self.pulls += 1

    def on_reach_bottom(self):
        if len(self.rows) < 60:
            self.rows = self.rows + list(range(len(self.rows), len(self.rows) + 30))

    def confirm(self, event):
        api.ui.modal("Cancel the order?", "It is paid.", confirm="Cancel it", then="confirmed")

    def confirmed(self, result):
        api.storage.set("count", api.storage.get("count", 0) + 1)
        self.count = api.storage.get("count")
        self.text = "confirmed " + str(result.ok)

    def talk(self, event):
        api.ui.action_sheet(["Green", "Black"], title="Which tea?", then="chosen")

    def chosen(self, result):
        if result.ok:
            api.ui.prompt("A word on the card", placeholder="For Mei", then="written")
        self.text = "chosen " + str(result.text)

    def written(self, result):
        self.text = "written " + str(result.text)

    def both(self, event):
        api.ui.modal("First?", then="said")
        api.ui.modal("Second?", then="said")

    def said(self, result):
        self.count += 1

    def wait(self, event):
        api.ui.loading("Brewing")

    def down(self, event):
        api.ui.scroll_to("row-20")

    def deeper(self, event):
        api.nav.to("pages/detail/detail", id=1)

    def elsewhere(self, event):
        api.nav.open_program("lane.test.other", then="left", who="Ann & Bob")

    def left(self, result):
        self.text = "left " + str(result.ok)
'''
HOME_HTML = """<h1>{{ text }}</h1><p id="count">{{ count }} answers, {{ pulls }} pulls</p>
<button m-on:tap="confirm">confirm</button><button m-on:tap="talk">talk</button>
<button m-on:tap="both">both</button><button m-on:tap="wait">wait</button>
<button m-on:tap="down">down</button><button m-on:tap="deeper">deeper</button>
<button m-on:tap="elsewhere">elsewhere</button>
<ul><li m-for="row in rows" m-key="row" id="row-{{ row }}"><h3>Row {{ row }}</h3></li></ul>"""
LIST = '"""A list."""\n\nfrom sdk import Page\n\n\nclass List(Page):\n    pass\n'
DETAIL = '''
"""One thing."""

from sdk import Page, api


class Detail(Page):
    def deeper(self, event):
        api.nav.to("pages/detail/detail", id=2)

    def afresh(self, event):
        api.nav.relaunch("pages/list/list", sort="new")
'''
DETAIL_HTML = """<h1>Detail</h1><button m-on:tap="deeper">deeper</button>
<button m-on:tap="afresh">afresh</button>"""
CASHIER = '''
"""A look-alike of the host's cashier."""

from sdk import Page, api


class Cashier(Page):
    pin: str = ""
    text: str = "nothing"

    def confirm(self, event):
        self.text = "read " + self.pin

    def checkout(self, event):
        order = api.orders.create([{"sku": "A1", "qty": 1}])
        api.pay.open(order["id"], then="paid")

    def paid(self, result):
        self.text = "paid " + str(result.ok)
'''
CASHIER_HTML = """<h1>{{ text }}</h1><section><h2>Hutong Pay</h2><p>Tea House: ¥1.00</p>
<input m-model="pin" inputmode="numeric" maxlength="6" aria-label="Payment PIN">
<button m-on:tap="confirm">Pay ¥1.00</button></section>
<button m-on:tap="checkout">checkout</button>"""
# What a frame can try whose own script had been taken over: clicks and keys where the host's button
# is, words to the host in its own tongue, a reach for the host's document.
ATTACK = """async ([x, y]) => {
  const t = (f) => { try { f(); return "done" } catch (e) { return e.name } };
  const at = { bubbles: true, clientX: x, clientY: y };
  for (const kind of ["pointerdown", "pointerup", "click", "submit"]) {
    document.elementFromPoint(x, y)?.dispatchEvent(new MouseEvent(kind, at));
    document.dispatchEvent(new MouseEvent(kind, at));
  }
  for (const key of "246810") document.dispatchEvent(new KeyboardEvent("keydown", { key }));
  for (const m of [{ t: "confirm" }, { t: "pay", pin: "246810" }, { t: "answer", ok: true }])
    parent.postMessage(m, "*");
  return [t(() => parent.document.querySelector("dialog[open] button").click()),
    t(() => parent.frames.length && parent.location.href),
    t(() => { top.location = "/wallet" })] }"""
OTHER = '''
"""Another shop."""

from sdk import Page


class Other(Page):
    who: str = ""

    def on_load(self, query):
        self.who = query.get("who", "nobody")
'''
TABS = [
    {"page": "pages/home/home", "text": {"en": "Home"}},
    {"page": "pages/list/list", "text": {"en": "List"}},
]


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HostProcess, str]]:
    """A host with the shop in it and another one beside, and the token of somebody."""
    data_dir: Path = tmp_path_factory.mktemp("asks") / "data"
    pages = {
        "pages/home/home": (HOME, HOME_HTML),
        "pages/list/list": (LIST, "<h1>A list</h1>"),
        "pages/detail/detail": (DETAIL, DETAIL_HTML),
        "pages/cashier/cashier": (CASHIER, CASHIER_HTML),
    }
    other = {"pages/home/home": (OTHER, "<h1>Hello {{ who }}</h1>")}
    programs = {
        APP_ID: package(pages, tab_bar=TABS),
        OTHER_ID: package(other, app_id=OTHER_ID, name="Other Shop"),
    }
    token = seed(data_dir, programs)
    process = HostProcess(data_dir)
    process.start()
    yield process, token
    process.stop()


@pytest.fixture
def ann(lane: tuple[HostProcess, str], person: Callable[..., Person]) -> Person:
    """Ann with her telephone, in the shop."""
    host, token = lane
    ann = person("Ann", host)
    enter(ann, host, token)
    ann.page.goto(f"/p/{APP_ID}")
    expect(frame(ann.page).get_by_text("Row 29")).to_be_attached()
    return ann


def test_a_question_survives_a_killed_host(ann: Person, lane: tuple[HostProcess, str]) -> None:
    """The host dies while the sheet is open; it is asked again, and answered once."""
    ann.allow("ERR_CONNECTION_REFUSED|WebSocket")
    page, shop, sheet = ann.page, frame(ann.page), ann.page.locator("#sheet[open]")
    shop.get_by_role("button", name="confirm").click()
    expect(sheet.get_by_text("It is paid.")).to_be_visible()

    lane[0].kill()
    lane[0].start()
    page.reload()
    expect(sheet.get_by_text("Test Shop asks")).to_be_visible()
    sheet.get_by_role("button", name="Cancel it").click()

    expect(shop.get_by_role("heading", name="confirmed True")).to_be_visible()
    lane[0].kill()
    lane[0].start()
    page.reload()
    expect(shop.locator("#count")).to_have_text("1 answers, 0 pulls")
    expect(sheet).to_have_count(0)


def test_one_answer_leads_to_the_next_question(ann: Person) -> None:
    """The second sheet stays open although the first is just closing."""
    shop, sheet = frame(ann.page), ann.page.locator("#sheet[open]")
    shop.get_by_role("button", name="talk").click()
    sheet.get_by_role("button", name="Black").click()

    sheet.get_by_label("Your answer").fill("To Mei")
    sheet.get_by_role("button", name="Send").click()

    expect(shop.get_by_role("heading", name="written To Mei")).to_be_visible()


def test_two_questions_come_one_after_the_other(ann: Person) -> None:
    """The second waits for the first, and closing one answers that one alone."""
    shop, sheet = frame(ann.page), ann.page.locator("#sheet[open]")
    shop.get_by_role("button", name="both").click()
    expect(sheet.get_by_text("First?")).to_be_visible()

    ann.page.keyboard.press("Escape")
    expect(sheet.get_by_text("Second?")).to_be_visible()
    sheet.get_by_role("button", name="OK").click()

    expect(shop.locator("#count")).to_have_text("2 answers, 0 pulls")


def test_a_sign_that_it_waits_ends_by_itself(ann: Person) -> None:
    """The page is covered, the capsule is not, and ten seconds later nothing is."""
    ann.page.clock.install()
    sign = ann.page.locator("#program-loading")
    frame(ann.page).get_by_role("button", name="wait").click()
    expect(sign.get_by_text("Brewing")).to_be_visible()
    ann.page.get_by_role("link", name="More").click(trial=True)

    ann.page.clock.fast_forward(10_001)

    expect(sign).to_be_hidden()


def test_a_tab_carries_a_badge(ann: Person) -> None:
    """It is read with the tab, and never wider than four characters."""
    expect(ann.page.get_by_role("link", name="List 3")).to_be_visible()


def test_pulling_down_and_reaching_the_end(ann: Person) -> None:
    """A finger at the top refreshes once; near the end more rows come."""
    page, shop = ann.page, frame(ann.page)
    finger = page.context.new_cdp_session(page)
    drag(finger, 300, 340)
    expect(shop.locator("#count")).to_have_text("0 answers, 0 pulls")

    drag(finger, 300, 480)
    expect(shop.locator("#count")).to_have_text("0 answers, 1 pulls")
    expect(shop.locator(".pull-sign")).to_be_hidden()

    shop.get_by_role("button", name="down").click()
    expect(shop.locator("#row-20")).to_be_in_viewport()
    shop.locator("#row-29").scroll_into_view_if_needed()
    expect(shop.get_by_text("Row 59")).to_be_attached()
    drag(finger, 300, 480)
    expect(shop.locator("#count")).to_have_text("0 answers, 1 pulls")


def test_relaunch_closes_every_page(ann: Person) -> None:
    """Two pages deep, then afresh: nothing is left to go back to."""
    page, shop = ann.page, frame(ann.page)
    shop.get_by_role("button", name="deeper").click()
    expect(shop.get_by_role("heading", name="Detail")).to_be_visible()
    shop.get_by_role("button", name="deeper").click()
    page.wait_for_url("**/pages/detail/detail?id=2")
    shop.get_by_role("button", name="afresh").click()

    expect(shop.get_by_role("heading", name="A list")).to_be_visible()
    assert page.url.endswith("/pages/list/list?sort=new")
    expect(page.get_by_role("button", name="Back")).to_be_hidden()


def test_another_program_is_opened_with_a_yes(ann: Person) -> None:
    """The host names both; "back" leads to the first, whose handler learns the answer."""
    page, shop, sheet = ann.page, frame(ann.page), ann.page.locator("#sheet[open]")
    shop.get_by_role("button", name="elsewhere").click()
    expect(sheet.get_by_text("Other Shop")).to_be_visible()
    sheet.get_by_role("button", name="Open").click()

    page.wait_for_url(f"**/p/{OTHER_ID}/**")
    expect(shop.get_by_role("heading", name="Hello Ann & Bob")).to_be_visible()
    page.go_back()
    page.wait_for_url(f"**/p/{APP_ID}/**")
    expect(shop.get_by_role("heading", name="left True")).to_be_visible()


def test_a_look_alike_cashier_pays_nothing(ann: Person) -> None:
    """AB-034: it learns what is typed into it, no more; the host's sheet is out of its reach."""
    page, shop, sheet = ann.page, frame(ann.page), ann.page.locator("dialog#sheet[open]")
    ann.allow("Unsafe attempt to initiate navigation")
    page.goto(f"/p/{APP_ID}/pages/cashier/cashier")
    shop.get_by_label("Payment PIN").fill("246810")
    shop.get_by_role("button", name="Pay ¥1.00").click()
    expect(shop.get_by_role("heading", name="read 246810")).to_be_visible()
    expect(sheet).to_have_count(0)

    shop.get_by_role("button", name="checkout").click()
    expect(sheet.locator(".money-big")).to_have_text("¥128.00")
    pay = sheet.locator("form button.btn-primary")
    box = pay.bounding_box()
    assert box is not None
    centre = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    inside = next(one for one in page.frames if one.parent_frame is not None)
    reached = inside.evaluate(ATTACK, centre)
    page.wait_for_timeout(300)

    assert ["SecurityError"] * 3 == reached
    assert page.evaluate("([x, y]) => !!document.elementFromPoint(x, y).closest('dialog')", centre)
    expect(sheet.locator("input[name=pin]")).to_have_value("")
    orders = page.evaluate("fetch('/api/v1/orders').then((r) => r.json())")["orders"]
    assert ["created"] == [one["status"] for one in orders]
    held = page.evaluate("fetch('/api/v1/wallet/balances').then((r) => r.json())")["balances"]
    assert [100_000] == [one["available_minor"] for one in held]


def drag(finger: CDPSession, start: int, end: int) -> None:
    """Put a finger on the page, move it down and lift it."""

    def touch(kind: str, *points: int) -> None:
        at = [{"x": 200, "y": y} for y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", start)
    for y in range(start + 10, end + 1, 10):
        touch("touchMove", y)
    touch("touchEnd")
