"""Opens a page in a test, taps it, reads what it shows: no host, no browser, no sandbox process.

    page = open_page("tea-house", "pages/product/product", sku="A1", products=SHELF)
    page.tap("button.primary")
    assert page.calls[-1] == ("pay.open", {"order_id": "order-1", "then": "paid"})

The code runs under the rules of the language and the template is rendered as the host renders it,
so a handler that the template does not name cannot be tapped.  Products, orders and storage are
kept in memory; what waits for a person is answered by ``page.answer``.
"""

import random
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from runtime import messages as m
from runtime import policy, program_box
from runtime.findings import has_errors
from runtime.language import Language
from runtime.package import read_folder
from runtime.program import check_files, components_of, find_app_life
from runtime.program_box import Program
from runtime.session import STATE_BYTES_MAX, PageSession, dataset_of
from runtime.turn import Ran, Step, Steps, Turn
from runtime.view import Element, Node, Text, compile_template
from runtime.view.parts import APP
from sdk.contract.capabilities import CAPABILITIES
from sdk.contract.documents import CollectionRule
from sdk.contract.errors import CALL_ERRORS, CONFLICT, NEEDS_ACT, NOT_FOUND, QUOTA_EXCEEDED
from sdk.contract.events import ACTS, LIFE_CYCLE
from sdk.contract.manifest import FILE as MANIFEST_FILE
from sdk.contract.manifest import validate_manifest
from sdk.errors import ApiError
from sdk.samples import sample_answer
from sdk.testing_database import FakeDatabase

MESSAGES_PER_ACT_MAX = 5
NOW_MS = 1_700_000_000_000
_SELECTOR = re.compile(r"(?P<tag>[a-z0-9-]*)(?P<rest>(?:\.[\w-]+|#[\w-]+|\[[\w-]+=[^\]]*\])*)")
_ATTRIBUTE = re.compile(r"\[([\w-]+)=\"?([^\]\"]*)\"?\]")
_CLASS = re.compile(r"\.([\w-]+)")
_ID = re.compile(r"#([\w-]+)")
_json = msgspec.json.Encoder()


class PageTestError(AssertionError):
    """The page cannot do what the test asks of it."""


def open_page(
    folder: str | Path, page: str, *, products: Sequence[Mapping[str, Any]] = (), **query: str
) -> "OpenPage":
    """Open ``page`` of the program in ``folder``; other keywords are its query."""
    files = read_folder(Path(folder))
    findings = check_files(files)
    if has_errors(findings):
        raise PageTestError("\n".join(str(each) for each in findings if each.severity == "error"))
    manifest, _ = validate_manifest(files[MANIFEST_FILE])
    assert manifest is not None, "it was checked above"
    return OpenPage(files, page, FakeHost(products, manifest.collections), query)


