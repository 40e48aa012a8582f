"""Templates: what they show, and what they refuse with place and fix."""

from typing import Any

import pytest

from runtime.view import Env, TemplateRefusedError, Wire, compile_template, render, to_wire
from runtime.view.allowlist import TAGS


def show(source: str, env: Env | None = None, **state: Any) -> Wire:
    """Return what ``source`` shows: the only child of the page, or all of them."""
    tree, _ = render(compile_template(source, "pages/a/a.html"), state, env)
    children = [to_wire(child) for child in tree.children]
    return children[0] if len(children) == 1 else children


def refusal(source: str) -> str:
    """Return every finding about ``source``."""
    with pytest.raises(TemplateRefusedError) as refused:
        compile_template(source, "pages/a/a.html")
    return str(refused.value)


class TestExpressions:
    """What stands in ``{{ }}``."""

    @pytest.mark.parametrize(
        ("expression", "text"),
        [
            ("item.name", "Longjing"),
            ("item.size.grams", ""),
            ("nothing.at.all", ""),
            ("items[1]", "b"),
            ("items[9]", ""),
            ("items[-1]", "c"),
            ("item['name']", "Longjing"),
            ("1 + 2 * 3", "7"),
            ("(1 + 2) * 3", "9"),
            ("7 // 2", "3"),
            ("7 / 2", "3.5"),
            ("6 / 2", "3"),
            ("-qty", "-2"),
            ("'a' + 'b'", "ab"),
            ("nothing * 3", ""),
            ("qty > 1 and qty < 3", "true"),
            ("not qty", "false"),
            ("nothing or 'x'", "x"),
            ("'many' if qty > 1 else 'one'", "many"),
            ("'a' in items", "true"),
            ("'z' not in items", "true"),
            ("'name' in item", "true"),
            ("'ong' in item.name", "true"),
            ("true == 1", "false"),
            ("nothing < 3", "false"),
            ("none == nothing", "true"),
            ("items | join('-')", "a-b-c"),
            ("items | length", "3"),
            ("item.name | upper | lower", "longjing"),
            ("nothing | default('–')", "–"),
            ("price * qty | money('CNY')", "¥256.00"),
            ("price | money('JPY')", "¥12,800"),
            ("nothing | money('CNY')", ""),
            ("0 | date", "Jan 1, 1970"),
            ("1234567.5 | number", "1,234,567.5"),
            (r"'it\'s'", "it's"),
            ("[1, 2] | length", "2"),
        ],
    )
    def test_expression_shows(self, expression: str, text: str) -> None:
        """An expression shows its value; what is missing shows nothing."""
        shown = show(
            "<p>{{ " + expression + " }}</p>",
            item={"name": "Longjing"},
            items=["a", "b", "c"],
            qty=2,
            price=12800,
        )

        assert shown == ["p", {}, [text]]

    def test_texts_are_translated_and_filled(self) -> None:
        """``t`` looks the text up in the package's file and fills its places."""
        env = Env(lang="zh-Hans", messages={"Only {0} left": "仅剩 {0} 件"})

        shown = show("<p>{{ 'Only {0} left' | t(n) }} {{ 'Buy' | t }}</p>", env, n=3)

        assert shown == ["p", {}, ["仅剩 3 件 Buy"]]

    @pytest.mark.parametrize(
        ("expression", "problem"),
        [
            ("a.__class__", "pages/a/a.html:1:9 VIEW012 '__class__' is private"),
            ("_secret", "pages/a/a.html:1:7 VIEW012 '_secret' is private"),
            ("a ** 2", "VIEW004 powers are not available"),
            ("open('x')", "VIEW004 a template cannot call anything but filters"),
            ("a.b()", "VIEW004 a template cannot call anything but filters"),
            ("a | eval", "VIEW005 there is no filter 'eval' → use one of money, date"),
            ("a | money", "VIEW005 the filter money does not take 0 arguments"),
            ("a && b", "VIEW004 '&' cannot stand here → write  and"),
            ("a ? b : c", "VIEW004 '?' cannot stand here → write  a if condition else b"),
            ("", "VIEW004 something is missing here"),
            ("a +", "VIEW004 something is missing here"),
            ("{'a': 1}", "VIEW004 '{' cannot stand here"),
            ("lambda: 1", "VIEW004 ':' cannot stand here"),
            ("9" * 30, "VIEW004 this number is too large"),
            ("(" * 40 + "a" + ")" * 40, "VIEW004 this expression is nested too deeply"),
            ("+".join("a" * 200), "VIEW004 this expression has more than 150 words"),
            ("not " * 60 + "a", "VIEW004 this expression is nested too deeply"),
        ],
    )
    def test_expression_is_refused(self, expression: str, problem: str) -> None:
        """A merchant is told the place, the rule and the fix."""
        assert problem in refusal("<p>{{ " + expression + " }}</p>")


