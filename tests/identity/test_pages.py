"""Registering, signing in and one's own pages, as a browser meets them."""

import dataclasses
import io
import re
from typing import Any

import pytest
from PIL import Image
from quart import Quart
from quart.datastructures import FileStorage
from quart.typing import TestClientProtocol as Client

from host.app import create_app
from host.core.deps import Deps
from host.core.errors import SignInRequiredError
from host.core.live import use_ticket
from host.identity import service
from tests.conftest import Clock
from tests.wallet.people import Person, register

PASSWORD = "lane of small shops"


async def read_csrf(client: Client, path: str) -> str:
    """Return the token in the form of a page."""
    page = await (await client.get(path)).get_data(as_text=True)
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


async def send_registration(client: Client, **fields: str) -> Any:
    """Fill the form of the registration page in and send it."""
    form = {
        "csrf": await read_csrf(client, "/register"),
        "handle": "ann",
        "name": "Ann",
        "password": PASSWORD,
    }
    return await client.post("/register", form=form | fields)


@pytest.fixture
async def ann(app: Quart) -> Person:
    """Somebody at a browser, signed in."""
    return await register(app, "ann")


@pytest.fixture
async def bob(app: Quart) -> Person:
    """Somebody else at another browser."""
    return await register(app, "bob")


class TestRegister:
    """The first page of a new person."""

    async def test_the_form_signs_in(self, client: Client) -> None:
        """After registering, one's own page opens; the cookie is out of reach of scripts."""
        answer = await send_registration(client, next="/me")

        assert (303, "/me") == (answer.status_code, answer.headers["Location"])
        cookie = next(
            value for value in answer.headers.getlist("Set-Cookie") if value.startswith("hutong=")
        )
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert 200 == (await client.get("/me")).status_code

    async def test_over_tls_the_cookie_is_this_hosts_alone(self, deps: Deps) -> None:
        """The name begins with __Host-, which browsers take from https and the root only."""
        settings = dataclasses.replace(deps.settings, public_url="https://lane.example")
        client = create_app(dataclasses.replace(deps, settings=settings)).test_client()

        answer = await client.post(
            "/api/v1/people", json={"handle": "ann", "name": "Ann", "password": PASSWORD}
        )

        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-hutong=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie

    async def test_a_script_is_told_where_to_go(self, client: Client) -> None:
        """The same form, sent by a script of ours, is answered in JSON."""
        csrf = await read_csrf(client, "/register")

        answer = await client.post(
            "/register",
            form={"csrf": csrf, "handle": "ann", "name": "Ann", "password": PASSWORD},
            headers={"X-Fragment": "1"},
        )

        assert {"redirect": "/"} == await answer.get_json()

    @pytest.mark.parametrize(
        ("field", "value", "problem"),
        [
            ("handle", "admin", "handle-refused"),
            ("name", "a\u202eb", "name-refused"),
            ("password", "short", "password-refused"),
        ],
    )
    async def test_a_refusal_is_a_documented_problem(
        self, client: Client, field: str, value: str, problem: str
    ) -> None:
        """Each names what to change, and nobody is registered."""
        body = {"handle": "ann", "name": "Ann", "password": PASSWORD, field: value}

        answer = await client.post("/api/v1/people", json=body)

        assert 422 == answer.status_code
        assert f"/problems/{problem}" == (await answer.get_json(force=True))["type"]
        assert 401 == (await client.get("/api/v1/me")).status_code

    @pytest.mark.usefixtures("ann")
    async def test_a_taken_handle_is_a_conflict(self, client: Client) -> None:
        """A look-alike is taken as well."""
        answer = await send_registration(client, handle="a_n_n")

        assert 409 == answer.status_code

    async def test_registrations_from_one_address_are_limited(self, app: Quart) -> None:
        """Twenty in a minute are taken; the next is asked to wait."""
        statuses = [
            (
                await app.test_client().post(
                    "/api/v1/people", json={"handle": handle, "name": "P", "password": PASSWORD}
                )
            ).status_code
            for handle in (f"person_{letter}" for letter in "abcdefghjkmnopqrstuvw")
        ]

        assert [201] * 20 + [429] == statuses


