"""The frame in a real browser: sheets, forms, the live line, the theme; and the feed through it."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e import steps
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
WIDTHS = (320, 390, 768, 1280)
Open = Callable[..., Person]


def publish(person: Person, text: str, *, audience: str = "Friends") -> None:
    """Write a post with a picture and arrive in Discover."""
    page = person.page
    page.goto("/feed/new")
    page.get_by_placeholder("What did you find?").fill(text)
    page.locator("input[type=file]").set_input_files(
        {"name": "door.png", "mimeType": "image/png", "buffer": steps.picture("#b8301e")}
    )
    page.get_by_label("Describe the picture").fill("A red door")
    page.get_by_text(audience, exact=True).click()
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/discover")


def friends(host: HostProcess, person: Open) -> tuple[Person, Person]:
    """Return two people at their browsers who are contacts."""
    ann, bob = person("Ann", host), person("Bob", host)
    steps.register(ann)
    steps.register(bob)
    steps.become_contacts(ann, bob)
    return ann, bob


def test_a_post_is_seen_liked_and_answered(host: HostProcess, person: Open) -> None:
    """Bob sees Ann's picture, likes and comments; her badge shows it without a reload."""
    ann, bob = friends(host, person)
    publish(ann, "The door of number four")
    ann.page.goto("/wallet")

    bob.page.goto("/discover?scope=friends")
    expect(bob.page.get_by_alt_text("A red door")).to_be_visible()
    bob.page.get_by_role("button", name="Like (0)").click()
    expect(bob.page.get_by_role("button", name="Like (1)")).to_have_attribute(
        "aria-pressed", "true"
    )
    bob.page.get_by_role("link", name="Post by Ann").click()
    bob.page.get_by_label("Comment", exact=True).fill("I know that door")
    bob.page.get_by_role("button", name="Send comment").click()
    expect(bob.page.locator(".comment")).to_contain_text("I know that door")
    expect(bob.page.get_by_label("Comment", exact=True)).to_be_empty()

    badge = ann.page.locator(".tabs-bar [data-badge=discover]")
    expect(badge).to_have_text("2")
    ann.page.goto("/feed/news")
    expect(ann.page.get_by_text("I know that door")).to_be_visible()
    expect(badge).to_be_hidden()


def test_a_comment_is_deleted_only_after_yes(host: HostProcess, person: Open) -> None:
    """Cancel keeps it; yes deletes it, without leaving the page."""
    ann = person("Ann", host)
    steps.register(ann)
    publish(ann, "Mine")
    page = ann.page
    page.get_by_role("link", name="Post by Ann").click()
    page.get_by_label("Comment", exact=True).fill("A slip")
    page.keyboard.press("Enter")
    bin_button = page.get_by_role("button", name="Delete comment")

    bin_button.click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".comment")).to_have_count(1)
    bin_button.click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.locator(".comment")).to_have_count(0)
    expect(page.get_by_text("No comments yet.")).to_be_visible()


def test_a_sheet_closes_by_escape_and_by_back(host: HostProcess, person: Open) -> None:
    """Both leave the person on the page below, with the focus where it was."""
    ann = person("Ann", host)
    steps.register(ann)
    publish(ann, "Mine")
    page = ann.page
    page.get_by_role("link", name="Post by Ann").click()
    page.wait_for_url("**/posts/*")
    opener, sheet = page.get_by_role("link", name="More"), page.locator("#sheet")
    below = page.url

    for close in (lambda: page.keyboard.press("Escape"), page.go_back):
        opener.click()
        expect(sheet).to_be_visible()
        expect(sheet.get_by_role("button", name="Delete post")).to_be_visible()
        close()
        expect(sheet).to_be_hidden()
        expect(opener).to_be_focused()
        assert page.url == below

    opener.click()
    sheet.get_by_role("button", name="Delete post").click()
    page.get_by_role("button", name="Yes, do it").click()
    page.wait_for_url("**/discover")
    expect(page.get_by_role("link", name="Post by Ann")).to_have_count(0)


