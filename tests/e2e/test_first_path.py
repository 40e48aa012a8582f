"""The path through the whole lane: from registration to a parcel received, across kill -9."""

import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEA = "Spring Longjing, 50 g"
APP_ID = "test.teahouse.shop"
PERSON = Callable[..., Person]


def test_from_word_of_mouth_to_received(host: HostProcess, person: PERSON, tmp_path: Path) -> None:
    """Two people, a merchant and an admin walk the path of the product."""
    ann, bob = person("Ann", host), person("Bob", host)
    shen, grace = person("Shen", host, desk=True), person("Grace", host, desk=True)
    for each in (ann, bob, shen, grace):
        each.allow("ERR_CONNECTION|WebSocket")  # the host is killed twice
    settle(host, ann, bob, shen, grace)
    publish(host, shen, tmp_path)
    review(shen, grace)
    order_id = buy_in_the_shop(host, ann)
    share_and_buy_from_the_card(ann, bob)
    post_and_buy_from_the_post(ann, bob)
    ship_and_receive(host, ann, shen, order_id)
    audit(host)


def settle(host: HostProcess, ann: Person, bob: Person, shen: Person, grace: Person) -> None:
    """Everybody registers; two become contacts and have money, a PIN and an address."""
    for each in (ann, bob, shen, grace):
        steps.register(each)
    assert host.run("admin", "add", "grace").returncode == 0
    steps.become_contacts(ann, bob)
    for buyer, place in ((ann, "Lane 12, no. 4"), (bob, "Lane 7, no. 9")):
        steps.top_up(buyer, "500")
        steps.set_pin(buyer)
        steps.add_address(buyer, place)
    steps.found_brand(shen, "Tea House", "teahouse")
    steps.add_product(shen, "teahouse", sku="longjing", name=TEA, price="128.00")


def publish(host: HostProcess, shen: Person, folder: Path) -> None:
    """The merchant writes a program at a terminal and sends it in."""
    key = steps.make_key(shen, "teahouse")
    steps.write_program(host, folder / "tea-house", APP_ID)
    sent = host.run("publish", "tea-house", "--host", host.url, "--key", key, cwd=folder)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    shen.page.goto("/m/teahouse/program")
    shen.page.get_by_role("button", name=re.compile("Submit")).click()
    expect(shen.page.get_by_text("In review").first).to_be_visible()


def review(shen: Person, grace: Person) -> None:
    """The admin reads, tries and approves; the merchant puts it live."""
    page = grace.page
    page.goto("/admin/review")
    page.get_by_role("link", name=re.compile("tea-house|Tea", re.IGNORECASE)).first.click()
    expect(page.get_by_text("To write your name on the card")).to_be_visible()
    with grace.context.expect_page() as opened:
        page.get_by_role("link", name="Open as people would see it").click()
    trial = opened.value
    expect(trial.frame_locator("iframe").get_by_role("heading", name=TEA)).to_be_visible()
    trial.close()
    page.reload()
    page.get_by_role("button", name="Approve").click()
    steps.confirm(page)
    expect(page.get_by_text("Approved", exact=True).first).to_be_visible()
    shen.page.goto("/m/teahouse/program")
    shen.page.get_by_role("button", name="Put live").click()
    expect(shen.page.get_by_text("Live", exact=True).first).to_be_visible()


def buy_in_the_shop(host: HostProcess, ann: Person) -> str:
    """A patch, a consent, a payment, the order page; the worker and the host die on the way."""
    page = ann.page
    page.goto(f"/p/{APP_ID}")
    shop = page.frame_locator("iframe")
    expect(shop.get_by_role("heading", name=TEA)).to_be_visible()
    shop.locator("body").evaluate("e => { e.dataset.sameDocument = 'yes' }")
    shop.get_by_role("button", name=re.compile("Quantity.*|\\+|More|Increase")).last.click()
    expect(shop.get_by_role("button", name=re.compile("Buy · ¥256.00"))).to_be_visible()
    assert shop.locator("body").evaluate("e => e.dataset.sameDocument") == "yes"

    shop.get_by_role("button", name="Add card").click()
    page.locator("dialog[open]").get_by_role("button", name="Allow while I use it").click()
    expect(shop.get_by_text("A card for Ann goes into the parcel")).to_be_visible()

    kill_workers(host)
    host.kill()
    host.start()
    page.reload()
    shop = page.frame_locator("iframe")
    expect(shop.get_by_text("A card for Ann goes into the parcel")).to_be_visible(timeout=20_000)
    expect(shop.get_by_role("button", name=re.compile("Buy · ¥256.00"))).to_be_visible()

    shop.get_by_role("button", name=re.compile("Buy · ¥256.00")).click()
    sheet = page.locator("dialog[open]")
    expect(sheet.get_by_text("Tea House").first).to_be_visible()
    expect(sheet.get_by_role("button", name="Pay ¥256.00")).to_be_visible()
    steps.enter_pin(page)
    expect(shop.get_by_role("heading", name="Thank you")).to_be_visible()
    page.goto("/orders")
    page.get_by_role("link", name=re.compile(TEA)).first.click()
    return page.url.rstrip("/").split("/")[-1].split("?")[0]


