"""Links that the host makes: what is sealed, what a query of a stranger is worth, who shared."""

import dataclasses
import unicodedata
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from quart import Quart

from host.app import create_app
from host.bridge import service
from host.bridge.cards import load_pages
from host.bridge.channel import close_pages
from host.bridge.links import LINK_NAME, Link, MadeBy, link_path, open_link, seal_link, texts
from host.bridge.share import url_of
from host.core.barcodes import read_code
from host.core.deps import Deps
from host.core.ids import new_id
from host.market import service as market
from host.market.errors import OrderRefusedError
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_web import FRAGMENT, sign_in
from tests.conftest import Clock
from tests.market import make
from tests.market.make import Lane

PAGE = '''
"""A page that is passed on."""

from sdk import ApiError, Page, api


class Home(Page):
    text: str = "none"
    seen: str = ""
    opened: str = ""
    order: dict = {}

    def on_load(self, query):
        self.seen = ",".join(sorted(query)) + " " + query.get("coupon", "")
        link = api.link.info()
        self.opened = str(link["signed"]) + " " + str(link["made_by"])

    def info(self, event):
        self.text = str(api.link.info()["sharer"] == api.identity.user()["openid"])

    def make(self, event):
        self.text = api.link.make(coupon="TEN", n=2)["url"]

    def far(self, event):
        try:
            api.link.make("pages/no/such")
        except ApiError as error:
            self.text = error.code

    def qr(self, event):
        self.text = api.share.qr("pages/other/other", id="7")["src"]

    def long(self, event):
        try:
            api.share.qr(text="x" * 700)
        except ApiError as error:
            self.text = error.code

    def poster(self, event):
        api.share.poster("Spring tea", "Ten off", coupon="TEN")

    def buy(self, event):
        self.order = api.orders.create([{"sku": "A1", "qty": 1}])
        self.text = self.order["id"]

    def on_share(self, source):
        cover = "/media/0123456789abcdef0123456789abcdef-720.webp"
        return api.share.card(title="Ten off", image=cover, coupon="TEN")
'''
HANDLERS = ("info", "make", "far", "qr", "long", "poster", "buy")
TEMPLATE = "<h1>{{ text }}</h1><p>{{ seen }}</p><p>{{ opened }}</p>" + "".join(
    f'<button m-on:tap="{name}">x</button>' for name in HANDLERS
)
KEY, SHARER = "k" * 64, "0f" * 16


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """A person in a shop whose page can be passed on."""
    await shop.put_tea(running, lane)
    package = shop.files()
    package["pages/home/home.py"] = PAGE.encode()
    package["pages/home/home.html"] = TEMPLATE.encode()
    await shop.publish(running, lane, package)
    ann = Browser(running, lane.buyer_id)
    await ann.open()
    return ann


@pytest.fixture
async def bob(ann: Browser) -> Browser:
    """Somebody else, to whom it is passed on."""
    return Browser(ann.deps, await ann.deps.db.write(make.put_person, "bob"))


async def follow(browser: Browser, url: str) -> None:
    """Open an address as the shell does: path and query."""
    parts = urlsplit(url)
    assert parts.path.startswith(f"/p/{APP_ID}/")
    await browser.open(parts.path.removeprefix(f"/p/{APP_ID}/"), **dict(parse_qsl(parts.query)))


def seal(query: dict[str, str], *, program_id: str = "a", page: str = "p") -> str:
    """Return the token of a link."""
    link = Link(MadeBy.SHARE, SHARER, 1_700_000_000_000)
    return seal_link(link, secret_key=KEY, program_id=program_id, page=page, query=query)


def opens(query: dict[str, Any], *, program_id: str = "a", page: str = "p", key: str = KEY) -> bool:
    """Tell whether the seal in ``query`` holds."""
    return open_link(secret_key=key, program_id=program_id, page=page, query=query) is not None


