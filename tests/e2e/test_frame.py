"""The frame in a real browser: hostile trees, patches, typing, and what it cannot reach."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

from host.bridge.frame import frame_csp, frame_html
from host.core.assets import FOLDER, Assets
from runtime.view import Element, Node, Text, apply, diff, to_wire

pytestmark = pytest.mark.browser

ORIGIN = "http://lane.test"
DIGEST = "0" * 64
# The shell's side of the channel: what it gets is kept, what the test gives is passed on.
SHELL = """<!doctype html><title>shell</title><iframe id="f" sandbox="allow-scripts"></iframe>
<script>window.got = []; window.pwned = 0;
const f = document.getElementById("f");
f.onload = () => { const c = new MessageChannel(); window.port = c.port1;
  port.onmessage = (e) => got.push(e.data);
  f.contentWindow.postMessage({t: "init"}, "*", [c.port2]); };
f.src = "/frame/v1";</script>"""


class Shell:
    """A page that holds a frame and speaks to it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.n = 0

    @property
    def frame(self) -> Frame:
        """The frame itself."""
        return self.page.frames[1]

    def show(self, tree: Any) -> None:
        """Show a page."""
        self.n += 1
        self._send({"t": "page", "page": "p", "n": self.n, "tree": tree})
        self.page.wait_for_function(
            "n => got.some((m) => m.t === 'shown' && m.n === n)", arg=self.n
        )

    def patch(self, ops: list[Any]) -> None:
        """Apply operations."""
        self.n += 1
        self._send({"t": "patch", "page": "p", "n": self.n, "ops": ops})
        self.page.wait_for_function(
            "n => got.some((m) => (m.t === 'patched' && m.n === n) || m.t === 'lost')", arg=self.n
        )

    def got(self, kind: str) -> list[dict[str, Any]]:
        """Return what the frame has said of one kind."""
        found: list[dict[str, Any]] = self.page.evaluate("k => got.filter((m) => m.t === k)", kind)
        return found

    def wait(self, kind: str) -> dict[str, Any]:
        """Wait for a message and return the last of its kind."""
        self.page.wait_for_function("k => got.some((m) => m.t === k)", arg=kind)
        return self.got(kind)[-1]

    def _send(self, message: dict[str, Any]) -> None:
        self.page.evaluate("m => port.postMessage(m)", message)


@pytest.fixture
def shell(browser: Browser) -> Iterator[Shell]:
    """A browser with the frame's real document, script, styles and policy."""
    static = Assets()
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.route("**/*", lambda route: _serve(route, static))
    page = context.new_page()
    page.goto(f"{ORIGIN}/")
    shell = Shell(page)
    shell.wait("ready")
    yield shell
    context.close()


def _serve(route: Route, static: Assets) -> None:
    url = route.request.url
    if not url.startswith(f"{ORIGIN}/"):
        route.abort()
        return
    path = url.removeprefix(ORIGIN)
    if path == "/":
        route.fulfill(body=SHELL, content_type="text/html")
    elif path.startswith("/frame/"):
        html = frame_html(static, DIGEST, title="Tea", lang="en", theme="")
        policy = frame_csp(static, DIGEST, origin=ORIGIN)
        headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
        route.fulfill(body=html, headers=headers)
    elif path.startswith(f"/static/{static.build}/"):
        name = path.removeprefix(f"/static/{static.build}/")
        kind = "text/javascript" if name.endswith(".js") else "text/css"
        route.fulfill(body=(FOLDER / name).read_bytes(), content_type=kind)
    else:
        route.fulfill(body="", content_type="text/css")


