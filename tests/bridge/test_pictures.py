"""Pictures that people give to a shop, and what it may do with them."""

import io
from typing import Any

import pytest
from PIL import Image
from quart.datastructures import FileStorage
from quart.typing import TestClientProtocol as Client

from host.app import create_app
from host.bridge import pictures, repository
from host.bridge.channel import pages_of
from host.core.deps import Deps
from host.core.media import media_path, store_image
from tests.bridge.handset import got, learned, open_shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_device import refusal, visit_of
from tests.bridge.test_web import FRAGMENT, sign_in, token_of
from tests.market.make import Lane


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """A person in the shop that asks for everything."""
    return await open_shop(running, lane)


@pytest.fixture
async def client(ann: Browser) -> Client:
    """The browser's other half: what posts forms."""
    return await sign_in(create_app(ann.deps), ann.deps, ann.person_id)


def jpeg(colour: str = "red") -> bytes:
    """Return a picture that says where it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "at home"
    Image.new("RGB", (2000, 1000), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


async def give(client: Client, ann: Browser, *files: bytes, how: str = "give") -> Any:
    """Send pictures from the sheet that was opened last."""
    url = ann.sheets[-1]["url"]
    token = token_of(await (await client.get(url, headers=FRAGMENT)).get_data(as_text=True))
    sent = {"pictures": FileStorage(io.BytesIO(files[0]), filename="a.jpg")} if files else {}
    response = await client.post(
        url, form={"how": how, "csrf": token}, files=sent, headers=FRAGMENT
    )
    await ann.resume()
    return response


async def rows(ann: Browser) -> list[str]:
    """Return the pictures that the host knows the shop has of the person."""
    return await ann.deps.db.read(repository.find_picture_ids, ann.person_id, APP_ID)


class TestChoosing:
    """A person gives pictures."""

    async def test_the_handler_gets_what_the_page_may_show(
        self, ann: Browser, client: Client
    ) -> None:
        """An address, the size as it is kept, and the picture on the page; no metadata."""
        await ann.tap("give")

        response = await give(client, ann, jpeg())

        assert response.status_code == 200
        (picture,) = got(ann)["pictures"]
        assert (picture["width"], picture["height"]) == (1600, 800)
        assert ["img", {"src": picture["url"], "alt": ""}] in ann.tree[2]
        content = await (await client.get(picture["url"])).get_data(as_text=False)
        with Image.open(io.BytesIO(content)) as kept:
            assert (kept.format, dict(kept.getexif())) == ("WEBP", {})
        assert await learned(ann) == ["pictures"]

    async def test_the_same_picture_has_another_name_elsewhere(
        self, ann: Browser, client: Client
    ) -> None:
        """Nobody can compare what two programs, or a program and a post, were given."""
        await ann.tap("give")
        await give(client, ann, jpeg())
        posted = await store_image(ann.deps, jpeg(), owner_id=ann.person_id)

        (kept,) = await rows(ann)

        assert kept != posted
        assert got(ann)["pictures"][0]["url"] == f"/media/{kept}.webp"

    async def test_a_no_stores_nothing(self, ann: Browser, client: Client) -> None:
        """Even when files came with it."""
        await ann.tap("give")

        await give(client, ann, jpeg(), how="no")

        assert (got(ann), await rows(ann)) == ({"ok": False, "reason": "declined"}, [])

    async def test_what_a_form_claims_about_pictures_is_not_read(
        self, ann: Browser, client: Client
    ) -> None:
        """A made-up address gives nothing; neither does a yes without a picture."""
        await ann.tap("give")
        url = ann.sheets[-1]["url"]
        token = token_of(await (await client.get(url, headers=FRAGMENT)).get_data(as_text=True))
        form = {"csrf": token, "pictures": "/media/x.webp", "made": "{}"}

        empty = await client.post(url, form=form | {"how": "give"}, headers=FRAGMENT)
        await client.post(url, form=form, headers=FRAGMENT)
        await ann.resume()

        assert empty.status_code == 422
        assert got(ann) == {"ok": False, "reason": "declined"}

    async def test_what_is_no_picture_is_refused_and_the_question_stays(
        self, ann: Browser, client: Client
    ) -> None:
        """The sheet says so; a picture can still be given."""
        await ann.tap("give")

        refused = await give(client, ann, b"<svg onload=alert(1)>")
        await give(client, ann, jpeg())

        assert refused.status_code == 422
        assert len(await rows(ann)) == 1

    async def test_more_than_were_asked_for_are_refused(self, ann: Browser) -> None:
        """Before the first of them is read."""
        await ann.tap("give")
        ask = await _ask(ann)
        files = [_Unread() for _ in range(3)]

        with pytest.raises(Exception, match="from 1 to 2"):
            await pictures.keep_pictures(ann.deps, ask, {}, files)

    async def test_a_strangers_sheet_takes_no_pictures(self, ann: Browser, lane: Lane) -> None:
        """It is not there, and nothing is stored for anybody."""
        await ann.tap("give")
        other = await sign_in(create_app(ann.deps), ann.deps, lane.seller_id)
        token = token_of(await (await other.get("/me/password")).get_data(as_text=True))
        sent = {"pictures": FileStorage(io.BytesIO(jpeg()), filename="a.jpg")}

        response = await other.post(
            ann.sheets[-1]["url"], form={"how": "give", "csrf": token}, files=sent, headers=FRAGMENT
        )

        assert (response.status_code, await rows(ann)) == (404, [])

    async def test_a_shop_has_so_many_pictures_of_a_person_and_no_more(
        self, ann: Browser, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The sentence says what to do; what is refused is not kept either."""
        monkeypatch.setattr(pictures, "PICTURES_PER_PROGRAM_MAX", 1)
        await ann.tap("give")
        await give(client, ann, jpeg("red"))
        await ann.tap("give")

        response = await give(client, ann, jpeg("blue"))

        assert "Delete your data there first" in (await response.get_json())["detail"]
        assert len(await rows(ann)) == 1


