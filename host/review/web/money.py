"""Admins' pages about merchants' money: disputes, and the terms of a brand."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.errors import BadInputError
from host.core.money import parse_amount
from host.core.text import whole_number
from host.core.web import current_person_id, deps, render, see_other
from host.market.dispute_model import Decision
from host.review.service import money
from host.settlement.model import Terms

blueprint = Blueprint("money", __name__, url_prefix="/admin")


@blueprint.get("/disputes")
async def list_disputes() -> str:
    """Show the disputes that wait, the oldest first."""
    rows = await deps().db.read(money.find_disputes, actor_id=current_person_id())
    return await render(
        "review/disputes.html",
        tab="admin",
        admin_tab="disputes",
        rows=rows,
        now=deps().now_ms(),
    )


@blueprint.get("/disputes/<dispute_id>")
async def show_dispute(dispute_id: str) -> str:
    """Show what both sides say and show, and the form that decides."""
    dispute, order, shown, row = await deps().db.read(
        money.open_dispute_case, dispute_id, actor_id=current_person_id()
    )
    return await render(
        "review/dispute.html",
        tab="admin",
        admin_tab="disputes",
        dispute=dispute,
        order=order,
        shown=shown,
        row=row,
        can_decide=dispute.can_be_decided(now_ms=deps().now_ms()),
    )


@blueprint.post("/disputes/<dispute_id>")
async def post_decision(dispute_id: str) -> ResponseReturnValue:
    """Decide."""
    form: MultiDict[str, str] = await request.form
    _, order, _, _ = await deps().db.read(
        money.open_dispute_case, dispute_id, actor_id=current_person_id()
    )
    decision = form.get("decision", "")
    if decision not in set(Decision):
        raise BadInputError("Choose who gets the money.")
    is_part = decision == Decision.PART
    await deps().db.write(
        money.decide_dispute,
        dispute_id,
        actor_id=current_person_id(),
        decision=Decision(decision),
        refund_minor=parse_amount(form.get("amount", ""), order.currency) if is_part else 0,
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/admin/disputes")


@blueprint.get("/brands/<brand_id>/terms")
async def show_terms(brand_id: str) -> str:
    """Show what was agreed with a brand, and the form that changes it."""
    brand, terms = await deps().db.read(money.read_terms, brand_id, actor_id=current_person_id())
    return await render(
        "review/terms.html",
        tab="admin",
        admin_tab="brands",
        brand=brand,
        terms=terms,
    )


@blueprint.post("/brands/<brand_id>/terms")
async def post_terms(brand_id: str) -> ResponseReturnValue:
    """Agree on other terms; an empty field leaves what holds for all."""
    form: MultiDict[str, str] = await request.form
    await deps().db.write(
        money.set_terms,
        brand_id,
        actor_id=current_person_id(),
        terms=Terms(_number(form.get("days", "")), _number(form.get("fee_bps", ""))),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/admin/brands")


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    number = whole_number(text.strip(), digits_max=4)
    if number is None:
        raise BadInputError("Write a whole number, or leave the field empty.")
    return number
