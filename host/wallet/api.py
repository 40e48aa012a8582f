"""JSON of the wallet.  Ids in the URL are the caller's keys: repeating a PUT repeats nothing.

No address takes an account id: the account is always the caller's own, so internal accounts cannot
be named from outside.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.idempotency import idempotent
from host.core.ids import derived_id
from host.core.money import parse_currency
from host.core.openapi import described
from host.core.web import current_person_id, deps
from host.wallet import api_bonus, api_exchange, request_api, security_api, service
from host.wallet.edge import SIGNED_CHARS_MAX, decode_once, gate, read_money, read_proof
from host.wallet.model import Balance
from host.wallet.people_model import Offer
from host.wallet.rail_model import RailOperation
from host.wallet.rails import RAILS
from host.wallet.service import entry, payments, rail, statement, views

blueprint = Blueprint("wallet_api", __name__, url_prefix="/api/v1/wallet")
blueprint.register_blueprint(api_bonus.blueprint)
blueprint.register_blueprint(api_exchange.blueprint)
blueprint.register_blueprint(request_api.blueprint)
blueprint.register_blueprint(security_api.blueprint)

_ID_LENGTH_MAX = 64
# Above the domain's own limit, so that its own refusal is the one that is heard.
_MEMO_LENGTH_MAX = 1024
_PIN_LENGTH_MAX = 64

Id = Annotated[str, Meta(max_length=_ID_LENGTH_MAX)]
Memo = Annotated[str, Meta(max_length=_MEMO_LENGTH_MAX)]
Pin = Annotated[str, Meta(max_length=_PIN_LENGTH_MAX)]
# JSON of a nonce and what a device signed; empty asks for a nonce.
Signed = Annotated[str, Meta(max_length=SIGNED_CHARS_MAX)]


class BalanceList(msgspec.Struct):
    """What the caller has, by currency."""

    balances: list[Balance]


class PutTransfer(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /transfers/<key>``."""

    receiver_id: Id
    amount_minor: int
    currency: str
    memo: Memo = ""
    pin: Pin | None = None
    passkey: Signed | None = None


