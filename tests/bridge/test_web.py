"""The frame and what it may load, the page around it, and the sheets above it."""

import re
from pathlib import Path

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client

from host.app import create_app
from host.bridge import service
from host.bridge.channel import pages_of
from host.bridge.errors import PageNotFoundError
from host.bridge.store import Store
from host.core.deps import Deps
from host.core.ids import new_id
from host.identity import service as identity
from host.identity.session import cookie_name
from runtime.view import allowlist
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.market import make
from tests.market.make import Lane

FRAME_JS = Path(__file__).resolve().parents[2] / "host" / "shell" / "static" / "frame.js"
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def app(running: Deps) -> Quart:
    """The whole app of a host that runs mini-programs."""
    return create_app(running)


async def sign_in(app: Quart, deps: Deps, person_id: str) -> Client:
    """Return a browser in which the person is signed in."""
    client = app.test_client()
    token = identity.new_token()
    await deps.db.write(
        identity.open_session,
        person_id,
        token_hash=identity.hash_token(token),
        device="test",
        ttl_ms=3_600_000,
        now_ms=deps.now_ms(),
    )
    client.set_cookie("localhost", cookie_name(deps.settings), token)
    return client


class TestFrame:
    """The document in which a mini-program is shown."""

    async def test_it_may_do_one_thing_only(self, app: Quart, ann: Browser) -> None:
        """One script and three style sheets by exact address, pictures, no origin, no name."""
        version = await _live_version(ann)
        response = await app.test_client().get(f"/frame/{version.id}?lang=zh-Hans&theme=dark")
        html = await response.get_data(as_text=True)
        policy = dict(
            part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; ")
        )

        (script,) = re.findall(r'<script src="([^"]+)"></script>', html)
        styles = re.findall(r'<link rel="stylesheet" href="([^"]+)">', html)
        assert policy == {
            "default-src": "'none'",
            "script-src": f"http://localhost{script}",
            "style-src": " ".join(f"http://localhost{style}" for style in styles),
            "img-src": "http://localhost/media/ http://localhost/assets/",
            "sandbox": "allow-scripts",
            "require-trusted-types-for": "'script'",
            "trusted-types": "'none'",
            "form-action": "'none'",
            "base-uri": "'none'",
            "frame-ancestors": "http://localhost",
        }
        assert '<html lang="zh-Hans" data-theme="dark">' in html
        assert "<body></body>" in html

    async def test_what_it_names_is_there(self, app: Quart, ann: Browser) -> None:
        """Its style sheet holds the rules of the package, scoped to their page."""
        version = await _live_version(ann)
        response = await app.test_client().get(f"/assets/{version.digest}/style.css")

        assert response.content_type == "text/css; charset=utf-8"
        assert await response.get_data(as_text=True) == "\n.p-pages-home-home .n{color:red}\n"

    async def test_pictures_are_served_by_what_they_are(self, app: Quart, ann: Browser) -> None:
        """The type is that of the bytes, and nobody may guess another."""
        version = await _live_version(ann)
        response = await app.test_client().get(f"/assets/{version.digest}/assets/icon.png")

        assert response.content_type == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"

    @pytest.mark.parametrize(
        "name",
        ["manifest.json", "pages/home/home.py", "pages/home/home.html", "assets/../manifest.json"],
    )
    async def test_nothing_else_of_a_package_is_served(
        self, app: Quart, ann: Browser, name: str
    ) -> None:
        """Sources stay in the package."""
        version = await _live_version(ann)

        response = await app.test_client().get(f"/assets/{version.digest}/{name}")

        assert response.status_code == 404

    @pytest.mark.parametrize("path", ["/frame/nothing", f"/assets/{'0' * 64}/style.css"])
    async def test_what_is_not_there_is_not_found(self, app: Quart, path: str) -> None:
        """Unknown ids and digests."""
        assert (await app.test_client().get(path)).status_code == 404

    async def test_compiled_code_is_no_package(self, app: Quart, ann: Browser) -> None:
        """A digest of another kind of blob serves nothing."""
        version = await _live_version(ann)

        response = await app.test_client().get(f"/assets/{version.compiled_digest}/style.css")

        assert response.status_code == 404

    def test_the_renderer_and_the_compiler_have_the_same_lists(self) -> None:
        """What a template may say is what the frame shows, and nothing more."""
        text = FRAME_JS.read_text(encoding="utf-8")
        lists = dict(re.findall(r'const (TAGS|ATTRS|EVENTS|INPUT_TYPES) = "([^"]+)";', text))

        # The page itself is <main>; a template cannot hold another.
        assert set(lists["TAGS"].split()) == {*allowlist.TAGS, "main"}
        own = {name for names in allowlist.TAGS.values() for name in names}
        assert set(lists["ATTRS"].split()) == own | allowlist.GLOBAL_ATTRS
        assert set(lists["EVENTS"].split()) == allowlist.EVENTS
        assert set(lists["INPUT_TYPES"].split()) == allowlist.INPUT_TYPES

    def test_the_renderer_never_reads_markup(self) -> None:
        """No way from text to nodes is named in it."""
        text = FRAME_JS.read_text(encoding="utf-8")

        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "eval(",
            "Function(",
            "write(",
        ):
            assert word not in text