def kill_workers(host: HostProcess) -> None:
    """Kill every mini-program worker of the host for real."""
    children = Path(f"/proc/{host.pid}/task/{host.pid}/children").read_text().split()
    killed = 0
    while children:
        pid = int(children.pop())
        try:
            below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            name = Path(f"/proc/{pid}/comm").read_text()
        except OSError:
            continue
        children += below
        if not below and "hutong" not in name:
            os.kill(pid, signal.SIGKILL)
            killed += 1
    assert killed, "there was no worker to kill"
    time.sleep(0.3)


def share_and_buy_from_the_card(ann: Person, bob: Person) -> None:
    """The friend's open chat shows the card within a second; they buy without opening the shop."""
    bob.page.goto("/chats")
    bob.page.get_by_role("link", name=re.compile("Ann")).first.click()
    bob.page.wait_for_url("**/chats/*")
    page = ann.page
    page.goto(f"/p/{APP_ID}")
    expect(page.frame_locator("iframe").get_by_role("heading", name=TEA)).to_be_visible()
    page.get_by_role("link", name=re.compile("More|Menu")).first.click()
    page.locator("dialog[open]").get_by_role("link", name="Share").click()
    sheet = page.locator("dialog[open]")
    sheet.get_by_role("checkbox").first.check()
    sheet.get_by_role("button", name="Send").click()
    sent_at = time.monotonic()
    card = bob.page.locator(".live-card", has_text=TEA).last
    expect(card).to_be_visible(timeout=5_000)
    assert time.monotonic() - sent_at < 2.5, "sending and showing together took too long"
    expect(card.get_by_text("¥128")).to_be_visible()
    card.get_by_role("link", name="Buy").click()
    steps.enter_pin(bob.page)
    expect(bob.page.locator("dialog[open]").get_by_role("heading", name="Paid")).to_be_visible()


def post_and_buy_from_the_post(ann: Person, bob: Person) -> None:
    """A post with a picture and a product; the friend likes, comments and buys from it."""
    page = ann.page
    page.goto("/orders")
    page.get_by_role("link", name=re.compile(TEA)).first.click()
    page.goto(f"/feed/new?kind=product&id={product_id(ann)}")
    page.get_by_placeholder("What did you find?").fill("It tastes of the week it rained.")
    page.locator("input[type=file]").set_input_files(
        {"name": "cup.png", "mimeType": "image/png", "buffer": steps.picture("#7fb09a")}
    )
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile("/posts/|/discover"))

    page = bob.page
    page.goto("/discover")
    expect(page.get_by_text("It tastes of the week it rained.")).to_be_visible()
    page.get_by_role("link", name="Post by Ann").click()
    page.wait_for_url(re.compile("/posts/"))
    page.get_by_role("button", name=re.compile("Like")).first.click()
    page.get_by_role("textbox", name=re.compile("omment|Say")).fill("I want one too.")
    page.get_by_role("button", name=re.compile("Send|Comment|Post")).first.click()
    expect(page.get_by_text("I want one too.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Buy")).first.click()
    steps.enter_pin(page)
    expect(page.locator("dialog[open]").get_by_role("heading", name="Paid")).to_be_visible()


def product_id(ann: Person) -> str:
    """Return the id of the tea, read from the card that Ann sent."""
    ann.page.goto("/chats")
    ann.page.get_by_role("link", name=re.compile("Bob")).first.click()
    card = ann.page.locator(".live-card", has_text=TEA).last
    return str(card.get_attribute("data-card")).split(":")[1]


def ship_and_receive(host: HostProcess, ann: Person, shen: Person, order_id: str) -> None:
    """Three orders in the console; one is shipped, arrives in the chat and is confirmed."""
    page = shen.page
    page.goto("/m/teahouse/orders")
    expect(page.get_by_role("link", name="Ship", exact=True)).to_have_count(3)
    page.goto(f"/m/teahouse/orders/{order_id}")
    page.get_by_role("link", name=re.compile("Ship")).first.click()
    sheet = page.locator("dialog[open]")
    sheet.get_by_label("Carrier").fill("SF Express")
    sheet.get_by_label("Tracking number").fill("SF1029384756")
    sheet.get_by_role("button", name="It is on its way").click()
    expect(page.get_by_text("SF1029384756").first).to_be_visible()

    page = ann.page
    page.goto("/chats")
    page.get_by_role("link", name=re.compile("Tea House")).first.click()
    told = page.get_by_label("Messages").get_by_text("on its way with SF Express: SF1029384756")
    expect(told).to_be_visible()
    host.kill()
    host.start()
    page.goto(f"/orders/{order_id}")
    page.get_by_role("button", name="Confirm receipt").click()
    steps.confirm(page)
    expect(page.get_by_role("main").get_by_text("Received").first).to_be_visible()


def audit(host: HostProcess) -> None:
    """The books balance; three orders were paid once each, and one of them is received."""
    books = host.run("ledger", "audit")
    assert books.returncode == 0, books.stdout + books.stderr
    with closing(sqlite3.connect(host.data_dir / "hutong.db")) as lane:
        orders = lane.execute("SELECT status, total_minor FROM market_order").fetchall()
        escrows = lane.execute("SELECT amount_minor FROM wallet_escrow").fetchall()
    assert sorted(orders) == [("paid", 12800), ("paid", 12800), ("received", 25600)]
    assert sorted(escrows) == [(12800,), (12800,), (25600,)]
