"""Pages that exchange one currency for another: ask, look at the offer, take it."""

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.errors import AppError
from host.core.idempotency import read_key
from host.core.ids import derived_id, new_id
from host.core.money import parse_currency
from host.core.problems import to_problem
from host.core.web import current_person_id, deps, render, see_other, settings
from host.wallet import service
from host.wallet.edge import read_typed_money
from host.wallet.rates import known_rates, rate_between
from host.wallet.service import views
from host.wallet.web.home import asked_currency

blueprint = Blueprint("exchange", __name__)


@blueprint.get("/wallet/exchange")
async def show_exchange() -> str:
    """Show the form that asks for an offer."""
    rates = known_rates(settings())
    spend = await deps().db.read(views.read_spend, current_person_id(), currency=asked_currency())
    sellable = [one.currency for one in spend.balances if one.currency in rates]
    return await render(
        "wallet/exchange.html",
        tab="wallet",
        spend=spend,
        sellable=sellable,
        currencies=list(rates),
        key=new_id(),
    )


@blueprint.post("/wallet/exchange")
async def post_quote() -> ResponseReturnValue:
    """Make an offer for what was typed; the form's key makes a double tap one offer."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    sell = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    buy = parse_currency(form.get("buy", ""))
    quote = await deps().db.write(
        service.quote_exchange,
        derived_id("wallet.quote", person_id, read_key(form.get("key", ""))),
        person_id=person_id,
        sell=sell,
        rate=rate_between(known_rates(settings()), sell.currency, buy),
        fee_bps=settings().exchange_fee_bps,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/wallet/exchange/{quote.id}")


@blueprint.get("/wallet/exchange/<quote_id>")
async def show_quote(quote_id: str) -> str:
    """Show an offer and how long it holds."""
    return await _draw(quote_id)


@blueprint.post("/wallet/exchange/<quote_id>")
async def post_exchange(quote_id: str) -> ResponseReturnValue:
    """Take an offer, once; a refusal draws it again with the sentence in it."""
    try:
        await deps().db.write(
            service.exchange, quote_id, person_id=current_person_id(), now_ms=deps().now_ms()
        )
    except AppError as error:
        page = await _draw(quote_id, error=error)
        return Response(page, error.status, content_type="text/html; charset=utf-8")
    return see_other(f"/wallet/exchange/{quote_id}")


async def _draw(quote_id: str, *, error: AppError | None = None) -> str:
    quote = await deps().db.read(service.access_quote, quote_id, actor_id=current_person_id())
    return await render(
        "wallet/quote.html",
        tab="wallet",
        quote=quote,
        left_s=max(0, (quote.expires_at_ms - deps().now_ms()) // 1000),
        problem=to_problem(error) if error else None,
    )
