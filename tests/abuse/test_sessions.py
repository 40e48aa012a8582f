"""A session that ends in the middle of something, and requests that another site causes.

Of the list of abuses: AB-038, ID-07, ID-19, CH-11.
"""

import re

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client

from host.core.deps import Deps
from host.identity.session import cookie_name
from tests.abuse import street as place
from tests.abuse.rows import NEW_ID
from tests.abuse.street import Street
from tests.conftest import Clock
from tests.wallet.people import PIN, Person

DAY_MS = 24 * 3600 * 1000
FORMS = {
    "/posts": {"text": "Half a page of words.", "audience": "public", "post_id": NEW_ID},
    "/wallet/top-up": {"amount": "10", "currency": "CNY", "key": NEW_ID},
    "/addresses": {"address_id": NEW_ID, "recipient": "Ann", "phone": "123456", "place": "Lane 1"},
}


@pytest.fixture
async def at(app: Quart, deps: Deps) -> Street:
    """A street on which every kind of object belongs to somebody."""
    return await place.build(app, deps)


async def post(client: Client, path: str, form: dict[str, str], **headers: str) -> tuple[int, str]:
    """Send a form and return status and page."""
    answer = await client.post(path, form=form, headers=headers)
    return answer.status_code, await answer.get_data(as_text=True)


class TestEndedSession:
    """Somebody fills in a form for longer than their session lasts."""

    @pytest.mark.parametrize("path", FORMS)
    async def test_they_are_told_and_led_back(self, at: Street, clock: Clock, path: str) -> None:
        """401 says that nothing was done; signing in leads back to the form; nothing is stored."""
        before = await place.dump(at.deps)
        clock.forward(31 * DAY_MS)
        form = {"csrf": at.ann.csrf, **FORMS[path]}

        status, page = await post(
            at.ann.client, path, form, Referer="http://localhost/feed/new?kind=product"
        )

        assert 401 == status
        assert "You were signed out, so nothing was done. Sign in and repeat." in page
        assert 'href="/sign-in?next=%2Ffeed%2Fnew%3Fkind%3Dproduct"' in page
        assert before == await place.dump(at.deps)

    async def test_another_sites_address_is_no_way_back(self, at: Street, clock: Clock) -> None:
        """A Referer of elsewhere leads to the front page."""
        clock.forward(31 * DAY_MS)

        _, page = await post(
            at.ann.client, "/posts", {}, Referer="https://evil.example/feed/new"
        )  # fmt: skip

        assert 'href="/sign-in"' in page
        assert "evil" not in page

    @pytest.mark.parametrize("kind", ["sheet", "api"])
    async def test_scripts_and_programs_get_a_problem(
        self, at: Street, clock: Clock, kind: str
    ) -> None:
        """Paying with a session that ended: problem+json, and the order still waits."""
        clock.forward(31 * DAY_MS)
        order = f"/orders/{at.theirs['unpaid']}/pay"
        paths = {"sheet": order, "api": f"/api/v1{order}"}
        status, headers, text = await place.request(
            at.ann.client, "POST", paths[kind], csrf=at.ann.csrf,
            form={"pin": PIN, "amount_minor": "12800"},
            json={"pin": PIN, "amount_minor": 12_800} if kind == "api" else None,
        )  # fmt: skip

        assert (401, "application/problem+json") == (status, headers["Content-Type"])
        assert "/problems/sign-in-required" in text

    async def test_a_page_leads_to_the_door_and_back(self, at: Street, clock: Clock) -> None:
        """A page that is opened sends to the sign-in page with the way back."""
        clock.forward(31 * DAY_MS)

        answer = await at.ann.client.get(f"/orders/{at.theirs['order']}?x=1")

        assert 303 == answer.status_code
        to = f"/sign-in?next=%2Forders%2F{at.theirs['order']}%3Fx%3D1"
        assert to == answer.headers["Location"]

    async def test_using_the_lane_renews_the_cookie_too(self, at: Street, clock: Clock) -> None:
        """A browser keeps the cookie as long as the session that is in use."""
        clock.forward(DAY_MS)

        answer = await at.ann.client.get("/wallet")

        cookie = answer.headers.get("Set-Cookie", "")
        assert cookie.startswith(f"{cookie_name(at.deps.settings)}=")
        assert f"Max-Age={at.deps.settings.session_ttl_s}" in cookie
        assert "HttpOnly" in cookie
        again = await at.ann.client.get("/wallet")
        assert "Set-Cookie" not in again.headers

    async def test_who_signs_out_gets_no_new_cookie(self, at: Street, clock: Clock) -> None:
        """The last request of a session ends it."""
        clock.forward(DAY_MS)

        answer = await at.ann.client.post("/sign-out", form={"csrf": at.ann.csrf})

        assert "Max-Age=0" in answer.headers["Set-Cookie"]
        assert 303 == (await at.ann.client.get("/wallet")).status_code


