"""What follows from one event of a page with components, whatever a worker says."""

from typing import Any

import pytest

from runtime.session import PageSession
from runtime.turn import RUNS_MAX, Ran, Turn
from runtime.view import Components, ViewFailedError, compile_template
from runtime.view.parts import ComponentClass

CLASS = ComponentClass(
    "components/a-b/a-b", frozenset({"up"}), frozenset({"n"}), frozenset(), frozenset({"change"}),
    frozenset(), follows=False,
)  # fmt: skip


@pytest.mark.parametrize(
    "lie",
    [
        {"a": 1},
        "change",
        [["change"]],
        [["change", {"value": 1}, 3]],
        [[1, {}]],
        [["change", []]],
        [["other", {}]],
        [["__class__", {}]],
    ],
)
def test_a_worker_that_lies_about_events(lie: Any) -> None:
    """What no component can emit is not heard by anybody."""
    components = Components({"components/a-b/a-b.html": '<b m-on:tap="up">x</b>'}, {"a-b": CLASS})
    template = compile_template('<a-b m-on:change="c"></a-b>', "pages/a.html", components)
    session = PageSession(template, {})
    (name,) = session.found
    turn = Turn(session, "pages/a", {})
    turn.parts[name] = {}
    steps = turn.touch(f"{name}:up", {})

    step = next(steps)
    with pytest.raises(StopIteration):
        steps.send(Ran({"n": 1}, lie))

    assert ("components/a-b/a-b", "up") == (step.path, step.handler)
    assert {name: {"n": 1}} == turn.parts


def test_one_event_sets_off_so_much() -> None:
    """Two that answer each other for ever are stopped."""
    components = Components({"components/a-b/a-b.html": '<b m-on:tap="up">x</b>'}, {"a-b": CLASS})
    template = compile_template('<a-b m-on:change="c"></a-b>', "pages/a.html", components)
    session = PageSession(template, {})
    (name,) = session.found
    turn = Turn(session, "pages/a", {})
    turn.parts[name] = {}

    taps = [next(turn.touch(f"{name}:up", {})) for _ in range(RUNS_MAX)]
    with pytest.raises(ViewFailedError, match="more than 150 handlers"):
        next(turn.touch(f"{name}:up", {}))

    assert RUNS_MAX == len(taps)