class FakeHost:
    """Answers host calls from memory, and remembers them."""

    def __init__(
        self,
        products: Sequence[Mapping[str, Any]],
        collections: Mapping[str, CollectionRule],
    ) -> None:
        self.products = [dict(product) for product in products]
        self.db = FakeDatabase(collections, NOW_MS)
        self.orders: dict[str, dict[str, Any]] = {}
        self.storage: dict[str, Any] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        # The handler that runs was set off by a person's own act.
        self.is_act = False

    def call(self, name: str, args: dict[str, Any]) -> Any:
        """Do what ``api`` was asked."""
        if CAPABILITIES[name].kind == "act" and not self.is_act:
            raise ApiError(NEEDS_ACT, CALL_ERRORS[NEEDS_ACT])
        self.calls.append((name, args))
        if name.startswith("db."):
            return self.db.call(name, args)
        answer = getattr(self, "_" + name.replace(".", "_"), None)
        return answer(args) if answer else None

    def _storage_get(self, args: dict[str, Any]) -> Any:
        return self.storage.get(args["key"], args["default"])

    def _storage_set(self, args: dict[str, Any]) -> None:
        self.storage[args["key"]] = args["value"]

    def _storage_remove(self, args: dict[str, Any]) -> None:
        self.storage.pop(args["key"], None)

    def _storage_keys(self, args: dict[str, Any]) -> list[str]:
        return sorted(key for key in self.storage if key.startswith(args["prefix"]))

    def _identity_user(self, _args: dict[str, Any]) -> dict[str, str]:
        return {"openid": "person-1", "lang": "en"}

    def _identity_login(self, _args: dict[str, Any]) -> dict[str, str]:
        return {"code": "code-1"}

    def _link_info(self, _args: dict[str, Any]) -> dict[str, Any]:
        return {"signed": False, "made_by": None, "sharer": None, "made_at_ms": None}

    def _link_make(self, args: dict[str, Any]) -> dict[str, str]:
        return {"url": f"https://lane.test/p/program/{args['page'] or 'this'}"}

    def _share_qr(self, args: dict[str, Any]) -> dict[str, str]:
        return {"src": "/media/qr/qr-1.png", **self._link_make(args)}

    def _products_list(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"items": self.products[: args["limit"]], "after": None}

    def _products_search(self, args: dict[str, Any]) -> dict[str, Any]:
        words = args["text"].lower()
        fields = ("name", "description", "sku")
        found = [p for p in self.products if any(words in str(p.get(f)).lower() for f in fields)]
        return {"items": found[: args["limit"]], "after": None}

    def _products_get(self, args: dict[str, Any]) -> dict[str, Any]:
        for product in self.products:
            if product["sku"] == args["sku"]:
                return product
        raise ApiError(NOT_FOUND, f"There is no product {args['sku']}.")

    def _orders_create(self, args: dict[str, Any]) -> dict[str, Any]:
        lines = [self._line(line) for line in args["lines"]]
        order = {
            "id": f"order-{len(self.orders) + 1}",
            "kind": "goods",
            "status": "created",
            "lines": lines,
            "total_minor": sum(line["price_minor"] * line["qty"] for line in lines),
            "currency": self._products_get({"sku": lines[0]["sku"]})["currency"],
            "created_at_ms": NOW_MS,
            "paid_at_ms": None,
        }
        self.orders[order["id"]] = order
        return order

    def _line(self, line: Mapping[str, Any]) -> dict[str, Any]:
        product = self._products_get({"sku": line["sku"]})
        return {
            "sku": line["sku"],
            "name": product["name"],
            "qty": line["qty"],
            "price_minor": product["price_minor"],
        }

    def _orders_get(self, args: dict[str, Any]) -> dict[str, Any]:
        if args["id"] not in self.orders:
            raise ApiError(NOT_FOUND, f"There is no order {args['id']}.")
        return self.orders[args["id"]]

    def _orders_cancel(self, args: dict[str, Any]) -> dict[str, Any]:
        order = self._orders_get(args)
        if order["status"] not in ("created", "cancelled"):
            raise ApiError(CONFLICT, "This order is paid. Ask for the money back instead.")
        order["status"] = "cancelled"
        return order

    def _messages_send(self, args: dict[str, Any]) -> dict[str, int]:
        if args["order_id"] is not None:
            self._orders_get({"id": args["order_id"]})
        act = args["order_id"] or args["topic"]
        others = [each for name, each in self.calls if name == "messages.send"]
        left = MESSAGES_PER_ACT_MAX - [each["order_id"] or each["topic"] for each in others].count(
            act
        )
        if left < 0:
            raise ApiError(QUOTA_EXCEEDED, "Five messages have followed from this.")
        return {"left": left}

    def _orders_list(self, _args: dict[str, Any]) -> dict[str, Any]:
        return {"items": list(self.orders.values())[::-1], "after": None}


