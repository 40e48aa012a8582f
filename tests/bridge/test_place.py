"""Where a person is, what they scan, whom they know: what they give, and nothing beside it."""

import io
import math
import time
from typing import Any

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from quart import Quart
from quart.datastructures import FileStorage
from quart.typing import TestClientProtocol as Client

from host.app import create_app
from host.bridge import service
from host.bridge.place import blur
from host.bridge.repository import find_ask
from host.contacts import service as contacts
from host.contacts.errors import ContactNotFoundError
from host.core.barcodes import read_code
from host.core.deps import Deps
from host.core.errors import BadInputError
from sdk.contract.capabilities.place import CODE_FORMATS
from tests.bridge.handset import decide, got, learned, open_shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_device import refusal, visit_of
from tests.bridge.test_web import FRAGMENT, sign_in, token_of
from tests.market import make
from tests.market.make import Lane

HERE = {"latitude": "30.2462311", "longitude": "120.1486777", "accuracy_m": "12.4"}


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """A person in the shop that asks for everything."""
    return await open_shop(running, lane)


@pytest.fixture
def app(ann: Browser) -> Quart:
    """The whole app of the host in which the shop is live."""
    return create_app(ann.deps)


@pytest.fixture
async def client(app: Quart, ann: Browser) -> Client:
    """The browser's other half: what posts forms."""
    return await sign_in(app, ann.deps, ann.person_id)


async def ask_where(ann: Browser, accuracy: str) -> None:
    """Tap the button that asks where the person is."""
    place = next(n for n, node in enumerate(ann.tree[2]) if node[1:] and _wants(node, accuracy))
    await ann.send(type="tap", handler="where", path=[place], dataset={"accuracy": accuracy})


def _wants(node: Any, accuracy: str) -> bool:
    return bool(node[0] == "button" and node[1].get("data-accuracy") == accuracy)


async def send(client: Client, ann: Browser, picture: bytes = b"", **form: str) -> int:
    """Post the sheet that was opened last, let the page have the answer, return the status."""
    url = ann.sheets[-1]["url"]
    token = token_of(await (await client.get(url, headers=FRAGMENT)).get_data(as_text=True))
    files = {"pictures": FileStorage(io.BytesIO(picture), filename="a.png")} if picture else {}
    form |= {"csrf": token}
    response = await client.post(url, form=form, files=files, headers=FRAGMENT)
    await ann.resume()
    return response.status_code


