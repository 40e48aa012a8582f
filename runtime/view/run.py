"""One rendering: what it may read, and what it may still spend.

Rendering happens in the host on a template and a state that strangers wrote, so every step, node
and character is paid for from a budget, and a rendering that runs out fails with a place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from runtime.view.errors import ViewFailedError
from runtime.view.parts import Part
from runtime.view.words import format_money

# A page of 200 rich rows takes 2,000 nodes and 10,000 steps.
NODES_MAX = 5000
STEPS_MAX = 100_000
TEXT_CHARS_MAX = 400_000
# One computed text.  Longer ones come from the state, which has its own limit.
STRING_CHARS_MAX = 64 * 1024
INT_MAX = 2**63 - 1
# What the browser's side and Python's stack can take: elements in elements, and steps of rendering.
LEVELS_MAX = 60
DEPTH_MAX = 180
# What a step may look at: comparing 4 KiB costs as much as 64 small steps.
CHARS_PER_STEP = 64


def no_image(_source: str) -> str | None:
    """Know no picture."""
    return None


@dataclass(frozen=True, slots=True)
class Env:
    """What the host knows and a template may use."""

    lang: str = "en"
    timezone: tzinfo = UTC
    # Translations of the package: i18n/<lang>.json.
    messages: Mapping[str, str] = field(default_factory=dict)
    # Turns the address of a picture into one that the frame may load, or None.
    image: Callable[[str], str | None] = no_image
    format_money: Callable[[int, str, str], str] = format_money


class Run:
    """The budgets and the names of one rendering.  ``scope`` changes as loops go round."""

    __slots__ = (
        "data", "depth", "env", "events", "file", "found", "inside", "levels", "line", "nodes_left",
        "parts", "place", "scope", "signatures", "state_names", "steps_left", "text_left",
    )  # fmt: skip

    def __init__(
        self,
        state: Mapping[str, Any],
        env: Env,
        file: str,
        parts: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.env = env
        self.scope: dict[str, Any] = dict(state)
        self.state_names = frozenset(state)
        # Encoded values of the page's state, made when a loop asks for them.
        self.signatures: dict[str, bytes] = {}
        self.steps_left = STEPS_MAX
        self.nodes_left = NODES_MAX
        self.text_left = TEXT_CHARS_MAX
        self.file = file
        self.line = 0
        # In a component: what its events are called on the page, the ``data-…`` given to it, and
        # what is put inside it.  ``events`` is None on the page itself.
        self.events: Mapping[str, str] | None = None
        self.data: Mapping[str, str] = {}
        self.inside: Any = None
        # Data of the page's parts, the parts that were met, and the way to what is rendered now.
        self.parts = parts
        self.found: dict[str, Part] = {}
        self.place = ""
        self.levels = 0
        self.depth = 0

    def fail(self, message: str) -> ViewFailedError:
        """Return the error for the place that is being rendered."""
        return ViewFailedError(message, self.file, self.line)

    def charge(self, steps: int) -> None:
        """Pay for ``steps`` steps."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise self.fail("this page takes too many steps to show; compute less in its template")

    def go_down(self) -> None:
        """Pay for one more level of rendering; ``depth`` is given back by the caller."""
        self.depth += 1
        if self.depth > DEPTH_MAX or self.levels > LEVELS_MAX:
            raise self.fail("this page nests too deeply; put fewer components into one another")

    def charge_chars(self, count: int) -> None:
        """Pay for looking at ``count`` characters."""
        self.charge(1 + count // CHARS_PER_STEP)

    def charge_node(self, chars: int, count: int = 1) -> None:
        """Pay for nodes that are shown and the characters in them."""
        self.nodes_left -= count
        self.text_left -= chars
        if self.nodes_left < 0:
            raise self.fail(f"this page shows more than {NODES_MAX} nodes; show fewer rows")
        if self.text_left < 0:
            raise self.fail(f"this page shows more than {TEXT_CHARS_MAX} characters; show less")

    def checked_int(self, value: int) -> int:
        """Return ``value``, or fail when it leaves 64 bits."""
        if -INT_MAX <= value <= INT_MAX:
            return value
        raise self.fail("this number leaves 64 bits")

    def check_length(self, count: int) -> None:
        """Pay for making a text of ``count`` characters, or fail when it is too long."""
        if count > STRING_CHARS_MAX:
            raise self.fail(f"this text is longer than {STRING_CHARS_MAX} characters")
        self.charge_chars(count)
