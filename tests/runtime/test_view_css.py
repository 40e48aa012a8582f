"""Style sheets of mini-programs: scoped, and unable to load anything."""

import pytest

from runtime.view import check_css, page_scope


def test_rules_are_scoped_to_their_page() -> None:
    """A page's rules reach only that page; ``page`` and ``:root`` mean the page itself."""
    css, findings = check_css(
        "page { --gap: 4px } :root{color:red} .a > b:hover, ul li:nth-child(odd) { color: RED }",
        "pages/a/a.css",
        page_scope("pages/a/a"),
    )

    assert findings == []
    assert css == (
        ".p-pages-a-a{--gap:4px}.p-pages-a-a{color:red}"
        ".p-pages-a-a .a > b:hover,.p-pages-a-a ul li:nth-child(odd){color:RED}"
    )


def test_media_and_keyframes_are_kept() -> None:
    """Rules inside @media are scoped too; keyframes are not selectors."""
    css, findings = check_css(
        "@media (min-width: 600px) and (prefers-color-scheme: dark) { .a { margin: 0 } }"
        "@keyframes fade { from { opacity: 0 } 50% { opacity: .5 } }",
        "app.css",
    )

    assert findings == []
    assert ".page .a{margin:0}" in css
    assert "@keyframes fade{from{opacity:0}50%{opacity:.5}}" in css


def test_pictures_of_the_package_are_kept() -> None:
    """A picture is written relative to the package; one that is not there is named."""
    source = ".a { background: url(/assets/a.webp) } .b { background: url('assets/b.png') }"

    css, findings = check_css(source, "a.css", "p-a", ["assets/a.webp", "assets/b.png"])
    _, missing = check_css(source, "a.css", "p-a", ["assets/a.webp"])

    assert findings == []
    assert 'url("assets/a.webp")' in css
    assert 'url("assets/b.png")' in css
    assert [finding.message for finding in missing] == ["there is no assets/b.png in the package"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("@import 'x.css';", "1:1 VIEW020 @import is not available"),
        ("@IMPORT url(//e);", "VIEW020 @import is not available"),
        (r"@\69mport '//e';", "VIEW020 @import is not available"),
        ("@font-face { src: url(x) }", "VIEW020 @font-face is not available"),
        ("@supports (a: b) { .a { color: red } }", "VIEW020 @supports is not available"),
        ("@media (x-x: 1) { .a { color: red } }", "VIEW020 'x-x' cannot be asked here"),
        (".a { background: url(https://e/x.png) }", "VIEW022 only pictures of the package"),
        (".a { background: url('//e/x.png') }", "VIEW022 only pictures of the package"),
        (r".a { background: ur\6c (//e) }", "VIEW022 only pictures of the package"),
        (".a { background: url(assets/../x.png) }", "VIEW022 only pictures of the package"),
        (".a { background: url(assets/x.svg) }", "VIEW022 only pictures of the package"),
        (".a { background: url(data:image/png;base64,x) }", "VIEW022 only pictures of the package"),
        (".a { --x: url(//e) }", "VIEW022 only pictures of the package"),
        (".a { background: image-set('//e/x.png' 1x) }", "VIEW022 image-set() is not available"),
        (".a { background: src('//e') }", "VIEW022 src() is not available"),
        (".a { width: expression(alert(1)) }", "VIEW022 expression() is not available"),
        (".a { width: calc(1px + expression(1)) }", "VIEW022 expression() is not available"),
        (".a { behavior: url(x.htc) }", "VIEW021 'behavior' is not available"),
        (".a { -moz-binding: url(x) }", "VIEW021 '-moz-binding' is not available"),
        (".a { position: FIXED }", "VIEW021 position: fixed is not available"),
        (r".a { position: f\69xed }", "VIEW021 position: fixed is not available"),
        ("a:visited { color: red }", "VIEW023 :visited is not available"),
        (":host { color: red }", "VIEW023 :host is not available"),
        (".a { .b { color: red } }", "VIEW024 rules inside rules are not available"),
        (".a { color }", "VIEW024 this cannot be read"),
        ("</style><script>x</script>", "VIEW024 this cannot be read"),
        (".a{}" * 20_000, "VIEW025 a style sheet may have 64 KiB"),
    ],
)
def test_style_is_refused(source: str, problem: str) -> None:
    """What could load, cover or escape is refused by name, however it is spelled."""
    css, findings = check_css(source, "pages/a/a.css", "p-a")

    assert problem in "\n".join(map(str, findings))
    assert css == ""


@pytest.mark.parametrize(
    ("source", "served"),
    [
        (".a { background: url/**/(//e) }", "background:url/**/(//e)"),
        (".a { --x: url/**/(//e) }", "--x:url/**/(//e)"),
        (".a { background: linear-gradient(url/**/(//e)) }", "linear-gradient(url/**/(//e))"),
        (".a { background: linear-gradient(url(/assets/a.png)) }", 'gradient(url("assets/a.png"))'),
    ],
)
def test_words_do_not_grow_together(source: str, served: str) -> None:
    """What a comment kept apart stays apart: together it would be an address."""
    css, findings = check_css(source, "a.css", "p-a")

    assert findings == []
    assert served in css