class PutReceiving(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /receiving``."""

    automatic: bool


class PutTopUp(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /top-ups/<key>``."""

    amount_minor: int
    currency: str


class PutWithdrawal(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /withdrawals/<key>``."""

    amount_minor: int
    currency: str
    pin: Pin | None = None
    passkey: Signed | None = None


class PutPin(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /pin``; ``current`` is needed to replace one."""

    pin: Pin
    current: Pin | None = None


@blueprint.get("/balances")
@described(BalanceList, security="session")
async def get_balances() -> ResponseReturnValue:
    """Return what the caller has, by currency."""
    found = await deps().db.read(service.balances, current_person_id())
    return {"balances": [msgspec.to_builtins(balance) for balance in found]}


@blueprint.get("/entries")
async def get_entries() -> ResponseReturnValue:
    """Return a page of the caller's entries in ``currency``, newest first."""
    page = await deps().db.read(
        statement.find_page,
        current_person_id(),
        parse_currency(request.args.get("currency", service.FIRST_CURRENCY)),
        after=request.args.get("after"),
        order_cards=None,
    )
    return {
        "entries": [_format_line(shown) for shown in page.lines],
        "next": page.next_cursor,
    }


@blueprint.get("/transfers/<transfer_id>")
async def get_transfer(transfer_id: str) -> ResponseReturnValue:
    """Return the caller's side of a transfer; one that waits or went back has a status alone."""
    view = await deps().db.read(
        views.access_transfer, transfer_id, actor_id=current_person_id(), order_cards=None
    )
    if view.offer is not None:
        return _format_offer(view.offer.offer)
    assert view.shown is not None, "it is one or the other"
    return _format_line(view.shown)


@blueprint.put("/transfers/<key>")
@idempotent()
async def put_transfer(key: str) -> ResponseReturnValue:
    """Send money to a contact, who takes it.  Safe to retry: the key belongs to this amount."""
    person_id = current_person_id()
    body = decode_once(PutTransfer, await request.get_data())
    money = read_money(body.amount_minor, body.currency)
    transfer_id = derived_id("wallet.send", person_id, key)
    intent = payments.send_intent(
        transfer_id, sender_id=person_id, receiver_id=body.receiver_id, money=money
    )
    confirmation_id = await entry.authorise(
        gate(), intent, read_proof(body.pin, body.passkey), now_ms=deps().now_ms()
    )
    sent = await deps().db.write(
        payments.send_money,
        transfer_id,
        sender_id=person_id,
        receiver_id=body.receiver_id,
        money=money,
        memo=body.memo,
        confirmation_id=confirmation_id,
        now_ms=deps().now_ms(),
    )
    return _format_offer(sent), 201


@blueprint.post("/transfers/<transfer_id>/accept")
async def post_accept(transfer_id: str) -> ResponseReturnValue:
    """Take money that was sent to the caller.  Safe to retry."""
    return await _end_offer(payments.accept_offer, transfer_id)


@blueprint.post("/transfers/<transfer_id>/decline")
async def post_decline(transfer_id: str) -> ResponseReturnValue:
    """Send money back that was sent to the caller.  Safe to retry."""
    return await _end_offer(payments.decline_offer, transfer_id)


@blueprint.post("/transfers/<transfer_id>/cancel")
async def post_cancel(transfer_id: str) -> ResponseReturnValue:
    """Take back what the caller sent and nobody has taken.  Safe to retry."""
    return await _end_offer(payments.cancel_offer, transfer_id)


@blueprint.get("/waiting")
async def get_waiting() -> ResponseReturnValue:
    """Return the transfers that wait, for the caller or for whom they sent them to."""
    found = await deps().db.read(views.find_waiting, current_person_id())
    return {"transfers": [_format_offer(shown.offer) for shown in found]}


@blueprint.get("/receiving")
async def get_receiving() -> ResponseReturnValue:
    """Return whether the caller takes money from contacts automatically."""
    taken = await deps().db.read(payments.takes_automatically, current_person_id())
    return {"automatic": taken}


@blueprint.put("/receiving")
async def put_receiving() -> ResponseReturnValue:
    """Choose whether money from contacts is taken automatically."""
    body = decode_once(PutReceiving, await request.get_data())
    await deps().db.write(
        payments.set_receiving,
        current_person_id(),
        is_automatic=body.automatic,
        now_ms=deps().now_ms(),
    )
    return {"automatic": body.automatic}


@blueprint.put("/top-ups/<key>")
@idempotent()
async def put_top_up(key: str) -> ResponseReturnValue:
    """Bring money in from the sandbox rail.  Safe to retry; retrying asks an unknown one again."""
    body = decode_once(PutTopUp, await request.get_data())
    operation = await entry.top_up(
        deps().db,
        RAILS["sandbox"],
        key=key,
        person_id=current_person_id(),
        money=read_money(body.amount_minor, body.currency),
        now_ms=deps().now_ms(),
    )
    return _format_operation(operation), _status_of(operation)


@blueprint.put("/withdrawals/<key>")
@idempotent()
async def put_withdrawal(key: str) -> ResponseReturnValue:
    """Send money out through the sandbox rail."""
    person_id = current_person_id()
    body = decode_once(PutWithdrawal, await request.get_data())
    money = read_money(body.amount_minor, body.currency)
    intent = rail.withdrawal_intent(
        entry.withdrawal_id(person_id, key),
        rail="sandbox",
        person_id=person_id,
        money=money,
    )
    confirmation_id = await entry.authorise(
        gate(), intent, read_proof(body.pin, body.passkey), now_ms=deps().now_ms()
    )
    operation = await entry.withdraw(
        deps().db,
        RAILS["sandbox"],
        key=key,
        person_id=person_id,
        money=money,
        confirmation_id=confirmation_id,
        now_ms=deps().now_ms(),
    )
    return _format_operation(operation), _status_of(operation)


@blueprint.put("/pin")
async def put_pin() -> ResponseReturnValue:
    """Set or replace the payment PIN."""
    body = decode_once(PutPin, await request.get_data())
    await entry.change_pin(
        deps().db,
        deps().passwords,
        person_id=current_person_id(),
        current=body.current,
        new=body.pin,
        now_ms=deps().now_ms(),
    )
    return {}


def _format_line(shown: statement.ShownLine) -> dict[str, Any]:
    line = shown.line
    return {
        "transfer_id": line.transfer_id,
        "at_ms": line.at_ms,
        "purpose": line.purpose,
        "change_minor": line.change_minor,
        "balance_minor": line.balance_minor,
        "currency": line.currency,
        "memo": line.memo,
        "other_handle": None if shown.person is None else shown.person.handle,
        "order_id": line.reference if line.escrow_status is not None else None,
        "escrow_status": line.escrow_status,
    }


async def _end_offer(end: Callable[..., Offer], transfer_id: str) -> ResponseReturnValue:
    ended = await deps().db.write(
        end, transfer_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return _format_offer(ended)


def _format_offer(offer: Offer) -> dict[str, Any]:
    return {
        "transfer_id": offer.id,
        "sender_id": offer.sender_id,
        "receiver_id": offer.receiver_id,
        "amount_minor": offer.money.amount_minor,
        "currency": offer.money.currency,
        "memo": offer.memo,
        "status": offer.status,
        "created_at_ms": offer.created_at_ms,
        "expires_at_ms": offer.expires_at_ms,
        "ended_at_ms": offer.ended_at_ms,
    }


def _status_of(operation: RailOperation) -> int:
    """Return 202 while the rail has not said how it ended: the same key asks again."""
    return 201 if operation.state.is_final else 202


def _format_operation(operation: RailOperation) -> dict[str, Any]:
    return {
        "operation_id": operation.id,
        "state": operation.state,
        "reason": operation.reason,
        "amount_minor": operation.money.amount_minor,
        "currency": operation.money.currency,
    }
