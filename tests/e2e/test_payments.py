"""A shop's server takes money from somebody at a browser, and gives it back from the console."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess

pytestmark = pytest.mark.browser
Open = Callable[..., Person]


def test_from_a_key_to_a_refund(host: HostProcess, person: Open) -> None:
    """The key is shown once; the order is paid with the PIN; the console gives it back."""
    shen, mei = person("Shen", host, desk=True), person("Mei", host)
    for somebody in (shen, mei):
        steps.register(somebody)
    steps.found_brand(shen, "Hill Tea", "hill_tea")
    page = shen.page
    page.goto("/m/hill_tea/payments/keys")
    page.get_by_label("Name of the new key").fill("web shop")
    page.get_by_role("button", name="Make a key").click()
    shown = page.locator("pre").inner_text()
    token = re.search(r"hpk_live_\S+", shown)
    assert token is not None, shown
    page.goto("/m/hill_tea/payments/keys")
    expect(page.get_by_text("web shop").first).to_be_visible()
    assert token[0] not in page.content()

    made = httpx.post(
        f"{host.url}/api/v1/payments/orders",
        json={
            "out_trade_no": "web-1", "amount_minor": 12_800, "currency": "CNY",
            "description": "Longjing, 50 g",
        },
        headers={"Authorization": f"Bearer {token[0]}"},
    ).json()  # fmt: skip
    steps.top_up(mei, "200")
    steps.set_pin(mei)
    mei.page.goto(made["pay_path"])
    expect(mei.page.get_by_text("Hill Tea").first).to_be_visible()
    for digit in steps.PIN:
        mei.page.locator(f'[data-key="{digit}"]').click()
    expect(mei.page.get_by_role("heading", name="Paid")).to_be_visible()

    page.goto("/m/hill_tea/payments")
    page.get_by_role("link", name="web-1").click()
    expect(page.get_by_text("Mei").first).to_be_visible()
    page.get_by_label("Amount").fill("28.00")
    page.get_by_label("Reason").fill("A tin was dented")
    page.get_by_role("button", name="Give back").click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_text("Partly refunded")).to_be_visible()
    mei.page.goto("/wallet")
    expect(mei.page.get_by_text("Hill Tea")).to_have_count(2)