class TestHostileTrees:
    """A tree that no compiler would make, as if the host itself had been fooled."""

    def test_what_is_not_listed_is_refused_by_name(self, shell: Shell) -> None:
        """Nothing of it is made, the rest is shown, and the shell is told."""
        evil = "top.pwned = 1; parent.pwned = 1"
        shell.show(
            ["main", {"onclick": evil, "class": "page"}, [
                ["script", {}, [evil]],
                ["iframe", {"srcdoc": f"<script>{evil}</script>"}],
                ["object", {"data": "data:text/html,x"}],
                ["embed", {"src": "x"}],
                ["svg", {"onload": evil}],
                ["a", {"href": f"javascript:{evil}"}, ["x"]],
                ["base", {"href": "//evil.example"}],
                ["meta", {"http-equiv": "refresh", "content": "0;url=//evil.example"}],
                ["link", {"rel": "stylesheet", "href": "//evil.example"}],
                ["style", {}, ["* { display: none }"]],
                ["template", {}, [["script", {}, [evil]]]],
                ["img", {"src": "https://evil.example/x.png", "onerror": evil, "alt": ""}],
                ["img", {"src": "javascript:x", "alt": ""}],
                ["img", {"src": "/media/../orders", "alt": ""}],
                ["img", {"src": "data:image/svg+xml,x", "srcset": "//evil.example 1x"}],
                ["div", {"style": "position:fixed;width:url(//x)"}, []],
                ["div", {"innerHTML": "<img onerror=x>"}, ["<b>x</b>"]],
                ["input", {"type": "password"}],
                ["input", {"type": "file"}],
                ["form", {"action": "https://evil.example/", "method": "post"}],
                ["button", {"formaction": "//evil.example", "@constructor": "x"}, ["y"]],
                ["p", {"class": ["not", "text"]}],
                ["constructor", {}], ["__proto__", {}],
                ["h1", {"@tap": "buy"}, ["still here"]],
            ]],
        )  # fmt: skip

        names = {(m["kind"], m["name"]) for m in shell.got("blocked")}
        assert {
            "script", "iframe", "object", "embed", "svg", "a", "base", "meta", "link", "style",
            "template", "constructor", "__proto__",
        } == {name for kind, name in names if kind == "tag"}  # fmt: skip
        assert {
            "main.onclick", "img.onerror", "img.src", "img.srcset", "div.innerHTML",
            "input.type=password", "input.type=file", "form.action", "form.method",
            "button.formaction", "p.class",
        } == {name for kind, name in names if kind == "attribute"}  # fmt: skip
        assert ("event", "constructor") in names
        assert ("style", "position:fixed") in names
        made = set(
            shell.frame.evaluate("[...document.body.querySelectorAll('*')].map(e => e.localName)")
        )
        assert made == {"main", "img", "div", "input", "form", "button", "p", "h1"}
        expect(shell.page.frame_locator("#f").locator("h1")).to_have_text("still here")
        assert shell.page.evaluate("pwned") == 0

    def test_a_tree_without_end_is_cut(self, shell: Shell) -> None:
        """Neither depth nor number can stop the browser."""
        shell.page.evaluate(_ENDLESS)
        shell.wait("shown")

        assert shell.frame.evaluate("document.getElementsByTagName('*').length") < 8100
        assert {m["name"] for m in shell.got("blocked")} == {"too much"}

    def test_a_patch_that_does_not_fit_asks_for_the_page(self, shell: Shell) -> None:
        """The shell hears that the frame has lost the thread."""
        shell.show(["main", {}, [["p", {}, ["x"]]]])

        shell.patch([[0, [5, 5, 5], "y"]])

        assert shell.got("lost") == [{"t": "lost", "page": "p"}]

    def test_the_frame_reaches_nothing(self, shell: Shell) -> None:
        """No origin, network, parent or window: a sheet drawn in it is a picture (AB-034)."""
        shell.show(["main", {}, []])
        found = shell.frame.evaluate(_LOOK_OUT)

        assert found == {
            "origin": "null", "cookie": "SecurityError", "store": "SecurityError",
            "parent": "SecurityError", "open": "null", "html": "TypeError", "script": "TypeError",
            "fetch": "TypeError",
        }  # fmt: skip


class TestPatches:
    """The browser's page is the host's page."""

    def test_random_changes_end_with_the_hosts_page(self, shell: Shell) -> None:
        """A hundred random pages, each from the last by its patch."""
        chance = random.Random(7)  # noqa: S311  (a repeatable test)
        tree = _random_tree(chance)
        shell.show(to_wire(tree))
        for _ in range(100):
            new = _random_tree(chance)
            ops = diff(tree, new)
            shell.patch(ops)
            shown = shell.frame.evaluate(_READ)
            assert shown == _plain(to_wire(new)) == _plain(apply(_plain(to_wire(tree)), ops))
            tree = new
        assert shell.got("lost") == []

    def test_typing_survives_what_comes_back(self, shell: Shell) -> None:
        """An echo of older text does not overwrite newer; focus and caret stay."""
        field = ["input", {"@model": "q", "@input": "search", "value": ""}]
        shell.show(["main", {}, [["p", {}, ["x"]], field]])
        box = shell.page.frame_locator("#f").locator("input")
        box.press_sequentially("long")
        sent = shell.wait("event")
        box.press_sequentially("jing")

        shell.patch([[1, [1], {"value": "long"}], [2, [], 0, ["h1", {}, ["3 found"]]]])

        assert sent["models"] == {"q": "long"}
        assert box.input_value() == "longjing"
        assert shell.frame.evaluate("document.activeElement.localName") == "input"
        shell.patch([[1, [2], {"value": "cleared"}]])
        assert box.input_value() == "cleared"

    def test_a_row_that_moves_keeps_the_focus(self, shell: Shell) -> None:
        """Sorting a list does not throw the person out of a field."""
        rows = [["li", {}, [["input", {"id": f"i{n}", "value": str(n)}]]] for n in range(3)]
        shell.show(["main", {}, [["ul", {}, rows]]])
        shell.page.frame_locator("#f").locator("#i0").focus()

        shell.patch([[4, [0], 0, 2]])

        assert shell.frame.evaluate("document.activeElement.id") == "i0"

    def test_names_of_fields_do_not_hide_the_form(self, shell: Shell) -> None:
        """Fields named like parts of the DOM break nothing (DOM clobbering)."""
        names = ["childNodes", "parentNode", "setAttribute", "localName", "insertBefore", "remove"]
        fields = [["input", {"name": name, "id": name, "value": "v"}] for name in names]
        shell.show(["main", {}, [["form", {"@submit": "go"}, fields]]])

        shell.patch([[1, [0], {"class": "x"}], [2, [0], 0, ["p", {}, ["first"]]], [3, [0], 1, 1]])
        shell.page.frame_locator("#f").locator("#remove").press("Enter")

        assert shell.got("lost") == []
        assert shell.wait("event")["fields"] == dict.fromkeys(names[1:], "v")


