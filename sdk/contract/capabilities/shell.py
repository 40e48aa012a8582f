"""What the shell around a page does: navigation, messages, small questions in the shop's name."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability

ButtonText = Annotated[str, Meta(max_length=20)]


class Route(s.Arguments):
    page: s.PageRoute
    query: s.Query = {}


class RouteOnly(s.Arguments):
    page: s.PageRoute


class Steps(s.Arguments):
    steps: Annotated[int, Meta(ge=1, le=10)] = 1


class Toast(s.Arguments):
    text: s.ShortText
    kind: Literal["info", "success", "error"] = "info"


class TitleText(s.Arguments):
    text: s.ShortText


class OtherProgram(s.Arguments, kw_only=True):
    app_id: Annotated[str, Meta(min_length=3, max_length=128, pattern=s.whole(r"[A-Za-z0-9._-]+"))]
    page: Annotated[str, Meta(max_length=200, pattern=s.whole(r"[A-Za-z0-9_/-]*"))] = ""
    then: s.Handler
    query: s.Query = {}


class Modal(s.Arguments, kw_only=True):
    title: s.ShortText
    text: s.Text = ""
    confirm: ButtonText = ""
    cancel: ButtonText | None = ""
    then: s.Handler


class Choices(s.Arguments, kw_only=True):
    items: Annotated[list[s.ShortText], Meta(min_length=1, max_length=10)]
    title: Annotated[str, Meta(max_length=80)] = ""
    then: s.Handler


class Prompt(s.Arguments, kw_only=True):
    title: s.ShortText
    placeholder: Annotated[str, Meta(max_length=80)] = ""
    value: s.Text = ""
    then: s.Handler


class Waiting(s.Arguments):
    text: Annotated[str, Meta(max_length=40)] = ""


class TabBadge(s.Arguments):
    page: s.PageRoute
    text: Annotated[str, Meta(max_length=4)] = ""


class Place(s.Arguments):
    id: Annotated[str, Meta(max_length=100)] = ""


class Said(Struct):
    """Answer of ``ui.modal`` and ``nav.open_program``."""

    ok: bool


class Choice(Struct):
    """Answer of ``ui.action_sheet``; both are ``None`` unless ``ok``."""

    ok: bool
    index: int | None
    text: str | None


class Typed(Struct):
    """Answer of ``ui.prompt``; ``text`` is ``None`` unless ``ok``, and what anybody may type."""

    ok: bool
    text: str | None


NAVIGATION: tuple[Capability, ...] = (
    Capability(
        "nav.to",
        Route,
        None,
        "effect",
        120,
        "Open a page on top of this one. Other keywords become its `query`. Ten pages lie on each"
        " other at the most; the one after takes the place of the topmost.",
        rest="query",
    ),
    Capability(
        "nav.redirect",
        Route,
        None,
        "effect",
        120,
        "Replace this page by another. Other keywords become its `query`.",
        rest="query",
    ),
    Capability(
        "nav.back",
        Steps,
        None,
        "effect",
        120,
        "Close this page, or as many as `steps`.",
    ),
    Capability(
        "nav.switch_tab",
        RouteOnly,
        None,
        "effect",
        120,
        "Show a page of the tab bar and close all others.",
    ),
    Capability(
        "nav.relaunch",
        Route,
        None,
        "effect",
        120,
        "Close all pages and open this one. Other keywords become its `query`.",
        rest="query",
    ),
    Capability(
        "nav.open_program",
        OtherProgram,
        Said,
        "wait",
        12,
        "Ask the person whether to go on in another mini-program, at `page` or its first page. The"
        " host names both. Other keywords become the `query` of that page, where they are as"
        " untrusted as any. Refused with `not-found` when that program is not open.",
        rest="query",
    ),
)

UI: tuple[Capability, ...] = (
    Capability(
        "ui.toast",
        Toast,
        None,
        "effect",
        120,
        "Show a short message that goes away by itself.",
    ),
    Capability(
        "ui.title",
        TitleText,
        None,
        "effect",
        120,
        "Change the title in the bar above the page.",
    ),
    Capability(
        "ui.modal",
        Modal,
        Said,
        "wait",
        30,
        "Ask yes or no, in the shop's name. `confirm` and `cancel` are the words on the buttons,"
        " the host's own when empty; `cancel=None` leaves one button.",
    ),
    Capability(
        "ui.action_sheet",
        Choices,
        Choice,
        "wait",
        30,
        "Let the person choose one of up to ten items, in the shop's name.",
    ),
    Capability(
        "ui.prompt",
        Prompt,
        Typed,
        "wait",
        30,
        "Ask for a line of text, in the shop's name. The host warns against passwords there.",
    ),
    Capability(
        "ui.loading",
        Waiting,
        None,
        "effect",
        120,
        "Cover the page with a sign that something is being waited for, until `ui.done`, another"
        " page, or ten seconds. Like every effect it begins when the handler has ended: a handler"
        " that takes long shows so by itself.",
    ),
    Capability(
        "ui.done",
        s.NoArguments,
        None,
        "effect",
        120,
        "Take away what `ui.loading` shows.",
    ),
    Capability(
        "ui.badge",
        TabBadge,
        None,
        "effect",
        120,
        "Put up to four characters on a page's tab, or take them away when empty. They are gone"
        " with the visit, so set them in `on_show`.",
    ),
    Capability(
        "ui.scroll_to",
        Place,
        None,
        "effect",
        120,
        "Scroll to the element with this `id`, or to the top of the page.",
    ),
)
