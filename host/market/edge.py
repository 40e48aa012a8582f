"""Reading forms and queries: what comes in from outside, made into what a use case takes."""

from host.core.errors import BadInputError
from host.core.i18n import gettext
from host.core.text import whole_number
from host.core.web import current_lang, deps
from host.market import service
from host.market.cards import status_word
from host.market.errors import OrderRefusedError
from host.market.model import Order
from host.market.service import Till
from host.wallet.edge import gate

# Where a form inside a sheet may lead on to: the sheets of this domain, and the one in which a
# mini-program's question for an address waits.
_NEXT_PREFIXES = ("/orders/", "/buy/", "/addresses", "/asks/")
_QUANTITY_DIGITS_MAX = 3


def till() -> Till:
    """Return what taking a payment needs."""
    parts = deps()
    return Till(gate(), parts.now_ms, parts.settings.platform_fee_bps)


def whole(text: str, *, name: str) -> int:
    """Return the whole number of a field, or refuse the form."""
    number = whole_number(text)
    if number is None:
        raise BadInputError("%(name)s must be a whole number.", name=name)
    return number


def quantity_of(text: str) -> int:
    """Return how many, one when nothing usable was asked for."""
    return whole_number(text, digits_max=_QUANTITY_DIGITS_MAX) or 1


def known_source(text: str) -> str:
    """Return where the buyer came from, or nothing when the link says something odd."""
    try:
        return service.check_source(text)
    except OrderRefusedError:
        return ""


def safe_next(text: str, fallback: str) -> str:
    """Return where to go on, only ever to a sheet of this host."""
    return text if text.startswith(_NEXT_PREFIXES) and "\\" not in text else fallback


def state_of(order: Order) -> str:
    """Return where an order stands, in the reader's language."""
    return gettext(current_lang(), status_word(order))
