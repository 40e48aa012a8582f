"""Red packets in a chat: sent with their card in one go, opened by who got the card.

The wallet keeps the money and the shares; here is decided who may see and open a packet.  Whoever
did not get the message, because they came later, left, or block its sender, finds nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass

from host.chat.errors import ConversationNotFoundError
from host.chat.model import Body, Conversation, Face, Kind, Member, SenderKind
from host.chat.service.access import access_conversation, check_may_write, find_other
from host.chat.service.faces import find_faces
from host.chat.service.money_cards import find_place, hint_card
from host.chat.service.sending import lock, send_message, write
from host.core.db import Tx
from host.core.ids import derived_id
from host.core.money import Money
from host.identity import service as identity
from host.wallet.errors import OwnPacketError, PacketNotFoundError, PacketRefusedError
from host.wallet.people_model import OpenedShare, Packet, PacketKind, PacketStatus
from host.wallet.service import packets
from host.wallet.service.payments import check_receiver


@dataclass(frozen=True, slots=True)
class PacketAsk:
    """What somebody wants to send into a chat."""

    conversation_id: str
    kind: PacketKind
    money: Money
    share_count: int
    greeting: str


@dataclass(frozen=True, slots=True)
class PacketView:
    """A red packet as one member of the chat may see it now."""

    packet: Packet
    sender: Face
    is_mine: bool
    is_direct: bool
    # Whether a share waits for the reader.
    can_open: bool
    own: OpenedShare | None
    # Who opened it and what they found; empty until the reader has opened it or it has ended.
    opened: list[tuple[Face, OpenedShare]]


def check_packet(tx: Tx, ask: PacketAsk, *, actor_id: str) -> None:
    """Refuse a packet that cannot be sent there, before a PIN is asked for."""
    conversation, member = access_conversation(tx, ask.conversation_id, actor_id=actor_id)
    if conversation.kind is Kind.BRAND:
        raise ConversationNotFoundError("You have no chat with this id. Open it from your list.")
    check_may_write(tx, conversation, member)
    packets.check_packet(ask.kind, ask.money, ask.share_count)
    if conversation.kind is Kind.DIRECT:
        other = find_other(tx, conversation.id, actor_id=actor_id)
        assert other is not None, "whoever may write here has somebody to write to"
        check_receiver(tx, actor_id, other.person_id)
        if ask.share_count != 1:
            raise PacketRefusedError("A red packet to one person has one share.")


def send_packet(
    tx: Tx, packet_id: str, ask: PacketAsk, *, actor_id: str, confirmation_id: str, now_ms: int
) -> Packet:
    """Put money into a red packet and its card into the chat; both or neither."""
    check_packet(tx, ask, actor_id=actor_id)
    packet = packets.create_packet(
        tx,
        packet_id,
        sender_id=actor_id,
        circle_id=ask.conversation_id,
        kind=ask.kind,
        money=ask.money,
        share_count=ask.share_count,
        greeting=ask.greeting,
        confirmation_id=confirmation_id,
        now_ms=now_ms,
    )
    send_message(
        tx,
        ask.conversation_id,
        sender_id=actor_id,
        client_id=_client_id(packet_id),
        text="",
        card_kind="red_packet",
        card_id=packet_id,
        now_ms=now_ms,
    )
    return packet


def open_packet(tx: Tx, packet_id: str, *, actor_id: str, now_ms: int) -> PacketView:
    """Open the actor's share; opening it again shows it again."""
    packet, conversation, member = _access_packet(tx, packet_id, actor_id=actor_id)
    if not member.is_active:
        raise PacketNotFoundError(_MISSING)
    if conversation.kind is Kind.DIRECT and actor_id == packet.sender_id:
        raise OwnPacketError("This red packet is for the other. What is not taken comes back.")
    is_first = packets.find_own_share(tx, packet_id, actor_id) is None
    packets.open_packet(tx, packet_id, person_id=actor_id, now_ms=now_ms)
    view = access_packet(tx, packet_id, actor_id=actor_id, now_ms=now_ms)
    if is_first:
        _tell(tx, view, conversation, actor_id, now_ms=now_ms)
    return view


def access_packet(tx: Tx, packet_id: str, *, actor_id: str, now_ms: int) -> PacketView:
    """Return a packet whose card the actor got; any other looks like a missing one."""
    packet, conversation, member = _access_packet(tx, packet_id, actor_id=actor_id)
    is_mine, is_direct = actor_id == packet.sender_id, conversation.kind is Kind.DIRECT
    own = packets.find_own_share(tx, packet_id, actor_id)
    is_over = packet.status is not PacketStatus.OPEN or now_ms >= packet.expires_at_ms
    # What others found says something about the rest, so it is told to who has nothing to win.
    opened = packets.find_opened(tx, packet) if own is not None or is_over else []
    faces = find_faces(
        tx, [packet.sender_id, *(share.person_id for share in opened)], reader_id=actor_id
    )
    return PacketView(
        packet=packet,
        sender=faces.get(packet.sender_id, _UNKNOWN),
        is_mine=is_mine,
        is_direct=is_direct,
        can_open=not is_over and own is None and member.is_active and not (is_mine and is_direct),
        own=next((share for share in opened if share.person_id == actor_id), own),
        opened=[(faces.get(share.person_id, _UNKNOWN), share) for share in opened],
    )


def find_visible(tx: Tx, packet_ids: Collection[str], *, reader_id: str) -> list[Packet]:
    """Return those packets whose cards the reader got."""
    found = packets.find_packets(tx, packet_ids)
    return [p for p in found.values() if _place(tx, p, reader_id) is not None]


_MISSING = "You have no red packet with this id."
_UNKNOWN = Face("", "")


def _access_packet(tx: Tx, packet_id: str, *, actor_id: str) -> tuple[Packet, Conversation, Member]:
    packet = packets.find_packet(tx, packet_id)
    place = None if packet is None else _place(tx, packet, actor_id)
    if packet is None or place is None:
        raise PacketNotFoundError(_MISSING)
    return packet, *place


def _tell(
    tx: Tx, view: PacketView, conversation: Conversation, actor_id: str, *, now_ms: int
) -> None:
    """Let the card count on, and say in the chat what is worth a line."""
    packet = view.packet
    line = _line(tx, view)
    if line is not None:
        write(
            tx,
            lock(tx, conversation.id),
            line,
            sender=(SenderKind.PERSON, actor_id),
            client_id=derived_id("chat.packet", packet.id, actor_id),
            now_ms=now_ms,
        )
    hint_card(tx, conversation.id, packet.id, now_ms=now_ms)


def _line(tx: Tx, view: PacketView) -> Body | None:
    """Return what the chat says of an opening: between two each, in a group who was luckiest."""
    if view.is_direct:
        return Body(notice="packet_opened")
    lucky = next((share for _, share in view.opened if share.is_luckiest), None)
    if lucky is None:
        return None
    # By their own name: what the actor calls them is the actor's.
    person = identity.find_people(tx, [lucky.person_id]).get(lucky.person_id)
    return Body(text=person.name if person else "", notice="packet_luckiest")


def _place(tx: Tx, packet: Packet, reader_id: str) -> tuple[Conversation, Member] | None:
    sent = (packet.sender_id, _client_id(packet.id))
    return find_place(tx, packet.circle_id, sent=sent, reader_id=reader_id)


def _client_id(packet_id: str) -> str:
    return f"red_packet:{packet_id}"
