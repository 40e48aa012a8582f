"""The way from a page to the people behind it."""

from msgspec import Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


class OpenSupport(s.Arguments):
    then: s.Handler
    text: s.Text = ""
    order_id: s.ObjectId | None = None


class Opened(Struct):
    """Answer of ``support.open``: whether the person has written."""

    ok: bool


SUPPORT: tuple[Capability, ...] = (
    Capability(
        "support.open",
        OpenSupport,
        Opened,
        "wait",
        6,
        "Open a sheet in which the person writes to the merchant: `text` is a suggestion that they"
        " can change, and the message carries a card of `order_id`, an order of theirs, or of the"
        " program. Sending leads to their chat with the merchant, who answers in the console within"
        " 48 hours of the person's last message.",
    ),
)
