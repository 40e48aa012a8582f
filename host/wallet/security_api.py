"""JSON of the wallet's safety: limits and their use, passkeys, small payments, a forgotten PIN."""

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.web import current_person_id, deps
from host.wallet import service, settings_entry
from host.wallet.edge import SIGNED_CHARS_MAX, decode_once, gate
from host.wallet.service import entry, settings_view
from host.wallet.web.home import asked_currency

blueprint = Blueprint("security", __name__)

# Above the domain's own limits, so that its own refusals are the ones that are heard.
_CODE_CHARS = 64
_TEXT_CHARS = 4096

Code = Annotated[str, Meta(max_length=_CODE_CHARS)]
Text = Annotated[str, Meta(max_length=_TEXT_CHARS)]


class PutSmall(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /small-payments``: the ceiling in units, 0 for off."""

    units: int
    pin: Code


class PostPasskeyOptions(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /passkeys/options``."""

    pin: Code


class PostPasskey(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /passkeys``: JSON of the nonce and of what the device made."""

    answer: Annotated[str, Meta(max_length=SIGNED_CHARS_MAX)]
    name: Text = ""


class PutForgottenPin(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /pin/forgotten``; the new PIN counts after a day."""

    password: Text
    new: Code


class PostAppeal(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /appeal``."""

    text: Text


@blueprint.get("/security")
async def get_security() -> ResponseReturnValue:
    """Return the caller's limits in ``currency``, what is used, and what was decided about them."""
    view = await deps().db.read(
        settings_view.read_settings,
        current_person_id(),
        currency=asked_currency(),
        now_ms=deps().now_ms(),
    )
    stands = view.standing
    uses = {"day": stands.day, "month": stands.month, "balance": stands.balance,
            "received": stands.received}  # fmt: skip
    return {
        "currency": view.currency,
        "tier": stands.security.tier,
        "payment_max_minor": stands.payment_max_minor,
        "limits": {name: msgspec.to_builtins(use) for name, use in uses.items()},
        "small_units": stands.security.small_units,
        "has_pin": view.has_pin,
        "pin_changes_at_ms": view.reset_at_ms,
        "passkeys": [{"id": key.id, "name": key.name} for key in view.passkeys],
        "freeze": _freeze(view),
        "being_checked": [
            {"subject_id": one.intent.subject_id, "status": one.status, "reason": one.reason,
             "expires_at_ms": one.expires_at_ms}
            for one in view.reviews
        ],
    }  # fmt: skip


@blueprint.put("/small-payments")
async def put_small() -> ResponseReturnValue:
    """Choose the ceiling of payments without a PIN."""
    body = decode_once(PutSmall, await request.get_data())
    await settings_entry.choose_small(
        gate(),
        person_id=current_person_id(),
        pin=body.pin,
        units=body.units,
        now_ms=deps().now_ms(),
    )
    return {}


@blueprint.post("/passkeys/options")
async def post_passkey_options() -> ResponseReturnValue:
    """Return a nonce, and what ``navigator.credentials.create`` takes."""
    body = decode_once(PostPasskeyOptions, await request.get_data())
    person_id = current_person_id()
    asked = await settings_entry.ask_for_passkey(
        gate(), person_id=person_id, name="Hutong", pin=body.pin, now_ms=deps().now_ms()
    )
    found: dict[str, Any] = json.loads(asked)
    return found


@blueprint.post("/passkeys")
async def post_passkey() -> ResponseReturnValue:
    """Keep a passkey that a device has made."""
    body = decode_once(PostPasskey, await request.get_data())
    kept = await settings_entry.keep_passkey(
        gate(),
        person_id=current_person_id(),
        answer=body.answer,
        name=body.name,
        now_ms=deps().now_ms(),
    )
    return {"id": kept.id, "name": kept.name}, 201


@blueprint.delete("/passkeys/<passkey_id>")
async def delete_passkey(passkey_id: str) -> ResponseReturnValue:
    """Forget a passkey."""
    await deps().db.write(service.remove_passkey, passkey_id, actor_id=current_person_id())
    return {}


@blueprint.put("/pin/forgotten")
async def put_forgotten_pin() -> ResponseReturnValue:
    """Choose a new PIN with the account's password; say when it counts."""
    body = decode_once(PutForgottenPin, await request.get_data())
    at_ms = await entry.reset_pin(
        deps().db,
        deps().passwords,
        person_id=current_person_id(),
        password=body.password,
        new=body.new,
        now_ms=deps().now_ms(),
    )
    return {"counts_at_ms": at_ms}


@blueprint.post("/appeal")
async def post_appeal() -> ResponseReturnValue:
    """Say why a frozen wallet should be free again."""
    body = decode_once(PostAppeal, await request.get_data())
    await deps().db.write(
        service.appeal_freeze, current_person_id(), text=body.text, now_ms=deps().now_ms()
    )
    return {}


def _freeze(view: settings_view.SettingsView) -> dict[str, Any] | None:
    if view.freeze is None:
        return None
    return {
        "mode": view.freeze.mode,
        "reason": view.freeze.reason,
        "appealed_at_ms": view.freeze.appealed_at_ms,
        "parked_minor": view.parked_minor,
    }
