"""What follows from one event of a page with components, whatever a worker says."""

from typing import Any

import pytest

from runtime.session import PageSession
from runtime.turn import RUNS_MAX, Ran, Turn
from runtime.view import (
    Components,
    Element,
    ViewFailedError,
    compile_template,
    render,
    to_wire,
)
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


def test_only_the_row_is_shown_anew_whose_component_has_changed() -> None:
    """A component's own data are part of what its row reads."""
    template = compile_template(
        '<p m-for="x in xs" m-key="x"><a-b></a-b></p>',
        "pages/a.html",
        Components({"components/a-b/a-b.html": "<b>{{ n }}</b>"}, {"a-b": CLASS}),
    )
    state = {"xs": [1, 2]}
    _, memo = render(template, state)
    first, second = memo.found
    parts: dict[str, dict[str, Any]] = {first: {"n": 1}, second: {"n": 2}}
    before, memo = render(template, state, memo=memo, parts=parts)

    after, memo = render(template, state, memo=memo, parts={**parts, second: {"n": 3}})

    assert isinstance(before, Element)
    assert before.children[0] is after.children[0]
    assert ["p", {}, [["div", {"class": "c-a-b"}, [["b", {}, ["3"]]]]]] == to_wire(
        after.children[1]
    )
    assert [first, second] == list(memo.found)
