"""One open page on the host's side: its state, the tree that the browser shows, and its patches.

Pure: no clock, no database, no connection.  A change is drafted first (rendering may fail, storing
may fail) and accepted once it is stored, so that what the person sees is what is stored.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from runtime import plain
from runtime.view.errors import ViewFailedError
from runtime.view.ir import Template
from runtime.view.memo import Memo
from runtime.view.parts import Part
from runtime.view.patch import Op, diff
from runtime.view.render import render
from runtime.view.run import Env
from runtime.view.tree import Element, Node, Wire, to_wire

STATE_BYTES_MAX = 256 * 1024
STATE_DEPTH_MAX = 24
# A browser that missed more than this gets the whole page again.
PATCHES_KEPT_MAX = 32
PATCHES_KEPT_OPS = 2000
# Larger whole numbers are not whole any more in a browser.
NUMBER_MAX = 2**53
# Where the data of components stand in what is stored of a page: no attribute has this name.
PARTS_KEY = "@components"

Parts = Mapping[str, Mapping[str, Any]]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Patch:
    """What turns page ``n - 1`` into page ``n``."""

    n: int
    ops: list[Op]


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that is not accepted yet."""

    state: dict[str, Any]
    # Data of its components with a class, by the names of their places.
    parts: Parts
    encoded: bytes
    tree: Element
    memo: Memo
    patch: Patch

    @property
    def found(self) -> Mapping[str, Part]:
        """The components with a class that the page shows."""
        return self.memo.found


class PageSession:
    """One open page."""

    def __init__(
        self,
        template: Template,
        state: Mapping[str, Any],
        env: Env | None = None,
        *,
        n: int = 0,
        page_class: str = "page",
    ) -> None:
        self._template = template
        self._env = env or Env()
        self._page_class = page_class
        self._patches: deque[Patch] = deque(maxlen=PATCHES_KEPT_MAX)
        self.n = n
        # What was rendered last: from which memo and which data, and what came of it.
        self._last: tuple[Memo, bytes, tuple[Element, Memo]] | None = None
        self.state = dict(state)
        self.parts: Parts = self.state.pop(PARTS_KEY, {})
        self.encoded = self._encode(self.state, self.parts)
        self.tree, self._memo = self._render(self.state, self.parts, Memo())

    def open(self) -> Wire:
        """Return the whole page as the browser gets it."""
        return to_wire(self.tree)

    def draft(self, *states: Mapping[str, Any], parts: Parts | None = None) -> Draft:
        """Return what changes when the page's state becomes each of ``states``, one by one.

        What fields wrote (``m-model``) is a state of its own before what the handler made of it:
        the browser shows it already, so a handler that empties a field again is seen as a change.
        Raises ``ViewFailedError``; nothing has changed then.
        """
        state, tree, memo, ops = self.state, self.tree, self._memo, []
        parts, encoded = self.parts if parts is None else parts, self.encoded
        for each in states:
            state = dict(each)
            before, encoded = encoded, self._encode(state, parts)
            if encoded == before:
                # Mostly the first of two: nothing was typed.
                continue
            new, memo = self._render_once(state, parts, memo, encoded)
            ops += diff(tree, new)
            tree = new
        return Draft(state, parts, encoded, tree, memo, Patch(self.n + 1, ops))

    def accept(self, draft: Draft) -> Patch:
        """Make ``draft`` the page."""
        assert draft.patch.n == self.n + 1, "drafts of one page are accepted one at a time"
        self.state, self.parts, self.encoded = draft.state, draft.parts, draft.encoded
        self.tree, self._memo, self.n = draft.tree, draft.memo, draft.patch.n
        self._last = None
        self._patches.append(draft.patch)
        while sum(len(patch.ops) for patch in self._patches) > PATCHES_KEPT_OPS:
            self._patches.popleft()
        return draft.patch

    def apply(self, changed: Mapping[str, Any]) -> Patch:
        """Put ``changed`` into the state and return the patch."""
        return self.accept(self.draft({**self.state, **changed}))

    def since(self, n: int) -> list[Patch] | None:
        """Return what a browser that shows page ``n`` is missing; None: it needs the whole page."""
        if n == self.n:
            return []
        missing = [patch for patch in self._patches if patch.n > n]
        return missing if 0 <= n < self.n and len(missing) == self.n - n else None

    def find_target(
        self, event: str, handler: str, dataset: Mapping[str, str], path: list[int]
    ) -> Element | None:
        """Return the element that a person touched, or None when the page shows no such thing.

        What the browser says is only where to look: handler and data are the host's own.  The
        position may be that of an older page, so then any element with both will do.
        """
        at = _element_at(self.tree, path)
        if at is not None and _is_bound(at, event, handler, dataset):
            return at
        return _find(self.tree, event, handler, dataset)

    def shows_model(self, name: str) -> bool:
        """Tell whether the page has a field that writes to ``name``."""
        return name in self._template.models

    def read_model(self, name: str, value: str | bool) -> Any:  # noqa: FBT001  (what a field holds)
        """Return what a field wrote as its kind: a number field writes numbers, None when empty."""
        kind = self._template.models.get(name)
        if kind != "number" or isinstance(value, bool):
            return value
        return read_number(value)

    @property
    def has_parts(self) -> bool:
        """Tell whether the page may show components with a class."""
        return self._template.has_parts

    @property
    def found(self) -> Mapping[str, Part]:
        """The components with a class that the page shows."""
        return self._memo.found

    @property
    def is_unsettled(self) -> bool:
        """Tell whether a component is shown whose data were never made."""
        return any(name not in self.parts for name in self._memo.found)

    def _encode(self, state: Mapping[str, Any], parts: Parts) -> bytes:
        whole = {**state, PARTS_KEY: parts} if parts else state
        return encode_state(whole, self._template.path)

    def _render_once(
        self, state: Mapping[str, Any], parts: Parts, memo: Memo, encoded: bytes
    ) -> tuple[Element, Memo]:
        """Render, or return what was rendered last from the same: a turn drafts before the end."""
        last = self._last
        if last is None or last[0] is not memo or last[1] != encoded:
            last = self._last = (memo, encoded, self._render(state, parts, memo))
        return last[2]

    def _render(self, state: Mapping[str, Any], parts: Parts, memo: Memo) -> tuple[Element, Memo]:
        return render(
            self._template, state, self._env, memo, page_class=self._page_class, parts=parts
        )