class _Services:
    """What a worker does for a program: here the event's time stands still, and chance repeats."""

    def __init__(self, host: FakeHost) -> None:
        self._host = host
        self._random = random.Random(1)  # noqa: S311  (a test must be repeatable)

    def now_ms(self) -> int:
        return NOW_MS

    def random(self) -> random.Random:
        return self._random

    def log(self, text: str) -> None:
        print(text)  # noqa: T201  (a test shows what the merchant's log would)

    def call(self, name: str, args: dict[str, Any]) -> Any:
        return self._host.call(name, args)


class OpenPage:
    """One open page of a program.

    As in the host, each event is given a fresh instance that is filled from the state, so what a
    page does not keep in its state is gone after the event here, too.
    """

    def __init__(
        self, files: Mapping[str, bytes], page: str, host: FakeHost, query: Mapping[str, str]
    ) -> None:
        self._host = host
        texts = {
            path: content.decode()
            for path, content in files.items()
            if path.endswith((".py", ".html", ".json"))
        }
        if f"{page}.py" not in texts:
            raise PageTestError(f"the program has no page {page}")
        code = {
            path: policy.compile_source(text, path)
            for path, text in texts.items()
            if path.endswith(".py")
        }
        self._program = Program(code, Language(_Services(host)))
        self._class = self._program.page(page)
        self._path = page
        self._query = dict(query)
        self._state: dict[str, Any] = {}
        template = compile_template(texts[f"{page}.html"], f"{page}.html", components_of(texts))
        app_life = find_app_life(files)
        for handler in ("on_launch", "on_show"):
            if handler in app_life:
                self._call(Step(APP, handler, {}, {"path": page, "query": self._query}, {}))
        self._run("on_load")
        self._run("on_show")
        self._session = PageSession(template, self._state)
        self._show(self._state)

    @property
    def state(self) -> dict[str, Any]:
        """The page's data, as the host stores it."""
        return dict(self._state)

    @property
    def db(self) -> FakeDatabase:
        """What `api.db` keeps: a test can put documents of others there and read what is kept."""
        return self._host.db

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Every host call so far: the capability's name and its arguments."""
        return self._host.calls

    @property
    def text(self) -> str:
        """What the page shows, without its markup."""
        return " ".join(node.text.strip() for node in self._nodes() if isinstance(node, Text))

    def tap(self, selector: str) -> "OpenPage":
        """Tap the first element that fits: ``button.primary``, ``#save``, ``li[data-id=7]``."""
        return self._send("tap", selector, None)

    def change(self, selector: str, value: Any) -> "OpenPage":
        """Change the first element that fits to ``value``."""
        return self._send("change", selector, str(value))

    def fill(self, selector: str, value: Any) -> "OpenPage":
        """Write into the first field that fits, as its ``m-model`` says."""
        field = self._find(selector)
        if "@model" in field.attrs:
            name = field.attrs["@model"]
            typed = value if isinstance(value, bool) else str(value)
            self._show({**self._state, name: self._session.read_model(name, typed)})
            self._run("on_model")
            self._show(self._state)
        for event in ("input", "change"):
            if f"@{event}" in field.attrs:
                return self._send(event, selector, str(value))
        if "@model" not in field.attrs:
            raise PageTestError(f"{selector} has no m-model, m-on:input or m-on:change")
        return self

    def submit(self, selector: str = "form", **fields: Any) -> "OpenPage":
        """Send a form with these fields, by their ``name``."""
        return self._send("submit", selector, None, {k: str(v) for k, v in fields.items()})

    def answer(self, *, ok: bool = True, **fields: Any) -> "OpenPage":
        """Answer the last call that waits for a person, as the host would.

        What ``fields`` does not say is a plausible answer, or ``None`` when it is not ``ok``. Name
        what the page is about, such as ``text="…"`` for ``ui.prompt``.
        """
        waiting = [each for each in self.calls if CAPABILITIES[each[0]].kind == "wait"]
        if not waiting:
            raise PageTestError("nothing waits for an answer")
        name, args = waiting[-1]
        self._run(args["then"], sample_answer(name, args, fields, ok=ok))
        self._show(self._state)
        return self

    def migrate(self, state: Mapping[str, Any], from_version: str) -> "OpenPage":
        """Open the page as one that another version has kept with ``state``."""
        if "migrate" not in self._class.handlers:
            raise PageTestError("the page has no migrate: it would begin anew")
        self._state = {}
        self._run("migrate", {"state": dict(state), "from_version": from_version})
        self._show(self._state)
        return self

    def share(self) -> Any:
        """Return the card that the page gives when it is shared."""
        return self._run("on_share", {"source": "menu"})

    def _run(
        self, handler: str, payload: Mapping[str, Any] | None = None, *, is_act: bool = False
    ) -> Any:
        """Run a handler of the page and keep what has changed."""
        self._host.is_act = is_act
        if handler not in self._class.handlers and handler not in LIFE_CYCLE:
            raise PageTestError(f"the page has no handler {handler}")
        step = Step(self._path, handler, self._state, payload or {}, None)
        ran = self._call(step)
        self._state = dict(ran.state)
        return ran.result

    def _call(self, step: Step) -> Ran:
        """Run a handler as a worker does: fill a fresh page, call, see what has changed."""
        query = self._query if step.props is None else step.props
        state, payload, given = (_json.encode(each) for each in (step.state, step.payload, query))
        event = m.RunEvent(1, step.path, step.handler, state, payload, given, NOW_MS, 1, "en")
        changes, result = program_box.run_handler(self._program, event, STATE_BYTES_MAX)
        after = {**step.state, **msgspec.json.decode(_json.encode(changes.changed))}
        for name in changes.removed:
            after.pop(name, None)
        return Ran(after, msgspec.json.decode(_json.encode(result)))

    def _drive(self, steps: Steps) -> None:
        ran: Any = None
        with suppress(StopIteration):
            while True:
                ran = self._call(steps.send(ran))

    def _show(self, state: Mapping[str, Any], turn: Turn | None = None) -> None:
        turn = turn or Turn(self._session, self._path, state)
        if self._session.has_parts:
            self._drive(turn.settle())
        self._state = dict(turn.state)
        self._session.accept(self._session.draft(self._state, parts=turn.parts))

    def _send(
        self, event: str, selector: str, value: str | None, fields: Mapping[str, str] | None = None
    ) -> "OpenPage":
        element = self._find(selector)
        handler = element.attrs.get(f"@{event}")
        if handler is None:
            raise PageTestError(f"{selector} has no m-on:{event}")
        if "disabled" in element.attrs:
            raise PageTestError(f"{selector} is disabled")
        self._host.is_act = event in ACTS
        told = {"dataset": dataset_of(element), "value": value, "fields": fields or {}}
        turn = Turn(self._session, self._path, self._state)
        self._drive(turn.touch(handler, {"type": event, **told}))
        self._show(turn.state, turn)
        return self

    def _find(self, selector: str) -> Element:
        parts = _SELECTOR.fullmatch(selector)
        if parts is None:
            raise PageTestError(f"{selector}: write tag.class, #id or tag[name=value]")
        wanted = dict(_ATTRIBUTE.findall(parts["rest"]))
        classes = set(_CLASS.findall(_ATTRIBUTE.sub("", parts["rest"])))
        if found := _ID.findall(_ATTRIBUTE.sub("", parts["rest"])):
            wanted["id"] = found[0]
        for node in self._nodes():
            if not isinstance(node, Element) or (parts["tag"] and node.tag != parts["tag"]):
                continue
            has = {name: node.attrs.get(name) for name in wanted}
            if has == wanted and classes <= set(node.attrs.get("class", "").split()):
                return node
        raise PageTestError(f"the page shows nothing that fits {selector}")

    def _nodes(self) -> list[Node]:
        """Return everything that the page shows, in order."""
        found: list[Node] = []
        stack: list[Node] = [self._session.tree]
        while stack:
            node = stack.pop()
            found.append(node)
            if isinstance(node, Element):
                stack.extend(reversed(node.children))
        return found
