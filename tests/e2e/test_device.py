"""What a mini-program gets of the device in a person's hand, in a real browser.

The merchant opens the trial of their own program: the same frame, gate and sheets as for everybody.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from playwright.sync_api import FrameLocator, Page, expect

from host.bridge.place import blur
from tests.bridge import handset
from tests.bridge.test_place import code_picture
from tests.e2e import steps
from tests.e2e.conftest import Person
from tests.e2e.host_process import HostProcess

pytestmark = pytest.mark.browser

# A browser in which only the tap itself may write to the clipboard.
REFUSE_UNLESS_TAPPED = """() => { navigator.clipboard.writeText = (text) => window.isTapped
  ? (window.copied = text, Promise.resolve()) : Promise.reject(new Error("not now")); }"""
# A camera that sees one picture, and a browser that cannot read codes by itself.
SEE = """async (url) => {
  delete window.BarcodeDetector;
  const image = new Image(); image.src = url; await image.decode();
  const canvas = document.createElement("canvas"); canvas.width = 640; canvas.height = 480;
  const draw = () => { const pen = canvas.getContext("2d"); pen.fillStyle = "#fff";
    pen.fillRect(0, 0, 640, 480); pen.drawImage(image, 170, 90, 300, 300); };
  draw(); setInterval(draw, 50);
  window.stream = canvas.captureStream(20);
  navigator.mediaDevices.getUserMedia = async () => window.stream;
}"""
# What a mini-program's frame finds when it reaches for the device itself.
REACH = """async () => {
  const name = (promise) => promise.then(() => "open", (error) => error.name);
  return {
    place: await new Promise((done) => navigator.geolocation.getCurrentPosition(
      () => done("open"), (error) => done(error.code))),
    camera: document.featurePolicy.allowsFeature("camera"),
    read: await name(navigator.clipboard.readText()),
    write: await name(navigator.clipboard.writeText("x")),
  };
}"""
LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")


@pytest.fixture
def shen(host: HostProcess, person: Callable[..., Person], tmp_path: Path) -> Person:
    """A merchant at a phone, in the shop that asks for everything."""
    shen = person("Shen", host)
    steps.register(shen)
    steps.found_brand(shen, "Test Shop", "testshop")
    folder = tmp_path / "handset"
    for name, content in handset.files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    key = steps.make_key(shen, "testshop")
    sent = host.run("publish", "handset", "--host", host.url, "--key", key, cwd=tmp_path)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    shen.page.goto("/m/testshop/program")
    shen.page.get_by_role("link", name="Try it").click()
    return shen


def frame(page: Page) -> FrameLocator:
    """Return the inside of the mini-program's frame."""
    return page.frame_locator("#program-frame")


def expect_got(page: Page, **fields: object) -> None:
    """Wait until the handler has been given an answer with these fields."""
    wanted = json.dumps({"ok": True, "reason": None, **fields})
    expect(frame(page).locator("p")).to_have_text(wanted)


def expect_good_look(page: Page) -> None:
    """Look at the open sheet as a phone and a laptop, light and dark."""
    wrong = []
    for size in ({"width": 390, "height": 844}, {"width": 1280, "height": 800}):
        for scheme in ("light", "dark"):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            wrong += page.evaluate(LOOK)
    assert wrong == []


def test_clipboard_and_telephone(shen: Person) -> None:
    """A tap copies, and it is told; what is pasted is seen; only a tap on the number dials."""
    page, shop = shen.page, frame(shen.page)
    shen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shop.get_by_role("button", name="copy").click()
    expect(page.get_by_text("Test Shop has put this into your clipboard: “TEA-1”")).to_be_visible()

    shop.get_by_role("button", name="paste").click()
    sheet = page.locator("dialog[open]")
    expect_good_look(page)
    sheet.get_by_role("button", name="Paste from the clipboard").click()
    expect(sheet.get_by_label("What the shop will get")).to_have_value("TEA-1")
    sheet.get_by_role("button", name="Give this text").click()
    expect_got(page, text="TEA-1")

    shop.get_by_role("button", name="phone").click()
    expect_good_look(page)
    sheet.get_by_label("Telephone number").fill("+49 30 123456")
    sheet.get_by_label("Telephone number").press("Enter")
    expect_got(page, phone="+4930123456")

    shop.get_by_role("button", name="call").click()
    expect(sheet.get_by_role("link", name="Call")).to_have_attribute("href", "tel:+861065120000")
    expect_good_look(page)
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_have_count(0)

    page.evaluate(REFUSE_UNLESS_TAPPED)
    shop.get_by_role("button", name="copy").click()
    expect(page.get_by_text("Test Shop wants to put this into your clipboard")).to_be_visible()
    page.evaluate("window.isTapped = true")
    page.get_by_role("button", name="Copy", exact=True).click()
    assert page.evaluate("window.copied") == "TEA-1"


