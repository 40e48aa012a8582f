"""What an event does to a page, and what a handler is given."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from runtime.pool import CallRefusedError, CallRequest, Effect, EventFailedError
from tests.runtime.programs import SOURCES, Running, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Running]:
    """A running program; one pool serves all tests, as one host serves all people."""
    async with running() as started:
        yield started


class TestState:
    """Page state is the public attributes, and the host's."""

    async def test_first_event_brings_the_defaults(self, shop: Running) -> None:
        """An empty state is filled with what the class says, and on_load gets the query."""
        outcome = await shop.run("on_load", query={"who": "Ann"})

        assert {"n": 0, "items": [], "text": "Hello Ann"} == outcome.state
        assert outcome.state == outcome.changed

    async def test_only_what_changed_comes_back(self, shop: Running) -> None:
        """The reply names the attributes that differ, the state has all."""
        before = {"n": 1, "items": ["a"], "text": "t"}

        outcome = await shop.run("add", before, payload={"dataset": {"step": "2"}})

        assert {"n": 3} == outcome.changed
        assert {"n": 3, "items": ["a"], "text": "t"} == outcome.state

    async def test_a_change_inside_a_list_is_seen(self, shop: Running) -> None:
        """State is compared by value, so appending counts."""
        outcome = await shop.run("push", {"n": 0, "items": [], "text": ""}, payload={"value": "x"})

        assert {"items": ["x"]} == outcome.changed

    async def test_defaults_are_not_shared(self, shop: Running) -> None:
        """Two people's pages never share the list that stands in the class."""
        await shop.run("push", payload={"value": "ann's"})
        bob = await shop.run("push", payload={"value": "bob's"})

        assert ["bob's"] == bob.state["items"]

    async def test_a_failed_event_leaves_nothing(self, shop: Running) -> None:
        """What a handler changed before it raised is not in any later event."""
        before = {"n": 1, "items": [], "text": ""}
        with pytest.raises(EventFailedError, match="no stock"):
            await shop.run("half_then_fail", before)

        outcome = await shop.run("twice", before)

        assert {"n": 2, "items": [], "text": ""} == outcome.state

    async def test_deleting_an_attribute_uncovers_its_default(self, shop: Running) -> None:
        """As everywhere in Python."""
        outcome = await shop.run("forget", {"n": 5, "items": [], "text": ""})

        assert {"n": 0} == outcome.changed

    @pytest.mark.parametrize(
        ("handler", "problem"),
        [
            ("keep_set", "self.items: set is not plain data"),
            ("keep_itself", "self.items: values nest more than 32 deep"),
            ("keep_nan", "NaN and Infinity are not values"),
            ("large_state", "262144 are allowed"),
            ("huge_text", "self.text: has more than 262144 bytes"),
            ("deep", "nest more than 32 deep"),
        ],
    )
    async def test_what_is_not_state_is_refused(
        self, shop: Running, handler: str, problem: str
    ) -> None:
        """Only plain data of a bounded size is kept; the worker survives every other kind."""
        with pytest.raises(EventFailedError, match=problem) as failed:
            await shop.run(handler)

        assert ("state", False) == (failed.value.reason, failed.value.retryable)
        assert 2 == (await shop.run("twice", {"n": 1})).state["n"]


