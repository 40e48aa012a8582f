"""Components: elements of a package's own, with properties, events, slots and scoped styles."""

import pytest

from runtime.session import PageSession
from runtime.view import (
    Components,
    TemplateRefusedError,
    ViewFailedError,
    compile_template,
    render,
    to_wire,
)
from runtime.view.ir import Template

CARD = (
    "<h3>{{ title }}</h3><slot>nothing</slot>"
    '<p m-for="n in rows" m-key="n"><slot name="row"></slot>'
    '<button m-on:tap="buy" data-n="{{ n }}">{{ n }}</button></p>'
    '<rate-stars value="{{ stars }}" m-on:pick="rate"></rate-stars>'
)
STARS = '<b m-for="s in [1, 2]" m-key="s" data-s="{{ s }}" m-on:tap="pick">{{ s <= value }}</b>'
TEXTS = {
    "components/shop-card/shop-card.html": CARD,
    "components/rate-stars/rate-stars.html": STARS,
}


def page(text: str) -> Template:
    """Compile a page that may use the components above."""
    return compile_template(text, "pages/a.html", Components(TEXTS))


def test_properties_events_and_slots() -> None:
    """Values go in as attributes, handlers come out through two components, content stays ours."""
    template = page(
        '<shop-card title="{{ item.name }}" rows="{{ [7] }}" stars="{{ 1 }}" m-on:buy="add"'
        ' m-on:rate="rated" data-id="{{ item.id }}" class="x"><i>{{ total }}</i>'
        '<u slot="row">{{ item.name }}</u></shop-card>'
    )

    tree, _ = render(template, {"item": {"id": 5, "name": "Tea"}, "total": 3})

    assert {"add", "rated"} == set(template.handlers)
    assert {"item", "total"} == template.names
    stars = [
        ["b", {"data-id": "5", "data-s": "1", "@tap": "rated"}],
        ["b", {"data-id": "5", "data-s": "2", "@tap": "rated"}],
    ]
    shown = to_wire(tree)[2][0]
    assert ["div", {"class": "c-shop-card x"}] == shown[:2]
    assert [["h3", {}, ["Tea"]], ["i", {}, ["3"]]] == shown[2][:2]
    button = ["button", {"data-id": "5", "data-n": "7", "@tap": "add"}, ["7"]]
    assert ["p", {}, [["u", {}, ["Tea"]], button]] == shown[2][2]
    assert stars == [each[:2] for each in shown[2][3][2]]


def test_an_event_nobody_listens_to_binds_nothing() -> None:
    """A button whose event is not named where the component is used does nothing."""
    tree, _ = render(page('<rate-stars value="{{ 2 }}"></rate-stars>'), {})

    assert "@tap" not in str(to_wire(tree))