class TestForgedRequests:
    """Another site's page makes a signed-in browser send something."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost.evil.example"},
            {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        ],
    )
    async def test_even_the_right_token_does_not_help(
        self, at: Street, headers: dict[str, str]
    ) -> None:
        """A payment with token and PIN from elsewhere is refused, before anything is counted."""
        before = await place.dump(at.deps)
        form = {"csrf": at.ann.csrf, "pin": PIN, "amount_minor": "12800"}

        status, _ = await post(
            at.ann.client, f"/orders/{at.theirs['unpaid']}/pay", form, **headers
        )  # fmt: skip

        assert 403 == status
        assert before == await place.dump(at.deps)

    async def test_every_change_needs_a_token(self, app: Quart, at: Street) -> None:
        """Each address that takes POST, PUT or DELETE refuses a request without one, unchanged."""
        before = await place.dump(at.deps, without=("core_rate", "identity_attempt"))
        open_to_all = []
        for rule in app.url_map.iter_rules():
            for method in (rule.methods or set()) & {"POST", "PUT", "DELETE"}:
                path = re.sub(r"<int:\w+>", "1", rule.rule)
                path = re.sub(r"<[^>]+>", NEW_ID, path)
                answer = await at.ann.client.open(
                    path, method=method, json={} if rule.rule.startswith("/api/") else None
                )
                problem = await answer.get_data(as_text=True)
                said = "forged-request" in problem or '"NO_AUTH"' in problem  # WeChat's word
                if 403 != answer.status_code or not said:
                    open_to_all.append(rule.rule)

        assert [] == open_to_all
        assert before == await place.dump(at.deps, without=("core_rate", "identity_attempt"))

    async def test_reading_changes_nothing(self, app: Quart, at: Street) -> None:
        """No address changes money, orders or posts when it is only opened."""
        quiet = ("wallet_", "market_order", "market_refund", "market_address", "feed_post",
                 "feed_comment", "feed_like", "contacts_", "programs_", "review_",
                 "brands_", "bridge_", "identity_person")  # fmt: skip
        before = await place.dump(at.deps)
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and not rule.websocket:
                path = re.sub(r"<int:\w+>", "1", rule.rule)
                for name in rule.arguments:
                    thing = name.removesuffix("_id").replace("conversation", "chat")
                    path = re.sub(rf"<(\w+:)?{name}>", at.theirs.get(thing, "tea_house"), path)
                for person in (at.ann, at.zhou):
                    await person.client.get(path)

        after = await place.dump(at.deps)
        assert [] == [t for t in before if t.startswith(quiet) and before[t] != after[t]]

    async def test_no_page_can_be_framed(self, at: Street) -> None:
        """The payment sheet and every other page refuse to be shown inside another site."""
        for path in (f"/orders/{at.theirs['unpaid']}/pay", "/wallet/send/bob", "/me"):
            answer = await at.ann.client.get(path)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    async def test_a_stolen_token_of_another_person_does_not_fit(self, at: Street) -> None:
        """A token is of one session."""
        status, page = await post(at.ann.client, "/posts", {"csrf": at.eve.csrf, "text": "x"})

        assert 403 == status
        assert "out of date" in page


async def test_a_signed_out_browser_gets_no_data(app: Quart, at: Street) -> None:
    """Every address but the open ones answers 401 or leads to the door; none gives a page."""
    stranger = Person(app.test_client(), "", "")
    open_to_all = []
    for rule in app.url_map.iter_rules():
        if rule.websocket or "GET" not in (rule.methods or ()):
            continue
        path = re.sub(r"<int:\w+>", "1", rule.rule)
        for name in rule.arguments:
            thing = name.removesuffix("_id").replace("conversation", "chat")
            path = re.sub(rf"<(\w+:)?{name}>", at.theirs.get(thing, "tea_house"), path)
        answer = await stranger.client.get(path)
        if answer.status_code == 200:
            open_to_all.append(rule.rule)

    assert {
        "/", "/api/docs", "/api/openapi.json",
        "/sign-in", "/register", "/offline", "/manifest.webmanifest", "/sw.js", "/livez",
        "/readyz", "/frame/<version_id>", "/media/qr/<share_id>.png",
    } == set(open_to_all)  # fmt: skip
