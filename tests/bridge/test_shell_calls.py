"""Questions in the shop's own words, and the way into another mini-program."""

from typing import Any

import pytest
from quart import Quart

from host.app import create_app
from host.bridge import service
from host.bridge.channel import close_pages
from host.bridge.errors import AskNotFoundError
from host.core.deps import Deps
from host.core.errors import BadInputError
from tests.bridge import shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_web import FRAGMENT, sign_in, token_of
from tests.market import make
from tests.market.make import Lane

PAGE = '''
"""A page that asks."""

from sdk import ApiError, Page, api


class Home(Page):
    text: str = "nothing"

    def yes_or_no(self, event):
        api.ui.modal("Cancel the order?", "It is <b>paid</b>.", confirm="Cancel it", then="said")

    def one_button(self, event):
        api.ui.modal("Done", cancel=None, then="said")

    def choose(self, event):
        api.ui.action_sheet(["Green", "Black"], then="chosen")

    def write(self, event):
        api.ui.prompt("Your name on the card", placeholder="Mei", then="written")

    def twice(self, event):
        api.ui.modal("First", then="said")
        api.ui.modal("Second", then="said")

    def leave(self, event):
        try:
            api.nav.open_program("lane.test.shop", "pages/home/home", then="said", who="a b&c")
            api.nav.open_program("lane.no.such", then="said")
        except ApiError as error:
            self.text = error.code

    def signs(self, event):
        api.ui.loading("Brewing")
        api.ui.done()
        api.ui.badge("pages/other/other", "3")
        api.ui.scroll_to("end")
        api.nav.relaunch("pages/other/other", id=7)

    def said(self, result):
        self.text = "said " + str(result.ok) + " " + str(result.reason)

    def chosen(self, result):
        self.text = "chosen " + str(result.ok) + " " + str(result.index) + " " + str(result.text)

    def written(self, result):
        self.text = "written " + str(result.ok) + " " + str(result.text)
'''
HANDLERS = ("yes_or_no", "one_button", "choose", "write", "twice", "leave", "signs")
TEMPLATE = "<h1>{{ text }}</h1>" + "".join(
    f'<button m-on:tap="{name}">{name}</button>' for name in HANDLERS
)


@pytest.fixture
async def asking(running: Deps, lane: Lane) -> Browser:
    """The person's browser, with the page that asks."""
    package = shop.files()
    package["pages/home/home.py"] = PAGE.encode()
    package["pages/home/home.html"] = TEMPLATE.encode()
    await shop.publish(running, lane, package)
    ann = Browser(running, lane.buyer_id)
    await ann.open()
    return ann


async def answer(ann: Browser, number: int = -1, **fields: str) -> dict[str, Any]:
    """Answer a question and return what the host made of it."""
    ask = await ann.deps.db.write(
        service.decide,
        ann.sheets[number]["ask_id"],
        actor_id=ann.person_id,
        fields=fields,
        now_ms=ann.deps.now_ms(),
    )
    await ann.resume()
    return ask.result