class TestSignIn:
    """The door."""

    @pytest.mark.usefixtures("ann")
    async def test_leads_to_where_one_wanted_to_go(self, client: Client) -> None:
        """A page that asked for the sign-in opens afterwards."""
        asked = await client.get("/me/devices")
        assert "/sign-in?next=%2Fme%2Fdevices" == asked.headers["Location"]

        csrf = await read_csrf(client, asked.headers["Location"])
        answer = await client.post(
            "/sign-in",
            form={"csrf": csrf, "handle": "Ann", "password": PASSWORD, "next": "/me/devices"},
        )

        assert (303, "/me/devices") == (answer.status_code, answer.headers["Location"])

    @pytest.mark.usefixtures("ann")
    @pytest.mark.parametrize(
        "wanted",
        ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "me", ""],
    )
    async def test_never_leads_to_another_host(self, client: Client, wanted: str) -> None:
        """A link that was prepared elsewhere ends on the front page."""
        csrf = await read_csrf(client, "/sign-in")

        answer = await client.post(
            "/sign-in", form={"csrf": csrf, "handle": "ann", "password": PASSWORD, "next": wanted}
        )

        assert (303, "/") == (answer.status_code, answer.headers["Location"])

    @pytest.mark.usefixtures("ann")
    async def test_known_and_unknown_handles_answer_alike(self, client: Client) -> None:
        """Status, body and cookies of a wrong password and of an unknown handle are equal."""
        answers = [
            await client.post("/api/v1/session", json={"handle": handle, "password": "a guess"})
            for handle in ("ann", "nobody_here")
        ]

        assert [403, 403] == [answer.status_code for answer in answers]
        first, second = [await answer.get_data() for answer in answers]
        assert first == second
        assert [[], []] == [answer.headers.getlist("Set-Cookie") for answer in answers]

    @pytest.mark.usefixtures("ann")
    async def test_the_form_needs_its_token(self, client: Client) -> None:
        """Another site cannot sign a visitor in as somebody (login CSRF)."""
        answer = await client.post("/sign-in", form={"handle": "ann", "password": PASSWORD})

        assert 403 == answer.status_code
        assert 401 == (await client.get("/api/v1/me")).status_code

    @pytest.mark.parametrize(
        "body",
        [
            b'{"handle": "ann", "password": "' + b"x" * 1_000_000 + b'"}',
            b"[" * 100_000,
            b'{"handle": "ann", "password": "\xff"}',
            b"not json",
        ],
    )
    async def test_strange_bodies_are_refused(self, client: Client, body: bytes) -> None:
        """Too long, too deep, or no JSON: refused before anything is hashed."""
        answer = await client.post(
            "/api/v1/session", data=body, headers={"Content-Type": "application/json"}
        )

        assert 422 == answer.status_code


class TestSession:
    """What ends a session, and what cannot be done in its name."""

    async def test_sign_out_ends_it(self, ann: Person) -> None:
        """The cookie that was kept opens nothing any more."""
        status, place = await ann.post("/sign-out")

        assert (303, "/sign-in") == (status, place)
        assert (401, "/problems/sign-in-required") == await status_and_type(ann, "/api/v1/me")

    async def test_an_expired_session_is_asked_to_sign_in(self, ann: Person, clock: Clock) -> None:
        """Pages lead to the door, JSON is a 401, and a form changes nothing."""
        clock.forward(31 * 24 * 3_600_000)

        page = await ann.client.get("/me")
        assert (303, "/sign-in?next=%2Fme") == (page.status_code, page.headers["Location"])
        assert (401, "/problems/sign-in-required") == await status_and_type(ann, "/api/v1/me")
        status, _ = await ann.post("/me/profile", name="Mallory", about="")
        assert 400 <= status < 500

    async def test_use_keeps_it_open(self, ann: Person, clock: Clock) -> None:
        """A browser that is used each week stays signed in beyond the month."""
        for _ in range(6):
            clock.forward(7 * 24 * 3_600_000)
            status, _ = await ann.json("/api/v1/me")
            assert 200 == status

    async def test_a_wrong_token_changes_nothing(self, ann: Person, bob: Person) -> None:
        """Neither no token, a made-up one, nor another person's."""
        for token in ("", "AAAA", "A" * 44, bob.csrf):
            answer = await ann.client.post(
                "/me/profile", form={"csrf": token, "name": "Mallory", "about": ""}
            )
            assert 403 == answer.status_code

        _, me = await ann.json("/api/v1/me")
        assert "Ann" == me["name"]

    async def test_another_sites_request_changes_nothing(self, ann: Person) -> None:
        """Even with a right token the Origin must be ours."""
        answer = await ann.client.post(
            "/me/profile",
            form={"csrf": ann.csrf, "name": "Mallory", "about": ""},
            headers={"Origin": "https://evil.example"},
        )

        assert 403 == answer.status_code

    async def test_tokens_differ_on_each_page(self, ann: Person) -> None:
        """The token is masked anew, so compression does not leak it."""
        first = await read_csrf(ann.client, "/me")
        second = await read_csrf(ann.client, "/me")

        assert first != second

    async def test_a_ticket_opens_one_socket(self, ann: Person, deps: Deps) -> None:
        """A replayed ticket is refused, and so is one of a signed-out browser."""
        tickets = [await get_ticket(ann) for _ in range(2)]

        person_id, _ = await deps.db.write(use_ticket, tickets[0], now_ms=deps.now_ms())
        assert ann.id == person_id
        with pytest.raises(SignInRequiredError):
            await deps.db.write(use_ticket, tickets[0], now_ms=deps.now_ms())
        await ann.post("/sign-out")
        with pytest.raises(SignInRequiredError):
            await deps.db.write(use_ticket, tickets[1], now_ms=deps.now_ms())


