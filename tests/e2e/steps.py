"""What people do at a browser, in their words: the steps that journeys are made of."""

import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess

PASSWORD = "correct horse battery"
PIN = "135790"


def register(person: Person) -> None:
    """Make an account through the form and arrive in the chats."""
    page = person.page
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill(person.name)
    page.get_by_label("Handle").fill(person.handle)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create an account").click()
    page.wait_for_url("**/chats")


def become_contacts(asker: Person, other: Person) -> None:
    """One asks by handle, the other accepts."""
    asker.page.goto("/contacts/new")
    asker.page.get_by_role("searchbox").fill(other.handle)
    asker.page.get_by_role("button", name="Find").click()
    asker.page.get_by_role("button", name="Send a contact request").click()
    expect(asker.page.get_by_text("waiting for an answer")).to_be_visible()
    other.page.goto("/contacts/requests")
    other.page.get_by_role("button", name="Accept").click()
    other.page.wait_for_url(re.compile("/chats/|/contacts"))


def top_up(person: Person, amount: str) -> None:
    """Bring play money in from the sandbox rail."""
    page = person.page
    page.goto("/wallet/top-up")
    page.get_by_label("Amount").fill(amount)
    with page.expect_navigation():
        page.get_by_role("button", name="Top up").click()


def set_pin(person: Person) -> None:
    """Choose a payment PIN."""
    page = person.page
    page.goto("/wallet/pin")
    page.get_by_label("New PIN", exact=True).fill(PIN)
    page.get_by_label("New PIN again").fill(PIN)
    with page.expect_navigation():
        page.get_by_role("button", name="Save the PIN").click()


def add_address(person: Person, place: str) -> None:
    """Write an address into the book."""
    page = person.page
    page.goto("/addresses/new")
    page.get_by_label("Who receives it").fill(person.name)
    page.get_by_label("Telephone").fill("13800000000")
    page.get_by_label("Address", exact=True).fill(place)
    page.get_by_role("button", name="Save the address").click()
    expect(page.get_by_text(place).first).to_be_visible()


def found_brand(merchant: Person, name: str, handle: str) -> None:
    """Open a shop and arrive in its console."""
    page = merchant.page
    page.goto("/brands/new")
    page.get_by_label("Name of the shop").fill(name)
    page.get_by_label("Handle").fill(handle)
    page.get_by_label("What you do").fill("Teas from the hills above the lake.")
    page.get_by_role("button", name="Open the shop").click()
    page.wait_for_url(f"**/m/{handle}**")


def add_product(merchant: Person, handle: str, *, sku: str, name: str, price: str) -> None:
    """Put one thing with a picture on the shelf."""
    page = merchant.page
    page.goto(f"/m/{handle}/goods/new")
    page.get_by_label("Product name").fill(name)
    page.get_by_label("SKU").fill(sku)
    page.get_by_label("Price").fill(price)
    page.get_by_label("In stock").fill("12")
    page.get_by_label("Picture").set_input_files(
        {"name": "tea.png", "mimeType": "image/png", "buffer": picture("#4f7a4c")}
    )
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(f"/m/{handle}/goods"))
    expect(page.get_by_text(name).first).to_be_visible()


def make_key(merchant: Person, handle: str) -> str:
    """Make an upload key and copy it; it is shown once."""
    page = merchant.page
    page.goto(f"/m/{handle}/keys")
    page.get_by_label("Name of the new key").fill("laptop")
    page.get_by_role("button", name="Make a key").click()
    lines = page.locator("pre").inner_text()
    found = re.search(r"HUTONG_UPLOAD_KEY=(\S+)", lines)
    assert found is not None, lines
    return found[1]


def write_program(host: HostProcess, folder: Path, app_id: str) -> None:
    """`hutong new`, edit, `check`, `pack`: as a merchant would at a terminal."""
    made = host.run("new", folder.name, cwd=folder.parent)
    assert made.returncode == 0, made.stderr
    manifest = folder / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(re.sub(r'"app_id": "[^"]+"', f'"app_id": "{app_id}"', text), "utf-8")
    for command in ("check", "pack"):
        done = host.run(command, folder.name, cwd=folder.parent)
        assert done.returncode == 0, done.stdout + done.stderr


def enter_pin(page: Page, pin: str = PIN) -> None:
    """Type the PIN into the host's payment sheet; the sixth digit pays."""
    sheet = page.locator("dialog[open]")
    expect(sheet).to_be_visible()
    sheet.locator("input[name=pin]").fill(pin)


def confirm(page: Page) -> None:
    """Say yes to the host's question."""
    page.locator("dialog[open] #confirm-yes").click()


def picture(colour: str) -> bytes:
    """Return a PNG."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "PNG")
    return out.getvalue()
