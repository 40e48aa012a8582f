"""A worker may lie in every field of every message; the host refuses it and goes on.

``test_protocol`` shows what the state machine refuses; here a real process lies through a real
socket, while other programs and other events of the same program must not notice.
"""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from runtime.pool import CallRequest, EventFailedError, PoolSettings
from tests.runtime.liar import employ_liar, reply, said
from tests.runtime.programs import Running, no_calls, running, tea

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEEP = b'{"a":' * 40 + b"1" + b"}" * 40
NOT_JSON = [b"", b"{", b"\xff\xfe{}", b'{"n":NaN}', b'{"n":1e999}', b'{"n":Infinity}', b"[" * 5000]
NOT_OBJECTS = [b"[]", b"null", b"5", b'"text"', DEEP]
NOT_EFFECTS = [
    *(b"{}", b"5", b"[5]", b"[[]]", b'[["ui.toast"]]', b'[["ui.toast",[]]]', b"[[1,{}]]"),
    *(b'[["ui.toast",{}]]', b'[["ui.toast",{"text":5}]]', b'[["ui.toast",{"text":"a","x":1}]]'),
    *(b'[["pay.open",{"order_id":"o"}]]', b'[["storage.set",{"key":"k","value":1}]]'),
    *(b'[["no.such",{}]]', b'[["__class__",{}]]', b'[["ui.toast",{"text":"a"},"more"]]'),
    b'[["ui.toast",' + DEEP + b"]]",
]
ODD: list[Any] = [None, True, -1, 2**53 + 1, 2**64 - 1, 1.0, math.nan, math.inf, "1", b"1", [], {}]

NOT_BYTES: list[Any] = ["{}", None, 5, {"n": 2}]
NOT_NAMES: list[Any] = [None, {}, "n", [1], [None], [["n"]], ["x" * 201], ["n"] * 1001]

LIES: dict[str, bytes] = {
    **{f"event number {value!r}": reply(value) for value in [*ODD, 0, 2, 99]},
    **{f"state {text[:9]!r}": reply(changed=text) for text in NOT_JSON + NOT_OBJECTS},
    **{f"state of type {value!r}": reply(changed=value) for value in NOT_BYTES},
    "state larger than allowed": reply(changed=b'{"n":"' + b"x" * 300_000 + b'"}'),
    **{f"removed {value!r:.20}": reply(removed=value)
       for value in NOT_NAMES},
    **{f"result {text[:9]!r}": reply(result=text) for text in [*NOT_JSON, DEEP]},
    **{f"effects {text[:40]!r}": reply(effects=text) for text in NOT_JSON + NOT_EFFECTS},
    **{f"logs {value!r:.20}": reply(logs=value)
       for value in (None, "line", [5], [None], ["line"], [["info"]], [["info", b"line"]],
                     [["fatal", "x"]], [["info", "x" * 2101]], [["info", "x"]] * 1001)},
    **{f"cpu time {value!r}": reply(cpu_us=value) for value in ODD},
    **{f"failure's reason {value!r:.9}": said(5, 1, value, "m", "f", 1, [], 1)
       for value in (None, 5, "x" * 201, b"error")},
    **{f"failure's message {value!r:.9}": said(5, 1, "error", value, "f", 1, [], 1)
       for value in (None, 5, "x" * 2001)},
    **{f"failure's file {value!r:.9}": said(5, 1, "error", "m", value, 1, [], 1)
       for value in (None, 5, "x" * 201)},
    **{f"failure's line {value!r}": said(5, 1, "error", "m", "f", value, [], 1) for value in ODD},
    **{f"call's event {value!r}": said(6, value, 1, "storage.get", b"{}") for value in [*ODD, 2]},
    **{f"call's number {value!r}": said(6, 1, value, "storage.get", b"{}")
       for value in [*ODD, 0, 2]},
    **{f"call's name {value!r:.9}": said(6, 1, 1, value, b"{}") for value in (None, 5, "x" * 201)},
    **{f"call's arguments {text[:9]!r}": said(6, 1, 1, "storage.get", text)
       for text in NOT_JSON + NOT_OBJECTS},
    "a field too few": said(4, 1, b"{}", [], b"null", b"[]", []),
    "a field too many": said(4, 1, b"{}", [], b"null", b"[]", [], 1, 1),
    "an unknown tag": said(40, 1),
    "a tag of text": said("4", 1),
    "no array": said()[:4] + b"\x80",
    "text that is no Unicode": said(5, 1, "error", "QQ", "f", 1, [], 1).replace(b"QQ", b"\xff\xfe"),
    "bytes after the message": (12).to_bytes(4, "little") + said(2)[4:] + b"\0" * 10,
    "a giant length": b"\xff\xff\xff\xff",
    "a length just over the limit": (1024 * 1024 + 64 * 1024 + 1).to_bytes(4, "little"),
    "an empty message": b"\0\0\0\0",
    "a nest of arrays": (100_000).to_bytes(4, "little") + b"\x91" * 100_000,
    "an array of four thousand million": (5).to_bytes(4, "little") + b"\xdd\xff\xff\xff\xff",
    "a map with a key twice": (7).to_bytes(4, "little") + b"\x82\xa1a\x01\xa1a\x02",
    "an extension type": (4).to_bytes(4, "little") + b"\xc7\x01\x01\x00",
    "ready again": said(1, ["seccomp"]),
    "loaded again": said(2),
    "compiled": said(7, b"code"),
    "a raw result": said(9, "value", "null", ""),
    "load failed, later": said(3, "stale_code", "again"),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Running]:
    """A running program."""
    async with running(PoolSettings(blank_count=4)) as started:
        yield started


