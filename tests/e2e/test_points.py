"""Points in a real browser, on the demo lane: from the wallet to money."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Person, demo_host
from tests.e2e.host_process import HostProcess

pytestmark = pytest.mark.browser


@pytest.fixture
def lane(demo_data: Path, tmp_path: Path) -> Iterator[HostProcess]:
    """The demo lane; it outlives the browser."""
    with demo_host(demo_data, tmp_path) as process:
        yield process


def test_points_become_money(lane: HostProcess, person: Callable[..., Person]) -> None:
    """Mei asks for more than she has, is told so, and then turns some into money."""
    found = re.search(r"Password of all:\s+(\S+)", lane.output)
    assert found is not None, lane.output
    mei = person("Mei", lane)
    page = mei.page
    mei.allow("409")
    page.goto("/sign-in")
    page.get_by_label("Handle").fill("mei")
    page.get_by_label("Password").fill(found[1])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/chats")
    page.goto("/wallet")
    row = page.get_by_text(re.compile(r"^\s*\d+ points, worth ¥")).first
    points = int(row.inner_text().split()[0])
    row.click()

    page.get_by_label("Points to turn into money").fill(str(points + 1))
    page.get_by_role("button", name="Turn into money").click()
    expect(page.get_by_text(f"You have {points} points here.")).to_be_visible()
    page.get_by_label("Points to turn into money").fill("140")
    page.get_by_role("button", name="Turn into money").click()

    left = points - 140
    expect(page.get_by_text(f"{left} points, worth ¥{left / 100:.2f}")).to_be_visible()
    page.goto("/wallet")
    expect(page.get_by_text("+¥1.40").first).to_be_visible()
