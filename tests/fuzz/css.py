"""Style sheets from a grammar of good and bad parts, and damaged ones."""

import time
from collections.abc import Iterator
from typing import Any

import tinycss2
from hypothesis import strategies as st

from runtime.view import check_css, page_scope
from runtime.view.css_names import FUNCTIONS, MEDIA_WORDS, PROPERTIES, PSEUDO_CLASSES
from tests.fuzz.edits import edit, edits, miniapp_files
from tests.fuzz.engine import Subject

_SCOPE = page_scope("pages/a/a")
_SECONDS_MAX = 2.0
_URLS = [
    *("url(assets/a.png)", "url('/assets/b.webp')", 'url("assets/../x.png")', "url(//e/x.png)"),
    *("url(data:image/png,x)", r"ur\6c(//e)", "URL(http://e/a.png)", "url('assets/a.png' '//e')"),
    *("image-set('//e' 1x)", "src('//e')", "url(assets/a.png?//e)", "url()", "url('a')"),
    *("url(assets/a.png", "url('assets/a.png'", r"url(\"//e\")", "url(assets\\/..\\/a.png)"),
    *("-webkit-image-set(url(//e) 1x)", "cross-fade(url(//e), red)", "element(#x)", "attr(x url)"),
    *("expression(alert(1))", "paint(x)", "var(--x, url(//e))", "env(x, url(//e))"),
]
_IDENTS = [
    *("red", "1px", "0", "fixed", "FIXED", r"f\69xed", "sticky", "inherit", "100%", "#fff", "'a'"),
    *('"x"', "'a\\\nb'", "\\", "/**/", "/*", "*/", "</style>", "<!--", "-->", "!important", "\0"),
    *("\\a ", "@x", "{", "}", "(", ")", "[", "]", ";", ",", "u+0-7f", "1e999px", "\ud7ff"),
]
_SELECTORS = [
    *(".a", "#b", "page", "html", "body", ":root", "*", "div", ".a > .b", ".a + b", ":hover"),
    *("::before", ":not(.a, :is(b))", ":has(page)", "[data-x='1']", "[x|y]", "|a", "*|*", "&"),
    *(
        ":host",
        "::part(x)",
        ":global(a)",
        "@x",
        "\\70 age",
        "a\\,b",
        "a{",
        "}",
        ",",
        "",
        "page page",
    ),
    *(
        "html:not(.a)",
        "body,*",
        ":ROOT",
        "[a='</style>']",
        "::selection",
        ":visited",
        "::slotted(a)",
    ),
]
_names = st.sampled_from(
    [
        *sorted(PROPERTIES),
        "--x",
        "--X-url",
        "behavior",
        "-moz-binding",
        "src",
        "cursor",
        "cur\\73or",
        "POSITION",
        "all",
        "zoom",
        "",
        "-webkit-mask",
        "color;x",
        "*zoom",
        "_zoom",
        "anchor-name",
        "view-timeline",
    ]
)
_pieces = st.sampled_from(_URLS + _IDENTS) | st.text(max_size=4)
_values = st.recursive(
    _pieces,
    lambda inner: (
        st.builds(
            lambda name, parts: f"{name}({', '.join(parts)})",
            st.sampled_from([*sorted(FUNCTIONS), "url", "image", "toggle"]),
            st.lists(inner, max_size=3),
        )
        | st.lists(inner, min_size=1, max_size=3).map(" ".join)
    ),
    max_leaves=5,
)
_declarations = st.lists(
    st.builds(lambda name, value: f"{name}:{value}", _names, _values), max_size=3
).map(";".join)
_selectors = st.lists(
    st.sampled_from(_SELECTORS) | st.sampled_from(sorted(PSEUDO_CLASSES)).map(lambda x: f":{x}"),
    min_size=1,
    max_size=3,
).map(",".join)
_rules = st.builds(lambda head, body: f"{head}{{{body}}}", _selectors, _declarations)
_conditions = st.lists(
    st.sampled_from([*sorted(MEDIA_WORDS), "(", ")", ":", "1px", "x-x", "{", "url(//e)", ",", ";"]),
    max_size=4,
).map(" ".join)
_sheets = st.recursive(
    _rules,
    lambda inner: (
        st.builds(
            lambda name, head, body: f"@{name} {head}{{{''.join(body)}}}",
            st.sampled_from(
                ["media", "MEDIA", "keyframes", "supports", "layer", "m\\65 dia", "scope"]
            ),
            _conditions | st.sampled_from(["fade", "a b", "'x'", "url(//e)"]),
            st.lists(inner, max_size=2),
        )
        | st.sampled_from(
            ["@import '//e';", "@charset 'x';", "@font-face{src:url(//e)}", "@namespace x;"]
        )
        | st.lists(inner, max_size=3).map("".join)
    ),
    max_leaves=5,
)
# Sheets with at most one odd thing in them, so that many are served and read again.
_mild_values = st.recursive(
    st.sampled_from(
        ["red", "1px", "'a\\\\b'", "#fff", "50%", "\\\\66 oo", "a/**/b", "1/**/2", "+1", "-"]
    )
    | st.sampled_from(_URLS),
    lambda inner: st.builds(
        lambda name, parts, sign: f"{name}({sign.join(parts)})",
        st.sampled_from(sorted(FUNCTIONS)),
        st.lists(inner, min_size=1, max_size=3),
        st.sampled_from([",", " ", "/", "/**/"]),
    ),
    max_leaves=3,
)
_mild = st.lists(
    st.builds(
        lambda head, name, value, mark: f"{head}{{{name}:{value}{mark}}}",
        st.sampled_from(_SELECTORS[:16]),
        st.sampled_from(sorted(PROPERTIES)) | st.just("--x"),
        _mild_values,
        st.sampled_from(["", "", " !important", ";", ";;"]),
    ),
    min_size=1,
    max_size=2,
).map("".join)
_GOOD = miniapp_files(".css")
_damaged = st.builds(edit, st.sampled_from(_GOOD), edits(_values | _rules | _pieces))


