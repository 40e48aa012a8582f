"""Money between people, in two browsers: a transfer taken, a red packet opened, a bill paid."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person, demo_host
from tests.e2e.host_process import HostProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def come_in(person: Person, lane: HostProcess, chat: str) -> Page:
    """Sign in as one of the demo's people and open a chat."""
    found = re.search(r"Password of all:\s+(\S+)", lane.output)
    assert found is not None, lane.output
    page = person.page
    page.goto("/sign-in")
    page.locator("[name=handle]").fill(person.handle)
    page.locator("[name=password]").fill(found[1])
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/chats")
    page.locator(f'.chat-list a:has-text("{chat}")').click()
    page.wait_for_url("**/chats/*")
    return page


@pytest.fixture
def lane(demo_data: Path, tmp_path: Path) -> Iterator[HostProcess]:
    """A demo lane of this test's own, which outlives the browsers."""
    with demo_host(demo_data, tmp_path) as process:
        yield process


def test_transfer_packet_and_bill(lane: HostProcess, person: Callable[..., Person]) -> None:
    """What one does is seen by the other without a reload; every amount arrives."""
    # Jonas watches from a laptop while Mei acts on a phone.
    mei = come_in(person("Mei", lane), lane, "Jonas Weber")
    jonas = come_in(person("Jonas", lane, desk=True), lane, "Lin Mei")

    # The transfer that waits for her.
    mei.get_by_role("link", name="Take it").click()
    mei.locator("#sheet[open]").get_by_role("button", name="Take the money").click()
    mei.wait_for_url("**/wallet/transfers/*")
    expect(mei.get_by_text("Noodles, your half")).to_be_visible()
    expect(jonas.locator("#messages").get_by_text("Lin Mei took ¥36.00")).to_be_visible()
    expect(jonas.locator(".live-card", has_text="Noodles, your half")).to_contain_text("Taken")

    # A red packet of somebody's: opened once, and the card counts on for the other.
    for page in (mei, jonas):
        page.goto("/chats")
        page.locator('.chat-list a:has-text("Lane 12")').first.click()
        page.wait_for_url("**/chats/*")
    mei.locator(".packet-card").first.click()
    mei.get_by_role("button", name="Open the red packet").click()
    expect(mei.locator(".packet-slip")).to_contain_text("In your wallet")
    expect(jonas.locator(".packet-card").first).to_contain_text("3 of 5 opened")
    mei.get_by_role("button", name="Close").first.click()
    expect(mei.locator(".packet-card").first).to_contain_text("You opened it")

    # One of her own: two shares, the other opens both the card and the luck.
    mei.locator(".plus summary").click()
    mei.locator(".plus").get_by_role("link", name="Red packet").click()
    sheet = mei.locator("#sheet[open]")
    sheet.get_by_role("textbox", name="Shares").fill("1")
    sheet.get_by_role("textbox", name="Amount").fill("8.88")
    sheet.get_by_role("textbox", name="Wish").fill("Good luck")
    sheet.get_by_role("button", name="Put the money in").click()
    expect(sheet.get_by_text("¥8.88")).to_be_visible()
    sheet.locator("#pin").fill("246810")
    expect(jonas.locator(".packet-card", has_text="Good luck")).to_be_visible()
    jonas.locator(".packet-card", has_text="Good luck").click()
    jonas.get_by_role("button", name="Open the red packet").click()
    expect(jonas.locator(".packet-slip")).to_contain_text("¥8.88")
    expect(mei.locator(".packet-card", has_text="Good luck")).to_contain_text("Nothing left")
    jonas.get_by_role("button", name="Close").first.click()

    # The bill that Jonas split.
    mei.get_by_role("link", name="Pay your share").click()
    mei.locator("#sheet[open]").get_by_role("link", name="Pay ¥30.00").click()
    mei.locator("#sheet[open] #pin").fill("246810")
    mei.wait_for_url("**/wallet/requests/*")
    expect(mei.get_by_text("2 of 3 paid")).to_be_visible()
    expect(jonas.locator(".live-card", has_text="Noodles at Ma's")).to_contain_text("2 of 3 paid")
