"""A template that another front end has made is checked and shown like any other."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from runtime.view import (
    Components,
    TemplateRefusedError,
    ViewFailedError,
    compile_document,
    compile_template,
    render,
    to_wire,
)

SHOWN = "<i m-on:tap='go'>{{ v }}</i><slot></slot>"
PAGE = Path(__file__).parents[2] / "docs/reference/ir.md"


def document(*body: dict[str, Any], **more: Any) -> bytes:
    """Return a document with these nodes."""
    return json.dumps({"ir": 1, "body": body, **more}).encode()


def element(tag: str, *children: dict[str, Any], **attrs: list[Any]) -> dict[str, Any]:
    """Return an element; ``_`` in a name stands for ``-``, ``__`` for ``:``."""
    named = {name.replace("__", ":").replace("_", "-"): value for name, value in attrs.items()}
    return {"kind": "element", "tag": tag, "attrs": named, "children": children, "at": [3, 5]}


def text(*pieces: Any) -> dict[str, Any]:
    """Return a run of text."""
    return {"kind": "text", "text": list(pieces), "at": [4, 1]}


def test_the_example_of_the_reference_is_shown() -> None:
    """The document on the page is the one that a reader will start from."""
    found = re.search(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    rows = [{"id": 1, "name": "Tea", "left": 0}, {"id": 2, "name": "Cup", "left": 3}]

    tree, _ = render(compile_document(found[1].encode(), "a.wxml"), {"rows": rows})

    assert [
        ["h1", {}, ["Hello you"]],
        ["button", {"@tap": "buy", "data-id": "1", "disabled": ""}, ["Tea"]],
        ["button", {"@tap": "buy", "data-id": "2"}, ["Cup"]],
    ] == to_wire(tree)[2]


def test_it_is_what_the_same_html_is() -> None:
    """Directives, fields, components and slots: tree, handlers, fields and names are the same."""
    components = Components(
        {"components/a-b/a-b.html": "<i m-on:tap='go'>{{ v }}</i><slot></slot>"}
    )
    markup = (
        '<p m-if="n > 1">{{ n }}</p><p m-else>none</p><input type="number" m-model="n">'
        '<a-b v="{{ n }}" m-on:go="went">in</a-b>'
        '<block m-for="x, i in xs" m-key="x">{{ x }}</block>'
    )
    made = document(
        element("p", text({"expr": "n"}), m_if=["n > 1"]),
        element("p", text("none"), m_else=[]),
        element("input", type=["number"], m_model=["n"]),
        element("a-b", text("in"), v=[{"expr": "n"}], m_on__go=["went"]),
        element("block", text({"expr": "x"}), m_for=["x, i in xs"], m_key=["x"]),
    )
    html, ours = (
        compile_template(markup, "a", components),
        compile_document(made, "a", components),
    )
    state = {"n": 2, "xs": ["a", "b"]}

    assert to_wire(render(html, state)[0]) == to_wire(render(ours, state)[0])
    assert (set(html.handlers), html.models, html.names) == (
        set(ours.handlers), ours.models, ours.names,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        (b"[1]", "a.wxml:0:0 VIEW001 no document of a template: Expected `object`, got `array`"),
        (b'{"ir": 1}', "a.wxml:0:0 VIEW001 no document of a template: Object missing required"),
        (b"\xff", "a.wxml:0:0 VIEW001 no document of a template"),
        (document(ir=2), "a.wxml:0:0 VIEW001 'ir' is 2, and this host reads 1"),
        (document(more=1), "a.wxml:0:0 VIEW001 no document of a template: Object contains unknown"),
        (
            document({"kind": "script"}),
            "a.wxml:0:0 VIEW001 no document of a template: Invalid value",
        ),
        (
            document(text(3)),
            "a.wxml:0:0 VIEW001 no document of a template: Expected `str | object`",
        ),
        (
            document(text({"expr": 3})),
            "a.wxml:0:0 VIEW001 no document of a template: Expected `str`",
        ),
        (document(element("script")), "a.wxml:3:5 VIEW002 <script> is not available"),
        (document(element("DIV")), "a.wxml:3:5 VIEW001 'DIV' is no tag"),
        (document(element("p>")), "a.wxml:3:5 VIEW001 'p>' is no tag"),
        (document(element("p", onclick=["x"])), "a.wxml:3:5 VIEW003 'onclick' is not available"),
        (document(element("p", **{"a b": ["x"]})), "a.wxml:3:5 VIEW001 'a b' is no attribute"),
        (document(element("p", **{"@tap": ["x"]})), "a.wxml:3:5 VIEW003 '@tap' is not available"),
        (document(element("img", text("x"), alt=[])), "a.wxml:3:5 VIEW001 <img> holds nothing"),
        (document(element("no-where")), "a.wxml:3:5 VIEW015 there is no component <no-where>"),
        (document(element("p", m_on__tap=[{"expr": "x"}])), "a.wxml:3:5 VIEW008 an event needs"),
        (document(element("p", text({"expr": "a.__class__", "at": [7, 2]}))), "a.wxml:7:4 VIEW012"),
        (document(element("p", text({"expr": "open('x')", "at": [7, 2]}))), "a.wxml:7:"),
        (document(element("img", src=["https://x.example/a.png"], alt=[])), "a.wxml:3:5 VIEW014"),
        (document(text("x" * 300_000)), "a.wxml:0:0 VIEW013 a document may have 256 KiB"),
    ],
)
def test_a_hostile_document_is_refused(data: bytes, finding: str) -> None:
    """By place and rule, before anything of it is shown."""
    with pytest.raises(TemplateRefusedError) as refused:
        compile_document(data, "a.wxml")

    assert str(refused.value.findings[0]).startswith(finding)


def test_depth_is_bounded() -> None:
    """At the level of the markup, and long before that of the reader of JSON."""
    deep = text("x")
    for _ in range(40):
        deep = element("div", deep)
    nested = b'{"ir":1,"body":' + b'[{"kind":"element","tag":"p","children":' * 6000

    with pytest.raises(TemplateRefusedError, match="more than 32 levels"):
        compile_document(document(deep), "a.wxml")
    with pytest.raises(TemplateRefusedError, match="no document of a template"):
        compile_document(nested, "a.wxml")


def test_budgets_hold_when_it_is_shown() -> None:
    """A document cannot show more than HTML may, and the failure names its line."""
    rows = element("p", text({"expr": "x"}), m_for=["x in xs"], m_key=["x"])
    template = compile_document(document(rows), "a.wxml")

    with pytest.raises(ViewFailedError, match=r"a\.wxml:4 "):
        render(template, {"xs": list(range(6000))})
