"""A passkey in a real browser: made once with the PIN, then it confirms a payment."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess

pytestmark = pytest.mark.browser


def test_a_device_confirms_a_withdrawal(host: HostProcess, person: Callable[..., Person]) -> None:
    """Ann adds this device and withdraws without her PIN; without a finger, nothing moves."""
    # Browsers have passkeys for names alone, not for addresses.
    by_name = SimpleNamespace(url=host.url.replace("127.0.0.1", "localhost"))
    ann = person("Ann", cast("HostProcess", by_name))
    # The host answers a first request with what is to be signed, and an unsigned one not at all.
    ann.allow("status of 403|403")
    steps.register(ann)
    steps.top_up(ann, "500")
    steps.set_pin(ann)
    page = ann.page
    device = ann.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto("/wallet/settings")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this device").fill("Telephone")
    steps.enter_pin(page)
    expect(page.get_by_text("Telephone")).to_be_visible()

    page.goto("/wallet/withdraw")
    page.get_by_label("Amount").fill("20")
    page.locator("main form button").last.click()
    confirm = page.get_by_role("button", name="Confirm with passkey")
    verified = {"authenticatorId": made["authenticatorId"], "isUserVerified": False}
    device.send("WebAuthn.setUserVerified", verified)
    confirm.click()
    expect(page.get_by_text("The passkey did not answer.")).to_be_visible()

    device.send("WebAuthn.setUserVerified", verified | {"isUserVerified": True})
    confirm.click()
    page.wait_for_url("**/wallet/operations/**")
    page.goto("/wallet")
    expect(page.locator(".balance-sum")).to_contain_text("480")