class TestForgetting:
    """Deleting what a shop keeps means the pictures, too."""

    async def test_the_files_are_gone_and_others_stay(self, ann: Browser, client: Client) -> None:
        """The address answers 404; the same picture in the person's own posts stays."""
        posted = await store_image(ann.deps, jpeg(), owner_id=ann.person_id)
        await ann.tap("give")
        await give(client, ann, jpeg())
        url = got(ann)["pictures"][0]["url"]
        small = url.replace(".webp", "-96.webp")

        await pages_of(ann.deps).forget_person(APP_ID, person_id=ann.person_id)

        statuses = [(await client.get(each)).status_code for each in (url, small)]
        assert (statuses, await rows(ann)) == ([404, 404], [])
        path = media_path(ann.deps.settings, posted)
        assert path is not None
        assert path.exists()
        left = await ann.deps.db.read(
            lambda tx: tx.rows("SELECT id FROM core_media WHERE owner_id = :id", id=ann.person_id)
        )
        assert [row["id"] for row in left] == [posted]


class TestShowing:
    """The viewer and the sheet that saves."""

    async def test_the_viewer_gets_whole_pictures_with_their_words(self, ann: Browser) -> None:
        """The largest that is kept, whatever size the page shows; the number is in range."""
        visit, media = visit_of(ann, is_act=True), "/media/" + "a" * 32
        args = {"urls": [f"{media}-320.webp", "assets/icon.png"], "current": 9, "alts": ["A cup"]}

        assert await refusal(visit, "media.preview", args) is None

        digest = visit.running.version.digest
        assert visit.effects == [
            {
                "name": "media.preview",
                "args": {
                    "current": 1,
                    "pictures": [
                        {"url": f"{media}.webp", "alt": "A cup"},
                        {"url": f"/assets/{digest}/assets/icon.png", "alt": ""},
                    ],
                },
            }
        ]

    async def test_only_what_a_page_may_show_can_be_shown_or_saved(self, ann: Browser) -> None:
        """No address of elsewhere, no way out of a folder, no other page of the host."""
        lies = (
            "https://evil.example/x.webp", "//evil.example/x.webp", "/media/../me", "/orders",
            "javascript:alert(1)", "data:image/png;base64,x", "assets/../manifest.json",
            "assets/.hidden", "/media/" + "a" * 31 + ".webp", "/media/" + "a" * 32 + ".webp\n",
            "/assets//evil", "", "assets/", "/media/" + "a" * 32 + "-999.webp",
        )  # fmt: skip
        found = {
            lie: (
                await refusal(visit_of(ann, is_act=True), "media.save", {"url": lie}),
                await refusal(visit_of(ann, is_act=True), "media.preview", {"urls": [lie]}),
            )
            for lie in lies
        }

        assert found == dict.fromkeys(lies, ("bad-argument", "bad-argument"))

    async def test_a_picture_is_saved_from_the_hosts_sheet(
        self, ann: Browser, client: Client
    ) -> None:
        """With the name of the shop; another picture at the same address is not there."""
        await ann.tap("give")
        await give(client, ann, jpeg())
        (kept,) = await rows(ann)
        path = _path(ann, "save")
        await ann.send(type="tap", handler="act", path=path, dataset={"name": "save"})
        url = ann.effects[-1]["args"]["url"]

        html = await (await client.get(url)).get_data(as_text=True)
        other = await client.get(url.replace(kept, "a" * 32))

        assert "Test Shop offers a picture to save" in html
        assert f'href="/media/{kept}.webp" download' in html
        assert other.status_code == 404


class _Unread:
    def read(self) -> bytes:
        raise AssertionError("nothing is read of what will be refused")


async def _ask(ann: Browser) -> Any:
    ask_id = ann.sheets[-1]["ask_id"]
    return await ann.deps.db.read(repository.find_ask, ask_id)


def _path(ann: Browser, name: str) -> list[int]:
    """Return where the button is that does ``name``."""
    return next(
        [place]
        for place, node in enumerate(ann.tree[2])
        if node[0] == "button" and node[1].get("data-name") == name
    )
