"""The page of a merchant's money, and the statements below it."""

from quart import Blueprint, request

from host.core.db import Tx
from host.core.ids import new_id
from host.core.money import CURRENCIES
from host.core.web import current_person_id, deps, render
from host.identity import service as identity
from host.settlement import service
from host.settlement.model import DAY_MS
from host.settlement.money_model import MoneyPage
from host.settlement.payout_model import Schedule
from host.wallet import service as wallet

blueprint = Blueprint("money", __name__, url_prefix="/m/<handle>/money")

_FILE_DAYS = 7


@blueprint.get("")
async def show_money(handle: str) -> str:
    """Show what is pending, available and on its way; ``rows`` asks for the changing part."""
    page = await _page(handle)
    template = "settlement/_money.html" if "rows" in request.args else "settlement/money.html"
    return await render(template, **_frame(page), page=page, days=_past_days())


@blueprint.get("/payout")
async def show_payout(handle: str) -> str:
    """Show the form that pays out to the bank."""
    page = await _page(handle)
    return await render("settlement/payout.html", **_frame(page), page=page, key=new_id())


@blueprint.get("/bank")
async def show_bank(handle: str) -> str:
    """Show the form that says where money goes and when."""
    page = await _page(handle)
    return await render("settlement/bank.html", **_frame(page), page=page, schedules=list(Schedule))


@blueprint.get("/person")
async def show_person(handle: str) -> str:
    """Show the form that pays into somebody's wallet."""
    page = await _page(handle)
    return await render("settlement/person.html", **_frame(page), page=page, key=new_id())


@blueprint.get("/bonus")
async def show_bonus(handle: str) -> str:
    """Show the form that gives somebody a bonus, and what was given."""
    page = await _page(handle)
    given = await deps().db.read(wallet.find_given, page.brand.id)
    names = await deps().db.read(identity.find_people, [bonus.person_id for bonus in given])
    return await render(
        "settlement/bonus.html", **_frame(page), page=page, key=new_id(), given=given, names=names
    )


@blueprint.get("/batches/<batch_id>")
async def show_batch(handle: str, batch_id: str) -> str:
    """Show what a settlement consisted of."""
    brand, batch, items = await deps().db.read(
        service.access_batch, handle, batch_id, actor_id=current_person_id()
    )
    return await render(
        "settlement/batch.html",
        tab="merchant",
        console_tab="money",
        brand=brand,
        batch=batch,
        items=items,
    )


@blueprint.get("/earnings/<kind>/<source_id>")
async def show_earning(handle: str, kind: str, source_id: str) -> str:
    """Show what came in from one source, how it was divided, and the form that divides it."""
    brand, earning, splits = await deps().db.read(
        service.open_earning,
        handle,
        actor_id=current_person_id(),
        kind=kind,
        source_id=source_id,
    )
    names = await deps().db.read(service.name_receivers, splits)
    return await render(
        "settlement/earning.html",
        tab="merchant",
        console_tab="money",
        brand=brand,
        earning=earning,
        splits=splits,
        names=names,
        is_owner=brand.owner_id == current_person_id(),
        key=new_id(),
    )


async def _page(handle: str) -> MoneyPage:
    return await deps().db.read(_read, handle, actor_id=current_person_id())


def _read(tx: Tx, handle: str, *, actor_id: str) -> MoneyPage:
    return service.read_money(tx, handle, actor_id=actor_id)


def _frame(page: MoneyPage) -> dict[str, object]:
    return {
        "tab": "merchant",
        "console_tab": "money",
        "brand": page.brand,
        "currencies": [(code, code) for code in CURRENCIES],
    }


def _past_days() -> list[str]:
    today_ms = deps().now_ms()
    return [service.day_of(today_ms - n * DAY_MS) for n in range(1, _FILE_DAYS + 1)]