class TestPages:
    """What the host draws around a mini-program."""

    async def test_the_page_holds_a_frame_without_an_origin(self, app: Quart, ann: Browser) -> None:
        """Name, badge and capsule are the host's."""
        client = await sign_in(app, ann.deps, ann.person_id)
        html = await (await client.get(f"/p/{APP_ID}")).get_data(as_text=True)

        assert 'sandbox="allow-scripts"' in html
        assert "Test Shop" in html
        assert 'class="capsule"' in html

    @pytest.mark.parametrize("path", ["/p/no.such.shop", "/p/no.such.shop/-/menu", "/asks/x"])
    async def test_what_is_not_there_is_not_found(
        self, app: Quart, ann: Browser, path: str
    ) -> None:
        """Unknown shops and questions."""
        client = await sign_in(app, ann.deps, ann.person_id)

        assert (await client.get(path)).status_code == 404

    async def test_strangers_are_sent_to_sign_in(self, app: Quart) -> None:
        """A shop is opened by somebody."""
        response = await app.test_client().get(f"/p/{APP_ID}", headers={"Accept": "text/html"})

        assert (response.status_code, "/sign-in" in response.headers["Location"]) == (303, True)

    async def test_a_question_is_drawn_with_the_merchants_reason(
        self, app: Quart, ann: Browser
    ) -> None:
        """The sentence is the host's, the reason the merchant's, marked as theirs."""
        await ann.open()
        await ann.tap("who")
        client = await sign_in(app, ann.deps, ann.person_id)

        html = await (await client.get(ann.sheets[0]["url"], headers=FRAGMENT)).get_data(
            as_text=True
        )

        assert "See your name and profile picture." in html
        assert "for tests" in html

    async def test_an_answer_through_the_sheet_reaches_the_handler(
        self, app: Quart, ann: Browser
    ) -> None:
        """The form with the token of this session is the person's word."""
        await ann.open()
        await ann.tap("who")
        client = await sign_in(app, ann.deps, ann.person_id)
        url = ann.sheets[0]["url"]
        html = await (await client.get(url, headers=FRAGMENT)).get_data(as_text=True)
        token = token_of(html)

        forged = await client.post(url, form={"how": "always"}, headers=FRAGMENT)
        answer = await client.post(url, form={"how": "always", "csrf": token}, headers=FRAGMENT)
        await ann.resume()

        assert (forged.status_code, await answer.get_json()) == (403, {"close": True})
        assert ann.texts[0] == "True Ann"

    async def test_a_person_sees_and_takes_back_what_they_allowed(
        self, app: Quart, ann: Browser
    ) -> None:
        """The list, and the button that counts from the next call."""
        await ann.open()
        now_ms = ann.deps.now_ms()
        await ann.deps.db.write(
            service.allow, ann.person_id, APP_ID, "bills", how="always", now_ms=now_ms
        )
        client = await sign_in(app, ann.deps, ann.person_id)
        html = await (await client.get("/me/permissions")).get_data(as_text=True)
        form = {"program_id": APP_ID, "scope": "bills", "csrf": token_of(html)}

        await client.post("/me/permissions/revoke", form=form)

        assert "Test Shop" in html
        await ann.tap("try_call", value="bill")
        assert ann.texts[0] == "declined"

    async def test_a_person_reads_why_a_shop_learned_something(
        self, app: Quart, ann: Browser, lane: Lane
    ) -> None:
        """The reason is that of the day; what still counts can be taken back beside it."""
        await ann.open()
        now_ms = ann.deps.now_ms()
        await ann.deps.db.write(
            service.allow, ann.person_id, APP_ID, "bills", how="always", now_ms=now_ms
        )
        await ann.tap("try_call", value="bill")
        package = shop.files(2)
        package["manifest.json"] = package["manifest.json"].replace(b"for tests", b"for gain")
        await shop.publish(ann.deps, lane, package, scopes=("bills",))
        client = await sign_in(app, ann.deps, ann.person_id)

        pages = []
        for _ in range(2):
            html = await (await client.get("/me/permissions")).get_data(as_text=True)
            pages.append(html.partition('id="learned"')[2])
            form = {"program_id": APP_ID, "scope": "bills", "csrf": token_of(html)}
            await client.post("/me/permissions/revoke", form=form)

        assert [("for tests" in page, "for gain" in page) for page in pages] == [(True, False)] * 2
        assert ["/me/permissions/revoke" in page for page in pages] == [True, False]
        assert "without asking you" in pages[1]

    async def test_a_person_deletes_what_a_shop_keeps(
        self, app: Quart, ann: Browser, lane: Lane
    ) -> None:
        """Pages, values, answers, recordings and consents; another person's stay."""
        bob = Browser(ann.deps, lane.seller_id)
        now_ms = ann.deps.now_ms()
        for browser in (ann, bob):
            await browser.open()
            await browser.tap("add", f"tap-{browser.person_id}")
        await ann.tap("who")
        await ann.deps.db.write(
            service.allow, ann.person_id, APP_ID, "bills", how="always", now_ms=now_ms
        )
        client = await sign_in(app, ann.deps, ann.person_id)
        menu = await (await client.get(f"/p/{APP_ID}/-/menu")).get_data(as_text=True)
        html = await (await client.get("/me/permissions")).get_data(as_text=True)

        answer = await client.post(
            "/me/permissions/forget", form={"program_id": APP_ID, "csrf": token_of(html)}
        )
        after = await (await client.get("/me/permissions")).get_data(as_text=True)

        assert answer.status_code == 303
        assert ["Delete my data here" in page for page in (menu, html, after)] == [
            True, True, False,
        ]  # fmt: skip
        store = await pages_of(ann.deps).stores.get(APP_ID)
        left = [await _count(store, table, ann.person_id) for table in _TABLES]
        bobs = [await _count(store, table, bob.person_id) for table in _TABLES]
        assert (left, all(bobs)) == ([0, 0, 0], True)
        rows = await ann.deps.db.read(
            lambda tx: tx.rows("SELECT id FROM bridge_ask WHERE person_id = :id", id=ann.person_id)
        )
        assert rows == []
        with pytest.raises(PageNotFoundError):
            await ann.tap("add")
        ann.page_id, ann.n = new_id(), -1
        await ann.open()
        assert ann.texts[:2] == ["hello you", "0"]

    async def test_the_log_is_the_merchants(self, app: Quart, ann: Browser, lane: Lane) -> None:
        """To everybody else it is not there."""
        seller = await sign_in(app, ann.deps, lane.seller_id)
        stranger = await sign_in(app, ann.deps, ann.person_id)
        url = f"/programs/{APP_ID}/log"

        assert (await seller.get(url)).status_code == 200
        assert (await stranger.get(url)).status_code == 404

    async def test_a_trial_is_for_its_brand(self, app: Quart, running: Deps, lane: Lane) -> None:
        """A version that is not live opens for its merchant, marked as a trial."""
        version, _ = await shop.deps_upload(running, lane, shop.files())
        seller = await sign_in(app, running, lane.seller_id)
        bob_id = await running.db.write(make.put_person, "bob")
        bob = await sign_in(app, running, bob_id)
        url = f"/p/{APP_ID}?version={version.id}"

        html = await (await seller.get(url)).get_data(as_text=True)

        assert "Trial 1.0.0" in html
        assert (await bob.get(url)).status_code == 404


_TABLES = ("page", "storage", "recording")


async def _count(store: Store, table: str, person_id: str) -> int:
    """Return how many lines of a person a program's database holds."""
    rows = await store._rows(
        f"SELECT COUNT(*) FROM {table} WHERE person_id = ?",  # noqa: S608  (our own names)
        person_id,
    )
    return int(rows[0][0])


def token_of(html: str) -> str:
    """Return the token that a page's forms carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found is not None
    return found[1]


async def _live_version(ann: Browser) -> "shop.Version":
    running = await ann.deps.db.read(service.access_running, APP_ID, viewer_id=ann.person_id)
    return running.version
