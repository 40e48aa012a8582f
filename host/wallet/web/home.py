"""The wallet's first page, the statement and a receipt."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from babel.dates import format_skeleton
from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from host.core.cards import Card, CardLoader, DueCards
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.money import Currency, parse_currency
from host.core.web import current_lang, current_person_id, deps, render
from host.wallet.csv_file import write_statement
from host.wallet.drawing import HEIGHT, WIDTH, Bar, draw_flow, draw_month
from host.wallet.service import statement, views

blueprint = Blueprint("home", __name__)

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)
_CSV_ROWS_MAX = 10_000


@blueprint.get("/wallet")
async def show_home() -> str:
    """Show balance, what can be done, this month and the latest entries."""
    return await _render_home("wallet/home.html")


@blueprint.get("/wallet/glance")
async def show_home_part() -> str:
    """Show what changes on the first page, for a page that is open."""
    return await _render_home("wallet/glance.html")


@blueprint.get("/wallet/statement")
async def show_statement() -> str:
    """Show a month of one currency."""
    year, month = asked_month()
    view = await deps().db.read(
        views.read_statement,
        current_person_id(),
        currency=asked_currency(),
        year=year,
        month=month,
        after=request.args.get("after"),
        order_cards=order_cards(),
    )
    return await render(
        "wallet/statement.html",
        tab="wallet",
        view=view,
        flow=draw_flow(view.month.days, day_count=view.month.day_count),
        chart=(WIDTH, HEIGHT),
        this_month=f"{year}-{month:02}",
        month_title=_month_title(year, month),
        earlier=_shift(year, month, -1),
        later=_later(year, month),
        newest=_shift(*_today(), 0),
    )


@blueprint.get("/wallet/statement.csv")
async def get_statement_file() -> ResponseReturnValue:
    """Give a month of a currency as a file, or its newest entries where no month is named."""
    currency = asked_currency() or views.choose_currency([])
    named, span = "", {}
    if "month" in request.args:
        year, month = asked_month()
        since_ms, until_ms = statement.month_span(year, month)
        span = {"since_ms": since_ms, "until_ms": until_ms}
        named = f"{year}-{month:02}-"
    page = await deps().db.read(
        statement.find_page,
        current_person_id(),
        currency,
        after=None,
        limit=_CSV_ROWS_MAX,
        order_cards=order_cards(),
        **span,
    )
    response = Response(write_statement(page.lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="statement-{named}{currency}.csv"'
    )
    return response


@blueprint.get("/wallet/transfers/<transfer_id>")
async def show_receipt(transfer_id: str) -> str:
    """Show one's own side of a transfer, or where it is while it waits."""
    view = await deps().db.read(
        views.access_transfer,
        transfer_id,
        actor_id=current_person_id(),
        order_cards=order_cards(),
    )
    if view.offer is not None:
        return await render("wallet/offer.html", tab="wallet", shown=view.offer)
    return await render("wallet/receipt.html", tab="wallet", shown=view.shown)


def asked_currency() -> Currency | None:
    """Return the currency that the address names."""
    text = request.args.get("currency")
    return None if text is None else parse_currency(text)


def order_cards() -> CardLoader:
    """Return who knows the orders, bills and shops that money went to; their ids never meet."""
    kinds = ("order", "bill", "brand", "payment")
    loaders = [found for kind in kinds if (found := deps().card_loaders.get(kind)) is not None]

    def load(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
        return {k: card for each in loaders for k, card in each(tx, ids, viewer_id).items()}

    return load


async def _render_home(template: str) -> str:
    today = datetime.fromtimestamp(deps().now_ms() / 1000, UTC)
    view = await deps().db.read(
        views.read_home,
        current_person_id(),
        currency=asked_currency(),
        year=today.year,
        month=today.month,
        order_cards=order_cards(),
        now_ms=deps().now_ms(),
    )
    return await render(
        template,
        tab="wallet",
        view=view,
        due=await _ask(deps().due_cards),
        holdings=await _ask(deps().holdings),
        bars=_bars(view.month),
        chart=(WIDTH, HEIGHT),
    )


async def _ask(loaders: Sequence[DueCards]) -> list[Card]:
    return [
        card
        for load in loaders
        for card in await deps().db.read(load, current_person_id(), deps().now_ms())
    ]


def _bars(month: statement.Month) -> list[Bar]:
    today = datetime.fromtimestamp(deps().now_ms() / 1000, UTC)
    is_this_month = (today.year, today.month) == (month.year, month.month)
    return draw_month(
        month.days, day_count=month.day_count, today=today.day if is_this_month else None
    )


def asked_month() -> tuple[int, int]:
    """Return the month that the address names, or this one."""
    today = datetime.fromtimestamp(deps().now_ms() / 1000, UTC)
    text = request.args.get("month", f"{today.year}-{today.month:02}")
    match = _MONTH.fullmatch(text)
    if match is None:
        raise BadInputError("A month is written like 2026-03.")
    return int(match[1]), int(match[2])


def _month_title(year: int, month: int) -> str:
    locale = "zh_Hans_CN" if current_lang() == "zh-Hans" else "en"
    return str(format_skeleton("yMMMM", datetime(year, month, 1, tzinfo=UTC), locale=locale))


def _today() -> tuple[int, int]:
    today = datetime.fromtimestamp(deps().now_ms() / 1000, UTC)
    return today.year, today.month


def _shift(year: int, month: int, by: int) -> str:
    count = year * 12 + month - 1 + by
    return f"{count // 12}-{count % 12 + 1:02}"


def _later(year: int, month: int) -> str | None:
    """Return the next month, unless it has not begun."""
    later = _shift(year, month, 1)
    today = datetime.fromtimestamp(deps().now_ms() / 1000, UTC)
    return later if later <= f"{today.year}-{today.month:02}" else None
