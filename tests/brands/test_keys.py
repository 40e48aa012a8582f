"""Upload keys and the pages of the console, as a browser and a merchant's machine meet them."""

import re

import pytest
from quart import Quart

from tests.conftest import Clock
from tests.wallet.people import Person, register


@pytest.fixture
async def ann(app: Quart) -> Person:
    """A merchant at a browser, whose brand is @tea."""
    person = await register(app, "ann")
    status, place = await person.post("/brands", name="Tea House", handle="tea", description="Tea")
    assert (303, "/m/tea/program") == (status, place)
    return person


@pytest.fixture
async def bob(app: Quart) -> Person:
    """Somebody else at another browser."""
    return await register(app, "bob")


async def make_key(person: Person) -> str:
    """Return a new key of @tea."""
    status, page = await person.post("/m/tea/keys", label="laptop")
    assert 201 == status
    found = re.search(r"HUTONG_UPLOAD_KEY=(\S+)", page)
    assert found is not None
    return found[1]


async def ask_token(app: Quart, key: str) -> tuple[int, dict[str, object]]:
    """Ask for a token as a machine without a browser does."""
    answer = await app.test_client().post("/api/v1/tokens", json={"upload_key": key})
    return answer.status_code, await answer.get_json(force=True)


class TestKeys:
    """Making, using and revoking a key."""

    async def test_a_key_is_shown_once(self, ann: Person) -> None:
        """The list names the key and does not show it."""
        key = await make_key(ann)

        page = await ann.get("/m/tea/keys")

        assert "laptop" in page
        assert key not in page

    async def test_a_key_gives_a_token(self, app: Quart, ann: Person) -> None:
        """For ten minutes, without a browser."""
        status, answer = await ask_token(app, await make_key(ann))

        assert (201, "Bearer", 600) == (status, answer["token_type"], answer["expires_in"])

    @pytest.mark.parametrize("key", ["hut_" + "x" * 43, "x" * 20])
    async def test_a_made_up_key_gives_none(self, app: Quart, key: str) -> None:
        """An unknown key is refused."""
        status, answer = await ask_token(app, key)

        assert (401, "/problems/token-refused") == (status, answer["type"])

    async def test_a_revoked_key_stops_its_tokens(self, app: Quart, ann: Person) -> None:
        """Neither a new token nor one that was made before opens anything."""
        key = await make_key(ann)
        _, answer = await ask_token(app, key)
        page = await ann.get("/m/tea/keys")
        key_id = re.findall(r"/m/tea/keys/([^/]+)/revoke", page)[0]

        await ann.post(f"/m/tea/keys/{key_id}/revoke")

        assert 401 == (await ask_token(app, key))[0]
        assert 401 == await list_versions(app, str(answer["access_token"]))

    async def test_an_old_token_is_refused(self, app: Quart, ann: Person, clock: Clock) -> None:
        """After ten minutes the machine asks again."""
        _, answer = await ask_token(app, await make_key(ann))

        clock.forward(599_000)
        assert 404 == await list_versions(app, str(answer["access_token"]))
        clock.forward(2_000)
        assert 401 == await list_versions(app, str(answer["access_token"]))

    async def test_a_brand_has_ten_keys(self, ann: Person) -> None:
        """The eleventh is refused until one is revoked."""
        for _ in range(10):
            await make_key(ann)

        status, _ = await ann.post("/m/tea/keys", label="one more")

        assert 409 == status

    async def test_somebody_elses_key_is_not_found(self, ann: Person, bob: Person) -> None:
        """A foreign key and a missing one look the same."""
        await make_key(ann)
        page = await ann.get("/m/tea/keys")
        key_id = re.findall(r"/m/tea/keys/([^/]+)/revoke", page)[0]

        statuses = [
            (await bob.post(f"/m/tea/keys/{one}/revoke"))[0] for one in (key_id, "no-such-id")
        ]

        assert [404, 404] == statuses


class TestConsole:
    """Pages of the console."""

    @pytest.mark.parametrize(
        "path", ["/m/tea/brand", "/m/tea/keys", "/m/tea/team", "/m/tea/program"]
    )
    @pytest.mark.parametrize("lang", ["en", "zh-Hans"])
    async def test_opens_for_the_brands_people_alone(
        self, ann: Person, bob: Person, path: str, lang: str
    ) -> None:
        """In both languages; a stranger finds nothing."""
        await ann.post("/lang", lang=lang, next="/me")

        assert "Tea House" in await ann.get(path)
        await bob.get(path, 404)

    @pytest.mark.parametrize(
        "path",
        [
            "/m/tea/brand",
            "/m/tea/keys",
            "/m/tea/team",
            "/m/tea/program/x/submit",
            "/m/tea/program/x/live",
            "/m/tea/program/x/offline",
        ],
    )
    async def test_a_stranger_changes_nothing(self, ann: Person, bob: Person, path: str) -> None:
        """Every form of the console refuses who does not act for the brand."""
        status, _ = await bob.post(path, name="Mine", label="mine", handle="bob")

        assert 404 == status
        assert "Tea House" in await ann.get("/m/tea/brand")

    async def test_the_brands_page_is_everybodys(self, ann: Person, bob: Person) -> None:
        """With a button to follow, and the console for those who act for it."""
        assert "/m/tea" in await ann.get("/b/tea")
        page = await bob.get("/b/tea")
        brand_id = re.findall(r"/brands/([^/]+)/follow", page)[0]

        await bob.post(f"/brands/{brand_id}/follow", on="1")

        page = await bob.get("/b/tea")
        assert "1 follower" in page
        assert "/m/tea" not in page


async def list_versions(app: Quart, token: str) -> int:
    """Return the status of a request with ``token``."""
    answer = await app.test_client().get(
        "/api/v1/programs/lane.tea/versions", headers={"Authorization": f"Bearer {token}"}
    )
    return answer.status_code
