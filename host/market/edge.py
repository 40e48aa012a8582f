"""Reading forms and queries: what comes in from outside, made into what a use case takes."""

from urllib.parse import urlencode

from host.core.errors import BadInputError
from host.core.i18n import gettext
from host.core.paging import Cursor, decode_cursor
from host.core.web import current_lang, deps
from host.market import service
from host.market.cards import status_word
from host.market.errors import OrderRefusedError
from host.market.model import Order
from host.market.service import Till

# Where a form inside a sheet may lead on to: the sheets of this domain, and the one in which a
# mini-program's question for an address waits.
_NEXT_PREFIXES = ("/orders/", "/buy/", "/addresses", "/asks/")
_NUMBER_DIGITS_MAX = 15
_QUANTITY_DIGITS_MAX = 3


def till() -> Till:
    """Return what taking a payment needs."""
    parts = deps()
    return Till(parts.db, parts.passwords, parts.now_ms, parts.settings.platform_fee_bps)


def whole(text: str, *, name: str) -> int:
    """Return a whole number written in ASCII digits, and nothing else that int() would take."""
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS_MAX):
        raise BadInputError("%(name)s must be a whole number.", name=name)
    return int(text)


def quantity_of(text: str) -> int:
    """Return how many, one when nothing usable was asked for."""
    is_usable = text.isascii() and text.isdigit() and len(text) <= _QUANTITY_DIGITS_MAX
    return max(1, int(text)) if is_usable else 1


def known_source(text: str) -> str:
    """Return where the buyer came from, or nothing when the link says something odd."""
    try:
        return service.check_source(text)
    except OrderRefusedError:
        return ""


def safe_next(text: str, fallback: str) -> str:
    """Return where to go on, only ever to a sheet of this host."""
    return text if text.startswith(_NEXT_PREFIXES) and "\\" not in text else fallback


def cursor(text: str) -> Cursor | None:
    """Return the key to continue after, None for the first page."""
    return decode_cursor(text) if text else None


def with_query(path: str, **query: str | int | None) -> str:
    """Return ``path`` with those of ``query`` that say something."""
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def state_of(order: Order) -> str:
    """Return where an order stands, in the reader's language."""
    return gettext(current_lang(), status_word(order))
