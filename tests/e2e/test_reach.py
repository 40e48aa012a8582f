"""What reaches people from a mini-program, in a real browser: money back, messages, the log."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.bridge import shop
from tests.e2e import reach
from tests.e2e.conftest import Person, demo_host
from tests.e2e.host_process import HostProcess

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lane(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """The demo lane with one more program in the tea house."""
    with demo_host(demo_data, tmp_path_factory.mktemp("reach")) as process:
        reach.run(reach.with_deps(process, reach.publish))
        yield process


def test_a_refund_is_asked_and_given_in_the_hosts_sheets(
    lane: HostProcess, person: Callable[..., Person]
) -> None:
    """Mei says what is wrong; the owner gives the money back from the program's own page."""
    page = reach.sign_in(person("Mei", lane), lane, "mei")
    letters = reach.open_letters(page)
    order = letters.locator("#order")
    expect(order).to_have_text(re.compile("[0-9a-f-]{36}"))
    order_id = order.inner_text()

    letters.get_by_role("button", name="Ask for the money back").click()
    sheet = page.locator("dialog[open]")
    sheet.get_by_label("What is wrong?").fill("The leaves are brown.")
    reach.shoot(page, "refund-ask")
    sheet.get_by_role("button", name="Ask the shop").click()
    expect(letters.locator("#said")).to_have_text("money back: asked")

    page = reach.sign_in(person("Wenqing", lane, desk=True), lane, "wenqing")
    letters = reach.open_letters(page)
    letters.locator("#give").fill(order_id)
    letters.locator("#give").press("Enter")
    sheet = page.locator("dialog[open]")
    expect(sheet.locator(".money-big")).to_be_visible()
    reach.shoot(page, "refund-give")
    # Wenqing reads Chinese.
    sheet.get_by_role("button", name="退还", exact=True).click()

    expect(letters.locator("#said")).to_have_text("money back: refunded")
    page.goto("/m/teahouse/orders")


def test_the_merchant_reads_one_kind_of_lines(
    lane: HostProcess, person: Callable[..., Person]
) -> None:
    """A warning alone, with the command that runs its event again."""
    page = reach.sign_in(person("Wenqing", lane, desk=True), lane, "wenqing")
    letters = reach.open_letters(page)
    letters.get_by_role("button", name="Write a line").click()
    expect(letters.locator("#said")).to_have_text("written")

    page.goto(f"/programs/{shop.APP_ID}/log")
    reach.shoot(page, "log")
    page.locator("[name=severity]").select_option("warn")
    page.locator(".log-filter button").click()

    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("The kettle is slow.")
    rows.locator("summary").click()
    expect(rows.locator("pre")).to_contain_text("hutong replay ")


def test_messages_are_chosen_come_and_end_with_one_tap(
    lane: HostProcess, person: Callable[..., Person]
) -> None:
    """The sheet, the message in the chat with its card, one tap, and the program is refused."""
    page = reach.sign_in(person("Mei", lane), lane, "mei")
    letters = reach.open_letters(page)
    letters.get_by_role("button", name="Messages").click()
    sheet = page.locator("dialog[open]")
    sheet.get_by_label("New in the tea house: …").check()
    reach.shoot(page, "subscribe")
    sheet.get_by_role("button", name="Get these messages").click()
    expect(letters.locator("#said")).to_have_text("chosen: fresh")
    letters.get_by_role("button", name="Tell me").click()
    expect(letters.locator("#said")).to_have_text("left: 4")

    page.goto("/me/permissions")
    expect(page.get_by_text("New in the tea house: …")).to_be_visible()
    reach.shoot(page, "messages-list")
    page.goto("/chats")
    page.locator('.chat-list a:has-text("Tea House")').first.click()
    message = page.locator(".msg").last
    expect(message).to_contain_text("New in the tea house: Rock oolong")
    reach.shoot(page, "message-card")
    message.get_by_role("button", name="No more of these").click()
    expect(page.locator(".msg").last).to_contain_text("You get no more of these.")

    letters = reach.open_letters(page)
    letters.get_by_role("button", name="Tell me").click()
    expect(letters.locator("#said")).to_have_text("declined")