def test_pictures(shen: Person) -> None:
    """Chosen, seen, taken out and given; as large as the screen; saved from the host's sheet."""
    page, shop = shen.page, frame(shen.page)
    sheet = page.locator("dialog[open]")
    red, blue = (
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": steps.picture(colour)}
        for name, colour in (("red", "#a03020"), ("blue", "#2050a0"))
    )
    shop.get_by_role("button", name="give").click()
    expect(sheet.get_by_text("Test Shop asks for up to 2 pictures")).to_be_visible()
    choose = sheet.locator("input[name=pictures]")
    choose.set_input_files([red])  # type: ignore[list-item]
    choose.set_input_files([blue])  # type: ignore[list-item]
    expect(sheet.locator(".give-pictures img")).to_have_count(2)
    expect_good_look(page)
    sheet.get_by_role("button", name="Remove picture").first.click()
    choose.set_input_files([red])  # type: ignore[list-item]
    sheet.get_by_role("button", name="Give the pictures").click()
    expect(shop.locator("img")).to_have_count(2)
    assert (
        shop.locator("img").evaluate_all("all => all.map((one) => one.naturalWidth)") == [640] * 2
    )

    shop.get_by_role("button", name="show").click()
    expect(sheet.get_by_text("2 / 2")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(sheet.get_by_text("1 / 2")).to_be_visible()
    expect(sheet.get_by_role("img", name="The first cup")).to_be_in_viewport()
    expect_good_look(page)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)

    shop.get_by_role("button", name="save").click()
    expect(sheet.get_by_text("Test Shop offers a picture to save")).to_be_visible()
    expect_good_look(page)
    with page.expect_download() as saved:
        sheet.get_by_role("link", name="Save the picture").click()
    assert saved.value.suggested_filename.endswith(".webp")


def test_place_code_and_contact(
    shen: Person, host: HostProcess, person: Callable[..., Person]
) -> None:
    """The rough place, the exact one, a code by the camera and by typing, a contact by name."""
    page, shop, sheet = shen.page, frame(shen.page), shen.page.locator("dialog[open]")
    shen.context.grant_permissions(["geolocation", "clipboard-read", "clipboard-write"])
    shen.context.set_geolocation({"latitude": 30.2462, "longitude": 120.1486, "accuracy": 9})
    shen.allow("Permissions policy violation")
    expect(shop.get_by_role("button", name="where")).to_be_visible()
    reached = page.frames[1].evaluate(REACH)
    refused = "NotAllowedError"
    assert reached == {"place": 1, "camera": False, "read": refused, "write": refused}

    shop.get_by_role("button", name="where").click()
    expect_good_look(page)
    sheet.get_by_role("button", name="Always allow").click()
    latitude, longitude = blur(30.2462, 120.1486)
    rough = {"latitude": latitude, "longitude": longitude, "accuracy_m": 5000, "accuracy": "coarse"}
    expect_got(page, **rough)
    expect(sheet).to_have_count(0)

    shop.get_by_role("button", name="exactly").click()
    expect_good_look(page)
    sheet.get_by_text("Exactly", exact=True).click()
    sheet.get_by_role("button", name="Allow this once").click()
    exact = {"latitude": 30.2462, "longitude": 120.1486, "accuracy_m": 9, "accuracy": "exact"}
    expect_got(page, **exact)
    expect(sheet).to_have_count(0)

    shop.get_by_role("button", name="where").click()  # allowed before: it is sent by itself
    expect_got(page, **rough)
    expect(sheet).to_have_count(0)

    shop.get_by_role("button", name="scan").click()
    expect_good_look(page)
    picture = code_picture("tea:longjing", zxingcpp.BarcodeFormat.QRCode)
    page.evaluate(SEE, "data:image/png;base64," + base64.b64encode(picture).decode())
    sheet.get_by_role("button", name="Use the camera").click()
    sheet.get_by_role("button", name="Read the code").click()
    expect_got(page, text="tea:longjing", format="qr_code")
    expect(sheet).to_have_count(0)
    assert page.evaluate("stream.getTracks().every((track) => track.readyState === 'ended')")

    shop.get_by_role("button", name="scan").click()
    sheet.get_by_label("Or type the code").fill("A-17")
    sheet.get_by_label("Or type the code").press("Enter")
    expect_got(page, text="A-17", format="typed")

    bob = person("Bob", host)
    steps.register(bob)
    shen.page = shen.context.new_page()
    steps.become_contacts(shen, bob)
    shop.get_by_role("button", name="friend").click()
    expect_good_look(page)
    sheet.get_by_role("button", name="Bob").click()
    expect(shop.locator("p")).to_contain_text('"name": "Bob"')
