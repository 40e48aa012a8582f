"""What the shell around a page does: navigation, short messages."""

from typing import Annotated, Literal

from msgspec import Meta

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


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


NAVIGATION: tuple[Capability, ...] = (
    Capability(
        "nav.to",
        Route,
        None,
        "effect",
        120,
        "Open a page on top of this one. Other keywords become its `query`.",
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
)