class TestDevices:
    """The list of devices."""

    async def test_signs_a_stolen_phone_out(self, ann: Person, app: Quart) -> None:
        """The phone's cookie opens nothing from then on; this browser stays."""
        phone = app.test_client()
        await phone.post("/api/v1/session", json={"handle": "ann", "password": PASSWORD})
        page = await ann.get("/me/devices")
        ids = re.findall(r"/me/devices/([^/]+)/revoke", page)

        assert 1 == len(ids)
        assert (303, "/me/devices") == await ann.post(f"/me/devices/{ids[0]}/revoke")
        assert 401 == (await phone.get("/api/v1/me")).status_code
        assert 200 == (await ann.client.get("/api/v1/me")).status_code

    async def test_somebody_elses_device_is_not_found(
        self, ann: Person, bob: Person, deps: Deps
    ) -> None:
        """A foreign id and a missing one look the same."""
        theirs = await deps.db.read(service.find_devices, ann.id, now_ms=deps.now_ms())

        statuses = [
            (await bob.post(f"/me/devices/{session_id}/revoke"))[0]
            for session_id in (theirs[0].id, "no-such-id")
        ]

        assert [404, 404] == statuses
        assert 200 == (await ann.client.get("/api/v1/me")).status_code

    async def test_a_new_password_must_be_typed_twice(self, ann: Person) -> None:
        """A typing error would lock its owner out."""
        status, _ = await ann.post(
            "/me/password", current=PASSWORD, new="battery staple", again="batery staple"
        )

        assert 422 == status


class TestProfile:
    """What one says of oneself."""

    async def test_name_text_and_picture_change(self, ann: Person, bob: Person) -> None:
        """Others see it, escaped."""
        out = io.BytesIO()
        Image.new("RGB", (300, 300), "teal").save(out, "PNG")
        out.seek(0)
        answer = await ann.client.post(
            "/me/profile",
            form={"csrf": ann.csrf, "name": "Ann <b>Lee</b>", "about": "Reads"},
            files={"avatar": FileStorage(out, filename="me.png")},
        )

        assert 303 == answer.status_code
        page = await bob.get("/people/ann")
        assert "Ann &lt;b&gt;Lee&lt;/b&gt;" in page
        assert re.search(r'src="/media/[0-9a-f]{32}-320\.webp"', page)

    @pytest.mark.parametrize(
        "extra", [{"is_admin": True}, {"id": "x"}, {"handle": "root"}, {"admin_at_ms": 1}]
    )
    async def test_nothing_else_can_be_sent(self, ann: Person, extra: dict[str, Any]) -> None:
        """A field that is not the person's to change is refused."""
        status, problem = await ann.put("/api/v1/me", {"name": "Ann", "about": ""} | extra)
        _, me = await ann.json("/api/v1/me")

        assert (422, "/problems/bad-input") == (status, problem["type"])
        assert ("ann", False) == (me["handle"], me["is_admin"])

    async def test_language_is_remembered(self, ann: Person) -> None:
        """Chinese pages, whatever the browser asks for."""
        await ann.post("/lang", lang="zh-Hans", next="/me")

        page = await ann.get("/me")

        assert '<html lang="zh-Hans"' in page
        assert "退出登录" in page

    async def test_a_language_that_is_not_spoken_is_refused(self, ann: Person) -> None:
        """Only the two."""
        status, _ = await ann.post("/lang", lang="tlh", next="/me")

        assert 422 == status


async def status_and_type(person: Person, path: str) -> tuple[int, str]:
    """Return the status and the problem type at ``path``."""
    status, problem = await person.json(path)
    return status, problem["type"]


async def get_ticket(person: Person) -> str:
    """Return a ticket for one WebSocket."""
    answer = await person.client.post("/live/ticket", headers={"X-CSRF": person.csrf}, json={})
    return str((await answer.get_json())["ticket"])