class TestLocation:
    """Roughly or exactly, once or for longer."""

    async def test_the_rough_place_is_rounded_before_anything_is_kept(self, ann: Browser) -> None:
        """Neither the program nor the host's own table has ever had the place itself."""
        await ask_where(ann, "coarse")
        ask_id = ann.sheets[-1]["ask_id"]
        await ann.deps.db.write(
            service.decide,
            ask_id,
            actor_id=ann.person_id,
            fields={"how": "once", "accuracy": "exact", **HERE},
            now_ms=ann.deps.now_ms(),
        )
        kept = await ann.deps.db.read(find_ask, ask_id)
        await ann.resume()

        latitude, longitude = blur(30.2462311, 120.1486777)
        expected = {
            "ok": True, "reason": None, "latitude": latitude, "longitude": longitude,
            "accuracy_m": 5000, "accuracy": "coarse",
        }  # fmt: skip
        assert kept is not None
        assert (kept.result, got(ann)) == (expected, expected)
        assert await learned(ann) == ["location_coarse"]

    async def test_exactly_is_given_when_it_was_asked_and_allowed(self, ann: Browser) -> None:
        """As the device says it."""
        await ask_where(ann, "exact")

        await decide(ann, how="once", accuracy="exact", **HERE)

        assert got(ann) == {
            "ok": True, "reason": None, "latitude": 30.2462311, "longitude": 120.1486777,
            "accuracy_m": 12, "accuracy": "exact",
        }  # fmt: skip
        assert await learned(ann) == ["location_exact"]

    async def test_roughly_can_be_given_when_exactly_was_asked(self, ann: Browser) -> None:
        """The record says what was learned, and "always" counts for that alone."""
        await ask_where(ann, "exact")
        await decide(ann, how="always", accuracy="coarse", **HERE)
        first = got(ann)
        await ask_where(ann, "exact")
        await decide(ann, how="before", accuracy="exact", **HERE)

        assert (first["accuracy"], first["accuracy_m"]) == ("coarse", 5000)
        assert got(ann) == {"ok": False, "reason": "declined"}
        assert await learned(ann) == ["location_coarse"]

    async def test_what_was_allowed_always_is_given_without_a_question(
        self, ann: Browser, client: Client
    ) -> None:
        """The sheet opens, says who asks, and sends by itself; taken back, it asks again."""
        await ask_where(ann, "coarse")
        await decide(ann, how="always", **HERE)
        await ask_where(ann, "coarse")
        url = ann.sheets[-1]["url"]
        html = await (await client.get(url, headers=FRAGMENT)).get_data(as_text=True)
        await decide(ann, how="before", **HERE)
        given_again = got(ann)["ok"]
        await ann.deps.db.write(service.revoke, ann.person_id, APP_ID, "location_coarse")
        await ask_where(ann, "coarse")
        await decide(ann, how="before", **HERE)

        assert "data-at-once" in html
        assert (given_again, got(ann)["ok"]) == (True, False)

    async def test_what_is_no_place_is_refused(self, ann: Browser) -> None:
        """Not a number, too far, written otherwise: the question stays open."""
        await ask_where(ann, "exact")
        wrong = (
            {"latitude": "nan"}, {"latitude": "91"}, {"longitude": "-180.5"}, {"latitude": ""},
            {"latitude": "1e1"}, {"longitude": "inf"}, {"accuracy_m": "-1"}, {"latitude": "１"},
        )  # fmt: skip
        for fields in wrong:
            with pytest.raises(BadInputError, match="did not say where"):
                await decide(ann, how="once", **{**HERE, **fields})

        await decide(ann, how="no", **HERE)

        assert got(ann) == {"ok": False, "reason": "declined"}

    async def test_exactly_needs_a_permission_of_its_own(self, running: Deps, lane: Lane) -> None:
        """A grant for the rough place is none for the exact one; only two words are known."""
        ann = await open_shop(running, lane, scopes=("location_coarse",))
        codes = [
            await refusal(visit_of(ann), "location.get", {"accuracy": accuracy, "then": "answered"})
            for accuracy in ("coarse", "exact", "EXACT")
        ]

        assert codes == [None, "not-approved", "bad-argument"]

    @given(st.floats(-90, 90), st.floats(-180, 180))
    def test_every_place_is_within_a_square(self, latitude: float, longitude: float) -> None:
        """No further than half a diagonal away; all places of a square give the same middle."""
        middle = blur(latitude, longitude)

        north_m = abs(middle[0] - latitude) * 111_200
        east_m = abs(middle[1] - longitude) * 111_200 * math.cos(math.radians(latitude))
        assert math.hypot(north_m, east_m) < 3700
        if abs(latitude) < 89 and abs(longitude) < 179:
            assert blur(*middle) == middle


class TestFrame:
    """What the browser itself refuses to a mini-program."""

    async def test_the_frame_is_given_nothing_of_the_device(
        self, ann: Browser, client: Client
    ) -> None:
        """Camera and place are the host's own pages'; the frame has neither, nor the clipboard."""
        version = visit_of(ann).running.version
        frame = await client.get(f"/frame/{version.id}")
        page = await client.get(f"/p/{APP_ID}")

        assert frame.headers["Permissions-Policy"] == (
            "camera=(), microphone=(), geolocation=(), clipboard-read=(), clipboard-write=()"
        )
        assert page.headers["Permissions-Policy"] == (
            "camera=(self), microphone=(), geolocation=(self)"
        )
        assert 'allow="' not in await page.get_data(as_text=True)


def code_picture(text: str, kind: zxingcpp.BarcodeFormat, mode: str = "L") -> bytes:
    """Return a picture of a code."""
    drawn = zxingcpp.create_barcode(text, kind).to_image(scale=6)
    height, width = drawn.shape
    picture = Image.frombytes("L", (width, height), bytes(drawn))
    if mode == "RGBA":
        black = Image.new("RGBA", picture.size, "black")
        black.putalpha(picture.point(lambda level: 255 - level))
        picture = black
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


