"""The path through the whole lane: from registration to a parcel received, across kill -9."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEA = "Spring Longjing, 50 g"
APP_ID = "test.teahouse.shop"


def test_from_word_of_mouth_to_received(
    host: HostProcess, person: Callable[..., Person], tmp_path: Path
) -> None:
    """Two people, a merchant and an admin walk the path of the product."""
    ann, bob = person("Ann", host), person("Bob", host)
    shen, grace = person("Shen", host, desk=True), person("Grace", host, desk=True)
    for each in (ann, bob, shen, grace):
        steps.register(each)
    assert 0 == host.run("admin", "add", "grace").returncode
    steps.become_contacts(ann, bob)
    for buyer, place in ((ann, "Lane 12, no. 4"), (bob, "Lane 7, no. 9")):
        steps.top_up(buyer, "500")
        steps.set_pin(buyer)
        steps.add_address(buyer, place)
    steps.found_brand(shen, "Tea House", "teahouse")
    steps.add_product(shen, "teahouse", sku="longjing", name=TEA, price="128.00")
    publish(host, shen, tmp_path)


def publish(host: HostProcess, shen: Person, tmp_path: Path) -> None:
    """The merchant writes a program and sends it in."""
    key = steps.make_key(shen, "teahouse")
    steps.write_program(host, tmp_path / "tea-house", APP_ID)
    sent = host.run("publish", "tea-house", "--host", host.url, "--key", key, cwd=tmp_path)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    shen.page.goto("/m/teahouse/program")
    shen.page.get_by_role("button", name=re.compile("Submit")).click()
    expect(shen.page.get_by_text(re.compile("review", re.IGNORECASE)).first).to_be_visible()
