"""What a worker may say, and when; and what counts as plain data."""

import datetime as dt
import math
import struct
from collections import Counter
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import messages as m
from runtime import plain
from runtime.protocol import Exchange, FrameReader, ProtocolViolationError, frame

_encode = msgspec.msgpack.Encoder().encode


def _exchange() -> Exchange:
    exchange = Exchange(calls_max=2, in_flight_max=4)
    exchange.receive(_encode(m.Ready(["seccomp"])))
    return exchange


def _reply(event: int) -> bytes:
    return _encode(m.Reply(event, b"{}", [], b"null", b"[]", [], 1))


def _call(event: int, number: int) -> bytes:
    return _encode(m.Call(event, number, "storage.get", b"{}"))


class TestExchange:
    """A worker is believed only when it may say it now."""

    def test_events_are_answered_in_order(self) -> None:
        """Two events, two replies, nothing due any more."""
        exchange = _exchange()
        first, second = exchange.begin_event(), exchange.begin_event()

        exchange.receive(_reply(first))
        exchange.receive(_reply(second))

        assert 0 == len(exchange.due) == exchange.in_flight

    def test_an_event_may_call_and_go_on(self) -> None:
        """While it waits for the host another event is at the head."""
        exchange = _exchange()
        first, second = exchange.begin_event(), exchange.begin_event()

        exchange.receive(_call(first, 1))
        assert [second] == list(exchange.due)
        assert exchange.answer(first, 1)
        exchange.receive(_reply(second))
        exchange.receive(_reply(first))

        assert 0 == exchange.in_flight

    @pytest.mark.parametrize(
        ("said", "problem"),
        [
            (_reply(9), "another event"),
            (_call(9, 1), "another event"),
            (_call(1, 2), "out of turn"),
            (_call(1, 0), "out of turn"),
            (_encode(m.Ready([])), "ready twice"),
            (_encode(m.Loaded()), "other work"),
            (_encode(m.Compiled(b"x")), "other work"),
            (b"\xc1\xc1\xc1\xc1", "not a message"),
            (b"\x91" * 200_000, "not a message"),
            (b"", "not a message"),
            (_encode([99, 1]), "not a message"),
            (_encode([4, "1", b"{}", [], b"null", b"[]", [], 1]), "not a message"),
            (_encode([4, 1, b"{}", [], b"null", b"[]", [], 1, "more"]), "not a message"),
            (_encode([4, -1, b"{}", [], b"null", b"[]", [], 1]), "not a message"),
            (_encode(m.Failure(1, "error", "x" * 5000, "", 0, [], 1)), "not a message"),
        ],
    )
    def test_anything_else_is_a_violation(self, said: bytes, problem: str) -> None:
        """With one event due, only its reply, failure or first call may come."""
        exchange = _exchange()
        assert 1 == exchange.begin_event()

        with pytest.raises(ProtocolViolationError, match=problem):
            exchange.receive(said)

    def test_nothing_may_be_said_unasked(self) -> None:
        """A reply that nobody asked for, and a second one for the same event."""
        exchange = _exchange()
        with pytest.raises(ProtocolViolationError, match="nothing was asked"):
            exchange.receive(_reply(1))

        event = exchange.begin_event()
        exchange.receive(_reply(event))
        with pytest.raises(ProtocolViolationError, match="nothing was asked"):
            exchange.receive(_reply(event))

    def test_ready_comes_first(self) -> None:
        """A worker that has not said which walls are up has nothing else to say."""
        exchange = Exchange(calls_max=2, in_flight_max=4)
        exchange.begin_event()

        with pytest.raises(ProtocolViolationError, match="nothing was asked"):
            exchange.receive(_reply(1))

    def test_the_host_counts_calls_itself(self) -> None:
        """A worker that ignores the limit is found out at the next call."""
        exchange = _exchange()
        event = exchange.begin_event()
        for number in (1, 2):
            exchange.receive(_call(event, number))
            assert exchange.answer(event, number)

        with pytest.raises(ProtocolViolationError, match="more calls"):
            exchange.receive(_call(event, 3))

    def test_an_event_that_waits_may_not_end(self) -> None:
        """Nor call again: it is the host's turn."""
        exchange = _exchange()
        event = exchange.begin_event()
        exchange.receive(_call(event, 1))

        for said in (_reply(event), _call(event, 2)):
            with pytest.raises(ProtocolViolationError, match="nothing was asked"):
                exchange.receive(said)

    def test_an_answer_is_sent_once(self) -> None:
        """And not to an event that has ended."""
        exchange = _exchange()
        event = exchange.begin_event()
        exchange.receive(_call(event, 1))

        assert exchange.answer(event, 1)
        assert not exchange.answer(event, 1)
        assert not exchange.answer(7, 1)


