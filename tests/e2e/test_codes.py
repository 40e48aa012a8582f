"""Paying at a till with a code, in two browsers; scanning a counter's picture; paying a bill."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Person, demo_host
from tests.e2e.host_process import HostProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PERSON = Callable[..., Person]
PIN = "246810"


def test_a_till_a_counter_and_a_bill(demo_data: Path, tmp_path: Path, person: PERSON) -> None:
    """The code renews itself, the sheet opens when the till has read it, both hear the end."""
    with demo_host(demo_data, tmp_path) as host:
        mei, wenqing = person("Mei", host), person("Wenqing", host, desk=True)
        for each in (mei, wenqing):
            sign_in(each, host)
            each.allow("ERR_CONNECTION|WebSocket")  # the host stops first
        at_the_till(mei, wenqing)
        at_the_counter(mei, wenqing, tmp_path)
        pay_the_bill(mei)


def sign_in(person: Person, host: HostProcess) -> None:
    """Come in as one of the demo's people, who read English here."""
    found = re.search(r"Password of all:\s+(\S+)", host.output)
    assert found is not None, host.output
    page = person.page
    page.goto("/sign-in")
    page.locator("[name=handle]").fill(person.handle)
    page.locator("[name=password]").fill(found[1])
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/chats")
    page.goto("/me")
    page.locator('button[name=lang][value="en"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def type_pin(person: Person) -> None:
    """Tap the six digits; the last one pays."""
    for digit in PIN:
        person.page.locator(f'[data-key="{digit}"]').click()


def at_the_till(mei: Person, wenqing: Person) -> None:
    """The till asks for ¥28, mei sees who asks and confirms, the till hears it."""
    mei.page.goto("/wallet/code")
    number = mei.page.locator("[data-number]")
    expect(number).to_have_text(re.compile(r"^28[0-9]{2}( [0-9]{4}){4}$"))
    till = wenqing.page
    till.goto("/m/teahouse/till")
    till.get_by_label("Amount").fill("28")
    till.get_by_label("What for").fill("A pot of jasmine")
    till.get_by_label("Number under the code").fill(number.inner_text())
    till.get_by_role("button", name="Charge", exact=True).click()
    expect(till.get_by_text("Waiting for the customer")).to_be_visible()

    sheet = mei.page.locator("#sheet")
    expect(sheet.get_by_text("Tea House")).to_be_visible()
    expect(sheet.get_by_label("Verified")).to_be_visible()
    expect(sheet.get_by_text("A pot of jasmine")).to_be_visible()
    type_pin(mei)
    expect(sheet.get_by_text("Paid", exact=True)).to_be_visible()

    expect(till.get_by_text("Paid", exact=True)).to_be_visible()
    mei.page.get_by_role("link", name="Receipt").click()
    expect(mei.page.get_by_role("link", name="Save as PDF")).to_be_visible()


def at_the_counter(mei: Person, wenqing: Person, folder: Path) -> None:
    """The picture that the shop prints, sent by a phone without a reader, leads to the shop."""
    wenqing.page.goto("/m/teahouse/till/code")
    with wenqing.page.expect_download() as download:
        wenqing.page.get_by_role("link", name="Save the picture").click()
    picture = folder / "counter.png"
    download.value.save_as(picture)

    mei.page.goto("/wallet/scan")
    mei.page.locator("input[type=file]").set_input_files(picture)
    mei.page.wait_for_url("**/c/*")
    expect(mei.page.get_by_text("Verified shop")).to_be_visible()
    mei.page.get_by_label("Amount").fill("5.50")
    mei.page.get_by_role("button", name="Continue").click()
    type_pin(mei)
    mei.page.wait_for_url("**/wallet/transfers/*")
    expect(mei.page.get_by_text("5.50").first).to_be_visible()

    # What is no code of the lane opens nothing, and says where it would have led.
    mei.allow("422")
    mei.page.goto("/wallet/scan")
    mei.page.get_by_label("Or type what stands under the code").fill("https://evil.example/c/1")
    mei.page.get_by_role("button", name="Continue").click()
    expect(mei.page.get_by_role("alert")).to_contain_text("evil.example")


def pay_the_bill(mei: Person) -> None:
    """From the wallet's first page to the receipt."""
    mei.page.goto("/wallet")
    mei.page.get_by_role("link", name="Bills").click()
    mei.page.get_by_role("link", name=re.compile("this month")).click()
    type_pin(mei)
    mei.page.wait_for_url("**/bills/payments/*")
    expect(mei.page.get_by_text("Paid", exact=True)).to_be_visible()
    expect(mei.page.get_by_text("LWP-")).to_be_visible()
