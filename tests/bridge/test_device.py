"""Clipboard and telephone: what an act may do, what a person gives, and what no worker can take."""

import re
from typing import Any

import pytest
from quart import Quart

from host.app import create_app
from host.bridge.channel import pages_of
from host.bridge.gate import open_gate
from host.bridge.visit import CallBudget, Visit
from host.core.deps import Deps
from host.core.errors import BadInputError
from host.core.ids import new_id
from host.market import service as market
from host.market.service import AddressFacts
from runtime.model import CallRefusedError, CallRequest
from sdk.contract import CAPABILITIES
from tests.bridge.handset import decide, got, learned, open_shop
from tests.bridge.shop import APP_ID, Browser
from tests.bridge.test_web import sign_in
from tests.market.make import Lane

ACTS = sorted(name for name, each in CAPABILITIES.items() if each.kind == "act")
ARGS: dict[str, dict[str, Any]] = {
    "clipboard.set": {"text": "x"},
    "phone.call": {"number": "12345"},
    "media.preview": {"urls": ["/media/" + "0" * 32 + ".webp"]},
    "media.save": {"url": "assets/icon.png"},
}


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Browser:
    """A person in the shop that asks for everything."""
    return await open_shop(running, lane)


@pytest.fixture
def app(ann: Browser) -> Quart:
    """The whole app of the host in which the shop is live."""
    return create_app(ann.deps)


def visit_of(ann: Browser, *, is_act: bool = False) -> Visit:
    """Return an event of the person's page, for a worker that says what it likes."""
    page = pages_of(ann.deps)._open[(APP_ID, ann.page_id)]
    return Visit(
        ann.deps, page.running, page.store, CallBudget(), ann.person_id, "en", ann.page_id,
        "event", ann.deps.now_ms(), is_act,
    )  # fmt: skip


async def refusal(visit: Visit, name: str, args: dict[str, Any]) -> str | None:
    """Return the code with which the gate refuses a call, or None."""
    try:
        await open_gate(visit)(CallRequest("event", 1, name, args))
    except CallRefusedError as error:
        return error.code
    return None


class TestActs:
    """What a person must have set off."""

    async def test_a_tap_may_copy_and_offer_a_call(self, ann: Browser) -> None:
        """The shell does both, after the event; a sheet has an address that the host has sealed."""
        await ann.tap("act", value="copy")
        await ann.tap("act", value="call")

        assert ann.texts[0] == "done"
        copied, sheet = ann.effects
        assert (copied["name"], copied["args"]) == ("clipboard.set", {"text": "TEA-1"})
        assert re.fullmatch(
            rf"/p/{APP_ID}/-/call\?number=%2B86\+10\+6512-0000&seal=[0-9a-f]{{32}}",
            sheet["args"]["url"],
        )

    async def test_opening_a_page_is_no_act(self, ann: Browser) -> None:
        """A shop cannot write to the clipboard because somebody looks at it."""
        other = Browser(ann.deps, ann.person_id)
        await other.open(early="copy")

        assert (other.texts[0], other.effects) == ("needs-act", [])

    async def test_typing_is_no_act(self, ann: Browser) -> None:
        """Otherwise each letter could replace what the clipboard holds."""
        path = [3]
        await ann.send(type="input", handler="typed", path=path, value="a")

        assert (ann.texts[0], ann.effects) == ("needs-act", [])

    async def test_a_lying_worker_cannot_act_by_itself(self, ann: Browser) -> None:
        """Whether a person has touched the page is the host's to say, for every such call."""
        codes = {name: await refusal(visit_of(ann), name, ARGS[name]) for name in ACTS}

        assert codes == dict.fromkeys(ACTS, "needs-act")

    async def test_each_has_a_rate_of_its_own(self, ann: Browser) -> None:
        """The call after the last of the minute is refused, and does nothing."""
        visit = visit_of(ann, is_act=True)
        allowed = {name: CAPABILITIES[name].calls_per_minute for name in ACTS}
        for name in ACTS:
            for _ in range(allowed[name]):
                assert await refusal(visit, name, ARGS[name]) is None
            assert await refusal(visit, name, ARGS[name]) == "too-many-calls"

        assert len(visit.effects) == sum(allowed.values())

    async def test_a_number_is_a_number(self, ann: Browser) -> None:
        """Codes that change how a telephone works are not."""
        lies = (
            "*21*555#", "##002#", "+1 555;ext=*21*1#", "tel:110", "110?x=1", "12\n345", "1" * 26,
            "javascript:alert(1)", "１２３４５", "", "123\n",
        )  # fmt: skip
        found = {
            lie: await refusal(visit_of(ann, is_act=True), "phone.call", {"number": lie})
            for lie in lies
        }

        assert found == dict.fromkeys(lies, "bad-argument")


