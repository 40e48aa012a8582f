"""Patches: whatever changes, the browser ends with the page that the host has, cheaply."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.view import Element, Node, Text, apply, compile_template, diff, render, to_wire
from runtime.view.memo import Memo

_texts = st.sampled_from(["", "a", "b", "some longer text"])
_attrs = st.dictionaries(st.sampled_from(["class", "id", "data-x"]), _texts, max_size=2)


def _with_keys(children: list[Any]) -> tuple[Node, ...]:
    """Keys are unique among siblings, as rendering promises."""
    seen: dict[str, Node] = {}
    for key, make in children:
        seen.setdefault(key, make(key))
    return tuple(seen.values())


def _nodes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from("abcdefghij")
    children = st.lists(st.tuples(keys, inner), max_size=7).map(_with_keys)
    return st.builds(
        lambda tag, attrs, kids: lambda key: Element(tag, attrs, kids, key),
        st.sampled_from(["div", "p", "b"]),
        _attrs,
        children,
    )


_text_nodes = _texts.map(lambda text: lambda key: Text(text, key))
_makers = st.recursive(_text_nodes, _nodes, max_leaves=25)
trees = _nodes(_makers).map(lambda make: make(""))


@given(trees, trees)
def test_a_patch_makes_the_new_page_of_the_old(a: Node, b: Node) -> None:
    """Applying the difference of two pages to the first gives the second."""
    assert apply(_copy(to_wire(a)), _copy(diff(a, b))) == to_wire(b)


@given(trees)
def test_nothing_changes_nothing(tree: Node) -> None:
    """A page has no difference from itself."""
    assert diff(tree, tree) == []


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_rows_move_with_as_few_moves_as_can_be(a: list[int], b: list[int]) -> None:
    """Rows that keep their order are not moved."""
    old, new = _rows(a), _rows(b)

    ops = diff(old, new)

    stay = [x for x in a if x in b]
    assert apply(_copy(to_wire(old)), _copy(ops)) == to_wire(new)
    assert sum(op[0] == 4 for op in ops) <= max(0, len(stay) - 1)
    if stay == [x for x in b if x in a]:
        assert not any(op[0] == 4 for op in ops)


_states = st.fixed_dictionaries(
    {
        "rows": st.lists(
            st.fixed_dictionaries(
                {"id": st.integers(0, 9) | st.booleans(), "n": st.integers(0, 3) | st.none()}
            ),
            max_size=6,
        ),
        "on": st.sampled_from([True, False, 1, 0, None, ""]),
        "name": _texts,
    }
)
_TEMPLATE = compile_template(
    """<h1 m-if="on">{{ name }}</h1><p m-else>{{ on }}</p>
    <ul><li m-for="r, i in rows" m-key="r.id" class="{{ 'on' if on else 'off' }}">
      <b m-if="r.n">{{ r.n }}</b><i m-for="k in [r.n, on]">{{ k }}{{ name }}</i> {{ i }}</li></ul>
    <block m-for="r in rows" m-key="r.id"><b>{{ r.id }}</b>tail</block>""",
    "p.html",
)


@settings(max_examples=150)
@given(st.lists(_states, min_size=2, max_size=5))
def test_remembered_rows_are_the_rows_that_would_be_made(states: list[dict[str, Any]]) -> None:
    """What is taken from the last rendering is what rendering anew gives, 1 and true apart."""
    memo = Memo()
    tree, memo = render(_TEMPLATE, states[0], memo=memo)
    browser = _copy(to_wire(tree))
    for state in states[1:]:
        new, memo = render(_TEMPLATE, state, memo=memo)
        fresh, _ = render(_TEMPLATE, state)
        browser = apply(browser, _copy(diff(tree, new)))
        tree = new

        assert to_wire(new) == to_wire(fresh) == browser


def test_one_changed_field_of_200_rows_is_small() -> None:
    """A change in one of 200 rows is at most 100 bytes and leaves the other rows untouched."""
    template = compile_template(
        '<ul><li m-for="r in rows" m-key="r.id"><h2>{{ r.name }}</h2><div class="row">'
        '<b class="price">{{ r.price | money(currency) }}</b>'
        '<button m-on:tap="like" data-id="{{ r.id }}">♥ {{ r.likes }}</button></div></li></ul>',
        "p.html",
    )
    rows = [{"id": n, "name": f"Tea {n}", "price": n * 100, "likes": n} for n in range(200)]
    old, memo = render(template, {"rows": rows, "currency": "CNY"})
    rows[20] = {**rows[20], "likes": 21}

    new, _ = render(template, {"rows": rows, "currency": "CNY"}, memo=memo)
    ops = diff(old, new)

    assert ops == [[0, [0, 20, 1, 1, 0], "♥ 21"]]
    assert len(json.dumps(ops, ensure_ascii=False).encode()) <= 100
    assert sum(a is b for a, b in zip(_list(old), _list(new), strict=True)) == 199


def test_a_row_in_front_is_one_insertion() -> None:
    """Rows behind a new row are not sent again."""
    assert diff(_rows([1, 2, 3]), _rows([0, 1, 2, 3])) == [[2, [], 0, ["li", {}, ["0"]]]]


def test_rows_with_one_key_are_both_shown() -> None:
    """A merchant's double key is no reason for a broken page."""
    template = compile_template('<b m-for="x in xs" m-key="x.id">{{ x.n }}</b>', "p.html")
    twins = [{"id": 1, "n": "a"}, {"id": 1, "n": "b"}, {"id": 1, "n": "c"}]
    old, memo = render(template, {"xs": twins})
    new, _ = render(template, {"xs": twins[::-1][:2]}, memo=memo)

    assert apply(_copy(to_wire(old)), _copy(diff(old, new))) == to_wire(new)
    assert [child[2] for child in to_wire(new)[2]] == [["c"], ["b"]]


def test_5000_rows_turned_round_take_no_long_time() -> None:
    """Where moving would take too many steps, the list is sent anew."""
    ops = diff(_rows(list(range(3000))), _rows(list(range(3000))[::-1]))

    assert [op[0] for op in ops] == [5]


def _rows(numbers: list[int]) -> Element:
    rows = tuple(Element("li", {}, (Text(str(n), "0"),), str(n)) for n in numbers)
    return Element("ul", {}, rows, "")


def _list(tree: Element) -> tuple[Node, ...]:
    ul = tree.children[0]
    assert isinstance(ul, Element)
    return ul.children


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))