def encode_state(state: Mapping[str, Any], file: str) -> bytes:
    """Return ``state`` as JSON, or fail: too large, too deep, or not plain values."""
    try:
        encoded = _encode(state)
        is_shallow = plain.is_shallow(encoded, STATE_DEPTH_MAX)
    except RecursionError:
        is_shallow = False
    except (TypeError, ValueError, OverflowError) as error:
        raise ViewFailedError(f"page data are not plain JSON values: {error}", file) from None
    if not is_shallow:
        raise ViewFailedError(f"page data nest more than {STATE_DEPTH_MAX} deep", file)
    if len(encoded) > STATE_BYTES_MAX:
        raise ViewFailedError(f"page data are more than {STATE_BYTES_MAX // 1024} KiB", file)
    return encoded


def read_number(text: str) -> int | float | None:
    """Return the number that a field of numbers holds, or None when it holds none."""
    for kind in (int, float):
        try:
            number = kind(text)
        except (ValueError, OverflowError):
            continue
        if -NUMBER_MAX <= number <= NUMBER_MAX:
            return number
    return None


def dataset_of(element: Element) -> dict[str, str]:
    """Return the ``data-…`` attributes of ``element``, named as Python and JavaScript name them.

    ``data-unit-price`` is ``unitPrice`` in a browser; a merchant writes Python, so it is
    ``unit_price`` here.
    """
    return {
        name.removeprefix("data-").replace("-", "_"): value
        for name, value in element.attrs.items()
        if name.startswith("data-")
    }


def _element_at(tree: Element, path: list[int]) -> Element | None:
    node: Node = tree
    for index in path:
        if not isinstance(node, Element) or not 0 <= index < len(node.children):
            return None
        node = node.children[index]
    return node if isinstance(node, Element) else None


def _is_bound(element: Element, event: str, handler: str, dataset: Mapping[str, str]) -> bool:
    return element.attrs.get(f"@{event}") == handler and dataset_of(element) == dataset


def _find(tree: Element, event: str, handler: str, dataset: Mapping[str, str]) -> Element | None:
    stack: list[Node] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Element):
            if _is_bound(node, event, handler, dataset):
                return node
            stack += node.children
    return None
