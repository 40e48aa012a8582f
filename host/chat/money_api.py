"""JSON of money in chats: red packets."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.chat import money_entry, service
from host.chat.service import PacketAsk, PacketView
from host.core.idempotency import idempotent
from host.core.web import current_person_id, deps
from host.wallet.edge import decode_once, gate, read_money, read_proof
from host.wallet.people_model import PacketKind

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
    pin: Annotated[str, Meta(max_length=_ID_LENGTH_MAX)]
    greeting: Annotated[str, Meta(max_length=_TEXT_LENGTH_MAX)] = ""


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
        read_proof(body.pin),
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
