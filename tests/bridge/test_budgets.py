"""What a program may take of the host, by all its workers and for all people together."""

from host.bridge.channel import pages_of
from host.bridge.log_lines import EVENTS_LOGGED_PER_MINUTE
from host.bridge.visit import CALLS_PER_SECOND_MAX, CallBudget
from host.core.deps import Deps
from tests.bridge import shop
from tests.bridge.shop import Browser
from tests.market.make import Lane

PAGE = b'''
"""Asks and talks."""

from sdk import ApiError, Page, api


class Home(Page):
    text: str = ""

    def ask(self, event):
        try:
            for number in range(20):
                self.text = str(number + 1)
                api.storage.get("x")
        except ApiError as error:
            self.text += " " + error.code + ": " + error.message

    def talk(self, event):
        api.log.info("and so on")
'''
TEMPLATE = b'<h1>{{ text }}</h1><button m-on:tap="ask">a</button><button m-on:tap="talk">t</button>'


class Watch:
    """A clock of the budgets that moves when it is told."""

    def __init__(self, deps: Deps) -> None:
        self.now_s = 1000.0
        pages_of(deps)._budget = CallBudget(lambda: self.now_s)


async def open_two(running: Deps, lane: Lane) -> tuple[Watch, Browser, Browser]:
    """Publish the program and let two people open it."""
    package = shop.files() | {"pages/home/home.py": PAGE, "pages/home/home.html": TEMPLATE}
    await shop.publish(running, lane, package)
    watch = Watch(running)
    ann, zhou = Browser(running, lane.buyer_id), Browser(running, lane.seller_id)
    await ann.open()
    await zhou.open()
    return watch, ann, zhou


async def test_calls_in_a_second_are_counted_for_all_people(running: Deps, lane: Lane) -> None:
    """The call beyond is refused with a sentence, and a moment later there is room again."""
    watch, ann, zhou = await open_two(running, lane)
    for number in range(CALLS_PER_SECOND_MAX // 20):
        person = ann if number % 2 else zhou
        await person.tap("ask")
        assert "20" == person.texts[0]

    await ann.tap("ask")
    refused = ann.texts[0]
    watch.now_s += 10 / CALLS_PER_SECOND_MAX + 0.001
    await zhou.tap("ask")

    assert refused.startswith("1 too-many-calls: This program made more than 200 calls in a second")
    assert zhou.texts[0].startswith("11 too-many-calls")


async def test_a_programs_log_is_kept_for_so_many_events_a_minute(
    running: Deps, lane: Lane
) -> None:
    """Then one line says so, and the next minute is logged again."""
    watch, ann, zhou = await open_two(running, lane)
    for number in range(EVENTS_LOGGED_PER_MINUTE + 4):
        await (ann if number % 2 else zhou).tap("talk")
    full = await _count_lines(running)
    watch.now_s += 61
    await ann.tap("talk")

    assert {"and so on": EVENTS_LOGGED_PER_MINUTE, "(of more": 1} == full
    assert EVENTS_LOGGED_PER_MINUTE + 1 == (await _count_lines(running))["and so on"]


async def _count_lines(deps: Deps) -> dict[str, int]:
    rows = await deps.db.read(lambda tx: tx.rows("SELECT message FROM bridge_log"))
    messages = [str(row["message"]) for row in rows]
    counts: dict[str, int] = {}
    for message in messages:
        beginning = " ".join(message.split()[:3]) if message[0] != "(" else "(of more"
        counts[beginning] = counts.get(beginning, 0) + 1
    return counts
