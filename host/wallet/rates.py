"""What a unit of each currency is worth, as the operator says; a demo lane has rates of its own.

``CNY=1,USD=7.10``: a dollar is worth 7.10 of what one yuan is worth.  Kept as whole numbers: no
float comes near money.
"""

from collections.abc import Mapping

from host.core.errors import BadInputError
from host.core.money import EXPONENTS, Currency
from host.core.settings import Settings
from host.wallet.service.exchange import Rate

DEMO_RATES = "CNY=1,AUD=4.65,USD=7.10,EUR=7.75,JPY=0.0476,KWD=23.10"
_DIGITS = 6


def known_rates(settings: Settings) -> Mapping[Currency, int]:
    """Return the worth of a unit of each currency that this host exchanges, in millionths."""
    text = settings.exchange_rates or (DEMO_RATES if settings.demo else "")
    found = {}
    for part in filter(None, text.split(",")):
        name, _, worth = part.strip().partition("=")
        whole, _, minor = worth.partition(".")
        if name in EXPONENTS:
            found[Currency(name)] = int(whole + minor.ljust(_DIGITS, "0"))
    return found


def rate_between(
    rates: Mapping[Currency, int], sell_currency: Currency, buy_currency: Currency
) -> Rate:
    """Return how much of one currency is worth how much of the other, or refuse."""
    for currency in (sell_currency, buy_currency):
        if currency not in rates:
            raise BadInputError("This host does not exchange %(currency)s.", currency=currency)
    return Rate(sell_currency, buy_currency, rates[sell_currency], rates[buy_currency])