@pytest.fixture(autouse=True)
def escaped(shop: Running, caplog: pytest.LogCaptureFixture) -> Any:
    """Fail a test in which an exception got past the host's code."""
    yield
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_lie_ends_the_liar_and_nobody_else(
    shop: Running, request: pytest.FixtureRequest, lie: bytes
) -> None:
    """The event fails, the operator is told; another event and another program do not notice."""
    key = request.node.callspec.id
    worker = await employ_liar(shop, key, [lie])

    with pytest.raises(EventFailedError) as failed:
        await shop.run("twice", {"n": 1}, key=key)

    assert ("died", True) == (failed.value.reason, failed.value.retryable)
    assert "protocol" == worker.killed_for
    assert await _told(shop, key)
    # The next event of the same program gets an honest worker; the others never lost theirs.
    assert 2 == (await shop.run("twice", {"n": 1}, key=key)).state["n"]
    assert 4 == (await shop.run("twice", {"n": 2}, key="honest")).state["n"]
    shop.pool.retire(key)


async def _told(shop: Running, key: str) -> bool:
    """Wait until the operator has been told that ``key`` lied."""
    async with asyncio.timeout(5):
        while not any((each.key, each.kind) == (key, "protocol") for each in shop.incidents):  # noqa: ASYNC110  (the news of one program)
            await asyncio.sleep(0.01)
    return True


async def unanswered(request: CallRequest) -> Any:
    """Keep a call waiting, so that what comes next comes while the host is asked."""
    await asyncio.Event().wait()