def _examine(text: str) -> None:
    began = time.process_time()
    css, findings = check_css(text, "pages/a/a.css", _SCOPE)
    assert time.process_time() - began < _SECONDS_MAX, "this sheet takes too long"
    for finding in findings:
        assert finding.code.startswith("VIEW"), finding
        assert finding.fix, finding
    if findings:
        assert css == ""
        return
    check_served(css, _SCOPE)


def check_served(css: str, scope: str) -> None:
    """Read what is served as a browser does: only what is known to load nothing may be there."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    _check_rules(rules, scope)


def _check_rules(rules: list[Any], scope: str) -> None:
    for rule in rules:
        if rule.type == "qualified-rule":
            for part in _split(rule.prelude):
                shown = tinycss2.serialize(part).strip()
                assert shown.startswith(f".{scope}"), f"{shown!r} reaches beyond its page"
            _check_declarations(rule.content)
        else:
            assert rule.type == "at-rule", f"a browser sees {rule.type}: {rule.serialize()[:80]!r}"
            assert rule.lower_at_keyword in {"media", "keyframes"}
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if rule.lower_at_keyword == "media":
                _check_rules(inner, scope)
                continue
            for frame in inner:
                assert frame.type == "qualified-rule"
                _check_declarations(frame.content)


def _check_declarations(content: list[Any]) -> None:
    found = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    for each in found:
        assert each.type == "declaration", f"a browser sees {each.type}"
        assert each.lower_name in PROPERTIES or each.name.startswith("--"), each.name
        for token in _all(each.value):
            assert token.type != "error", "a broken token was served"
            if token.type == "function":
                assert token.lower_name in FUNCTIONS | {"url"}, token.name
                if token.lower_name == "url":
                    _check_address("".join(a.value for a in token.arguments if a.type == "string"))
            elif token.type == "url":
                _check_address(token.value)
            if each.lower_name == "position":
                assert token.type != "function", "a variable may be anything"
                assert getattr(token, "lower_value", "") != "fixed", "position: fixed"


def _check_address(address: str) -> None:
    assert address.startswith("assets/"), address
    assert ".." not in address
    assert ":" not in address


def _all(tokens: list[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from _all(getattr(token, "arguments", None) or getattr(token, "content", None) or [])


def _split(tokens: list[Any]) -> list[list[Any]]:
    parts: list[list[Any]] = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


SUBJECT = Subject("css", _sheets | _mild | _mild | _damaged | st.text(max_size=40), _examine, 600)
