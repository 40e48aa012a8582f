"""The shapes of what goes in and out of a capability.

Arguments are read from a process that nobody trusts, so each field carries its limits in its type;
results are what the bridge promises.  All of them travel as plain JSON objects: a mini-program
reads ``order["id"]``.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

# One amount is at most 10^12 minor units, like every amount of the wallet.
AMOUNT_MINOR_MAX = 10**12
# Unix epoch milliseconds up to the year 2100.
AT_MS_MAX = 4_102_444_800_000


def whole(pattern: str) -> str:
    r"""Return a pattern that takes the whole of a text.

    ``$`` alone lets a line break behind it pass in Python; ``\Z`` says the same and is no pattern
    for the JSON Schema of an editor.
    """
    return rf"^(?:{pattern})$(?!\n)"


# A value that JSON can hold; depth and size are checked in `arguments`.
Json = Any
AppKey = Annotated[str, Meta(min_length=1, max_length=128)]
ObjectId = Annotated[str, Meta(min_length=1, max_length=64, pattern=whole(r"[A-Za-z0-9_.:-]+"))]
Sku = Annotated[str, Meta(min_length=1, max_length=64)]
PageRoute = Annotated[str, Meta(min_length=1, max_length=200, pattern=whole(r"[A-Za-z0-9_/-]+"))]
Handler = Annotated[str, Meta(max_length=64, pattern=whole(r"[A-Za-z][A-Za-z0-9_]*"))]
Text = Annotated[str, Meta(max_length=500)]
ShortText = Annotated[str, Meta(min_length=1, max_length=80)]
LineText = Annotated[str, Meta(min_length=1, max_length=120)]
AmountMinor = Annotated[int, Meta(ge=1, le=AMOUNT_MINOR_MAX)]
CurrencyCode = Annotated[str, Meta(pattern=whole(r"[A-Z]{3}"))]
AtMs = Annotated[int, Meta(ge=0, le=AT_MS_MAX)]
Cursor = Annotated[str, Meta(max_length=200)]
Count = Annotated[int, Meta(ge=1, le=50)]
Query = dict[
    Annotated[str, Meta(max_length=40)],
    str | int | float | bool | None,
]


class Arguments(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a call carries; the order of the fields is the order of positional arguments."""


class NoArguments(Arguments):
    """Nothing."""


class Then(Arguments):
    then: Handler


class Listing(Arguments):
    limit: Count = 20
    after: Cursor | None = None