class TestAnswers:
    """What a person sends reaches the handler, and nothing else does."""

    @pytest.mark.parametrize(
        ("handler", "fields", "text"),
        [
            ("yes_or_no", {"how": "yes"}, "said True None"),
            ("yes_or_no", {"how": "no"}, "said False declined"),
            ("yes_or_no", {}, "said False declined"),
            ("choose", {"index": "1"}, "chosen True 1 Black"),
            ("choose", {"how": "no"}, "chosen False None None"),
            ("write", {"how": "yes", "text": " Lin Mei "}, "written True Lin Mei"),
            ("write", {"how": "no", "text": "kept"}, "written False None"),
            ("write", {"text": "kept"}, "written False None"),
        ],
    )
    async def test_an_answer_is_what_was_said(
        self, asking: Browser, handler: str, fields: dict[str, str], text: str
    ) -> None:
        """Yes, no, one of the list, a line; what says nothing declines."""
        await asking.tap(handler)

        await answer(asking, **fields)

        assert asking.texts[0] == text

    @pytest.mark.parametrize("index", ["2", "-1", "", "x", "٣", "1.0", "0" * 5000])
    async def test_only_what_was_offered_can_be_chosen(self, asking: Browser, index: str) -> None:
        """A form that was changed is refused, and the question stays open."""
        await asking.tap("choose")

        with pytest.raises(BadInputError, match="Choose one of the list"):
            await answer(asking, index=index)

        assert (await answer(asking, index="0"))["text"] == "Green"

    async def test_a_line_has_a_limit(self, asking: Browser) -> None:
        """What a person types is stored, so it ends somewhere."""
        await asking.tap("write")

        with pytest.raises(BadInputError, match="at most 500"):
            await answer(asking, how="yes", text="x" * 501)

    async def test_two_questions_of_one_event_are_both_asked(self, asking: Browser) -> None:
        """Each has its sheet, in their order, also after a restart."""
        await asking.tap("twice")
        await close_pages(asking.deps)

        reply = await asking.resume(-1)

        assert [s["ask_id"] for s in reply.sheets] == [s["ask_id"] for s in asking.sheets[:2]]

    async def test_what_the_shell_does_is_told_in_order(self, asking: Browser) -> None:
        """Signs, badge, scrolling and closing all pages are the shell's."""
        await asking.tap("signs")

        assert [(effect["name"], effect["args"]) for effect in asking.effects] == [
            ("ui.loading", {"text": "Brewing"}),
            ("ui.done", {}),
            ("ui.badge", {"page": "pages/other/other", "text": "3"}),
            ("ui.scroll_to", {"id": "end"}),
            ("nav.relaunch", {"page": "pages/other/other", "query": {"id": 7}}),
        ]


class TestSheets:
    """The host draws them with the shop's name above."""

    @pytest.fixture
    def app(self, running: Deps) -> Quart:
        """The whole app."""
        return create_app(running)

    @pytest.mark.parametrize("handler", ["yes_or_no", "choose", "write", "leave"])
    async def test_a_sheet_says_who_asks(self, app: Quart, asking: Browser, handler: str) -> None:
        """The shop and its brand, which is not verified, stand above its words."""
        await asking.tap(handler)
        client = await sign_in(app, asking.deps, asking.person_id)

        response = await client.get(asking.sheets[-1]["url"], headers=FRAGMENT)
        html = await response.get_data(as_text=True)

        assert response.status_code == 200
        assert "Test Shop asks" in html
        assert "not verified" in html
        assert html.index("Test Shop asks") < html.index("<h2")

    async def test_words_of_the_shop_are_words(self, app: Quart, asking: Browser) -> None:
        """Markup in them is shown as it was written; a way out of one button is the sheet's own."""
        await asking.tap("yes_or_no")
        await asking.tap("one_button")
        client = await sign_in(app, asking.deps, asking.person_id)

        pages = [
            await (await client.get(sheet["url"], headers=FRAGMENT)).get_data(as_text=True)
            for sheet in asking.sheets
        ]

        assert "It is &lt;b&gt;paid&lt;/b&gt;." in pages[0]
        assert [page.count('value="no"') for page in pages] == [1, 0]

    async def test_a_strangers_question_is_not_shown(self, app: Quart, asking: Browser) -> None:
        """It looks like one that is not there."""
        await asking.tap("yes_or_no")
        bob = await asking.deps.db.write(make.put_person, "bob")
        client = await sign_in(app, asking.deps, bob)

        response = await client.get(asking.sheets[-1]["url"], headers=FRAGMENT)

        assert response.status_code == AskNotFoundError.status


class TestOtherPrograms:
    """One shop leads into another only with the person's yes."""

    async def test_a_yes_leads_there(self, running: Deps, asking: Browser) -> None:
        """The browser is sent to the page, with the query as the shop wrote it."""
        await asking.tap("leave")
        client = await sign_in(create_app(running), running, asking.person_id)
        url = f"/asks/{asking.sheets[-1]['ask_id']}"
        html = await (await client.get(url, headers=FRAGMENT)).get_data(as_text=True)

        response = await client.post(
            url, form={"csrf": token_of(html), "how": "yes"}, headers=FRAGMENT
        )
        await asking.resume()

        assert await response.get_json() == {"redirect": f"/p/{APP_ID}/pages/home/home?who=a+b%26c"}
        assert asking.texts[0] == "said True None"

    async def test_only_what_is_open_can_be_named(self, asking: Browser) -> None:
        """The first question stands; the second program is not there."""
        await asking.tap("leave")

        assert (asking.texts[0], len(asking.sheets)) == ("not-found", 1)
