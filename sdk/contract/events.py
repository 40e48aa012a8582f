"""What reaches a page, and what a handler is given.

The host sends an event with its fields as plain JSON; the worker hands the page an object with
these attributes and no others.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct

# The methods of a page that the host calls by itself, and what each is given.
LIFE_CYCLE: Mapping[str, str] = MappingProxyType(
    {
        "on_load": "query: the page was opened; a dict of untrusted text",
        "migrate": "state, from_version: the page was opened under another version, whose data"
        " this is; takes the place of on_load, and fills self from it",
        "on_show": "nothing: the page came to the front",
        "on_hide": "nothing: the page went to the back",
        "on_unload": "nothing: the page was left by back, redirect or another tab of the program;"
        " best effort, and not when a browser is closed or reloaded: its page may come back",
        "on_model": "nothing: a field with m-model was written; properties follow by themselves",
        "on_share": "source: 'menu', or the name of the button; returns api.share.card(…)",
        "on_pull_down": "nothing: the person pulled the page down to refresh it",
        "on_reach_bottom": "nothing: the person came near the end of the page",
    }
)


# What a person does to a page on purpose.  Typing (`input`) is none: each letter would be one.
ACTS = frozenset({"tap", "change", "submit", "longpress"})
# The methods of the class in `app.py` that the host calls.
APP_LIFE: Mapping[str, str] = MappingProxyType(
    {
        "on_launch": "options: a visit begins, before the first page's on_load; a dict with `path`"
        " and `query`, which is untrusted text. A visit begins with a page opened after none"
        " was touched for half an hour",
        "on_show": "nothing: a visit begins, or the person comes back to the browser's tab",
        "on_hide": "nothing: the person has left the browser's tab; best effort, as for pages",
        "on_error": "error: a handler has failed, with `page`, `handler`, `reason`, `message`,"
        " `file`, `line`. The failure is in the log already. What on_error stores is kept, it shows"
        " nothing, and its own failure is only logged",
    }
)
# The methods of a component that the host calls by itself; none is given anything.
COMPONENT_LIFE: Mapping[str, str] = MappingProxyType(
    {
        "on_attach": "the component is shown for the first time in its place",
        "on_update": "whoever uses it gives it other properties",
        "on_detach": "it is no longer shown, and its data are forgotten; it can emit nothing here",
    }
)


class Tap(Struct, frozen=True):
    """What a handler named in a template is given as ``event``."""

    # The event's name without its prefix: "tap", "change", "submit".
    type: str
    # The data-* attributes of the element, as the server rendered them.
    dataset: dict[str, str]
    # What an input holds; None for elements without a value.
    value: str | bool | None
    # The fields of a submitted form, by name.
    fields: dict[str, str]
    # What a component's `emit` gave; None for everything else.
    detail: dict[str, Any] | None = None


class WaitResult(Struct, frozen=True):
    """What a handler named in ``then`` is given as ``result``, beside the fields of the answer."""

    ok: bool
    # "declined", "timed-out", … when it is not ok; a code of `sdk.contract.errors`.
    reason: str | None
