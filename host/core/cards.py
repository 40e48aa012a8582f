"""Cards: what chat and feed show of an object that another domain owns.

Chat and feed lie below the market, so they cannot ask it for a product.  The composition root
hands them one loader per kind instead; the content is read when the card is shown, so that price,
stock and status are live.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from host.core.db import Tx


@dataclass(frozen=True, slots=True)
class Card:
    """One card as a given person may see it now."""

    kind: str
    id: str
    title: str
    subtitle: str = ""
    image_id: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    stock_left: int | None = None
    shop_name: str = ""
    shop_verified: bool = False
    status: str = ""
    # How the status is drawn: "wait", "over", "done" or, for what has no such thing, "".
    tone: str = ""
    open_url: str = ""
    # What stands on the button that opens it; "Open" where nothing better is known.
    open_text: str = ""
    buy_url: str | None = None
    # Where a tap ends messages like the one above the card.
    stop_url: str | None = None


# Called with the ids and the person who looks; leaves out what that person may not see.
CardLoader = Callable[[Tx, Sequence[str], str], dict[str, Card]]

# Called with a person and the time; returns what waits to be paid by them, or what they
# hold beside money, for the wallet's page.
DueCards = Callable[[Tx, str, int], list[Card]]
