"""Money among the neighbours in their group: a red packet that some have opened."""

from host.chat import service as chat
from host.core.ids import derived_id
from host.core.money import Money, parse_currency
from host.demo.chats import GROUP
from host.demo.story import Lane
from host.demo.trade import confirm
from host.wallet.people_model import PacketKind
from host.wallet.service import packets

# (who, minor units of CNY, shares, wish, minutes ago; who opened it, minutes ago)
PACKET = ("dalin", 66_00, 5, "石榴丰收，人人有份", 14, (("yuki", 12), ("sofia", 9)))


async def share(lane: Lane) -> None:
    """Let Dalin send a red packet, and two of the others open it."""
    db, group_id = lane.deps.db, derived_id("demo-group", GROUP[0])
    who, minor, count, wish, minutes, openers = PACKET
    money, now_ms = Money(minor, parse_currency("CNY")), lane.at(minutes=minutes)
    packet_id = derived_id("demo-packet", who)
    intent = packets.packet_intent(
        packet_id, sender_id=lane.people[who], circle_id=group_id, money=money
    )
    await db.write(
        chat.send_packet,
        packet_id,
        chat.PacketAsk(group_id, PacketKind.LUCKY, money, count, wish),
        actor_id=lane.people[who],
        confirmation_id=await confirm(lane, intent, now_ms),
        now_ms=now_ms,
    )
    for opener, opened in openers:
        await db.write(
            chat.open_packet,
            packet_id,
            actor_id=lane.people[opener],
            now_ms=lane.at(minutes=opened),
        )
