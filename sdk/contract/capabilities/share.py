"""Links and pictures that lead to a page, and what is known about the link that opened it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability

Picture = Annotated[str, Meta(max_length=300)]


class PageLink(s.Arguments):
    page: s.PageRoute | None = None
    query: s.Query = {}


class Poster(s.Arguments):
    title: s.LineText
    text: Annotated[str, Meta(max_length=200)] = ""
    image: Picture | None = None
    page: s.PageRoute | None = None
    query: s.Query = {}


class LinkInfo(Struct):
    """How this page was opened; everything is ``None`` unless ``signed``."""

    # The host made the address, and nobody has changed page or query since.
    signed: bool
    made_by: Literal["share", "qr", "program"] | None
    # The openid of who was using the program when the link was made.
    sharer: str | None
    made_at_ms: int | None


class LinkAddress(Struct):
    """An address that opens a page."""

    url: str


class QrPicture(Struct):
    """A picture that a template may show, and the address in it."""

    src: str
    url: str


SHARE: tuple[Capability, ...] = (
    Capability(
        "link.info",
        s.NoArguments,
        LinkInfo,
        "instant",
        600,
        "Tell whether the host has made the link that opened this page. Every query is text that"
        " anybody may have written; with `signed` it is what this program once gave to `share` or"
        " `link.make`, and `sharer` is who did so. It says nothing about the person who opens it: a"
        " link can be passed on.",
    ),
    Capability(
        "link.make",
        PageLink,
        LinkAddress,
        "instant",
        60,
        "Return a signed address of a page, this one unless `page` says otherwise. Other keywords"
        " become its `query`.",
        rest="query",
    ),
    Capability(
        "share.qr",
        PageLink,
        QrPicture,
        "instant",
        30,
        "Return the picture of a QR code that leads to a page by a signed link, this one unless"
        " `page` says otherwise. Other keywords become its `query`.",
        rest="query",
    ),
    Capability(
        "share.poster",
        Poster,
        None,
        "instant",
        12,
        "Show the person a poster of a page, with its QR code, to save or to send. `image` is the"
        " address of a picture of your shelf (`cover`). Other keywords become the `query`.",
        rest="query",
    ),
)
