"""Events that a program reports: counted once, and only when they have succeeded."""

import json
import re

import pytest
from quart import Quart, Response

from host.bridge.requests import PageFailedError
from host.core.deps import Deps
from host.core.ids import new_id
from sdk.contract import ArgumentRefusedError, validate_args
from tests.bridge import caller, shop
from tests.bridge.caller import Caller, open_caller
from tests.bridge.test_web import sign_in
from tests.market.make import Lane

COUNTS = (
    "SELECT event_name, field, value, times FROM insights_count WHERE event_name <> ''"
    " ORDER BY event_name, field, value"
)
OPENED = "SELECT times FROM insights_count WHERE event_name = '' AND value = ''"


@pytest.fixture
async def ann(running: Deps, lane: Lane) -> Caller:
    """A person in a shop that reports."""
    return await open_caller(running, lane, package=caller.files())


async def counted(deps: Deps) -> list[tuple[str, str, str, int]]:
    """Return what has been counted so far."""
    rows = await deps.db.read(lambda tx: tx.rows(COUNTS))
    return [(row["event_name"], row["field"], row["value"], row["times"]) for row in rows]


async def report(
    ann: Caller, event_id: str = "", *, fail: bool = False, times: int = 1, **fields: object
) -> object:
    """Let the page report that a tea was tasted."""
    args = {"name": "tasted", "fields": fields}
    told = {"name": "analytics.report_event", "args": args, "fail": fail, "times": times}
    await ann.tap("call", event_id, value=json.dumps(told))
    return ann.answer


class TestReports:
    """What becomes of a call."""

    async def test_an_event_that_is_sent_again_counts_once(self, ann: Caller) -> None:
        """Its name and each of its values; the opening is counted beside it."""
        event_id = new_id()
        for _ in range(2):
            await report(ann, event_id, tea="green", hot=True, cups=2)

        assert [
            ("tasted", "", "", 1),
            ("tasted", "cups", "2", 1),
            ("tasted", "hot", "true", 1),
            ("tasted", "tea", "green", 1),
        ] == await counted(ann.deps)
        assert {"times": 1} == await ann.deps.db.read(lambda tx: tx.row(OPENED))

    async def test_a_handler_that_fails_counts_nothing(self, ann: Caller) -> None:
        """All or nothing, as with everything that an event does."""
        with pytest.raises(PageFailedError):
            await report(ann, fail=True)

        assert [] == await counted(ann.deps)

    async def test_a_person_reports_120_times_a_minute(self, ann: Caller) -> None:
        """The next is refused, and what came before it counts."""
        for _ in range(6):
            await report(ann, times=20)
        answer = await report(ann)

        assert "refused too-many-calls" == answer
        assert [("tasted", "", "", 120)] == await counted(ann.deps)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"who": "ann@example.com"}, "it has an @"),
        ({"phone": "138 0013-8000"}, "more than six digits"),
        ({"who": "9f86d081884c7d659a2feaa0c55ad015"}, "looks like the id"),
        ({"order": "0198c0de-aaaa-7000-8000-00000000000e"}, "the value of 'order'"),
        ({"text": "two\nlines"}, "more than one line"),
        ({"text": " "}, "it is empty"),
        ({"text": "x" * 41}, "length <= 40"),
        ({"n": 10_000}, "<= 9999"),
        ({"price": 1.5}, "Expected `bool | int | str`"),
        ({f"f{n}": 1 for n in range(6)}, "length <= 5"),
        ({"Tea": "green"}, "regex"),
    ],
)
def test_what_could_be_a_persons_is_refused(fields: dict[str, object], words: str) -> None:
    """The sentence says which rule, in the worker, the host and a merchant's own tests."""
    with pytest.raises(ArgumentRefusedError) as refusal:
        validate_args("analytics.report_event", {"name": "tasted", "fields": fields})

    assert words in refusal.value.message


@pytest.mark.parametrize("name", ["Tasted", "", "9th", "x" * 41, "user_13800138000"])
def test_a_name_is_a_short_word(name: str) -> None:
    """And no number of anybody."""
    with pytest.raises(ArgumentRefusedError):
        validate_args("analytics.report_event", {"name": name})


async def test_the_team_reads_the_page_and_nobody_else(app: Quart, ann: Caller, lane: Lane) -> None:
    """A stranger gets what they get for a program that does not exist."""
    team = await sign_in(app, ann.deps, lane.seller_id)
    stranger = await sign_in(app, ann.deps, lane.buyer_id)
    url = f"/m/tea_house/program/{shop.APP_ID}/insights"

    page = await team.get(url + "?days=28")
    theirs = await stranger.get(url)
    missing = await stranger.get("/m/tea_house/program/lane.no.such/insights")

    assert 200 == page.status_code
    assert "No figure is about fewer than 10 people" in await page.get_data(as_text=True)
    assert 404 == theirs.status_code == missing.status_code
    assert await _text(theirs, shop.APP_ID) == await _text(missing, "lane.no.such")


async def _text(answer: Response, app_id: str) -> str:
    text = (await answer.get_data(as_text=True)).replace(app_id, "")
    return re.sub(r'name="csrf" (content|value)="[^"]+"', "", text)
