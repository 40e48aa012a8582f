"""A page that asks for too much is stopped with its place, before it has cost much."""

import sys
from collections import Counter
from typing import Any

import pytest

from runtime.view import ViewFailedError, compile_template, render
from runtime.view.run import STEPS_MAX

LONG = "x" * 60_000
# Calls of functions for one step that is charged; six nested loops of nothing make 5.5.
CALLS_PER_STEP = 8


def fail(source: str, **state: Any) -> ViewFailedError:
    """Return how showing ``source`` fails, after no more calls than the budget of steps allows."""
    template = compile_template(source, "pages/a/a.html")
    calls = Counter[str]()
    sys.setprofile(lambda _frame, event, _arg: calls.update((event,)))
    try:
        with pytest.raises(ViewFailedError) as failed:
            render(template, state)
    finally:
        sys.setprofile(None)
    assert calls["call"] + calls["c_call"] <= CALLS_PER_STEP * STEPS_MAX
    return failed.value


NEST = '<block m-for="a in r">' * 6 + "{{ 1 }}" + "</block>" * 6


@pytest.mark.parametrize(
    ("source", "state", "message"),
    [
        ('<b m-for="x in r" m-key="x">x</b>', {"r": list(range(6000))}, "more than 5000 nodes"),
        (NEST, {"r": list(range(30))}, "more than 5000 nodes"),
        (NEST.replace("{{ 1 }}", ""), {"r": list(range(100))}, "too many steps"),
        ('<b m-for="x in r">{{ s }}</b>', {"r": [1] * 40, "s": LONG}, "more than 400000 char"),
        ("<p>{{ s + s + s }}</p>", {"s": LONG}, "longer than 65536 characters"),
        ("<p>{{ [s, s] | join }}</p>", {"s": LONG}, "longer than 65536 characters"),
        ("<p>{{ '{0}{0}' | t(s) }}</p>", {"s": LONG}, "longer than 65536 characters"),
        ("<p>{{ a * a }}</p>", {"a": 2**62}, "leaves 64 bits"),
        ("<p>{{ a * a }}</p>", {"a": 1e300}, "not finite"),
        ("<p>{{ 1 / 0 }}</p>", {}, "division by zero"),
        ("<p>{{ 'a' * 3 }}</p>", {}, "'*' needs numbers"),
        ("<p>{{ 'a' + 3 }}</p>", {}, "'+' needs numbers"),
        ("<p>{{ x }}</p>", {"x": [1]}, "a list cannot be shown as text"),
        ("<p>{{ x }}</p>", {"x": {}}, "an object cannot be shown as text"),
        ("<p>{{ x == x }}</p>", {"x": [1]}, "lists and objects cannot be compared"),
        ("<p>{{ 1 < 'a' }}</p>", {}, "only two numbers or two texts have an order"),
        ('<b m-for="x in 5">x</b>', {}, "m-for needs a list, and 5 is none"),
        ("<p>{{ 1.5 | money('CNY') }}</p>", {}, "whole number of minor units"),
        ("<p>{{ 1 | money('C') }}</p>", {}, "a currency of three letters"),
        ("<p>{{ 9999999999999999 | date }}</p>", {}, "a time is a whole number of milliseconds"),
        (
            '<block m-for="a in r" m-key="a"><b m-if="s == t">x</b></block>',
            {"r": list(range(2000)), "s": LONG, "t": LONG[:-1] + "y"},
            "too many steps",
        ),
        (
            '<block m-for="a in r" m-key="a"><block m-for="b in [r]"></block></block>',
            {"r": ["x" * 100] * 2000},
            "too many steps",
        ),
    ],
)
def test_rendering_stops(source: str, state: dict[str, Any], message: str) -> None:
    """Every way to ask for too much ends with a sentence, a file and a line."""
    error = fail(source, **state)

    assert message in error.message
    assert (error.file, error.line, error.retryable) == ("pages/a/a.html", 1, False)


def test_the_line_is_where_it_failed() -> None:
    """The merchant is led to the expression, not to the top of the file."""
    assert fail("<div>\n<p>ok</p>\n<p>{{ 1 / n }}</p></div>", n=0).line == 3
