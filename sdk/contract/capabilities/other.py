"""What never leaves the worker: cards to share, lines of the log."""

from typing import Annotated

from msgspec import Meta, Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


class LogText(s.Arguments):
    text: s.Text


class ShareCard(s.Arguments):
    title: s.LineText
    image: Annotated[str, Meta(max_length=300)] | None = None
    page: s.PageRoute | None = None
    query: s.Query = {}


class Card(Struct):
    """What ``on_share`` returns."""

    title: str
    image: str | None
    page: str | None
    query: dict[str, str | int | float | bool | None]


OTHER: tuple[Capability, ...] = (
    Capability(
        "share.card",
        ShareCard,
        Card,
        "local",
        60,
        "Make the card that `on_share` returns. Other keywords become the `query` of the page.",
        rest="query",
    ),
    Capability(
        "log.info",
        LogText,
        None,
        "local",
        600,
        "Write a line to the merchant's log. Never put a person's data there. An event may write 64"
        " lines and 8 KiB; the lines of 120 events a minute are kept, the newest 20,000 of a"
        " program, for 30 days.",
    ),
    Capability(
        "log.warn",
        LogText,
        None,
        "local",
        600,
        "Like `log.info`, for what is odd and does not stop the program.",
    ),
    Capability(
        "log.error",
        LogText,
        None,
        "local",
        600,
        "Like `log.info`, for what went wrong and the handler went on with. A handler that raises"
        " is logged by the host.",
    ),
)