class TestHandlers:
    """Who may be called, and with what."""

    @pytest.mark.parametrize(
        "handler", ["nope", "__init__", "__repr__", "__class__", "items", "mro", ""]
    )
    async def test_only_public_methods_of_the_page_are_handlers(
        self, shop: Running, handler: str
    ) -> None:
        """Not hidden ones, not inherited internals, not attributes."""
        with pytest.raises(EventFailedError) as failed:
            await shop.run(handler)

        assert "no_handler" == failed.value.reason

    async def test_a_life_cycle_method_may_be_missing(self, shop: Running) -> None:
        """The host calls on_show whether there is one or not."""
        assert {} == (await shop.run("on_show", {"n": 1, "items": [], "text": ""})).changed

    async def test_a_handler_may_leave_its_argument_out(self, shop: Running) -> None:
        """`def refresh(self)` is as good as `def refresh(self, event)`."""
        assert 7 == (await shop.run("no_argument")).state["n"]

    async def test_an_answer_has_attributes_and_none_for_missing_ones(self, shop: Running) -> None:
        """A handler named in `then` reads result.ok and whatever else there may be."""
        outcome = await shop.run("paid", payload={"ok": True, "order_id": "o1"})

        assert "True o1 None" == outcome.state["text"]

    async def test_on_share_returns_a_card(self, shop: Running) -> None:
        """The one handler whose return value is handed on."""
        outcome = await shop.run("on_share", payload={"source": "menu"})

        assert "From menu" == outcome.result["title"]

    async def test_other_return_values_are_nobodys_business(self, shop: Running) -> None:
        """Only a card is handed on."""
        assert (await shop.run("twice", {"n": 1})).result is None

    async def test_effects_come_in_order(self, shop: Running) -> None:
        """Navigation and toasts are collected, and happen when the event has succeeded."""
        outcome = await shop.run("navigate")

        assert (
            Effect("ui.toast", {"text": "saved", "kind": "info"}),
            Effect("nav.to", {"page": "pages/other", "query": {"sku": "A1"}}),
        ) == outcome.effects

    async def test_time_and_chance_come_from_the_event(self, shop: Running) -> None:
        """The same event gives the same result, in another worker as well."""
        first = await shop.run("draw", now_ms=1_700_000_000_000, seed=5)
        again = await shop.run("draw", now_ms=1_700_000_000_000, seed=5, key="shop-2")
        other = await shop.run("draw", now_ms=1_700_000_000_000, seed=6)

        assert first.state == again.state
        assert 1_700_000_000 == first.state["n"]
        assert first.state["items"] != other.state["items"]


class TestFailures:
    """A merchant's mistake names its line and never runs the merchant's code to say so."""

    async def test_an_exception_names_file_and_line(self, shop: Running) -> None:
        """The innermost line of the program."""
        with pytest.raises(EventFailedError) as failed:
            await shop.run("half_then_fail")

        assert ("error", "ValueError: no stock, 3") == (failed.value.reason, failed.value.message)
        assert ("pages/home.py", False) == (failed.value.file, failed.value.retryable)
        assert 'raise ValueError("no stock", 3)' in _line("pages/home.py", failed.value.line)

    async def test_str_of_an_exception_is_not_run(self, shop: Running) -> None:
        """A program cannot compute for ever in the text of its exception."""
        with pytest.raises(EventFailedError, match="error: Sly"):
            await shop.run("raise_own")

    @pytest.mark.parametrize(
        ("page", "problem"),
        [
            ("pages/broken", "ZeroDivisionError"),
            ("pages/two", "needs one class made from Page, has 2"),
            ("pages/left", "import each other in a circle"),
            ("pages/greedy", "not while a file is run"),
            ("pages/missing", "has no page file"),
            ("app", "has 0"),
        ],
    )
    async def test_a_page_that_cannot_be_loaded(
        self, shop: Running, page: str, problem: str
    ) -> None:
        """Says why, every time it is asked for, and leaves other pages alone."""
        for _ in range(2):
            with pytest.raises(EventFailedError, match=problem):
                await shop.run("on_load", page=page, query={})

        assert 2 == (await shop.run("twice", {"n": 1})).state["n"]

    async def test_an_endless_file_is_stopped(self, shop: Running) -> None:
        """Running a file counts against the event's time."""
        with pytest.raises(EventFailedError) as failed:
            await shop.run("on_load", page="pages/endless")

        assert ("cpu", "pages/endless.py") == (failed.value.reason, failed.value.file)
        assert failed.value.line in {3, 4}


class _Crowd:
    """Answers nobody before ``size`` events have asked; then each with its own id."""

    def __init__(self, size: int) -> None:
        self._missing = size
        self._all_asked = asyncio.Event()

    async def __call__(self, request: CallRequest) -> dict[str, str]:
        self._missing -= 1
        if not self._missing:
            self._all_asked.set()
        await self._all_asked.wait()
        return {"name": request.event_id}