def test_a_lost_live_event_is_fetched_and_none_comes_twice(host: HostProcess, person: Open) -> None:
    """One frame is lost and one doubled on the way: every event is seen once, in order."""
    ann, bob = friends(host, person)
    publish(ann, "Count with me")
    numbered: list[int] = []

    def meddle(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            frame = json.loads(message)
            if "ev" in frame:
                numbered.append(frame["ev"])
            if "ev" not in frame or len(numbered) != 2:
                route.send(message)
            if len(numbered) == 3:
                route.send(message)

        server.on_message(pass_on)

    ann.page.route_web_socket("**/live?*", meddle)
    # What the page hears goes into attributes: its own policy forbids evaluating text as script.
    ann.page.add_init_script(
        "const noted = [];"
        "document.addEventListener('live', ({ detail: { ev } }) => {"
        " if (ev === undefined) return;"
        " noted.push(ev); document.documentElement.dataset.seen = noted; });"
        "document.addEventListener('live:state', ({ detail: { state } }) => {"
        " document.documentElement.dataset.line = state; });"
    )
    root = ann.page.locator("html")
    ann.page.goto("/wallet")
    expect(root).to_have_attribute("data-line", "open")

    bob.page.goto("/discover")
    for count in (0, 1, 0, 1):
        bob.page.get_by_role("button", name=f"Like ({count})").click()
        expect(bob.page.get_by_role("button", name=f"Like ({1 - count})")).to_be_visible()
    bob.page.get_by_role("link", name="Post by Ann").click()
    bob.page.get_by_label("Comment", exact=True).fill("Three")
    bob.page.keyboard.press("Enter")

    expect(root).to_have_attribute("data-seen", re.compile(r"^\d+,\d+,\d+$"))
    ann.page.wait_for_timeout(1000)
    seen = [int(ev) for ev in (root.get_attribute("data-seen") or "").split(",")]
    assert numbered == seen
    assert list(range(seen[0], seen[0] + 3)) == seen


def test_the_line_comes_back_after_the_host_was_killed(host: HostProcess, person: Open) -> None:
    """Kill -9 and a new start: the open page hears what happens then, without a reload."""
    ann, bob = friends(host, person)
    publish(ann, "Still here")
    ann.page.goto("/wallet")
    ann.page.evaluate("window.same = true")
    for each in (ann, bob):
        each.allow("ERR_CONNECTION|ERR_EMPTY|WebSocket|Failed to load|50[23]")

    host.kill()
    host.start()
    bob.page.goto("/discover")
    bob.page.get_by_role("button", name="Like (0)").click()

    expect(ann.page.locator(".tabs-bar [data-badge=discover]")).to_have_text("1", timeout=40_000)
    assert ann.page.evaluate("window.same") is True


def test_the_theme_is_kept(host: HostProcess, person: Open) -> None:
    """Dark by hand stays dark on the next page, from its first byte; auto forgets it."""
    ann = person("Ann", host)
    steps.register(ann)
    page = ann.page
    page.goto("/me")
    page.get_by_role("button", name="Dark").click()
    page.goto("/wallet")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 20, 23)"

    page.goto("/me")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="As the device").click()
    page.goto("/wallet")
    assert page.locator("html").get_attribute("data-theme") is None


def test_nothing_is_wider_than_the_screen(host: HostProcess, person: Open) -> None:
    """No sideways scroll from the smallest phone to a desk, signed in or not."""
    ann = person("Ann", host)
    page = ann.page
    wide = [f"/ at {width}" for width in WIDTHS if is_wider(page, "/", width)]
    steps.register(ann)
    publish(ann, "Averylongwordthatnobodywouldeverwrite" * 5, audience="Everybody")
    page.get_by_role("link", name="Post by Ann").click()
    page.wait_for_url("**/posts/*")
    paths = [page.url, "/discover", "/feed/new", "/feed/news", "/chats", "/shops", "/wallet", "/me"]
    wide += [f"{path} at {w}" for path in paths for w in WIDTHS if is_wider(page, path, w)]

    assert [] == wide


def is_wider(page: Page, path: str, width: int) -> bool:
    """Tell whether a page scrolls sideways on a screen of this width."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
