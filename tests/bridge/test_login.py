"""A merchant's server learns who has signed in: once, soon, and nobody else's."""

import asyncio
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client

from host.app import create_app
from host.brands import service as brands
from host.brands.model import KeyPurpose
from host.bridge.model import LOGIN_CODE_TTL_MS
from host.bridge.pairwise import openid, unionid
from host.core.deps import Deps
from host.identity import service as identity
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.conftest import Clock
from tests.market.make import Lane

DOCS = Path(__file__).resolve().parents[2] / "docs" / "server.md"
URL = f"/api/v1/programs/{APP_ID}/logins"
PAGE = '''
"""A page that signs people in."""

from sdk import Page, api


class Home(Page):
    code: str = ""
    openid: str = ""

    def sign_in(self, event):
        self.code = api.identity.login()["code"]
        self.openid = api.identity.user()["openid"]
'''
TEMPLATE = '<h1>{{ code }}</h1><p>{{ openid }}</p><button m-on:tap="sign_in">x</button>'


@pytest.fixture
async def signed_in(running: Deps, lane: Lane) -> Browser:
    """A person who has signed in to the shop."""
    package = shop.files()
    package["pages/home/home.py"] = PAGE.encode()
    package["pages/home/home.html"] = TEMPLATE.encode()
    await shop.publish(running, lane, package)
    ann = Browser(running, lane.buyer_id)
    await ann.open()
    await ann.tap("sign_in")
    return ann


@pytest.fixture
def server(app_of_lane: Quart) -> Client:
    """Some machine of the outside."""
    return app_of_lane.test_client()


@pytest.fixture
def app_of_lane(running: Deps) -> Quart:
    """The whole app."""
    return create_app(running)


async def make_key(lane: Lane, purpose: KeyPurpose, *, brand_id: str = "") -> str:
    """Return a new key of a brand."""
    key = f"hus_{identity.new_token()}"
    await lane.db.write(
        brands.create_key,
        brand_id or lane.brand_id,
        actor_id=lane.seller_id,
        label="server",
        secret_hash=identity.hash_token(key),
        now_ms=1,
        purpose=purpose,
    )
    return key


async def exchange(server: Client, key: str, code: str, url: str = URL) -> tuple[int, Any]:
    """Send a code and return what came back."""
    response = await server.post(
        url, json={"code": code}, headers={"Authorization": f"Bearer {key}"}
    )
    answer = await response.get_json()
    return response.status_code, answer.get("type", answer)


async def test_the_example_of_the_documentation_works(
    server: Client, signed_in: Browser, lane: Lane
) -> None:
    """The curl line of docs/server.md, with the key and the code filled in."""
    key = await make_key(lane, KeyPurpose.SERVER)
    example = re.search(r"^ *(curl .*?)\n *```", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert example is not None
    filled = example[1].replace("$HUTONG_HOST_URL", "").replace("$HUTONG_SERVER_KEY", key)
    filled = filled.replace("the code that the page sent", signed_in.texts[0])
    words = shlex.split(filled.replace("\\\n", " "))
    headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")

    response = await server.post(words[2], data=words[words.index("-d") + 1], headers=headers)

    answer = json.loads(await response.get_data())
    assert response.status_code == 200
    assert answer["openid"] == signed_in.texts[1]
    assert set(answer) == {"openid", "unionid"}
    assert answer["unionid"] not in (answer["openid"], signed_in.person_id)


async def test_a_code_works_once(server: Client, signed_in: Browser, lane: Lane) -> None:
    """Of five servers that send it at the same moment, one is told."""
    key = await make_key(lane, KeyPurpose.SERVER)

    answers = await asyncio.gather(*(exchange(server, key, signed_in.texts[0]) for _ in range(5)))

    assert sorted(status for status, _ in answers) == [200, 404, 404, 404, 404]


async def test_every_refusal_of_a_code_is_the_same(
    server: Client, signed_in: Browser, lane: Lane, clock: Clock
) -> None:
    """Unknown, of another brand, of another program, too old: and none of them uses it up."""
    key = await make_key(lane, KeyPurpose.SERVER)
    other = await lane.db.write(
        brands.create_brand,
        owner_id=lane.seller_id,
        handle="noodle_bar",
        name="Noodle Bar",
        description="",
        now_ms=1,
    )
    foreign = await make_key(lane, KeyPurpose.SERVER, brand_id=other.id)
    code = signed_in.texts[0]

    refused = [
        await exchange(server, key, "x" * 43),
        await exchange(server, foreign, code),
        await exchange(server, key, code, "/api/v1/programs/lane.test.other/logins"),
    ]
    clock.forward(LOGIN_CODE_TTL_MS - 1)
    in_time = await exchange(server, key, code)
    await signed_in.tap("sign_in")
    clock.forward(LOGIN_CODE_TTL_MS)
    refused.append(await exchange(server, key, signed_in.texts[0]))

    assert refused == [(404, "/problems/login-code-refused")] * 4
    assert in_time[0] == 200


@pytest.mark.parametrize("purpose", [KeyPurpose.UPLOAD, None])
async def test_another_key_learns_nothing(
    server: Client, signed_in: Browser, lane: Lane, purpose: KeyPurpose | None
) -> None:
    """An upload key, and one that nobody made; and a server key uploads nothing."""
    key = await make_key(lane, purpose) if purpose else "hus_nobody-made-this-one"
    mine = await make_key(lane, KeyPurpose.SERVER)

    refused = await exchange(server, key, signed_in.texts[0])
    token = await server.post("/api/v1/tokens", json={"upload_key": mine})

    assert refused == (401, "/problems/token-refused")
    assert token.status_code == 401


async def test_without_a_key_nothing_is_said(server: Client, signed_in: Browser) -> None:
    """Who sends no key is asked for one."""
    response = await server.post(URL, json={"code": signed_in.texts[0]})

    assert response.status_code == 401


def test_two_programs_of_a_brand_share_the_union_id_alone() -> None:
    """The openid differs, so that a program learns only about itself."""
    names = {openid("key", program, "ann") for program in ("a", "b")}

    assert len(names | {unionid("key", "brand", "ann")}) == 3
    assert unionid("key", "brand", "ann") != unionid("key", "other", "ann")
