"""What the device in the person's hand can do: clipboard, calls, telephone numbers."""

from typing import Annotated

from msgspec import Meta, Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability

CLIPBOARD_CHARS_MAX = 4000
# Digits with the signs that people write between them.  No `*` and `#`: such codes change how a
# telephone works, and no shop is called by one.  `\Z`, because `$` lets a line break follow.
NUMBER_PATTERN = r"^\+?[0-9][0-9 ()./-]{1,22}[0-9]\Z"

PhoneNumber = Annotated[str, Meta(min_length=3, max_length=25, pattern=NUMBER_PATTERN)]


class ClipboardText(s.Arguments):
    text: Annotated[str, Meta(min_length=1, max_length=CLIPBOARD_CHARS_MAX)]


class Number(s.Arguments):
    number: PhoneNumber


class Pasted(Struct):
    """Answer of ``clipboard.get``; ``text`` is ``None`` unless ``ok``."""

    ok: bool
    text: str | None


class Phone(Struct):
    """Answer of ``identity.phone``: digits, perhaps after a ``+``; ``None`` unless ``ok``."""

    ok: bool
    phone: str | None


DEVICE: tuple[Capability, ...] = (
    Capability(
        "clipboard.set",
        ClipboardText,
        None,
        "act",
        12,
        "Put a text into the person's clipboard. The shell says which shop did it; where a browser"
        " wants one more tap for it, the shell asks for that tap.",
    ),
    Capability(
        "clipboard.get",
        s.Then,
        Pasted,
        "wait",
        12,
        "Ask the person for a text from their clipboard. They see it in the host's sheet and may"
        " change it before they give it. The text is untrusted.",
        scope="clipboard",
    ),
    Capability(
        "phone.call",
        Number,
        None,
        "act",
        6,
        "Offer to call a number: the host's sheet shows it with the name of the shop, and the"
        " person's own tap dials. Nothing tells the program whether they did.",
    ),
    Capability(
        "identity.phone",
        s.Then,
        Phone,
        "wait",
        6,
        "Ask the person for a telephone number: one of their address book, or another that they"
        " write. The host has not checked that it is theirs.",
        scope="phone",
    ),
)
