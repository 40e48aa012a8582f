"""Shops in a real browser, on the demo lane: consent, fields, payment, errors, a killed host."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.conftest import Person, demo_host
from tests.e2e.host_process import HostProcess

pytestmark = pytest.mark.browser

TEA = "/p/lane.teahouse.shop"
LONGJING = f"{TEA}/pages/product/product?sku=longjing-50"


@pytest.fixture
def lane(demo_data: Path, tmp_path: Path) -> Iterator[HostProcess]:
    """The demo lane."""
    with demo_host(demo_data, tmp_path) as process:
        yield process


@pytest.fixture
def mei(lane: HostProcess, person: Callable[..., Person]) -> Person:
    """A person of the demo, signed in.  The lane outlives the browser."""
    found = re.search(r"Password of all:\s+(\S+)", lane.output)
    assert found is not None, lane.output
    mei = person("Mei", lane)
    mei.page.goto("/sign-in")
    mei.page.get_by_label("Handle").fill("mei")
    mei.page.get_by_label("Password").fill(found[1])
    mei.page.get_by_role("button", name="Sign in").click()
    mei.page.wait_for_url("**/chats")
    return mei


def frame(page: Page) -> FrameLocator:
    """Return the inside of the mini-program's frame."""
    return page.frame_locator("#program-frame")


def test_a_component_remembers_by_itself(mei: Person, lane: HostProcess) -> None:
    """What was folded out stays so over a reload and a new host; the one beside it is its own."""
    page, shop = mei.page, frame(mei.page)
    mei.allow("ERR_CONNECTION|WebSocket")  # the host is killed once
    page.goto(LONGJING)
    brewing = shop.get_by_role("button", name="How to brew it")
    brewing.click()
    expect(shop.get_by_text("Three grams to a cup")).to_be_visible()

    lane.kill()
    lane.start()
    page.reload()

    expect(shop.get_by_text("Three grams to a cup")).to_be_visible()
    expect(shop.get_by_text("Packed on the day of your order")).to_have_count(0)
    expect(brewing).to_have_attribute("aria-expanded", "true")
    brewing.click()
    expect(shop.get_by_text("Three grams to a cup")).to_have_count(0)


def test_a_tea_is_chosen_signed_for_and_paid(mei: Person, lane: HostProcess) -> None:
    """Shelf, product, stepper, consent sheet, payment sheet, order; then back and reload."""
    page, shop = mei.page, frame(mei.page)
    page.goto(TEA)
    shop.get_by_text("Spring Longjing, 50 g").click()
    shop.locator("m-stepper button").last.click()
    expect(shop.locator("button.primary")).to_contain_text("¥256.00")

    shop.get_by_role("button", name="Add card").click()
    page.get_by_role("button", name="Allow this once").click()
    expect(shop.get_by_text("A card for Lin Mei")).to_be_visible()

    shop.locator("button.primary").click()
    sheet = page.locator("dialog[open]")
    expect(sheet.locator(".money-big")).to_have_text("¥256.00")
    pin = re.search(r"payment PIN:\s+(\d{6})", lane.output)
    assert pin is not None
    for digit in pin[1]:
        sheet.locator(f'[data-key="{digit}"]').click()
    expect(sheet.get_by_text("Paid", exact=True)).to_be_visible()

    page.wait_for_url("**/pages/order/order?id=*")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(shop.get_by_text("With a card for Lin Mei")).to_be_visible()
    page.reload()
    expect(shop.get_by_text("With a card for Lin Mei")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(shop.get_by_text("Jasmine Pearls, 100 g")).to_be_visible()
    assert page.url.endswith("/pages/home/home")


def test_a_required_permission_comes_first(mei: Person) -> None:
    """Declined: a sentence and a way back.  Allowed: the shop opens, and what is typed counts."""
    page, shop = mei.page, frame(mei.page)
    page.goto("/p/lane.power.bills")
    page.get_by_role("button", name="Do not open the shop").click()
    expect(page.get_by_text("This shop cannot work without what it asks for.")).to_be_visible()

    page.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Allow while I use it").click()
    shop.locator("#meter").press_sequentially("20461187", delay=15)
    shop.get_by_role("button", name="Connect").click()
    shop.locator("#kwh").press_sequentially("1397", delay=60)

    expect(shop.get_by_text("210 kWh since last time")).to_be_visible()
    expect(shop.locator("#kwh")).to_have_value("1397")
    shop.locator("#kwh").press("Enter")
    expect(shop.get_by_role("button", name="Pay the bill")).to_be_visible()


def test_a_handler_that_fails_shows_the_hosts_card(mei: Person) -> None:
    """The person reads that nothing was lost; the rest of the shop goes on."""
    page, shop = mei.page, frame(mei.page)
    page.goto(f"{TEA}/pages/product/product?sku=there-is-none")
    problem = page.get_by_role("alert")
    expect(problem.get_by_text("This mini-program has a problem")).to_be_visible()

    problem.get_by_role("button", name="Try again").click()
    expect(problem).to_be_visible()
    page.goto(TEA)

    expect(shop.get_by_text("Spring Longjing, 50 g")).to_be_visible()


def test_a_killed_host_loses_no_tap(mei: Person, lane: HostProcess) -> None:
    """Taps while nobody listens are counted once, when the host is back."""
    mei.allow("ERR_CONNECTION_REFUSED|WebSocket")
    page, shop = mei.page, frame(mei.page)
    page.goto(LONGJING)
    shop.locator("m-stepper button").last.click()
    expect(shop.locator("button.primary")).to_contain_text("¥256.00")

    lane.kill()
    shop.locator("m-stepper button").last.click()
    lane.start()

    expect(shop.locator("button.primary")).to_contain_text("¥384.00", timeout=30_000)
    page.reload()
    expect(shop.locator("m-stepper output")).to_have_text("3")


def test_a_product_is_shared_from_the_capsule(mei: Person) -> None:
    """The page says what it shows; the host's sheet sends the live card."""
    page = mei.page
    page.goto(LONGJING)
    expect(frame(page).locator("m-stepper")).to_be_visible()

    page.get_by_role("link", name="More").click()
    page.locator("dialog[open]").get_by_role("link", name="Share").click()

    sheet = page.locator("dialog[open]")
    expect(sheet.get_by_text("Spring Longjing, 50 g")).to_be_visible()
    expect(sheet.get_by_text("Product")).to_be_visible()
