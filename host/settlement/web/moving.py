"""Forms that move a merchant's money; the key in each makes a double tap one act."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.idempotency import read_key
from host.core.money import Money, parse_amount, parse_currency
from host.core.web import current_person_id, deps, see_other
from host.settlement import service
from host.settlement.payout_model import Payout, Schedule
from host.settlement.service import entry
from host.wallet import service as wallet
from host.wallet.edge import read_last_day, read_typed_money

blueprint = Blueprint("moving", __name__, url_prefix="/m/<handle>/money")

_RAIL = "sandbox"


@blueprint.post("/payout")
async def post_payout(handle: str) -> ResponseReturnValue:
    """Pay out to the bank, and ask the rail at once."""
    form: MultiDict[str, str] = await request.form
    now_ms = deps().now_ms()
    payout = await deps().db.write(
        _ask_payout,
        handle,
        key=read_key(form.get("key", "")),
        actor_id=current_person_id(),
        money=read_typed_money(form.get("amount", ""), form.get("currency", "")),
        now_ms=now_ms,
    )
    await entry.order_payout(deps().db, payout, now_ms=now_ms)
    return see_other(f"/m/{handle}/money")


@blueprint.post("/bank")
async def post_bank(handle: str) -> ResponseReturnValue:
    """Say where money goes and when."""
    form: MultiDict[str, str] = await request.form
    currency = parse_currency(form.get("currency", ""))
    brand = await deps().db.read(_own_brand, handle, actor_id=current_person_id())
    await deps().db.write(
        service.save_bank,
        brand.id,
        actor_id=current_person_id(),
        currency=currency,
        rail=_RAIL,
        holder=form.get("holder", ""),
        number=form.get("number", ""),
        schedule=_schedule(form.get("schedule", "")),
        minimum_minor=parse_amount(form.get("minimum", ""), currency),
        pin_attempt_id=await _try_pin(form),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/money")


@blueprint.post("/person")
async def post_person(handle: str) -> ResponseReturnValue:
    """Pay into somebody's wallet."""
    form: MultiDict[str, str] = await request.form
    money = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    await deps().db.read(_own_brand, handle, actor_id=current_person_id())
    await deps().db.write(
        service.pay_somebody,
        read_key(form.get("key", "")),
        handle=handle,
        actor_id=current_person_id(),
        pin_attempt_id=await _try_pin(form),
        person_handle=form.get("person", ""),
        money=money,
        memo=form.get("memo", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/money")


@blueprint.post("/bonus")
async def post_bonus(handle: str) -> ResponseReturnValue:
    """Give somebody a bonus."""
    form: MultiDict[str, str] = await request.form
    money = read_typed_money(form.get("amount", ""), form.get("currency", ""))
    expires_at_ms = read_last_day(form.get("until", ""))
    await deps().db.read(_own_brand, handle, actor_id=current_person_id())
    await deps().db.write(
        service.give_bonus,
        read_key(form.get("key", "")),
        handle=handle,
        actor_id=current_person_id(),
        pin_attempt_id=await _try_pin(form),
        person_handle=form.get("person", ""),
        money=money,
        reason=form.get("reason", ""),
        expires_at_ms=expires_at_ms,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/money/bonus")


@blueprint.post("/earnings/<kind>/<source_id>")
async def post_split(handle: str, kind: str, source_id: str) -> ResponseReturnValue:
    """Divide an earning."""
    form: MultiDict[str, str] = await request.form
    await deps().db.write(
        service.divide_earning,
        handle,
        actor_id=current_person_id(),
        request_id=read_key(form.get("key", "")),
        kind=kind,
        source_id=source_id,
        asked=list(zip(form.getlist("who"), form.getlist("part"), strict=False)),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/money/earnings/{kind}/{source_id}")


@blueprint.post("/splits/<split_id>/return")
async def post_return(handle: str, split_id: str) -> ResponseReturnValue:
    """Give back a part that this brand received."""
    form: MultiDict[str, str] = await request.form
    brand = await deps().db.read(_own_brand, handle, actor_id=current_person_id())
    split = await deps().db.read(service.access_split, split_id, brand_id=brand.id)
    await deps().db.write(
        service.return_part,
        return_id=read_key(form.get("key", "")),
        split_id=split_id,
        brand_id=brand.id,
        amount_minor=parse_amount(form.get("amount", ""), split.currency),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/money")


def _ask_payout(
    tx: Tx, handle: str, *, key: str, actor_id: str, money: Money, now_ms: int
) -> Payout:
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return service.ask_payout(
        tx, key, brand_id=brand.id, actor_id=actor_id, money=money, now_ms=now_ms
    )


def _own_brand(tx: Tx, handle: str, *, actor_id: str) -> brands.Brand:
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    return brands.access_own_brand(tx, brand.id, actor_id=actor_id)


async def _try_pin(form: MultiDict[str, str]) -> str:
    return await wallet.check_pin(
        deps().db,
        deps().passwords,
        person_id=current_person_id(),
        pin=form.get("pin", ""),
        now_ms=deps().now_ms(),
    )


def _schedule(text: str) -> Schedule:
    if text not in set(Schedule):
        raise BadInputError("Choose when money is paid out: by hand, daily or weekly.")
    return Schedule(text)
