"""Templates from a grammar of good and bad markup, and damaged ones, with any state.

What a template shows must be on the list of markup whatever is in it, and the patches between its
pages must lead where a fresh rendering leads.
"""

import json
import time
from typing import Any

from hypothesis import strategies as st

from runtime.view import (
    Element,
    Env,
    Template,
    TemplateRefusedError,
    Text,
    ViewFailedError,
    apply,
    compile_template,
    diff,
    render,
    to_wire,
)
from runtime.view.allowlist import BUTTON_TYPES, EVENTS, GLOBAL_ATTRS, INPUT_TYPES, TAGS
from tests.fuzz.edits import edit, edits, miniapp_files
from tests.fuzz.engine import Subject

_SECONDS_MAX = 3.0
_NAMES = ["n", "items", "item", "text", "user", "i", "teas", "tea", "order", "bill", "__class__"]
_names = st.sampled_from([*_NAMES, "None", "True", "state", "self", "loop", "_x", "api", "items.0"])
_literals = st.sampled_from(
    ["1", "0", "-1", "1.5", "'a'", "'</script>'", "''", "9" * 30, "'x' * 99", "null", "true", "[]"]
)
_OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "==",
    "!=",
    "<",
    "and",
    "or",
    "in",
    "|",
    "~",
    "if",
]
_FILTERS = [
    "money('CNY')",
    "t",
    "t(n)",
    "date",
    "time",
    "number",
    "upper",
    "join",
    "length",
    "safe",
]
_FILTERS += ["default(0)", "money(text)", "join(items)", "format", "attr('x')", "t(items, n, text)"]
_expressions = st.recursive(
    _names | _literals,
    lambda inner: st.one_of(
        st.builds(lambda a, o, b: f"{a} {o} {b}", inner, st.sampled_from(_OPERATORS), inner),
        st.builds(lambda a, f: f"{a} | {f}", inner, st.sampled_from(_FILTERS)),
        st.builds(lambda a, b: f"{a}[{b}]", inner, inner),
        st.builds(lambda a, b: f"{a}.{b}", inner, st.sampled_from([*_NAMES, "__globals__", "mro"])),
        st.builds(lambda a: f"not ({a})", inner),
        st.builds(lambda a, b: f"{a}({b})", inner, inner),
        st.builds(lambda a, b, c: f"{a} if {b} else {c}", inner, inner, inner),
        st.builds(lambda a: f"[x for x in {a}]", inner),
    ),
    max_leaves=6,
)
_filled = st.builds(lambda a: "{{ " + a + " }}", _expressions)
_texts = st.one_of(
    _filled,
    st.text(max_size=6),
    st.sampled_from(
        ["<", "{{", "}}", "&lt;script&gt;", "&#x3c;b>", "<!-- x", "-->", "]]>", "\0", "&"]
    ),
)
_attributes = st.one_of(
    st.builds(
        lambda name, value: f'{name}="{value}"',
        st.sampled_from([*sorted(GLOBAL_ATTRS), "src", "value", "type", "name", "alt", "data-a"])
        | st.sampled_from(
            ["onclick", "style", "href", "srcdoc", "formaction", "xlink:href", "@tap"]
        )
        | st.sampled_from(["m-if", "m-elif", "m-for", "m-key", "m-model", "m-html", "data-__x"]),
        _filled
        | _expressions
        | st.sampled_from(["a", "javascript:x", "//e/x", "password", "text"]),
    ),
    st.builds(lambda e, h: f'm-on:{e}="{h}"', st.sampled_from([*sorted(EVENTS), "x"]), _names),
    st.builds(
        lambda a, b: f'm-for="{a} in {b}"',
        st.sampled_from(["i", "i, k", "(item, i)"]),
        _expressions,
    ),
    st.sampled_from(
        ["m-else", "hidden", "disabled", 'm-key="i"', "m-key=item.n", 'class="a {{n}}"']
    ),
)
_tags = st.sampled_from(sorted(TAGS)) | st.sampled_from(
    [
        "script",
        "style",
        "a",
        "iframe",
        "svg",
        "math",
        "template",
        "block",
        "slot",
        "base",
        "SCRIPT",
        "object",
        "form",
        "x-card",
        "div/onload=x",
        "meta",
        "noscript",
        "plaintext",
        "title",
    ]
)


def _element(tag: str, attributes: list[str], inside: list[str], *, is_closed: bool) -> str:
    end = f"</{tag}>" if is_closed else ""
    return f"<{' '.join([tag, *attributes])}>{''.join(inside)}{end}"


