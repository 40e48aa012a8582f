"""What every address shares: problems, headers, compression, forged requests."""

from dataclasses import replace

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client
from werkzeug.datastructures import Headers

from host.core import live
from host.core.deps import Deps
from host.core.web import current_address, current_person_id, install, render
from tests.conftest import START_MS
from tests.wallet.people import register


async def test_an_unknown_address_is_a_problem_for_programs(client: Client) -> None:
    """RFC 9457, with a sentence."""
    answer = await client.get("/api/v1/nowhere")

    assert 404 == answer.status_code
    assert "application/problem+json" == answer.content_type
    assert {
        "type": "/problems/not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "instance": "/api/v1/nowhere",
        "retry": "never",
    } == await answer.get_json(force=True)


async def test_an_unknown_address_is_a_page_for_people(client: Client) -> None:
    """In their language."""
    answer = await client.get("/nowhere", headers={"Accept-Language": "zh-CN,zh;q=0.9"})

    assert 404 == answer.status_code
    text = await answer.get_data(as_text=True)
    assert 'lang="zh-Hans"' in text


async def test_every_page_carries_its_walls(client: Client) -> None:
    """Strict CSP with Trusted Types, no sniffing, no framing."""
    answer = await client.get("/sign-in")

    policy = answer.headers["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "nosniff" == answer.headers["X-Content-Type-Options"]


async def test_a_form_from_another_site_does_nothing(client: Client) -> None:
    """Without the token, and with a foreign Origin even with it."""
    plain = await client.post("/sign-in", form={"handle": "ann", "password": "x" * 12})
    foreign = await client.post(
        "/sign-in", form={"handle": "ann"}, headers={"Origin": "https://evil.example"}
    )

    assert [403, 403] == [plain.status_code, foreign.status_code]


async def test_static_files_are_compressed_and_kept_for_ever(client: Client) -> None:
    """Under the build's name; an old build's name still works but is not kept."""
    page = await (await client.get("/sign-in")).get_data(as_text=True)
    build = page.split("/static/")[1].split("/")[0]

    fresh = await client.get(f"/static/{build}/css/base.css", headers={"Accept-Encoding": "gzip"})
    stale = await client.get("/static/000000000000/css/base.css")

    assert "gzip" == fresh.headers["Content-Encoding"]
    assert "immutable" in fresh.headers["Cache-Control"]
    assert (200, "no-cache") == (stale.status_code, stale.headers["Cache-Control"])


async def test_a_wrong_method_and_a_climbing_path_are_refused(client: Client) -> None:
    """Each with its own status."""
    wrong = await client.put("/live/events", json={})
    climbing = await client.get("/static/x/../../core/errors.py")

    assert [405, 404] == [wrong.status_code, climbing.status_code]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, ["203.0.113.7"], "10.0.0.1"),
        (1, ["203.0.113.7"], "203.0.113.7"),
        # The client's own claim stands on the left of what our proxy has heard.
        (1, ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (2, ["198.51.100.1", "203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        (2, ["203.0.113.7"], "10.0.0.1"),
        (1, ["nonsense"], "10.0.0.1"),
        (1, [], "10.0.0.1"),
        (1, ["2001:DB8::1"], "2001:db8::1"),
    ],
)
async def test_an_address_is_what_a_trusted_proxy_heard(
    app: Quart, deps: Deps, proxies: int, forwarded: list[str], address: str
) -> None:
    """Nobody chooses the address under which their attempts are counted."""
    trusting = replace(deps, settings=replace(deps.settings, trusted_proxy_count=proxies))
    install(app, trusting, app.extensions["hutong.assets"])
    # Quart notes the peer's address as this header, whatever was sent.
    headers = Headers([("Remote-Addr", "10.0.0.1")])
    for line in forwarded:
        headers.add("X-Forwarded-For", line)

    async with app.test_request_context("/", headers=headers):
        assert address == current_address()


async def test_a_page_is_never_younger_than_its_place_in_the_live_channel(
    app: Quart, deps: Deps
) -> None:
    """What happens while a page is read is not on it, so its tab must be told again."""

    @app.get("/slow")
    async def show_slowly() -> str:
        person_id = current_person_id()
        await deps.db.write(live.publish, [person_id], "chat.message", {}, now_ms=START_MS)
        return await render("shell/base.html")

    ann = await register(app, "ann")
    before = await deps.db.read(live.last_ev, ann.id)
    text = await (await ann.client.get("/slow")).get_data(as_text=True)

    assert f'<meta name="live" content="{before}"' in text