class TestFrames:
    """A stream is cut into bodies, however it arrives."""

    @given(
        st.lists(st.binary(max_size=50), max_size=6),
        st.integers(min_value=1, max_value=20),
    )
    def test_any_cut_gives_the_same_bodies(self, values: list[bytes], step: int) -> None:
        """Bytes may come one by one or all at once."""
        stream = b"".join(frame(value) for value in values)
        reader = FrameReader(1000)
        bodies = [
            body
            for at in range(0, len(stream), step)
            for body in reader.feed(stream[at : at + step])
        ]

        assert values == [msgspec.msgpack.decode(body) for body in bodies]

    def test_a_giant_length_is_refused_before_its_bytes_come(self) -> None:
        """Four bytes of a hostile worker do not make the host keep four gigabytes."""
        with pytest.raises(ProtocolViolationError, match="4294967295 bytes"):
            list(FrameReader(1000).feed(struct.pack("<I", 0xFFFFFFFF)))


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), inner)
    ),
    max_leaves=20,
)


class TestPlain:
    """Plain is what comes back from JSON as it was."""

    @given(_JSON)
    def test_plain_data_survives(self, value: Any) -> None:
        """Written and read again it is the same."""
        assert value == plain.read(plain.encode(value))

    @pytest.mark.parametrize(
        "value",
        [
            {1, 2},
            dt.date(2026, 1, 1),
            Decimal(1),
            b"bytes",
            {1: "a"},
            {"a": {2: "b"}},
            math.nan,
            [math.inf],
            "\ud800",
            object(),
            10**5000,
            {"k" * 300: {1}},
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_what_would_come_back_as_something_else_is_refused(self, value: Any) -> None:
        """Although the writer would write most of it."""
        with pytest.raises(plain.NotPlainError):
            plain.encode(value)

    def test_tuples_and_counters_become_lists_and_dicts(self) -> None:
        """What a program naturally has at hand is accepted."""
        assert b'[1,["a"]]' == plain.encode((1, ("a",)))
        assert b'{"a":2}' == plain.encode(Counter("aa"))

    @pytest.mark.parametrize("text", [b"[]", b'{"a":1}', b'"[[["', b'["[", {"{": "\\""}]'])
    def test_shallow_text_passes(self, text: bytes) -> None:
        """Brackets in strings do not count."""
        assert plain.is_shallow(text)

    @pytest.mark.parametrize("depth", [31, 32, 33, 500])
    def test_depth_is_bounded(self, depth: int) -> None:
        """Thirty-two levels, of lists and dicts alike, with and without strings in between."""
        lists = b"[" * depth + b"]" * depth
        dicts = b'{"a":' * depth + b'"}"' + b"}" * depth

        assert (depth <= plain.DEPTH_MAX) == plain.is_shallow(lists)
        assert (depth <= plain.DEPTH_MAX) == plain.is_shallow(dicts)

    @pytest.mark.parametrize("text", [b"", b"{", b"[" * 5000, b"NaN", b'{"a":1}x', b"\xff"])
    def test_a_strangers_text_is_read_or_refused(self, text: bytes) -> None:
        """Never another exception, which would end the host's connection code."""
        with pytest.raises(plain.NotPlainError):
            plain.read(text)
