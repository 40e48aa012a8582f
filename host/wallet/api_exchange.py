"""JSON of exchange: an offer, and taking it."""

from typing import Any

import msgspec
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.idempotency import idempotent
from host.core.ids import derived_id
from host.core.money import parse_currency
from host.core.web import current_person_id, deps, settings
from host.wallet import service
from host.wallet.edge import decode_once, read_money
from host.wallet.model import Quote
from host.wallet.rates import known_rates, rate_between

blueprint = Blueprint("exchange", __name__)


class PutQuote(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /quotes/<key>``: what is sold, and for which currency."""

    amount_minor: int
    currency: str
    buy_currency: str


@blueprint.put("/quotes/<key>")
@idempotent()
async def put_quote(key: str) -> ResponseReturnValue:
    """Make an offer to exchange the caller's money.  Nothing is exchanged before it is taken."""
    person_id = current_person_id()
    body = decode_once(PutQuote, await request.get_data())
    sell = read_money(body.amount_minor, body.currency)
    quote = await deps().db.write(
        service.quote_exchange,
        derived_id("wallet.quote", person_id, key),
        person_id=person_id,
        sell=sell,
        rate=rate_between(
            known_rates(settings()), sell.currency, parse_currency(body.buy_currency)
        ),
        fee_bps=settings().exchange_fee_bps,
        now_ms=deps().now_ms(),
    )
    return _format_quote(quote), 201


@blueprint.put("/exchanges/<quote_id>")
async def put_exchange(quote_id: str) -> ResponseReturnValue:
    """Take an offer.  Safe to retry: an offer serves once."""
    person_id = current_person_id()
    await deps().db.write(service.exchange, quote_id, person_id=person_id, now_ms=deps().now_ms())
    return _format_quote(await deps().db.read(service.access_quote, quote_id, actor_id=person_id))


def _format_quote(quote: Quote) -> dict[str, Any]:
    return {
        "quote_id": quote.id,
        "sell_minor": quote.sell.amount_minor,
        "sell_currency": quote.sell.currency,
        "fee_minor": quote.fee_minor,
        "buy_minor": quote.buy.amount_minor,
        "buy_currency": quote.buy.currency,
        "expires_at_ms": quote.expires_at_ms,
        "is_used": quote.used_at_ms is not None,
    }
