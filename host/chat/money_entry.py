"""Paying inside a chat: the wish is judged, confirmed, and judged again when the money moves."""

from host.chat import service
from host.chat.service import PacketAsk
from host.core.ids import derived_id
from host.wallet.authority import Gate, PaymentIntent, Proof
from host.wallet.service import entry, packets


async def send_packet(
    gate: Gate, ask: PacketAsk, proof: Proof, *, key: str, actor_id: str, now_ms: int
) -> str:
    """Send a red packet once per key of the actor's, and return its id."""
    packet_id = _packet_id(key, actor_id=actor_id)
    await gate.db.read(service.check_packet, ask, actor_id=actor_id)
    intent = packet_intent(ask, key=key, actor_id=actor_id)
    confirmation_id = await entry.authorise(gate, intent, proof, now_ms=now_ms)
    await gate.db.write(
        service.send_packet,
        packet_id,
        ask,
        actor_id=actor_id,
        confirmation_id=confirmation_id,
        now_ms=now_ms,
    )
    return packet_id


def packet_intent(ask: PacketAsk, *, key: str, actor_id: str) -> PaymentIntent:
    """Return what the sender is asked to confirm."""
    return packets.packet_intent(
        _packet_id(key, actor_id=actor_id),
        sender_id=actor_id,
        circle_id=ask.conversation_id,
        money=ask.money,
    )


def _packet_id(key: str, *, actor_id: str) -> str:
    return derived_id("wallet.packet", actor_id, key)