class TestSeal:
    """The seal covers program, page and the whole query."""

    def test_a_seal_says_who_and_when(self) -> None:
        """What went in comes out, in any order of the names."""
        token = seal({"a": "1", "b": "2"})

        found = open_link(
            secret_key=KEY, program_id="a", page="p", query={"b": "2", LINK_NAME: token, "a": "1"}
        )

        assert found == Link(MadeBy.SHARE, SHARER, 1_700_000_000_000)

    @pytest.mark.parametrize(
        ("query", "where"),
        [
            ({"a": "1", "b": "3"}, {}),
            ({"a": "1"}, {}),
            ({}, {}),
            ({"a": "1", "b": "2", "c": ""}, {}),
            ({"A": "1", "b": "2"}, {}),
            ({"a": "1 ", "b": "2"}, {}),
            ({"a": "2", "b": "1"}, {}),
            ({"a": '1"],["b","2'}, {}),
            ({"a": "1", "b": "2"}, {"page": "q"}),
            ({"a": "1", "b": "2"}, {"page": "P"}),
            ({"a": "1", "b": "2"}, {"program_id": "b"}),
            ({"a": "1", "b": "2"}, {"key": "j" * 64}),
        ],
    )
    def test_what_was_changed_is_not_sealed(
        self, query: dict[str, str], where: dict[str, str]
    ) -> None:
        """A value, a name, one more, one less, another page, program or host."""
        token = seal({"a": "1", "b": "2"})

        assert not opens({**query, LINK_NAME: token}, **where)
        assert opens({"a": "1", "b": "2", LINK_NAME: token})

    def test_letters_that_look_alike_are_not_the_same(self) -> None:
        """One text in two Unicode forms is two values, for the program reads two values."""
        composed = unicodedata.normalize("NFC", "café")
        token = seal({"a": composed})

        assert opens({"a": composed, LINK_NAME: token})
        assert not opens({"a": unicodedata.normalize("NFD", composed), LINK_NAME: token})

    @pytest.mark.parametrize("n", range(0, 68, 7))
    def test_no_character_of_a_token_can_be_changed(self, n: int) -> None:
        """Every part is covered, the nonce as well."""
        token = seal({})
        other = "A" if token[n] != "A" else "B"

        assert not opens({LINK_NAME: token[:n] + other + token[n + 1 :]})

    @pytest.mark.parametrize("token", ["", "x", "=", "ü", "A" * 15, "A" * 4000, None, 7, True])
    def test_a_token_of_nobody_opens_nothing(self, token: Any) -> None:
        """Too short, too long, not base64, not text."""
        assert not opens({LINK_NAME: token})

    def test_two_links_cannot_be_compared(self) -> None:
        """The same page shared twice gives tokens that have nothing in common to read."""
        assert seal({"a": "1"}) != seal({"a": "1"})
        assert SHARER not in seal({"a": "1"})

    def test_a_query_is_written_as_a_browser_would(self) -> None:
        """Numbers and truth read alike on both sides; nothing and the host's name are left out."""
        given = {"a": 1, "b": 2.0, "c": 2.5, "d": True, "e": None, LINK_NAME: "x"}

        assert texts(given) == {"a": "1", "b": "2", "c": "2.5", "d": "true"}
        assert link_path("a", "p", {"x": "a b&c"}, "T") == "/p/a/p?x=a+b%26c&_link=T"


class TestOpening:
    """What a page learns about the link that opened it."""

    async def test_a_link_of_the_program_is_known_again(self, ann: Browser, bob: Browser) -> None:
        """Signed, with the query as it was given and without the host's name in it."""
        await ann.tap("make")

        await follow(bob, ann.texts[0])
        await bob.tap("info")

        assert bob.texts == ["False", "coupon,n TEN", "True program"]

    @pytest.mark.parametrize(("old", "new"), [("TEN", "FREE"), ("n=2", "n=2&vip=1"), ("n=2&", "")])
    async def test_a_coupon_that_somebody_wrote_is_not_signed(
        self, ann: Browser, bob: Browser, old: str, new: str
    ) -> None:
        """The page sees what was written, and that the host did not make it."""
        await ann.tap("make")
        changed = ann.texts[0].replace(old, new)
        assert changed != ann.texts[0]

        await follow(bob, changed)

        assert bob.texts[2] == "False None"

    async def test_of_a_name_that_stands_twice_one_value_counts_everywhere(
        self, ann: Browser, bob: Browser
    ) -> None:
        """What the page reads is what was sealed: the last, as the browser takes it."""
        await ann.tap("make")

        await follow(bob, ann.texts[0].replace("?", "?coupon=FREE&"))
        last = Browser(bob.deps, bob.person_id)
        await follow(last, ann.texts[0] + "&coupon=FREE")

        assert [each.texts[1:] for each in (bob, last)] == [
            ["coupon,n TEN", "True program"],
            ["coupon,n FREE", "False None"],
        ]

    async def test_a_page_stays_signed_after_a_restart(self, ann: Browser, bob: Browser) -> None:
        """The seal is part of the open page."""
        await ann.tap("make")
        await follow(bob, ann.texts[0])
        await close_pages(bob.deps)
        await bob.resume(-1)
        own = Browser(bob.deps, ann.person_id)
        await follow(own, ann.texts[0])

        await bob.tap("info")
        await own.tap("info")

        assert (bob.texts[0], own.texts[0]) == ("False", "True")

    @pytest.mark.parametrize("handler", ["far", "long"])
    async def test_what_cannot_be_led_to_is_refused(self, ann: Browser, handler: str) -> None:
        """A page that is not there; a query that no QR code can carry."""
        await ann.tap(handler)

        assert ann.texts[0] == "bad-argument"


