"""JSON of asking for money.  Who is asked pays or declines a share; who asks closes or reminds."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.idempotency import idempotent
from host.core.ids import derived_id
from host.core.web import current_person_id, deps
from host.wallet import request_entry
from host.wallet.edge import SIGNED_CHARS_MAX, decode_once, gate, read_money, read_proof
from host.wallet.request_model import MoneyRequest
from host.wallet.service import request_views, requests

blueprint = Blueprint("requests", __name__, url_prefix="/requests")

_ID_LENGTH_MAX = 64
# Above the domain's own limit, so that its own refusal is the one that is heard.
_MEMO_LENGTH_MAX = 1024

Id = Annotated[str, Meta(max_length=_ID_LENGTH_MAX)]
Signed = Annotated[str, Meta(max_length=SIGNED_CHARS_MAX)]


class PutRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /requests/<key>``."""

    payer_id: Id
    amount_minor: int
    currency: str
    memo: Annotated[str, Meta(max_length=_MEMO_LENGTH_MAX)] = ""


class PostPayment(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /requests/<id>/payment``; the amount is the one that the payer saw."""

    amount_minor: int
    pin: Id | None = None
    passkey: Signed | None = None


@blueprint.put("/<key>")
@idempotent()
async def put_request(key: str) -> ResponseReturnValue:
    """Ask a contact for money.  Safe to retry."""
    person_id = current_person_id()
    body = decode_once(PutRequest, await request.get_data())
    made = await deps().db.write(
        requests.ask_money,
        derived_id("wallet.request", person_id, key),
        requester_id=person_id,
        payer_id=body.payer_id,
        money=read_money(body.amount_minor, body.currency),
        memo=body.memo,
        now_ms=deps().now_ms(),
    )
    return format_request(made), 201


@blueprint.get("")
async def list_requests() -> dict[str, Any]:
    """Return the open requests that the caller made or has to answer."""
    found = await deps().db.read(
        request_views.find_open, current_person_id(), now_ms=deps().now_ms()
    )
    return {"requests": [format_request(view.request) for view in found]}


@blueprint.get("/<request_id>")
async def get_request(request_id: str) -> dict[str, Any]:
    """Return a request that the caller made or is asked in."""
    found = await deps().db.read(requests.access_request, request_id, actor_id=current_person_id())
    return format_request(found)


@blueprint.post("/<request_id>/payment")
async def post_payment(request_id: str) -> dict[str, Any]:
    """Pay the caller's share.  Safe to retry: a share is paid once."""
    body = decode_once(PostPayment, await request.get_data())
    paid = await request_entry.pay_share(
        gate(),
        request_id,
        read_proof(body.pin, body.passkey),
        payer_id=current_person_id(),
        amount_minor=body.amount_minor,
        now_ms=deps().now_ms(),
    )
    return format_request(paid)


@blueprint.post("/<request_id>/decline")
async def post_decline(request_id: str) -> dict[str, Any]:
    """Say that the caller does not pay.  Safe to retry."""
    declined = await deps().db.write(
        requests.decline_share,
        request_id,
        payer_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return format_request(declined)


@blueprint.post("/<request_id>/close")
async def post_close(request_id: str) -> dict[str, Any]:
    """Ask no more; what was paid stays paid.  Safe to retry."""
    return await _by_maker(requests.close_request, request_id)


@blueprint.post("/<request_id>/reminder")
async def post_reminder(request_id: str) -> dict[str, Any]:
    """Remind whoever has not answered, once a day."""
    return await _by_maker(requests.remind, request_id)


async def _by_maker(act: Callable[..., MoneyRequest], request_id: str) -> dict[str, Any]:
    changed = await deps().db.write(
        act, request_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return format_request(changed)


def format_request(asked: MoneyRequest) -> dict[str, Any]:
    """Return a request as JSON."""
    return {
        "request_id": asked.id,
        "kind": asked.kind,
        "requester_id": asked.requester_id,
        "currency": asked.currency,
        "memo": asked.memo,
        "status": asked.status,
        "paid_minor": asked.paid_minor,
        "created_at_ms": asked.created_at_ms,
        "expires_at_ms": asked.expires_at_ms,
        "shares": [
            {
                "person_id": share.person_id,
                "amount_minor": share.amount_minor,
                "status": share.status,
                "transfer_id": share.transfer_id,
            }
            for share in asked.shares
        ],
    }
