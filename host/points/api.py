"""JSON of points: what the caller holds, turning it into money, and a shop's programme."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.brands.edge import acting_for
from host.core.db import Tx
from host.core.idempotency import read_key
from host.core.money import AMOUNT_MINOR_MAX
from host.core.web import current_person_id, deps
from host.points import service
from host.points.edge import public_brand
from host.points.model import EXPIRY_MONTHS_MAX, Holding, Programme
from host.wallet.edge import decode_once, read_money

blueprint = Blueprint("points_api", __name__, url_prefix="/api/v1/points")


class PutRedemption(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /points/<handle>/redemptions/<key>``."""

    points: Annotated[int, Meta(ge=1, le=AMOUNT_MINOR_MAX)]


class PutProgramme(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /points/<handle>/programme``: money for one point, worth of a hundred."""

    is_on: bool
    currency: str
    earn_minor: int
    worth_minor: int
    expiry_months: Annotated[int, Meta(ge=1, le=EXPIRY_MONTHS_MAX)] | None = None


@blueprint.get("")
async def get_points() -> ResponseReturnValue:
    """Return what the caller has, by shop."""
    return {"points": await deps().db.read(_list, person_id=current_person_id())}


@blueprint.put("/<handle>/redemptions/<key>")
async def put_redemption(handle: str, key: str) -> ResponseReturnValue:
    """Turn points into money once; the key in the address makes a retry safe."""
    body = decode_once(PutRedemption, await request.get_data())
    brand = await deps().db.read(public_brand, handle)
    made = await deps().db.write(
        service.redeem,
        read_key(key),
        brand_id=brand.id,
        person_id=current_person_id(),
        points=body.points,
        now_ms=deps().now_ms(),
    )
    return {
        "id": made.id,
        "brand_handle": brand.handle,
        "points": made.taken_points,
        "amount_minor": made.amount_minor,
        "currency": made.currency,
        "at_ms": made.at_ms,
    }


@blueprint.put("/<handle>/programme")
async def put_programme(handle: str) -> ResponseReturnValue:
    """Say how a shop gives points; the same again changes nothing."""
    brand, actor_id = await acting_for(handle)
    body = decode_once(PutProgramme, await request.get_data())
    programme = await deps().db.write(
        service.set_programme,
        brand.id,
        actor_id=actor_id,
        is_on=body.is_on,
        earn=read_money(body.earn_minor, body.currency),
        worth=read_money(body.worth_minor, body.currency),
        expiry_months=body.expiry_months,
        now_ms=deps().now_ms(),
    )
    return _format_programme(programme)


def _list(tx: Tx, *, person_id: str) -> list[dict[str, Any]]:
    holdings = service.list_holdings(tx, person_id)
    shops = brands.find_brands(tx, [holding.programme.brand_id for holding in holdings])
    return [_format(holding, shops[holding.programme.brand_id]) for holding in holdings]


def _format(holding: Holding, brand: brands.Brand) -> dict[str, Any]:
    return {
        "brand_id": brand.id,
        "brand_handle": brand.handle,
        "points": holding.points,
        "worth_minor": holding.worth_minor,
        "currency": holding.programme.currency,
        "lapses_at_ms": holding.lapses_at_ms,
    }


def _format_programme(programme: Programme) -> dict[str, Any]:
    return {
        "brand_id": programme.brand_id,
        "is_on": programme.is_on,
        "currency": programme.currency,
        "earn_minor": programme.earn_minor,
        "worth_minor": programme.worth_minor,
        "expiry_months": programme.expiry_months,
    }
