"""Paying inside a chat: the wish is judged, confirmed, and judged again when the money moves."""

from host.chat import service
from host.chat.service import PacketAsk
from host.core.ids import derived_id
from host.wallet.authority import Gate, Proof
from host.wallet.service import entry, packets


async def send_packet(
    gate: Gate, ask: PacketAsk, proof: Proof, *, key: str, actor_id: str, now_ms: int
) -> str:
    """Send a red packet once per key of the actor's, and return its id."""
    packet_id = derived_id("wallet.packet", actor_id, key)
    await gate.db.read(service.check_packet, ask, actor_id=actor_id)
    intent = packets.packet_intent(
        packet_id, sender_id=actor_id, circle_id=ask.conversation_id, money=ask.money
    )
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
