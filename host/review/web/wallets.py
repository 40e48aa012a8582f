"""The admins' pages about wallets: the risk desk, and one person's limits and freezes."""

from urllib.parse import quote

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from host.core.text import whole_number
from host.core.web import current_person_id, deps, render, see_other
from host.review.model import REASON_LENGTH_MAX, REASON_LENGTH_MIN
from host.review.service import wallets
from host.wallet.limits import TIERS
from host.wallet.risk import Mode

blueprint = Blueprint("wallets", __name__, url_prefix="/admin")


@blueprint.get("/risk")
async def show_risk() -> str:
    """Show what waits, the rules and what they found."""
    desk = await deps().db.read(
        wallets.read_risk_desk, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return await render(
        "review/risk.html",
        tab="admin",
        admin_tab="risk",
        desk=desk,
        modes=list(Mode),
        reason_length_min=REASON_LENGTH_MIN,
        reason_length_max=REASON_LENGTH_MAX,
    )


@blueprint.post("/risk/rules/<rule_id>")
async def post_rule(rule_id: str) -> ResponseReturnValue:
    """Switch a rule."""
    form = await request.form
    await deps().db.write(
        wallets.switch_rule,
        rule_id,
        actor_id=current_person_id(),
        mode=form.get("mode", ""),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/admin/risk")


@blueprint.post("/risk/payments/<review_id>")
async def post_payment(review_id: str) -> ResponseReturnValue:
    """Let a payment go on, or refuse it."""
    form = await request.form
    await deps().db.write(
        wallets.decide_payment,
        review_id,
        actor_id=current_person_id(),
        is_approved=form.get("decision") == "approve",
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/admin/risk")


@blueprint.get("/wallets")
async def show_wallets() -> ResponseReturnValue:
    """Show the wallets that are stopped; or go to the one that was asked for."""
    handle = request.args.get("handle", "").strip().removeprefix("@")
    if handle:
        return redirect(f"/admin/wallets/{quote(handle, safe='')}", 303)
    found = await deps().db.read(wallets.find_wallets, actor_id=current_person_id())
    return await render("review/wallets.html", tab="admin", admin_tab="wallets", found=found)


@blueprint.get("/wallets/<handle>")
async def show_wallet(handle: str) -> str:
    """Show a person's limits and freezes, and the forms that change them."""
    case = await deps().db.read(
        wallets.open_wallet_case, handle, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return await render(
        "review/wallet.html",
        tab="admin",
        admin_tab="wallets",
        case=case,
        tiers=TIERS,
        reason_length_min=REASON_LENGTH_MIN,
        reason_length_max=REASON_LENGTH_MAX,
    )


@blueprint.post("/wallets/<handle>/freeze")
async def post_freeze(handle: str) -> ResponseReturnValue:
    """Freeze or close a wallet."""
    form = await request.form
    await deps().db.write(
        wallets.freeze_wallet,
        handle,
        actor_id=current_person_id(),
        mode=form.get("mode", ""),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/admin/wallets/{handle}")


@blueprint.post("/wallets/<handle>/lift")
async def post_lift(handle: str) -> ResponseReturnValue:
    """Let a wallet go."""
    form = await request.form
    await deps().db.write(
        wallets.lift_freeze,
        handle,
        actor_id=current_person_id(),
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/admin/wallets/{handle}")


@blueprint.post("/wallets/<handle>/tier")
async def post_tier(handle: str) -> ResponseReturnValue:
    """Give a person a tier."""
    form = await request.form
    number = whole_number(form.get("tier", ""))
    await deps().db.write(
        wallets.set_tier,
        handle,
        actor_id=current_person_id(),
        tier=-1 if number is None else number,
        reason=form.get("reason", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/admin/wallets/{handle}")
