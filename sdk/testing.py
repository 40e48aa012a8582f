"""Opens a page in a test, taps it, reads what it shows: no host, no browser, no sandbox process.

    page = open_page("tea-house", "pages/product/product", sku="A1", products=SHELF)
    page.tap("button.primary")
    assert page.calls[-1] == ("pay.open", {"order_id": "order-1", "then": "paid"})

The code runs under the rules of the language and the template is rendered as the host renders it,
so a handler that the template does not name cannot be tapped.  Products, orders and storage are
kept in memory; what waits for a person is answered by ``page.answer``.
"""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from runtime import policy
from runtime.findings import has_errors
from runtime.package import read_folder
from runtime.program import check_files
from runtime.view import Element, Env, Node, Template, Text, compile_template, render
from sdk.api import make_api
from sdk.contract.capabilities import CAPABILITIES
from sdk.contract.errors import NOT_FOUND
from sdk.errors import ApiError
from sdk.page import Page

NOW_MS = 1_700_000_000_000


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
    return OpenPage(files, page, FakeHost(products), query)


class FakeHost:
    """Answers host calls from memory, and remembers them."""

    def __init__(self, products: Sequence[Mapping[str, Any]]) -> None:
        self.products = [dict(product) for product in products]
        self.orders: dict[str, dict[str, Any]] = {}
        self.storage: dict[str, Any] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, name: str, args: dict[str, Any]) -> Any:
        """Do what ``api`` was asked."""
        self.calls.append((name, args))
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

    def _products_list(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"items": self.products[: args["limit"]], "after": None}

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
            "status": "unpaid",
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

    def _orders_list(self, _args: dict[str, Any]) -> dict[str, Any]:
        return {"items": list(self.orders.values())[::-1], "after": None}


class OpenPage:
    """One open page of a program."""

    def __init__(
        self, files: Mapping[str, bytes], page: str, host: FakeHost, query: Mapping[str, str]
    ) -> None:
        self._host = host
        self._sources = {
            path: content.decode() for path, content in files.items() if path.endswith(".py")
        }
        if f"{page}.py" not in self._sources:
            raise PageTestError(f"the program has no page {page}")
        self._modules: dict[str, dict[str, Any]] = {}
        self._page = self._make(page)
        self._template: Template = compile_template(files[f"{page}.html"].decode(), f"{page}.html")
        self._run("on_load", dict(query))
        self._run("on_show")

    @property
    def state(self) -> dict[str, Any]:
        """The page's data, as the host would store it."""
        values = {
            name: value
            for cls in reversed(type(self._page).__mro__)
            for name, value in vars(cls).items()
            if not name.startswith("_") and not isinstance(value, FunctionType | property)
        }
        plain: dict[str, Any] = json.loads(json.dumps({**values, **vars(self._page)}))
        return plain

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Every host call so far: the capability's name and its arguments."""
        return self._host.calls

    @property
    def text(self) -> str:
        """What the page shows, without its markup."""
        return " ".join(node.text.strip() for node in self._nodes() if isinstance(node, Text))

    def tap(self, selector: str) -> "OpenPage":
        """Tap the first element that fits, such as ``button.primary`` or ``m-stepper``."""
        return self._send("tap", selector, None)

    def change(self, selector: str, value: Any) -> "OpenPage":
        """Change the first element that fits to ``value``."""
        return self._send("change", selector, str(value))

    def answer(self, *, ok: bool = True, **fields: Any) -> "OpenPage":
        """Answer the last call that waits for a person, as the host would."""
        waiting = [each for each in self.calls if CAPABILITIES[each[0]].kind == "wait"]
        if not waiting:
            raise PageTestError("nothing waits for an answer")
        name, args = waiting[-1]
        if name == "pay.open":
            fields = {
                "order_id": args["order_id"],
                "status": "paid" if ok else "declined",
                **fields,
            }
        self._run(args["then"], policy.Record({"ok": ok, **fields}, is_open=True))
        return self

    def share(self) -> Any:
        """Return the card that the page gives when it is shared."""
        return self._run("on_share", "menu")

    def _make(self, page: str) -> Any:
        names = self._load(page.replace("/", "."))
        classes = [
            each
            for each in names.values()
            if isinstance(each, type) and issubclass(each, Page) and each is not Page
        ]
        return classes[-1]()

    def _load(self, name: str) -> dict[str, Any]:
        if name not in self._modules:
            path = name.replace(".", "/") + ".py"
            code: CodeType = policy.compile_source(self._sources[path], path)
            names = self._modules[name] = policy.make_globals(
                sdk_modules={
                    "sdk": {"Page": Page, "ApiError": ApiError, "api": make_api(self._host.call)}
                },
                program_modules=self._import,
                log=print,
                now_ms=lambda: NOW_MS,
                rng=random.Random(1),  # noqa: S311  (a test must be repeatable)
                name=name,
            )
            exec(code, names)  # noqa: S102  (the merchant's own program, on their computer)
        return self._modules[name]

    def _import(self, name: str) -> dict[str, Any] | None:
        return self._load(name) if name.replace(".", "/") + ".py" in self._sources else None

    def _run(self, handler: str, *argument: Any) -> Any:
        method = getattr(self._page, handler, None)
        return None if method is None else method(*argument)

    def _send(self, event: str, selector: str, value: str | None) -> "OpenPage":
        element = self._find(selector)
        handler = element.attrs.get(f"@{event}")
        if handler is None:
            raise PageTestError(f"{selector} has no m-on:{event}")
        if "disabled" in element.attrs:
            raise PageTestError(f"{selector} is disabled")
        dataset = {
            name.removeprefix("data-"): text
            for name, text in element.attrs.items()
            if name.startswith("data-")
        }
        fields = {"type": event, "dataset": dataset, "value": value, "fields": {}}
        self._run(handler, policy.Record(fields, is_open=True))
        return self

    def _find(self, selector: str) -> Element:
        tag, *classes = selector.split(".")
        for node in self._nodes():
            if not isinstance(node, Element) or (tag and node.tag != tag):
                continue
            if set(classes) <= set(str(node.attrs.get("class", "")).split()):
                return node
        raise PageTestError(f"the page shows nothing that fits {selector}")

    def _nodes(self) -> list[Node]:
        """Return everything that the page shows, in order."""
        tree, _ = render(self._template, self.state, Env())
        found: list[Node] = []
        stack: list[Node] = [tree]
        while stack:
            node = stack.pop()
            found.append(node)
            if isinstance(node, Element):
                stack.extend(reversed(node.children))
        return found