def test_content_of_a_slot_in_a_loop_is_never_stale() -> None:
    """A row that shows the page's names is drawn again when only those have changed."""
    session = PageSession(
        page('<shop-card rows="{{ rows }}"><u slot="row">{{ total }}</u></shop-card>'),
        {"rows": [1, 2], "total": 1},
    )
    session.apply({"total": 2})

    assert 2 == str(session.open()).count("['u', {}, ['2']]")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<shop-card nope="1"></shop-card>', "1:12 VIEW015 <shop-card> has no property 'nope'"),
        ('<shop-card m-on:sell="a"></shop-card>', "1:12 VIEW007 <shop-card> has no event 'sell'"),
        ("<rate-stars><i>x</i></rate-stars>", "1:1 VIEW015 <rate-stars> has no place"),
        ('<shop-card><i slot="z">x</i></shop-card>', "1:1 VIEW015 <shop-card> has no slot 'z'"),
        ('<shop-card m-model="x"></shop-card>', "1:12 VIEW015 m-model cannot stand"),
        ("<p>a</p><slot></slot>", "1:9 VIEW015 a page has no <slot>"),
        ("<no-such></no-such>", "1:1 VIEW015 there is no component <no-such>"),
    ],
)
def test_a_wrong_use_is_said_with_its_place(text: str, found: str) -> None:
    """Who uses a component learns what it takes."""
    with pytest.raises(TemplateRefusedError) as refusal:
        page(text)

    assert str(refusal.value).startswith(f"pages/a.html:{found}")


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({"components/a-b/a-b.html": "<a-b></a-b>"}, "is made from itself: a-b → a-b"),
        ({"components/div/div.html": "x"}, "<div> means something already"),
        ({"components/m-x/m-x.html": "x"}, "<m-x> means something already"),
        ({"components/card.html": "x"}, "is no place for a component"),
        ({"components/a-b/a-b.html": '<input m-model="x">'}, "m-model stands on pages"),
        (
            {f"components/a-{n}/a-{n}.html": f"<a-{n + 1}></a-{n + 1}>" for n in range(8)}
            | {"components/a-8/a-8.html": "x"},
            "nest more than 6 deep",
        ),
    ],
)
def test_a_wrong_component_is_refused_at_upload(texts: dict[str, str], found: str) -> None:
    """What cannot be shown is found before anybody opens a page."""
    assert found in str([str(finding) for finding in Components(texts).check()])


def test_components_in_components_keep_to_the_budgets() -> None:
    """Slots in slots cannot build a page deeper or larger than any other."""
    deep = Components({"components/x-x/x-x.html": "<p>" * 20 + "<slot></slot>" + "</p>" * 20})
    wide = {f"components/w-{n}/w-{n}.html": f"<w-{n + 1}></w-{n + 1}>" * 12 for n in range(4)} | {
        "components/w-4/w-4.html": "<i>x</i>"
    }
    nested = compile_template("<x-x>" * 20 + "</x-x>" * 20, "a.html", deep)
    many = compile_template("<w-0></w-0>", "a.html", Components(wide))

    with pytest.raises(ViewFailedError, match="nests too deeply"):
        render(nested, {})
    with pytest.raises(ViewFailedError, match="more than 5000 nodes"):
        render(many, {})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("50", "width:50%"),
        ("5; position: fixed", "width:5"),
        ("5%; background: url(//x)", "width:5%"),
        ("red; color: #fff;", "width:red;color:#fff"),
        ("expression(1)", None),
        ("1" * 600, None),
    ],
)
def test_a_style_that_is_worked_out_holds_sizes_and_colours_only(
    given: str, kept: str | None
) -> None:
    """Whatever a value says, nothing is loaded and nothing covers the page."""
    unit = "%" if given == "50" else ""
    template = compile_template('<p style="width: {{ x }}' + unit + '">a</p>', "a.html")

    tree, _ = render(template, {"x": given})

    assert kept == getattr(tree.children[0], "attrs", {}).get("style")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("12", 12), ("1.5", 1.5), ("", None), ("x", None), ("1e400", None), ("nan", None)],
)
def test_number_fields_write_numbers(typed: str, kept: float | None) -> None:
    """What a number field holds is a number, or None when it holds none."""
    template = compile_template('<input type="number" m-model="n"><input m-model="t">', "a.html")
    session = PageSession(template, {"n": 1, "t": ""})

    assert (kept, typed) == (session.read_model("n", typed), session.read_model("t", typed))


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("rows | length > 1", "true"),
        ("'s' if rows | length != 1", "s"),
        ("rows | first.n", "7"),
        ("price * 2 | round(2)", "5.00"),
        ("'x' if none", ""),
    ],
)
def test_what_is_filtered_may_be_used_further(expression: str, shown: str) -> None:
    """A filter takes what stands before it, and its result may be compared."""
    template = compile_template("<p>{{ " + expression + " }}</p>", "a.html")

    tree, _ = render(template, {"rows": [{"n": 7}, {}], "price": 2.5})

    assert ["p", {}, [shown]] == to_wire(tree)[2][0]
