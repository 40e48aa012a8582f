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


def drag(finger: CDPSession, start: int, end: int) -> None:
    """Put a finger on the page, move it down and lift it."""

    def touch(kind: str, *points: int) -> None:
        at = [{"x": 200, "y": y} for y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", start)
    for y in range(start + 10, end + 1, 10):
        touch("touchMove", y)
    touch("touchEnd")
