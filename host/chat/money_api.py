"""JSON of money in chats: red packets, and bills that are split."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.chat import money_entry, service
from host.chat.service import PacketAsk, PacketView, SplitAsk
from host.core.errors import BadInputError
from host.core.idempotency import idempotent
from host.core.ids import derived_id
from host.core.money import AMOUNT_MINOR_MAX, parse_currency
from host.core.web import current_person_id, deps
from host.wallet.edge import SIGNED_CHARS_MAX, decode_once, gate, read_money, read_proof
from host.wallet.people_model import PacketKind
from host.wallet.request_api import format_request
from host.wallet.service.requests import REQUEST_SHARES_MAX

blueprint = Blueprint("money", __name__, url_prefix="/wallet")

_ID_LENGTH_MAX = 64
# Above the domain's own limit, so that its own refusal is the one that is heard.
_TEXT_LENGTH_MAX = 1024

Id = Annotated[str, Meta(max_length=_ID_LENGTH_MAX)]


class PutPacket(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /red-packets/<key>``."""

    conversation_id: Id
    kind: PacketKind
    amount_minor: int
    currency: str
    share_count: int
    pin: Id | None = None
    passkey: Annotated[str, Meta(max_length=SIGNED_CHARS_MAX)] | None = None
    greeting: Annotated[str, Meta(max_length=_TEXT_LENGTH_MAX)] = ""


class SplitShare(msgspec.Struct, forbid_unknown_fields=True):
    """What one member owes."""

    person_id: Id
    amount_minor: Annotated[int, Meta(ge=1, le=AMOUNT_MINOR_MAX)]


class PutSplit(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /splits/<key>``: the shares of the others."""

    conversation_id: Id
    currency: str
    shares: Annotated[list[SplitShare], Meta(max_length=REQUEST_SHARES_MAX)]
    memo: Annotated[str, Meta(max_length=_TEXT_LENGTH_MAX)] = ""


@blueprint.put("/splits/<key>")
@idempotent()
async def put_split(key: str) -> ResponseReturnValue:
    """Split a bill in a group.  Safe to retry; it is read and paid as a request."""
    person_id = current_person_id()
    body = decode_once(PutSplit, await request.get_data())
    shares = {share.person_id: share.amount_minor for share in body.shares}
    if len(shares) != len(body.shares):
        raise BadInputError("Somebody is named twice. Name everybody once.")
    made = await deps().db.write(
        service.split_bill,
        derived_id("wallet.split", person_id, key),
        SplitAsk(body.conversation_id, parse_currency(body.currency), shares, body.memo),
        actor_id=person_id,
        now_ms=deps().now_ms(),
    )
    return format_request(made), 201


@blueprint.put("/red-packets/<key>")
@idempotent()
async def put_packet(key: str) -> ResponseReturnValue:
    """Send a red packet into a chat; ``amount_minor`` is the whole of it.  Safe to retry."""
    body = decode_once(PutPacket, await request.get_data())
    packet_id = await money_entry.send_packet(
        gate(),
        PacketAsk(
            body.conversation_id,
            body.kind,
            read_money(body.amount_minor, body.currency),
            body.share_count,
            body.greeting,
        ),
        read_proof(body.pin, body.passkey),
        key=key,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return await get_packet(packet_id), 201


@blueprint.get("/red-packets/<packet_id>")
async def get_packet(packet_id: str) -> dict[str, Any]:
    """Return a red packet; what its shares hold is told of those that were opened."""
    view = await deps().db.read(
        service.access_packet,
        packet_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return _format(view)


@blueprint.post("/red-packets/<packet_id>/open")
async def post_open(packet_id: str) -> dict[str, Any]:
    """Open the caller's share.  Safe to retry: everybody has one."""
    view = await deps().db.write(
        service.open_packet, packet_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return _format(view)


def _format(view: PacketView) -> dict[str, Any]:
    packet = view.packet
    return {
        "packet_id": packet.id,
        "conversation_id": packet.circle_id,
        "sender_handle": view.sender.handle,
        "kind": packet.kind,
        "amount_minor": packet.money.amount_minor,
        "currency": packet.money.currency,
        "share_count": packet.share_count,
        "opened_count": packet.opened_count,
        "greeting": packet.greeting,
        "status": packet.status,
        "can_open": view.can_open,
        "own_minor": None if view.own is None else view.own.amount_minor,
        "expires_at_ms": packet.expires_at_ms,
        "opened": [
            {
                "handle": face.handle,
                "amount_minor": share.amount_minor,
                "opened_at_ms": share.opened_at_ms,
                "is_luckiest": share.is_luckiest,
            }
            for face, share in view.opened
        ],
    }
