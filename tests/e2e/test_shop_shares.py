"""A page is passed on, in a real browser: card, post, QR code, poster."""

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import expect

from host.core.barcodes import read_code
from tests.bridge.shop import APP_ID
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess
from tests.e2e.seeded import enter, package, seed
from tests.e2e.test_shops import frame

pytestmark = pytest.mark.browser

HOME = '''
"""A page that is passed on."""

from sdk import Page, api


class Home(Page):
    coupon: str = ""
    opened: str = ""
    qr: str = ""

    def on_load(self, query):
        link = api.link.info()
        self.coupon = query.get("coupon", "no coupon")
        self.opened = "signed by " + link["made_by"] if link["signed"] else "by nobody"

    def show_qr(self, event):
        self.qr = api.share.qr(coupon="TEN")["src"]

    def poster(self, event):
        words = "Ten off until Sunday. Fifty grams, from the hills above the lake."
        api.share.poster("Spring Longjing, 明前龙井, picked before rain", words, coupon="TEN")

    def on_share(self, source):
        return api.share.card(title="Ten off", coupon="TEN")
'''
HOME_HTML = """<h1>{{ coupon }}, {{ opened }}</h1><button m-on:tap="show_qr">QR</button>
<button m-on:tap="poster">poster</button><img m-if="qr" src="{{ qr }}" alt="QR code">"""


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HostProcess, str]]:
    """A host with the shop in it, and the token of somebody."""
    data_dir = tmp_path_factory.mktemp("shares") / "data"
    token = seed(data_dir, {APP_ID: package({"pages/home/home": (HOME, HOME_HTML)})})
    process = HostProcess(data_dir)
    process.start()
    yield process, token
    process.stop()


@pytest.fixture
def ann(lane: tuple[HostProcess, str], person: Callable[..., Person]) -> Person:
    """Ann in the shop."""
    ann = person("Ann", lane[0])
    enter(ann, *lane)
    ann.page.goto(f"/p/{APP_ID}/pages/home/home?coupon=FREE")
    expect(frame(ann.page).get_by_role("heading", name="FREE, by nobody")).to_be_visible()
    return ann


def test_a_page_is_posted_and_opened_from_the_post(ann: Person) -> None:
    """The card of the page leads back to it, with the query that the shop gave and the seal."""
    page = ann.page
    page.get_by_role("link", name="More").click()
    page.locator("#sheet[open]").get_by_role("link", name="Share").click()
    sheet = page.locator("#sheet[open]")
    expect(sheet.get_by_text("Page of a shop")).to_be_visible()
    expect(sheet.get_by_text("The shop learns that a link is yours")).to_be_visible()
    sheet.get_by_role("link", name="Post to the feed").click()
    page.wait_for_url("**/feed/new?kind=page&id=*")
    page.locator("#text").fill("Look at this")
    page.get_by_role("button", name="Publish").click()

    page.locator(".tiles a").first.click()
    page.locator('[data-card^="page:"]').get_by_role("link", name="Open").click()

    expect(frame(page).get_by_role("heading", name="TEN, signed by share")).to_be_visible()
    page.reload()
    expect(frame(page).get_by_role("heading", name="TEN, signed by share")).to_be_visible()


def test_a_qr_code_is_shown_in_the_page(ann: Person) -> None:
    """The frame may load it, although no cookie goes with the request."""
    picture = frame(ann.page).get_by_role("img", name="QR code")
    frame(ann.page).get_by_role("button", name="QR").click()

    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", value=True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)


def test_a_poster_is_saved(ann: Person) -> None:
    """A picture of its whole size, with the code in it, in the browser's own letters."""
    frame(ann.page).get_by_role("button", name="poster").click()
    save = ann.page.locator("#poster-save")
    expect(save).to_be_visible()

    with ann.page.expect_download() as waiting:
        save.click()

    content = waiting.value.path().read_bytes()
    assert (waiting.value.suggested_filename, Image.open(io.BytesIO(content)).size) == (
        "Test Shop.png",
        (720, 1100),
    )
    found = read_code(content)[0]
    assert found.startswith(f"{ann.page.url.partition('?')[0]}?coupon=TEN&_link=")