class TestOrder:
    """Messages that are well made, at the wrong moment."""

    @pytest.mark.parametrize(
        "script",
        [
            [reply(1), reply(1)],
            [reply(1), reply(2)],
            [reply(2), reply(1)],
            [said(6, 1, 1, "products.get", b"{}"), reply(1)],
            [said(6, 1, 1, "products.get", b"{}"), said(6, 1, 2, "products.get", b"{}")],
            [said(6, 1, 1, "products.get", b"{}"), said(5, 1, "error", "m", "f", 1, [], 1)],
        ],
        ids=["twice", "early", "swapped", "reply in a call", "call in a call", "end in a call"],
    )
    async def test_a_message_out_of_turn_ends_the_liar(
        self, shop: Running, request: pytest.FixtureRequest, script: list[bytes]
    ) -> None:
        """Twice, too early, for another event, or while the host is asked."""
        key = f"order {request.node.callspec.id}"
        worker = await employ_liar(shop, key, script)

        results = await asyncio.gather(
            shop.run("twice", {"n": 1}, key=key, calls=unanswered), return_exceptions=True
        )
        await asyncio.wait_for(asyncio.shield(worker.closed), 5)

        assert "protocol" == worker.killed_for
        assert await _told(shop, key)
        # What was answered before the lie counts; nothing else does.
        ended_well = script[0] == reply(1)
        assert ended_well != isinstance(results[0], EventFailedError)

    async def test_events_behind_a_liar_run_elsewhere(self, shop: Running) -> None:
        """Only the event that the liar had begun is lost; those sent ahead run once, honestly."""
        await employ_liar(shop, "behind", [reply(9)])

        results = await asyncio.gather(
            *(shop.run("twice", {"n": n}, key="behind") for n in range(1, 7)),
            return_exceptions=True,
        )

        lost = [each for each in results if isinstance(each, EventFailedError)]
        assert ["died"] == [each.reason for each in lost]
        assert [4, 6, 8, 10, 12] == [
            each.state["n"] for each in results if not isinstance(each, BaseException)
        ]

    async def test_a_silent_worker_is_late(self, shop: Running) -> None:
        """Half a message is no message: the wall limit ends the wait."""
        await employ_liar(shop, "half", reply(1)[:-3])

        with pytest.raises(EventFailedError) as failed:
            await shop.run("twice", {"n": 1}, key="half")

        assert "wall" == failed.value.reason


class TestWithinTheRules:
    """Lies that no protocol can tell from the truth: they stay with the liar's own event."""

    async def test_a_call_that_is_not_in_the_table_is_the_bridges_business(
        self, shop: Running
    ) -> None:
        """The host's answer to a call never depends on what the message says of itself."""
        asked: list[CallRequest] = []

        async def note(request: CallRequest) -> Any:
            asked.append(request)
            return {}

        await employ_liar(
            shop, "names", said(6, 1, 1, "no.such", b'{"event_id":"e9","person":"x"}'), reply(1)
        )

        await shop.run("twice", {"n": 1}, key="names", calls=note)

        assert [("no.such", 1)] == [(each.name, each.number) for each in asked]
        assert asked[0].event_id != "e9"

    async def test_a_state_of_other_types_is_only_its_own(self, shop: Running) -> None:
        """Whatever JSON comes is the page's state; the event that was sent is not changed."""
        odd = {"n": [1], "__class__": "x", "": None, "items": {"a": "\u0000"}}
        await employ_liar(shop, "types", reply(changed=json.dumps(odd).encode(), removed=["text"]))
        state = {"n": 1, "text": "a"}

        outcome = await shop.run("twice", state, key="types")

        assert odd == outcome.state
        assert {"n": 1, "text": "a"} == state

    async def test_as_many_logs_as_fit_cost_a_message(self, shop: Running) -> None:
        """A thousand long lines are more than one message may have."""
        await employ_liar(shop, "logs", reply(logs=[["info", "x" * 2000]] * 1000))

        with pytest.raises(EventFailedError, match="ended before"):
            await shop.run("twice", {"n": 1}, key="logs", calls=no_calls)

    async def test_a_worker_that_never_stops_calling_is_stopped(self, shop: Running) -> None:
        """The host counts the calls of an event by itself."""
        calls = [said(6, 1, n, "products.get", b"{}") for n in range(1, 30)]
        worker = await employ_liar(shop, "calls", *calls)

        with pytest.raises(EventFailedError):
            await shop.run("twice", {"n": 1}, key="calls", calls=tea)

        assert "more calls" in worker.detail