class TestCalls:
    """Host calls: asked in the worker, decided in the host."""

    async def test_a_call_is_answered(self, shop: Running) -> None:
        """The handler goes on with the answer; the outcome counts the calls."""
        asked: list[CallRequest] = []

        async def answer(request: CallRequest) -> Any:
            asked.append(request)
            return {"name": "Tea"}

        outcome = await shop.run("ask", calls=answer)

        assert ("Tea", 1) == (outcome.state["text"], outcome.call_count)
        assert [(1, "products.get", {"sku": "A1"})] == [
            (each.number, each.name, each.args) for each in asked
        ]

    async def test_many_wait_in_one_worker_again_and_again(self, shop: Running) -> None:
        """Thirty people's events wait together and each gets its own answer, in every round."""
        for number in range(3):
            crowd = _Crowd(30)

            outcomes = await asyncio.gather(*(shop.run("ask", calls=crowd) for _ in range(30)))

            ids = [int(each.state["text"].removeprefix("e")) for each in outcomes]
            assert list(range(ids[0], ids[0] + 30)) == ids, f"round {number}"

    async def test_the_event_id_is_the_hosts(self, shop: Running) -> None:
        """A call carries the id that the host gave the event."""
        asked: list[str] = []

        async def answer(request: CallRequest) -> Any:
            asked.append(request.event_id)
            return {"name": "Tea"}

        await shop.run("ask", calls=answer)
        await shop.run("ask", calls=answer)

        assert 2 == len(set(asked))

    async def test_a_refusal_can_be_caught(self, shop: Running) -> None:
        """The program sees the code that the bridge gave."""

        async def refuse(request: CallRequest) -> Any:
            raise CallRefusedError("not-found", f"no {request.args['sku']}")

        outcome = await shop.run("ask_carefully", calls=refuse)

        assert "not-found" == outcome.state["text"]

    async def test_a_refusal_that_is_not_caught_fails_the_event(self, shop: Running) -> None:
        """With the line of the call."""

        async def refuse(request: CallRequest) -> Any:
            raise CallRefusedError("declined", request.name)

        with pytest.raises(EventFailedError, match="declined") as failed:
            await shop.run("ask", calls=refuse)

        assert "api.products.get" in _line("pages/home.py", failed.value.line)

    async def test_a_bug_of_the_host_is_not_the_programs(
        self, shop: Running, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is logged in the host; the program hears "unavailable" and no detail."""

        async def broken(request: CallRequest) -> Any:
            raise ZeroDivisionError("secret detail")

        outcome = await shop.run("ask_carefully", calls=broken)

        assert "unavailable" == outcome.state["text"]
        assert "secret detail" in caplog.text

    async def test_twenty_calls_and_no_more(self, shop: Running) -> None:
        """The twenty-first fails the event; the host has seen twenty."""
        count = 0

        async def answer(request: CallRequest) -> Any:
            nonlocal count
            count += 1
            return None

        assert 20 == (await shop.run("ask_often", payload={"value": "20"}, calls=answer)).call_count
        count = 0
        with pytest.raises(EventFailedError) as failed:
            await shop.run("ask_often", payload={"value": "21"}, calls=answer)

        assert ("calls", 20) == (failed.value.reason, count)

    async def test_an_answer_may_not_be_huge(self, shop: Running) -> None:
        """The bridge's mistake does not become the worker's."""

        async def huge(request: CallRequest) -> Any:
            return "x" * (2 << 20)

        assert "unavailable" == (await shop.run("ask_carefully", calls=huge)).state["text"]


class TestLogs:
    """The log has a budget."""

    async def test_lines_are_kept(self, shop: Running) -> None:
        """What a handler prints comes with its outcome."""
        logs = (await shop.run("say", payload={"value": "2"})).logs

        assert (("info", "line 0"), ("info", "line 1")) == logs

    async def test_a_flood_is_cut(self, shop: Running) -> None:
        """A handler cannot fill the host with its log."""
        logs = (await shop.run("say", payload={"value": "5000"})).logs

        assert 64 == len(logs)
        assert ("warn", "(the log of this event is full)") == logs[-1]

    async def test_state_of_a_program_is_not_another_ones(self, shop: Running) -> None:
        """Module variables live in the worker of one key; another key does not see them."""
        assert 1 == (await shop.run("look", page="pages/other", key="a")).state["seen"]
        assert 2 == (await shop.run("look", page="pages/other", key="a")).state["seen"]
        assert 1 == (await shop.run("look", page="pages/other", key="b")).state["seen"]


def _line(path: str, number: int | None) -> str:
    return SOURCES[path].split("\n")[(number or 0) - 1]