class TestScan:
    """A code that is photographed, read by the browser, or typed."""

    async def test_a_picture_of_a_code_is_read_by_the_host(
        self, ann: Browser, client: Client
    ) -> None:
        """The handler gets the text; the picture is kept nowhere."""
        await ann.tap("scan")
        before = list((ann.deps.settings.data_dir / "media").rglob("*"))

        status = await send(
            client, ann, code_picture("tea:longjing", zxingcpp.BarcodeFormat.QRCode), how="give"
        )

        assert status == 200
        assert got(ann) == {
            "ok": True, "reason": None, "text": "tea:longjing", "format": "qr_code",
        }  # fmt: skip
        assert await learned(ann) == ["scan"]
        assert list((ann.deps.settings.data_dir / "media").rglob("*")) == before

    async def test_what_the_browser_read_or_the_person_typed_is_given(
        self, ann: Browser, client: Client
    ) -> None:
        """A format that no browser names counts as typed."""
        found = []
        for form in ("ean_13", "", "<script>"):
            await ann.tap("scan")
            await send(client, ann, how="give", code=" 4006381333931 ", format=form)
            found.append((got(ann)["text"], got(ann)["format"]))

        typed = ("4006381333931", "typed")
        assert found == [("4006381333931", "ean_13"), typed, typed]

    async def test_what_cannot_be_read_is_refused_and_the_question_stays(
        self, ann: Browser, client: Client
    ) -> None:
        """No code, no picture, nothing typed, too much; then the person declines."""
        out = io.BytesIO()
        Image.new("RGB", (400, 300), "green").save(out, "PNG")
        await ann.tap("scan")
        statuses = [
            await send(client, ann, out.getvalue(), how="give"),
            await send(client, ann, b"no picture", how="give"),
            await send(client, ann, how="give", code="  "),
            await send(client, ann, how="give", code="x" * 4001),
            await send(client, ann, how="no", code="kept"),
        ]

        assert statuses == [422, 422, 422, 422, 200]
        assert got(ann) == {"ok": False, "reason": "declined"}

    def test_a_bomb_is_refused_from_its_header(self) -> None:
        """Forty million pixels and more are never unpacked."""
        out = io.BytesIO()
        Image.new("1", (20_000, 20_000)).save(out, "PNG")
        began = time.process_time()

        with pytest.raises(BadInputError, match="picture"):
            read_code(out.getvalue())

        assert time.process_time() - began < 0.5

    @pytest.mark.parametrize(
        ("kind", "text", "name"),
        [
            (zxingcpp.BarcodeFormat.EAN13, "4006381333931", "ean_13"),
            (zxingcpp.BarcodeFormat.Code128, "A-17", "code_128"),
            (zxingcpp.BarcodeFormat.DataMatrix, "cup", "data_matrix"),
            (zxingcpp.BarcodeFormat.Aztec, "ticket", "aztec"),
            (zxingcpp.BarcodeFormat.PDF417, "pass", "pdf417"),
        ],
    )
    @pytest.mark.parametrize("mode", ["L", "RGBA"])
    def test_kinds_have_the_names_that_browsers_use(
        self, kind: zxingcpp.BarcodeFormat, text: str, name: str, mode: str
    ) -> None:
        """Black on white, and black on nothing."""
        assert read_code(code_picture(text, kind, mode)) == (text, name)
        assert name in CODE_FORMATS


class TestContacts:
    """A contact whom the person chooses."""

    async def test_the_program_gets_a_name_and_an_id_that_leads_nowhere(
        self, ann: Browser, client: Client
    ) -> None:
        """As the person knows them; the same each time; neither the host's id nor an openid."""
        bob = await _befriend(ann, "bob")
        await ann.deps.db.write(contacts.set_alias, bob, actor_id=ann.person_id, alias="Uncle Bob")
        answers = []
        for _ in range(2):
            await ann.tap("friend")
            await send(client, ann, how="give", contact_id=bob)
            answers.append(got(ann))

        assert answers[0] == answers[1]
        assert set(answers[0]) == {"ok", "reason", "name", "id"}
        assert answers[0]["name"] == "Uncle Bob"
        assert answers[0]["id"] != bob
        assert await learned(ann) == ["contact", "contact"]

    async def test_two_people_who_know_the_same_contact_give_two_ids(
        self, app: Quart, ann: Browser, client: Client, lane: Lane
    ) -> None:
        """A shop cannot join what it is told into a map of who knows whom."""
        bob = await _befriend(ann, "bob")
        shen = Browser(ann.deps, lane.seller_id)
        await ann.deps.db.write(contacts.make_contacts, shen.person_id, bob, 1)
        other = await sign_in(app, ann.deps, shen.person_id)
        await ann.tap("friend")
        await send(client, ann, how="give", contact_id=bob)
        await shen.open()
        await shen.tap("friend")
        await send(other, shen, how="give", contact_id=bob)

        assert got(ann)["name"] == got(shen)["name"]
        assert got(ann)["id"] != got(shen)["id"]

    async def test_only_a_contact_can_be_given(
        self, ann: Browser, client: Client, lane: Lane
    ) -> None:
        """A stranger and nobody are refused alike; no choice is a no."""
        await ann.tap("friend")
        statuses = [
            await send(client, ann, how="give", contact_id=each)
            for each in (lane.seller_id, "nobody", "")
        ]
        with pytest.raises(ContactNotFoundError):
            await decide(ann, made={"id": "x"}, how="give", contact_id=lane.seller_id)
        await send(client, ann, how="no")

        assert statuses == [404, 404, 404]
        assert got(ann) == {"ok": False, "reason": "declined"}


async def _befriend(ann: Browser, handle: str) -> str:
    """Make somebody, and make them a contact."""
    person_id = str(await ann.deps.db.write(make.put_person, handle))
    await ann.deps.db.write(contacts.make_contacts, ann.person_id, person_id, 1)
    return person_id
