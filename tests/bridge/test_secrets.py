"""The vault as a merchant, a stranger, a reviewer and a person in the shop meet it."""

import json
import re

import pytest
from quart import Quart

from host.app import create_app
from host.core.deps import Deps
from host.core.errors import NotFoundError
from host.programs import service as programs
from host.programs.errors import SecretRefusedError
from host.programs.model import SECRETS_MAX
from host.review.service.evidence import compare_network
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_web import sign_in
from tests.market import make
from tests.market.make import Lane

VALUE = "Bearer only-the-server-knows"


async def put(deps: Deps, actor_id: str, **more: str) -> None:
    """Keep a secret."""
    given = {"name": "PAY_KEY", "host": "api.a.example", "value": VALUE} | more
    await deps.db.write(
        programs.put_secret,
        APP_ID,
        actor_id=actor_id,
        secret_key=deps.settings.secret_key,
        now_ms=deps.now_ms(),
        **given,
    )


async def read(deps: Deps, name: str = "PAY_KEY", host: str = "api.a.example") -> str | None:
    """Return a secret as the way out reads it."""
    return await deps.db.read(
        programs.open_secret, APP_ID, name, host=host, secret_key=deps.settings.secret_key
    )


class TestVault:
    """Kept, replaced, removed; never shown."""

    @pytest.mark.usefixtures("ann")
    async def test_the_same_name_replaces_value_and_host(self, running: Deps, lane: Lane) -> None:
        """What was there is gone, for the old host as well."""
        await put(running, lane.seller_id)
        await put(running, lane.seller_id, name="pay_key", value="new", host="API.b.example")

        assert await read(running) is None
        assert await read(running, host="api.b.example") == "new"

    @pytest.mark.usefixtures("ann")
    @pytest.mark.parametrize(
        "more",
        [
            {"name": ""},
            {"name": "1KEY"},
            {"name": "PAY-KEY"},
            {"name": "A" * 41},
            {"host": "https://api.a.example"},
            {"host": "api.a.example/x"},
            {"host": "127.0.0.1"},
            {"host": "*.a.example"},
            {"value": ""},
            {"value": "a\r\nHost: b"},
            {"value": "密钥"},
            {"value": "x" * 2049},
        ],
    )
    async def test_what_cannot_be_sent_is_not_kept(
        self, running: Deps, lane: Lane, more: dict[str, str]
    ) -> None:
        """The merchant is told at once, not at the first request."""
        with pytest.raises(SecretRefusedError):
            await put(running, lane.seller_id, **more)

    @pytest.mark.usefixtures("ann")
    async def test_a_program_keeps_twenty(self, running: Deps, lane: Lane) -> None:
        """The next is refused, and replacing goes on."""
        for number in range(SECRETS_MAX):
            await put(running, lane.seller_id, name=f"KEY_{number}")

        with pytest.raises(SecretRefusedError):
            await put(running, lane.seller_id)
        await put(running, lane.seller_id, name="KEY_0", value="new")

        assert await read(running, "KEY_0") == "new"

    @pytest.mark.usefixtures("ann")
    async def test_the_vault_is_the_merchants(self, running: Deps, lane: Lane) -> None:
        """A stranger sees, keeps and removes nothing."""
        await put(running, lane.seller_id)
        bob = await running.db.write(make.put_person, "bob")

        with pytest.raises(NotFoundError):
            await put(running, bob, value="stolen")
        with pytest.raises(NotFoundError):
            await running.db.write(programs.remove_secret, APP_ID, "PAY_KEY", actor_id=bob)
        with pytest.raises(NotFoundError):
            await running.db.read(programs.find_secrets, APP_ID, actor_id=bob)
        assert await read(running) == VALUE


@pytest.fixture
def app(running: Deps) -> Quart:
    """The whole app of a host that runs mini-programs."""
    return create_app(running)


class TestPages:
    """What is shown, and to whom."""

    async def test_a_merchant_keeps_and_removes_a_secret(
        self, app: Quart, ann: Browser, lane: Lane
    ) -> None:
        """The page names it and never shows it."""
        client = await sign_in(app, ann.deps, lane.seller_id)
        url = f"/m/{lane.handle}/program/{APP_ID}/secrets"
        html = await (await client.get(url)).get_data(as_text=True)
        found = re.search(r'name="csrf" value="([^"]+)"', html)
        assert found is not None
        csrf = found[1]
        form = {"csrf": csrf, "name": "PAY_KEY", "host": "api.a.example", "value": VALUE}
        posted = await client.post(url, form=form)
        page = await (await client.get(url)).get_data(as_text=True)
        kept = await read(ann.deps)
        removed = await client.post(f"{url}/PAY_KEY/remove", form={"csrf": csrf})

        assert (posted.status_code, removed.status_code) == (303, 303)
        assert kept == VALUE
        assert "PAY_KEY" in page
        assert "only-the-server-knows" not in page
        assert await read(ann.deps) is None

    async def test_a_reviewer_sees_what_is_new(self, running: Deps, lane: Lane) -> None:
        """Against the version that people have: new hosts first, then those it asks no more."""
        versions = []
        for code, hosts in ((1, ["api.a.example", "api.b.example"]),
                            (2, ["api.b.example", "api.c.example"])):  # fmt: skip
            manifest = shop.manifest(code)
            manifest["hutong"]["network"] = hosts
            package = shop.files(code) | {"manifest.json": json.dumps(manifest).encode()}
            versions.append(await shop.publish(running, lane, package))

        changed = compare_network(versions[1], versions[0])

        assert [(each.name, each.change) for each in changed] == [
            ("api.c.example", "new"),
            ("api.b.example", "same"),
            ("api.a.example", "dropped"),
        ]
        assert {each.change for each in compare_network(versions[0], None)} == {"new"}

    async def test_people_are_told_of_every_host(
        self, app: Quart, running: Deps, lane: Lane
    ) -> None:
        """In the shop's menu, in words of their own."""
        manifest = shop.manifest()
        manifest["hutong"]["network"] = ["api.a.example"]
        package = shop.files() | {"manifest.json": json.dumps(manifest).encode()}
        await shop.publish(running, lane, package)
        client = await sign_in(app, running, lane.buyer_id)

        page = await (await client.get(f"/p/{APP_ID}/-/menu")).get_data(as_text=True)

        assert "Talks to computers of others" in page
        assert "api.a.example" in page
