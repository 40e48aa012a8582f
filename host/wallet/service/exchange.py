"""Exchange: money of one currency for money of another, on an offer that serves once.

No transfer mixes currencies.  An exchange is a linked chain: what is sold goes to the platform's
exchange account of that currency, and what is bought comes from its account of the other one.
Those accounts cannot go below zero either, so the platform exchanges what it has and no more.
"""

from dataclasses import dataclass

from host.core.db import Tx
from host.core.errors import BadInputError, IdempotencyKeyReusedError
from host.core.limits import check_rate
from host.core.money import AMOUNT_MINOR_MAX, EXPONENTS, Currency, Money
from host.wallet.errors import QuoteExpiredError, QuoteNotFoundError
from host.wallet.model import (
    Place,
    Posting,
    Purpose,
    Quote,
    Transfer,
    TransferKind,
    TransferOrder,
    cash_place,
    exchange_place,
    fees_place,
    rail_place,
)
from host.wallet.repository import quote as repository
from host.wallet.service.transfers import open_account, post_linked, post_transfer

QUOTE_TTL_MS = 60_000
QUOTES_PER_MINUTE_MAX = 20
# An offer that nobody took is of no use to anybody; one that was taken is kept as evidence.
_KEPT_MS = 24 * 3600 * 1000
_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of one currency is worth how much of another, in whole units: 1 USD is 7.1 CNY.

    ``numerator`` units bought for each ``denominator`` units sold; no float comes near money.
    """

    sell_currency: Currency
    buy_currency: Currency
    numerator: int
    denominator: int

    def apply(self, sell_minor: int) -> int:
        """Return what is bought for ``sell_minor``, in minor units, rounded down."""
        bought = sell_minor * self.numerator * 10 ** EXPONENTS[self.buy_currency]
        result: int = bought // (self.denominator * 10 ** EXPONENTS[self.sell_currency])
        return result


def quote_exchange(
    tx: Tx, quote_id: str, *, person_id: str, sell: Money, rate: Rate, fee_bps: int, now_ms: int
) -> Quote:
    """Offer to exchange ``sell``, the fee in hundredths of a percent included, once per id."""
    earlier = repository.find_quote(tx, quote_id)
    if earlier is not None:
        if (earlier.person_id, earlier.sell) != (person_id, sell) or (
            earlier.buy.currency != rate.buy_currency
        ):
            raise IdempotencyKeyReusedError("This key was used for another offer.")
        return earlier
    check_rate(tx, f"wallet.quote:{person_id}", per_minute=QUOTES_PER_MINUTE_MAX, now_ms=now_ms)
    if rate.sell_currency != sell.currency or rate.buy_currency == sell.currency:
        raise BadInputError("Choose another currency than the one you sell.")
    fee_minor = -(-sell.amount_minor * fee_bps // _BPS)
    buy_minor = rate.apply(sell.amount_minor - fee_minor)
    if not 0 < buy_minor <= AMOUNT_MINOR_MAX:
        raise BadInputError("This amount is too small or too large to exchange.")
    quote = Quote(
        quote_id,
        person_id,
        sell,
        fee_minor,
        Money(buy_minor, rate.buy_currency),
        now_ms,
        now_ms + QUOTE_TTL_MS,
    )
    repository.insert_quote(tx, quote)
    return quote


def access_quote(tx: Tx, quote_id: str, *, actor_id: str) -> Quote:
    """Return an offer to ``actor_id``; somebody else's looks like a missing one."""
    quote = repository.find_quote(tx, quote_id)
    if quote is None or quote.person_id != actor_id:
        raise QuoteNotFoundError("There is no such offer. Ask for a new one.")
    return quote


def fund_exchange(tx: Tx, transfer_id: str, *, rail: str, money: Money, now_ms: int) -> None:
    """Bring money of the operator's own in through a rail, to exchange others' for it."""
    outside, float_place = rail_place(rail, money.currency), exchange_place(money.currency)
    open_account(tx, outside, now_ms=now_ms)
    open_account(tx, float_place, now_ms=now_ms)
    post_transfer(
        tx,
        transfer_id,
        debit_id=outside.id,
        credit_id=float_place.id,
        money=money,
        purpose=Purpose.TOP_UP,
        actor_id="platform",
        now_ms=now_ms,
    )


def exchange(tx: Tx, quote_id: str, *, person_id: str, now_ms: int) -> list[Transfer]:
    """Take an offer: all of its transfers or none, once; again, it is answered as before."""
    quote = repository.lock_quote(tx, quote_id)
    if quote is None or quote.person_id != person_id:
        raise QuoteNotFoundError("There is no such offer. Ask for a new one.")
    if quote.used_at_ms is None:
        if now_ms >= quote.expires_at_ms:
            raise QuoteExpiredError("This offer is over. Ask for a new one.")
        for place in _places(quote):
            open_account(tx, place, now_ms=now_ms)
        repository.mark_used(tx, quote_id, at_ms=now_ms)
    return post_linked(tx, _legs(quote), now_ms=now_ms)


def forget_old_quotes(tx: Tx, *, now_ms: int) -> int:
    """Delete offers that nobody took and return how many."""
    return repository.delete_unused(tx, before_ms=now_ms - _KEPT_MS)


def _places(quote: Quote) -> list[Place]:
    sold, bought = quote.sell.currency, quote.buy.currency
    return [
        cash_place(quote.person_id, sold),
        exchange_place(sold),
        exchange_place(bought),
        cash_place(quote.person_id, bought),
        fees_place(sold),
    ]


def _legs(quote: Quote) -> list[Posting]:
    """Return the chain: sold, bought, and the fee where there is one."""
    seller, sold_to, bought_from, buyer, fees = _places(quote)
    given = quote.sell.amount_minor - quote.fee_minor
    legs: list[Posting] = [
        _leg(quote, "sell", seller, sold_to, Money(given, quote.sell.currency)),
        _leg(quote, "buy", bought_from, buyer, quote.buy),
    ]
    if quote.fee_minor:
        fee = Money(quote.fee_minor, quote.sell.currency)
        legs.append(_leg(quote, "fee", seller, fees, fee))
    return legs


def _leg(quote: Quote, name: str, debit: Place, credit: Place, money: Money) -> TransferOrder:
    return TransferOrder(
        f"exchange:{quote.id}:{name}",
        TransferKind.SINGLE,
        debit.id,
        credit.id,
        money,
        Purpose.EXCHANGE,
        quote.person_id,
        quote.id,
    )