class TestAttribution:
    """An order remembers whose link brought its buyer."""

    async def test_an_order_names_the_sharer_for_a_day(
        self, ann: Browser, bob: Browser, clock: Clock
    ) -> None:
        """Also from another page; not after a day; not one's own link."""
        await ann.tap("make")
        url = ann.texts[0]
        await follow(bob, url)
        await follow(Browser(ann.deps, ann.person_id), url)
        later = Browser(bob.deps, bob.person_id)
        await later.open()

        sources = [await source_of(later), await source_of(ann)]
        clock.forward(24 * 3600 * 1000)
        sources.append(await source_of(later))

        first = sources[0].rpartition(":")
        assert first[0] == f"program:{APP_ID}:program"
        assert len(first[2]) == 32
        assert sources[1:] == [f"program:{APP_ID}"] * 2

    def test_no_form_can_claim_a_sharer(self) -> None:
        """Only the bridge says whose link it was."""
        with pytest.raises(OrderRefusedError):
            market.check_source(f"program:{APP_ID}:share:{SHARER}")


async def source_of(browser: Browser) -> str:
    """Buy, and return where the order says that its buyer came from."""
    await browser.tap("buy")
    order = await browser.deps.db.read(
        market.access_order, browser.texts[0], actor_id=browser.person_id
    )
    return order.source


class TestSharing:
    """Cards, QR codes and posters lead to the page with the seal."""

    @pytest.fixture
    def app(self, running: Deps) -> Quart:
        """The whole app."""
        return create_app(running)

    async def test_a_page_is_shared_as_a_card_of_its_own(self, ann: Browser, bob: Browser) -> None:
        """Title and picture are the program's words, the shop is the host's; twice is once."""
        for _ in range(2):
            await ann.send(type="share")
        first, again = (effect["args"] for effect in ann.effects)

        cards = await ann.deps.db.read(load_pages, [first["id"]], bob.person_id)
        card = cards[first["id"]]
        await follow(bob, card.open_url)

        assert (first, first["kind"]) == (again, "page")
        assert (card.title, card.subtitle, card.shop_name, card.image_id) == (
            "Ten off", "Test Shop", "Tea House", "0123456789abcdef" * 2,
        )  # fmt: skip
        assert bob.texts[1:] == ["coupon TEN", "True share"]

    async def test_a_qr_code_is_a_picture_for_everybody(self, app: Quart, ann: Browser) -> None:
        """Without a cookie, as the frame asks; an id of nobody is not found."""
        await ann.tap("qr")
        client = app.test_client()

        response = await client.get(ann.texts[0])
        missing = await client.get(f"/media/qr/{new_id()}.png")

        picture = await response.get_data(as_text=False)
        share_id = ann.texts[0].removeprefix("/media/qr/").removesuffix(".png")
        share = await ann.deps.db.read(service.access_share, share_id)
        assert response.content_type == "image/png"
        assert read_code(picture)[0] == url_of(ann.deps.settings.base_url, share)
        assert missing.status_code == 404

    async def test_a_poster_is_shown_to_its_maker_alone(
        self, app: Quart, ann: Browser, bob: Browser
    ) -> None:
        """The sheet opens after the event; a stranger's looks like a missing one."""
        await ann.tap("poster")
        url = ann.effects[-1]["args"]["url"]
        owner, other = [await sign_in(app, ann.deps, browser.person_id) for browser in (ann, bob)]

        shown = await owner.get(url, headers=FRAGMENT)
        refused = await other.get(url, headers=FRAGMENT)

        html = await shown.get_data(as_text=True)
        assert ann.effects[-1]["name"] == "sheet"
        assert 'data-title="Spring tea"' in html
        assert (shown.status_code, refused.status_code) == (200, 404)

    async def test_a_card_of_a_closed_shop_is_gone(self, ann: Browser) -> None:
        """What is shown is what is open now."""
        await ann.send(type="share")
        share_id = ann.effects[-1]["args"]["id"]
        share = await ann.deps.db.read(service.access_share, share_id)
        orphan = dataclasses.replace(share, id=new_id(), program_id="lane.test.gone")
        await ann.deps.db.write(service.put_share, orphan)

        cards = await ann.deps.db.read(load_pages, [share_id, orphan.id], ann.person_id)

        assert list(cards) == [share_id]
