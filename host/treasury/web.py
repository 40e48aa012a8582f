"""The operator's page about money: rails, sums, breaks and adjustments."""

import asyncio

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.errors import BadInputError
from host.core.idempotency import read_key
from host.core.ids import derived_id, new_id
from host.core.money import CURRENCIES
from host.core.web import current_person_id, deps, read_upload, render, see_other
from host.treasury import service
from host.treasury.model import Adjustment, BonusAsk
from host.treasury.statement_file import read_statement
from host.wallet import checkpoints
from host.wallet.edge import read_last_day, read_typed_money

blueprint = Blueprint("treasury", __name__, url_prefix="/admin/treasury")

_PAGE = "/admin/treasury"
_NAME_CHARS_MAX = 100


@blueprint.get("")
async def show_treasury() -> str:
    """Show rails, sums, what does not fit, and what waits for a second person."""
    view = await deps().db.read(
        service.read_overview, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return await render(
        "treasury/treasury.html",
        tab="admin",
        admin_tab="treasury",
        view=view,
        checkpoint=await asyncio.to_thread(checkpoints.last_checkpoint, deps().settings),
        currencies=[(currency, currency) for currency in CURRENCIES],
        new_id=new_id,
    )


@blueprint.post("/statements")
async def post_statement() -> ResponseReturnValue:
    """Import a rail's statement; the same file again changes nothing."""
    statement = read_statement(await read_upload("file"))
    actor_id, now_ms = current_person_id(), deps().now_ms()
    await deps().db.write(service.import_statement, statement, actor_id=actor_id, now_ms=now_ms)
    return see_other(_PAGE)


@blueprint.post("/breaks/<break_id>")
async def post_break(break_id: str) -> ResponseReturnValue:
    """Write a note about a break, match it with an order, book it, or close it."""
    form: MultiDict[str, str] = await request.form
    actor_id, now_ms = current_person_id(), deps().now_ms()
    text, act = form.get("text", ""), form.get("act", "")
    write = deps().db.write
    if act == "note":
        note_id = derived_id("treasury.note", break_id, actor_id, text)
        await write(
            service.add_note, break_id, note_id=note_id, actor_id=actor_id, text=text, now_ms=now_ms
        )
    elif act == "match":
        order = form.get("order", "").strip()[:_NAME_CHARS_MAX]
        await write(
            service.match_break, break_id, operation_id=order, actor_id=actor_id, now_ms=now_ms
        )
    elif act == "book":
        await write(service.book_line, break_id, actor_id=actor_id, now_ms=now_ms)
    elif act == "close":
        await write(service.close_break, break_id, actor_id=actor_id, reason=text, now_ms=now_ms)
    else:
        raise BadInputError("act is one of note, match, book and close.")
    return see_other(_PAGE)


@blueprint.post("/adjustments")
async def post_adjustment() -> ResponseReturnValue:
    """Propose an adjustment; the form's key makes a double tap one proposal."""
    form: MultiDict[str, str] = await request.form
    actor_id = current_person_id()
    new = Adjustment(
        id=derived_id("treasury.adjustment", actor_id, read_key(form.get("key", ""))),
        debit_id=form.get("debit", "").strip()[:_NAME_CHARS_MAX],
        credit_id=form.get("credit", "").strip()[:_NAME_CHARS_MAX],
        money=read_typed_money(form.get("amount", ""), form.get("currency", "")),
        reason=form.get("reason", ""),
        break_id=form.get("break_id") or None,
        proposed_by=actor_id,
        proposed_at_ms=deps().now_ms(),
    )
    await deps().db.write(service.propose_adjustment, new)
    return see_other(_PAGE)


@blueprint.post("/adjustments/<adjustment_id>")
async def decide_adjustment(adjustment_id: str) -> ResponseReturnValue:
    """Approve what another admin proposed, or turn it down."""
    form: MultiDict[str, str] = await request.form
    acts = {"approve": service.approve_adjustment, "decline": service.decline_adjustment}
    act = acts.get(form.get("act", ""))
    if act is None:
        raise BadInputError("act is approve or decline.")
    await deps().db.write(act, adjustment_id, actor_id=current_person_id(), now_ms=deps().now_ms())
    return see_other(_PAGE)


@blueprint.get("/bonuses")
async def show_bonuses() -> str:
    """Show what the platform has to give, the form that gives it, and what was given."""
    page = await deps().db.read(service.read_bonuses, actor_id=current_person_id())
    return await render(
        "treasury/bonuses.html",
        tab="admin",
        admin_tab="treasury",
        page=page,
        key=new_id(),
        currencies=[(currency, currency) for currency in CURRENCIES],
    )


@blueprint.post("/bonuses")
async def post_bonus() -> ResponseReturnValue:
    """Give somebody a bonus; the form's key makes a double tap one bonus."""
    form: MultiDict[str, str] = await request.form
    actor_id = current_person_id()
    ask = BonusAsk(
        id=derived_id("treasury.bonus", actor_id, read_key(form.get("key", ""))),
        person=form.get("person", "").strip()[:_NAME_CHARS_MAX],
        brand=form.get("brand", "").strip()[:_NAME_CHARS_MAX],
        money=read_typed_money(form.get("amount", ""), form.get("currency", "")),
        reason=form.get("reason", ""),
        expires_at_ms=read_last_day(form.get("until", "")),
    )
    await deps().db.write(service.give_bonus, ask, actor_id=actor_id, now_ms=deps().now_ms())
    return see_other(f"{_PAGE}/bonuses")