class TestDirectives:
    """``m-if``, ``m-for`` and their kin."""

    def test_first_branch_that_holds_is_shown(self) -> None:
        """Of m-if, m-elif and m-else exactly one shows, spaces between them or not."""
        source = '<p m-if="n > 9">many</p>\n<p m-elif="n > 1">some</p>\n<p m-else>few</p>'

        assert [show(source, n=n) for n in (10, 5, 0)] == [
            ["p", {}, ["many"]],
            ["p", {}, ["some"]],
            ["p", {}, ["few"]],
        ]

    def test_rows_are_repeated_with_index(self) -> None:
        """A loop sees its item, its position and everything around it."""
        shown = show(
            '<ul><li m-for="t, i in teas" m-key="t.id" m-if="t.on">'
            "{{ i }} {{ t.id }} {{ s }}</li></ul>",
            teas=[{"id": 7, "on": True}, {"id": 8}, {"id": 9, "on": True}],
            s="x",
        )

        assert shown == ["ul", {}, [["li", {}, ["0 7 x"]], ["li", {}, ["2 9 x"]]]]

    def test_loop_variable_ends_with_the_loop(self) -> None:
        """A loop's name hides the page's name only inside."""
        shown = show('<b m-for="x in xs" m-key="x">{{ x }}</b><i>{{ x }}</i>', xs=[1], x="page")

        assert shown == [["b", {}, ["1"]], ["i", {}, ["page"]]]

    def test_block_shows_only_its_children(self) -> None:
        """A <block> groups without an element."""
        shown = show(
            '<div><block m-for="x in xs" m-key="x"><b>{{ x }}</b><i></i></block></div>', xs=[1, 2]
        )

        assert shown == ["div", {}, [["b", {}, ["1"]], ["i"], ["b", {}, ["2"]], ["i"]]]

    def test_component_sees_only_its_values(self) -> None:
        """A component shows what it was given and nothing of the page around it."""
        card = compile_template(
            "<b>{{ tea.name }}</b>{{ secret }}", "components/tea-card/tea-card.html"
        )
        page = compile_template('<tea-card tea="{{ t }}"></tea-card>', "p.html", {"tea-card": card})

        tree, _ = render(page, {"t": {"name": "Biluochun"}, "secret": "x"})

        assert to_wire(tree.children[0]) == [
            "div", {"class": "c-tea-card"}, [["b", {}, ["Biluochun"]], ""],
        ]  # fmt: skip

    def test_handlers_models_and_names_are_listed(self) -> None:
        """What a template binds is known before it runs, so that the page can be checked for it."""
        template = compile_template(
            '<input m-model="query" m-on:input="search">'
            '<button m-for="x in rows" m-key="x.id" m-on:tap="pick">{{ x.n }}</button>',
            "p.html",
        )

        assert dict(template.handlers) == {"search": 1, "pick": 1}
        assert template.models == {"query": "text"}
        assert template.names == {"query", "rows"}

    @pytest.mark.parametrize(
        ("source", "problem"),
        [
            ("<p m-else>x</p>", "1:4 VIEW006 m-else follows no m-if"),
            ('<p m-if="a">x</p>text<p m-else>y</p>', "VIEW006 m-else follows no m-if"),
            ("<p m-if>x</p>", "VIEW006 m-if needs one expression"),
            ('<p m-key="a">x</p>', "VIEW006 m-key needs an m-for"),
            ('<p m-show="a">x</p>', "VIEW006 there is no m-show"),
            ('<p m-html="a">x</p>', "VIEW006 there is no m-html"),
            (
                '<li m-for="x of xs">y</li>',
                'VIEW010 this loop cannot be read → write  m-for="item in',
            ),
            ('<li m-for="_x in xs">y</li>', "VIEW012 '_x' begins with _"),
            ('<p m-on:click="f">x</p>', "VIEW007 there is no event 'click' → use m-on:tap"),
            ('<p m-on:tap="f(1)">x</p>', "VIEW008 an event needs the name of a handler"),
            ('<p m-on:tap="{{ f }}">x</p>', "VIEW008 an event needs the name of a handler"),
            ('<p m-on:tap="__init__">x</p>', "VIEW008 an event needs the name of a handler"),
            ('<p m-model="a">x</p>', "VIEW009 m-model needs a field"),
            ('<input m-model="a.b">', "VIEW009 m-model needs a name of the page"),
            ("<tea-card></tea-card>", "VIEW015 there is no component <tea-card>"),
        ],
    )
    def test_directive_is_refused(self, source: str, problem: str) -> None:
        """Misused directives are named with their fix."""
        assert problem in refusal(source)

    def test_loop_without_key_warns(self) -> None:
        """Rows without a key work, and the merchant hears what they cost."""
        template = compile_template('<li m-for="x in xs">{{ x }}</li>', "p.html")

        assert [finding.code for finding in template.warnings] == ["VIEW011"]