class TestTouching:
    """What the person does reaches the shell, once."""

    def test_a_double_tap_is_one_event(self, shell: Shell) -> None:
        """Until the answer has come, the same button does not fire again."""
        shell.show(["main", {}, [["button", {"@tap": "buy", "data-sku": "A1"}, ["Buy"]]]])
        button = shell.page.frame_locator("#f").locator("button")
        button.dblclick()

        (event,) = shell.got("event")
        shell.page.evaluate("k => port.postMessage({t: 'done', page: 'p', k})", event["k"])
        button.click()

        assert (event["handler"], event["dataset"], event["path"]) == ("buy", {"sku": "A1"}, [0])
        shell.page.wait_for_function("got.filter((m) => m.t === 'event').length === 2")

    def test_a_card_can_be_reached_with_the_keyboard(self, shell: Shell) -> None:
        """What can be tapped can be pressed."""
        shell.show(["main", {}, [["article", {"@tap": "open"}, [["h3", {}, ["Longjing"]]]]]])

        shell.page.keyboard.press("Tab")
        shell.frame.evaluate("document.querySelector('article').focus()")
        shell.page.keyboard.press("Enter")

        assert shell.wait("event")["handler"] == "open"

    def test_the_stepper_counts_within_its_limits(self, shell: Shell) -> None:
        """Each press is a change with the new number."""
        stepper = ["m-stepper", {"value": "1", "min": "1", "max": "3", "@change": "qty"}]
        shell.show(["main", {}, [stepper]])
        more = shell.page.frame_locator("#f").locator("m-stepper button").last
        more.click()
        more.click()

        assert [event["value"] for event in shell.got("event")] == ["2", "3"]
        expect(more).to_be_disabled()


_ENDLESS = """() => { let deep = ["p", {}, ["bottom"]];
  for (let i = 0; i < 300; i++) deep = ["div", {}, [deep]];
  const wide = Array.from({ length: 9000 }, () => ["b", {}, ["x"]]);
  port.postMessage({ t: "page", page: "p", n: 1, tree: ["main", {}, [deep, ...wide]] }) }"""
_LOOK_OUT = """async () => {
  const t = (f) => { try { return String(f()) } catch (e) { return e.name } };
  const script = () => { const s = document.createElement("script");
    s.textContent = "window.ran = 1"; document.head.append(s); return window.ran };
  return { origin: self.origin, cookie: t(() => document.cookie),
    store: t(() => localStorage.length), parent: t(() => parent.document.title),
    open: t(() => window.open("about:blank")), script: t(script),
    html: t(() => { document.body.innerHTML = "<b>x</b>" }),
    fetch: await fetch("/me").then(() => "read", (e) => e.name) } }"""
_READ = """() => { const read = (n) => n.nodeType === 3 ? n.data : [n.localName,
  Object.fromEntries([...n.attributes].map((a) => [a.name, a.value])), [...n.childNodes].map(read)];
  return read(document.body.firstChild) }"""


def _plain(node: Any) -> Any:
    """Return a tree in wire form with nothing left out."""
    if isinstance(node, str):
        return node
    attrs = dict(node[1]) if len(node) > 1 else {}
    children = node[2] if len(node) == 3 else []
    return [node[0], attrs, [_plain(child) for child in children]]


def _random_tree(chance: random.Random) -> Element:
    def node(key: str, depth: int) -> Node:
        if depth == 0 or chance.random() < 0.3:
            return Text(chance.choice(["a", "b", "some text"]), key)
        keys = chance.sample("abcdefgh", chance.randint(0, 6))
        attrs = {"class": chance.choice("xyz")} if chance.random() < 0.6 else {}
        tag = chance.choice(["div", "p", "b"])
        return Element(tag, attrs, tuple(node(k, depth - 1) for k in keys), key)

    keys = chance.sample("abcdefgh", chance.randint(1, 8))
    return Element("main", {}, tuple(node(key, 3) for key in keys), "")
