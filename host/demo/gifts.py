"""Money among the neighbours in their group: a bill half paid, a red packet half opened."""

from host.chat import service as chat
from host.core.ids import derived_id
from host.core.money import Money, parse_currency
from host.demo.chats import GROUP
from host.demo.story import Lane
from host.demo.trade import confirm
from host.wallet.people_model import PacketKind
from host.wallet.service import packets, requests

# (who, minor units of CNY, shares, wish, minutes ago; who opened it, minutes ago)
PACKET = ("dalin", 66_00, 5, "石榴丰收，人人有份", 14, (("yuki", 12), ("sofia", 9)))

# (who paid the bill, its whole in minor units of CNY, for whom else, what for, minutes ago; who has
# paid their share, minutes ago)
BILL = ("jonas", 120_00, ("mei", "sofia", "yuki"), "Noodles at Ma's", 18, (("sofia", 16),))


async def share(lane: Lane) -> None:
    """Let Jonas split a bill, and Dalin send a red packet."""
    await _split(lane)
    await _send_packet(lane)


async def _split(lane: Lane) -> None:
    db, group_id = lane.deps.db, derived_id("demo-group", GROUP[0])
    who, minor, others, memo, minutes, payers = BILL
    shares = requests.equal_shares(minor, [lane.people[o] for o in others], with_requester=True)
    bill = await db.write(
        chat.split_bill,
        derived_id("demo-bill", who),
        chat.SplitAsk(group_id, parse_currency("CNY"), shares, memo),
        actor_id=lane.people[who],
        now_ms=lane.at(minutes=minutes),
    )
    for payer, paid in payers:
        now_ms, payer_id = lane.at(minutes=paid), lane.people[payer]
        intent = requests.pay_intent(bill, payer_id)
        await db.write(
            requests.pay_share,
            bill.id,
            payer_id=payer_id,
            confirmation_id=await confirm(lane, intent, now_ms),
            now_ms=now_ms,
        )


async def _send_packet(lane: Lane) -> None:
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