class TestCallSheet:
    """The host's sheet with a number."""

    async def test_it_names_the_shop_and_dials_only_by_a_tap(
        self, app: Quart, ann: Browser
    ) -> None:
        """Number and shop stand on it; the link is the only thing that dials."""
        await ann.tap("act", value="call")
        client = await sign_in(app, ann.deps, ann.person_id)

        html = await (await client.get(ann.effects[-1]["args"]["url"])).get_data(as_text=True)

        assert "Test Shop offers a number to call" in html
        assert 'href="tel:+861065120000"' in html

    async def test_nobody_else_can_write_its_address(
        self, app: Quart, ann: Browser, lane: Lane
    ) -> None:
        """Another number, no seal, another person's seal: nothing is there."""
        await ann.tap("act", value="call")
        url = ann.effects[-1]["args"]["url"]
        client = await sign_in(app, ann.deps, ann.person_id)
        other = await sign_in(app, ann.deps, lane.seller_id)

        statuses = [
            (await client.get(url.replace("6512", "6513"))).status_code,
            (await client.get(url.partition("&seal")[0])).status_code,
            (await client.get(url[:-1] + "x")).status_code,
            (await other.get(url)).status_code,
        ]

        assert statuses == [404, 404, 404, 404]


class TestClipboard:
    """A text that the person pastes."""

    async def test_the_person_gives_what_stands_in_the_field(self, ann: Browser) -> None:
        """The handler gets that text; the person reads afterwards that it did."""
        await ann.tap("paste")

        await decide(ann, how="give", text="CODE\r\n42")

        assert got(ann) == {"ok": True, "reason": None, "text": "CODE\n42"}
        assert await learned(ann) == ["clipboard"]

    async def test_without_a_yes_nothing_is_given(self, ann: Browser) -> None:
        """What stood in the field stays with the person."""
        for fields in ({"how": "no", "text": "secret"}, {"text": "secret"}, {}):
            await ann.tap("paste")
            await decide(ann, **fields)

            assert got(ann) == {"ok": False, "reason": "declined"}
        assert await learned(ann) == []

    async def test_nothing_and_too_much_are_refused(self, ann: Browser) -> None:
        """The sheet says so; the question stays open."""
        await ann.tap("paste")

        for text in ("", "x" * 4001):
            with pytest.raises(BadInputError, match="at most"):
                await decide(ann, how="give", text=text)
        await decide(ann, how="give", text="fits")

        assert got(ann)["text"] == "fits"


class TestPhone:
    """A telephone number that the person picks or writes."""

    async def test_the_sheet_offers_the_numbers_of_the_address_book(
        self, app: Quart, ann: Browser
    ) -> None:
        """Each once, without what stands between digits."""
        for place in ("1 Lane of Wells", "2 Lane of Wells"):
            await ann.deps.db.write(
                market.add_address,
                new_id(),
                person_id=ann.person_id,
                facts=AddressFacts("Aunt", "+86 (138) 1111-2222", place, ""),
                now_ms=ann.deps.now_ms(),
            )
        await ann.tap("phone")
        client = await sign_in(app, ann.deps, ann.person_id)

        html = await (await client.get(ann.sheets[-1]["url"])).get_data(as_text=True)

        assert html.count('name="phone" value="+8613811112222"') == 1
        assert "Test Shop asks for a telephone number" in html

    async def test_the_handler_gets_the_one_that_was_given(self, ann: Browser) -> None:
        """A row of the book, or what was written; in digits; noted under its scope."""
        for fields, phone in (
            ({"phone": "13800000000"}, "13800000000"),
            ({"how": "give", "typed": " +49 30 123-456 "}, "+4930123456"),
        ):
            await ann.tap("phone")
            await decide(ann, **fields)

            assert got(ann) == {"ok": True, "reason": None, "phone": phone}
        assert await learned(ann) == ["phone", "phone"]

    async def test_what_is_no_number_is_refused(self, ann: Browser) -> None:
        """With a sentence that says what to write."""
        await ann.tap("phone")

        with pytest.raises(BadInputError, match="in digits"):
            await decide(ann, how="give", typed="call me")

    async def test_declined_tells_nothing(self, ann: Browser) -> None:
        """The field is there, and empty."""
        await ann.tap("phone")

        await decide(ann, how="no")

        assert got(ann) == {"ok": False, "reason": "declined"}


async def test_a_scope_that_was_not_granted_opens_no_sheet(running: Deps, lane: Lane) -> None:
    """The manifest asks for it; no admin has granted it."""
    ann = await open_shop(running, lane, scopes=())
    names = (
        "clipboard.get", "identity.phone", "media.choose", "location.get", "scan.code",
        "contacts.choose",
    )  # fmt: skip

    codes = [await refusal(visit_of(ann), name, {"then": "answered"}) for name in names]

    assert codes == ["not-approved"] * len(names)
