"""Pages that belong to no domain: the door, problems, errors, what makes the site installable."""

import re

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client

from host.shell.problems import problem_texts
from tests.wallet.people import register


async def read(client: Client, path: str, **headers: str) -> str:
    """Return a page's text."""
    answer = await client.get(path, headers=headers)
    return await answer.get_data(as_text=True)


class TestDoor:
    """The first page."""

    async def test_it_tells_strangers_what_this_is(self, client: Client) -> None:
        """Two ways in, and nothing of the demo where there is none."""
        page = await read(client, "/")

        assert 'href="/register"' in page
        assert 'href="/sign-in"' in page
        assert "/demo/sign-in/" not in page

    async def test_it_leads_who_is_signed_in_to_the_chats(self, app: Quart) -> None:
        """Nobody who lives here sees the poster again."""
        ann = await register(app, "ann")
        answer = await ann.client.get("/")

        assert (answer.status_code, answer.headers["Location"]) == (303, "/chats")

    async def test_it_speaks_the_readers_language(self, client: Client) -> None:
        """Chinese for who asks for Chinese, with the language said in the document."""
        page = await read(client, "/", **{"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})

        assert '<html lang="zh-Hans"' in page
        assert "熟人都在，小店成巷" in page


class TestFrame:
    """What every page carries."""

    @pytest.mark.parametrize(
        ("chosen", "attribute", "colours"),
        [
            ("", "", ["#f6f4f0", "#131417"]),
            ("dark", ' data-theme="dark"', ["#131417"]),
            ("light", ' data-theme="light"', ["#f6f4f0"]),
            ('x" onload="alert(1)', "", ["#f6f4f0", "#131417"]),
        ],
    )
    async def test_the_chosen_theme_is_there_at_once(
        self, client: Client, chosen: str, attribute: str, colours: list[str]
    ) -> None:
        """From the cookie, in the first byte; a cookie with anything else is as good as none."""
        page = await read(client, "/", Cookie=f"hutong_theme={chosen}")

        assert f'<html lang="en" dir="ltr"{attribute}>' in page
        assert colours == re.findall(r'<meta name="theme-color" content="(#\w+)"', page)

    async def test_the_tab_of_the_page_is_marked(self, app: Quart) -> None:
        """Exactly one of the five places is the current one."""
        ann = await register(app, "ann")
        page = await read(ann.client, "/discover")
        tabs = re.search(r'<nav class="tabs-bar".*?</nav>', page, re.DOTALL)
        assert tabs is not None

        assert ["/discover"] == re.findall(r'<a href="([^"]+)" aria-current="page"', tabs[0])
        assert len(re.findall(r"<a href=", tabs[0])) == 5

    async def test_a_sheet_gets_the_content_alone(self, app: Quart) -> None:
        """The same page without its frame when a script of ours asks."""
        ann = await register(app, "ann")
        page = await read(ann.client, "/feed/new", **{"X-Fragment": "1"})

        assert "<html" not in page
        assert 'action="/posts"' in page


class TestErrors:
    """Refusals as people and as programs see them."""

    async def test_a_person_gets_a_page_with_a_way_on(self, client: Client) -> None:
        """What happened, a way back and where it is explained."""
        answer = await client.get("/nothing-here", headers={"Accept": "text/html"})
        page = await answer.get_data(as_text=True)

        assert answer.status_code == 404
        assert "There is nothing at this address." in page
        assert 'href="/problems/not-found"' in page

    async def test_every_documented_problem_has_its_page(self, client: Client) -> None:
        """The type of a refusal is an address that answers, and says something."""
        for slug, text in sorted(problem_texts().items()):
            answer = await client.get(f"/problems/{slug}")

            assert (slug, answer.status_code) == (slug, 200)
            assert len(text.paragraphs[0]) > 20, slug

    async def test_an_unknown_problem_is_not_found(self, client: Client) -> None:
        """No page is made up."""
        assert (await client.get("/problems/no-such-type")).status_code == 404


class TestInstallable:
    """Manifest, worker, offline page, files."""

    async def test_the_manifest_names_icons_that_exist(self, client: Client) -> None:
        """Both sizes answer as PNG."""
        manifest = await (await client.get("/manifest.webmanifest")).get_json(force=True)

        assert manifest["start_url"] == "/"
        for icon in manifest["icons"]:
            assert (await client.get(icon["src"])).content_type == "image/png"

    async def test_the_worker_is_always_asked_for_anew(self, client: Client) -> None:
        """An old worker would rule the site for a day."""
        answer = await client.get("/sw.js")

        assert answer.content_type.startswith("text/javascript")
        assert answer.headers["Cache-Control"] == "no-cache"

    async def test_the_offline_page_needs_nothing_else(self, client: Client) -> None:
        """It is shown when nothing can be asked for."""
        page = await read(client, "/offline")

        assert re.findall(r'(?:src|href)="(?!/")', page) == []

    async def test_every_file_of_a_page_is_kept_for_ever(self, client: Client) -> None:
        """Each address carries the build, so a browser need never ask again."""
        page = await read(client, "/")
        for url in set(re.findall(r'"(/static/[^"#]+)', page)):
            answer = await client.get(url, headers={"Accept-Encoding": "gzip"})
            assert (url, answer.status_code) == (url, 200)
            assert "immutable" in answer.headers["Cache-Control"]
