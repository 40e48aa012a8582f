"""JSON of paying by code.  Ids in the URL are the caller's keys: repeating a PUT repeats nothing.

A shop's till speaks as one of the shop's people, or with the shop's server key.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands.edge import acting_for
from host.codes import service
from host.codes.edge import desk
from host.codes.model import Charge, Link
from host.codes.number import link_url, read_token
from host.codes.service import entry
from host.core.idempotency import idempotent, read_key
from host.core.ids import derived_id
from host.core.web import current_person_id, deps, settings
from host.wallet.edge import SIGNED_CHARS_MAX, decode_once, read_money, read_proof

blueprint = Blueprint("codes_api", __name__, url_prefix="/api/v1")

_LINE = Annotated[str, Meta(max_length=1024)]
_PIN = Annotated[str, Meta(max_length=64)]
_SIGNED = Annotated[str, Meta(max_length=SIGNED_CHARS_MAX)]


class PutCharge(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /tills/<handle>/charges/<key>``."""

    code: _LINE
    amount_minor: int
    currency: str
    memo: _LINE = ""


class PutLink(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /tills/<handle>/links/<key>``."""

    amount_minor: int
    currency: str
    memo: _LINE = ""


class PutChargePayment(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /charges/<charge_id>/payment``."""

    amount_minor: int
    pin: _PIN | None = None
    passkey: _SIGNED | None = None


class PutLinkPayment(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /links/<token>/payments/<key>``."""

    amount_minor: int
    currency: str
    pin: _PIN | None = None
    passkey: _SIGNED | None = None
    memo: _LINE = ""


@blueprint.post("/wallet/codes")
async def post_code() -> ResponseReturnValue:
    """Make a payment code of the caller's: it serves once, within a minute."""
    code = await deps().db.write(service.make_pay_code, current_person_id(), now_ms=deps().now_ms())
    return {"number": code.number, "expires_at_ms": code.expires_at_ms}, 201


@blueprint.put("/tills/<handle>/charges/<key>")
async def put_charge(handle: str, key: str) -> ResponseReturnValue:
    """Ask the owner of a code for an amount."""
    brand, actor_id = await acting_for(handle)
    body = decode_once(PutCharge, await request.get_data())
    charge = await entry.take_code(
        desk(),
        key=read_key(key),
        brand_id=brand.id,
        actor_id=actor_id,
        typed=body.code,
        money=read_money(body.amount_minor, body.currency),
        memo=body.memo,
    )
    return _format_charge(charge), 201


@blueprint.get("/tills/<handle>/charges/<charge_id>")
async def get_charge(handle: str, charge_id: str) -> ResponseReturnValue:
    """Return what became of a charge: the query is the truth."""
    brand, actor_id = await acting_for(handle)
    shown = await deps().db.read(
        service.access_till_charge, charge_id, brand_id=brand.id, actor_id=actor_id
    )
    return _format_charge(shown.charge)


@blueprint.put("/tills/<handle>/links/<key>")
async def put_link(handle: str, key: str) -> ResponseReturnValue:
    """Make the code of one sale; the same key returns the same code."""
    brand, actor_id = await acting_for(handle)
    body = decode_once(PutLink, await request.get_data())
    link = await deps().db.write(
        service.make_sale_link,
        derived_id("codes.sale", brand.id, read_key(key)),
        brand_id=brand.id,
        actor_id=actor_id,
        money=read_money(body.amount_minor, body.currency),
        memo=body.memo,
        now_ms=deps().now_ms(),
    )
    return _format_link(link), 201


@blueprint.put("/charges/<charge_id>/payment")
async def put_charge_payment(charge_id: str) -> ResponseReturnValue:
    """Confirm what a till asks of the caller, with the PIN or a passkey."""
    person_id = current_person_id()
    body = decode_once(PutChargePayment, await request.get_data())
    charge = await entry.confirm_charge(
        desk(),
        charge_id,
        actor_id=person_id,
        shown_minor=body.amount_minor,
        proof=read_proof(body.pin, body.passkey),
    )
    return _format_charge(charge)


@blueprint.get("/links/<token>")
async def get_link(token: str) -> ResponseReturnValue:
    """Return whom a scanned code pays, and how much where it says so."""
    current_person_id()
    opened = await deps().db.read(service.access_link, token, now_ms=deps().now_ms())
    payee = opened.payee
    return {
        "kind": opened.link.kind,
        "payee": {"handle": payee.handle, "name": payee.name, "is_verified": payee.is_verified},
        "amount_minor": opened.link.amount_minor,
        "currency": opened.link.currency,
        "memo": opened.link.memo,
    }


@blueprint.put("/links/<token>/payments/<key>")
@idempotent()
async def put_link_payment(token: str, key: str) -> ResponseReturnValue:
    """Pay through a scanned code.  Safe to retry with the same key."""
    person_id = current_person_id()
    body = decode_once(PutLinkPayment, await request.get_data())
    paid = await entry.pay_scanned(
        desk(),
        key=read_key(key),
        token=token,
        payer_id=person_id,
        money=read_money(body.amount_minor, body.currency),
        memo=body.memo,
        proof=read_proof(body.pin, body.passkey),
    )
    return {"transfer_id": paid.transfer_id}, 201


@blueprint.post("/wallet/scans")
async def post_scan() -> ResponseReturnValue:
    """Return the token in a scanned text; whatever is not this host's own form is refused."""
    current_person_id()
    body = decode_once(PostScan, await request.get_data())
    return {"token": read_token(body.text, base_url=settings().base_url)}


class PostScan(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /wallet/scans``."""

    text: Annotated[str, Meta(max_length=4000)]


def _format_charge(charge: Charge) -> dict[str, Any]:
    return {
        "charge_id": charge.id,
        "status": charge.status,
        "amount_minor": charge.money.amount_minor,
        "currency": charge.money.currency,
        "memo": charge.memo,
        "expires_at_ms": charge.expires_at_ms,
    }


def _format_link(link: Link) -> dict[str, Any]:
    return {
        "token": link.token,
        "url": link_url(settings().base_url, link.token),
        "amount_minor": link.amount_minor,
        "currency": link.currency,
        "expires_at_ms": link.expires_at_ms,
    }