class TestMarkup:
    """Elements, attributes and text."""

    @pytest.mark.parametrize(
        ("source", "problem"),
        [
            ("<script>x</script>", "VIEW002 <script> is not available"),
            ("<iframe></iframe>", "VIEW002 <iframe> is not available"),
            ("<svg></svg>", "VIEW002 <svg> is not available"),
            ('<a href="/x">y</a>', "VIEW002 <a> is not available"),
            ("<style>p{}</style>", "VIEW002 <style> is not available"),
            ("<object></object>", "VIEW002 <object> is not available"),
            ("<base>", "VIEW001 <base> is never closed"),
            ('<p onclick="x">y</p>', "VIEW003 'onclick' is not available on <p> → use m-on:"),
            ('<p style="x">y</p>', "VIEW014 'x' is not available in style → write"),
            ('<p style="position: fixed">y</p>', "VIEW014 'position: fixed' is not available"),
            ('<p style="width: calc(1px)">y</p>', "VIEW014 'width: calc(1px)' is not available"),
            ('<img src="https://evil.example/x.png" alt="">', "VIEW014 pictures come from"),
            ('<img src="javascript:x" alt="">', "VIEW014 pictures come from"),
            ('<img src="assets/x.png">', "VIEW003 a picture needs a text"),
            ('<img srcset="x" alt="">', "VIEW003 'srcset' is not available"),
            (
                '<input type="password">',
                "VIEW014 this type is not available → a mini-program never",
            ),
            ('<input type="file">', "VIEW014 this type is not available"),
            ('<input type="{{ t }}">', "VIEW014 this type is not available"),
            ('<form action="/x"></form>', "VIEW003 'action' is not available"),
            ('<p innerhtml="x">y</p>', "VIEW003 'innerhtml' is not available"),
            ("<p>x", "1:1 VIEW001 <p> is never closed → add  </p>"),
            ("<p>x</b></p>", "1:5 VIEW001 </b> closes nothing here → close <p> first"),
            ("</p>", "VIEW001 </p> closes nothing here → remove it"),
            ("<p class=x>y</p>", 'VIEW001 the value has no quotes → write  class="x"'),
            ('<p id="a" id="b">y</p>', "1:11 VIEW001 'id' stands here twice"),
            ("<p>1 < 2</p>", "VIEW001 '<' begins a tag → write  &lt;"),
            ("<p>{{ a </p>", "VIEW001 this {{ never ends"),
            ("<!-- x", "VIEW001 this comment never ends"),
            ("<!DOCTYPE html>", "VIEW001 '<' begins a tag"),
            ("<div>" * 40 + "</div>" * 40, "VIEW013 more than 32 levels"),
            ("x" * 70_000, "VIEW013 a template may have 64 KiB"),
        ],
    )
    def test_markup_is_refused(self, source: str, problem: str) -> None:
        """What is not on the list does not exist, and every mistake has a place."""
        assert problem in refusal(source)

    def test_all_mistakes_are_reported_at_once(self) -> None:
        """Line and column are those of the mistake, each mistake has its own line."""
        source = '<div>\n  <video></video>\n  <p onclick="x">{{ a..b }}</p>\n</div>'

        assert [line.split(" ")[0] for line in refusal(source).split("\n")] == [
            "pages/a/a.html:2:3",
            "pages/a/a.html:3:6",
            "pages/a/a.html:3:23",
        ]

    def test_plain_text_is_never_markup(self) -> None:
        """State that looks like markup is shown as it was written."""
        assert show("<p>{{ x }} &lt;b&gt;</p>", x="<img onerror=x>") == [
            "p", {}, ["<img onerror=x> <b>"],
        ]  # fmt: skip

    def test_attributes_that_are_there_or_not(self) -> None:
        """A true value shows ``disabled``, a false one takes it away; aria keeps its words."""
        source = '<button disabled="{{ b }}" aria-pressed="{{ b }}" title="{{ none }}">x</button>'

        assert show(source, b=True)[1] == {"disabled": "", "aria-pressed": "true"}
        assert show(source, b=False)[1] == {"aria-pressed": "false"}

    def test_pictures_come_only_from_where_the_host_says(self) -> None:
        """A picture whose address the host does not know is not there."""
        env = Env(image={"assets/a.webp": "/assets/d/assets/a.webp"}.get)

        known = show('<img src="{{ x }}" alt="">', env, x="assets/a.webp")
        strange = show('<img src="{{ x }}" alt="">', env, x="https://evil.example/x")

        assert known == ["img", {"src": "/assets/d/assets/a.webp", "alt": ""}]
        assert strange == ["img", {"alt": ""}]

    def test_fields_show_what_they_write_to(self) -> None:
        """``m-model`` shows the state in the way of its field."""
        source = (
            '<input m-model="name"><input type="checkbox" m-model="on">'
            '<input type="radio" value="b" m-model="name">'
        )

        shown = show(source, name="b", on=True)

        assert [field[1] for field in shown] == [
            {"@model": "name", "value": "b"},
            {"type": "checkbox", "@model": "on", "checked": ""},
            {"type": "radio", "value": "b", "@model": "name", "checked": ""},
        ]

    def test_no_dangerous_element_is_listed(self) -> None:
        """The list holds nothing that loads, navigates, embeds or runs."""
        dangerous = (
            "a area audio base body canvas embed frame head html iframe link main map math meta"
            " noscript object param portal script slot source style svg template title track video"
        )

        assert not set(dangerous.split()) & set(TAGS)