_markup = st.recursive(
    _texts,
    lambda inner: (
        st.builds(
            _element,
            _tags,
            st.lists(_attributes, max_size=3),
            st.lists(inner, max_size=3),
            is_closed=st.sampled_from([True, True, True, False]),
        )
        | st.lists(inner, max_size=3).map("".join)
    ),
    max_leaves=8,
)
# Markup that is right by construction, so that most of it is also rendered.
_good_expressions = st.recursive(
    st.sampled_from(["n", "items", "item", "i", "text", "user.n", "1", "'a'", "items[0]", "user"]),
    lambda inner: st.one_of(
        st.builds(
            lambda a, o, b: f"({a} {o} {b})", inner, st.sampled_from(["+", "*", "=="]), inner
        ),
        st.builds(lambda a, f: f"({a} | {f})", inner, st.sampled_from(["length", "upper", "t"])),
    ),
    max_leaves=3,
)
_good = st.recursive(
    st.one_of(_good_expressions.map(lambda a: "{{ " + a + " }}"), st.sampled_from(["a", " b "])),
    lambda inner: st.builds(
        _element,
        st.sampled_from(["div", "p", "b", "button", "section"]),
        st.lists(
            st.one_of(
                _good_expressions.map(lambda a: f'm-if="{a}"'),
                _good_expressions.map(lambda a: f'class="x {{{{ {a} }}}}"'),
                _good_expressions.map(lambda a: f'hidden="{{{{ {a} }}}}"'),
                st.sampled_from(['m-for="item in items" m-key="item"', 'm-for="i, item in user"']),
                st.sampled_from(['m-on:tap="go"', 'data-n="{{ n }}"']),
            ),
            max_size=2,
            unique_by=lambda each: each[:6],
        ),
        st.lists(inner, max_size=3),
        is_closed=st.just(True),
    ),
    max_leaves=8,
)
_SEEDS = miniapp_files(".html")
# The package's own element: nearly always a good one, or no page would be seen.
_good_cards = st.sampled_from(
    [
        "<b>{{ n }}</b><slot></slot>",
        '<p m-for="i in n" m-key="i">{{ i }}</p><slot>none</slot>',
        '<div class="{{ n }}" m-if="n"><slot></slot></div>',
        '<ul><li m-for="i in [1, 2]" m-key="i"><slot>{{ n | upper }}</slot></li></ul>',
    ]
)
_cards = st.one_of(_good_cards, _good_cards, _good_cards, _good, _markup)
_uses_of_card = st.builds(
    lambda value, inside, loop: f'<div{loop}><x-card n="{{{{ {value} }}}}">{inside}</x-card></div>',
    _good_expressions,
    _good,
    st.sampled_from(["", ' m-for="item in items" m-key="item"']),
)
_sources = st.one_of(
    _markup,
    _good,
    _good,
    _uses_of_card,
    _uses_of_card,
    st.builds(edit, st.sampled_from(_SEEDS), edits(_markup | _attributes)),
)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "<b>", "javascript:x", "//e", "x" * 300, "9" * 40, "\u202e"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*_NAMES, "id", "status", "sku"]), inner, max_size=4)
    ),
    max_leaves=12,
)
_states = st.dictionaries(st.sampled_from([*_NAMES, "total_minor", "currency", "dishes"]), _values)


def _image(source: str) -> str | None:
    return f"/pictures/{source.removeprefix('assets/')}" if source.startswith("assets/") else None


def _examine(given: tuple[str, str, list[dict[str, Any]]]) -> None:
    source, card, states = given
    began = time.process_time()
    components: dict[str, Template | None] = {}
    try:
        path = "components/x-card/x-card.html"
        components["x-card"] = compile_template(card, path, is_component=True)
        template = compile_template(source, "pages/a/a.html", components)
    except TemplateRefusedError as refused:
        assert refused.findings
        assert all(finding.code.startswith("VIEW") for finding in refused.findings)
        assert time.process_time() - began < _SECONDS_MAX, "this template takes too long"
        return
    tree, memo = None, None
    for state in states:
        env = Env(image=_image, messages={"a": "{0} {1}"})
        try:
            new, new_memo = render(template, state, env, memo)
            fresh, _ = render(template, state, env)
        except ViewFailedError as failed:
            assert failed.file in {"pages/a/a.html", "components/x-card/x-card.html"}
            continue
        check_tree(new)
        assert to_wire(fresh) == to_wire(new), "what was remembered differs from what is"
        if tree is not None:
            # Through JSON, as on the way to the browser.
            old, ops = json.loads(json.dumps([to_wire(tree), diff(tree, new)]))
            assert apply(old, ops) == json.loads(json.dumps(to_wire(new)))
        tree, memo = new, new_memo
    assert time.process_time() - began < _SECONDS_MAX, "this template takes too long"


def check_tree(root: Element) -> None:
    """Fail unless everything in a tree is on the list of markup."""
    assert root.tag == "main"
    stack = list(root.children)
    while stack:
        node = stack.pop()
        if isinstance(node, Text):
            assert type(node.text) is str
            continue
        assert node.tag in TAGS, node.tag
        for name, value in node.attrs.items():
            _check_attribute(node.tag, name, value)
        keys = [child.key for child in node.children]
        assert len(keys) == len(set(keys)), "two neighbours have one key"
        stack += node.children


def _check_attribute(tag: str, name: str, value: str) -> None:
    assert type(value) is str, (name, value)
    own = TAGS[tag] | GLOBAL_ATTRS
    is_ours = name in {f"@{event}" for event in EVENTS} or name == "@model"
    assert name in own or name.startswith(("data-", "aria-")) or is_ours, (tag, name)
    if is_ours:
        assert value.isidentifier(), value
        assert not value.startswith("_")
    if name == "src":
        assert value == "" or value.startswith("/pictures/"), value
    if name == "type":
        assert value in INPUT_TYPES | BUTTON_TYPES, value


SUBJECT = Subject(
    "template",
    st.tuples(_sources, _cards, st.lists(_states, min_size=1, max_size=3)),
    _examine,
    400,
)
