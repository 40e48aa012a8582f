"""Red packets: money in a wrapper that the people of a chat open, each a share.

What each share holds is drawn when the packet is made, with the randomness of the operating system,
and shuffled.  Whoever opens gets the share on top, so there is nothing to choose and no position is
worth more than another; what a share holds is told to nobody before it is opened, the sender
included.  Who may open is for the caller to judge, who knows the chat.
"""

import secrets
from collections.abc import Collection
from dataclasses import replace

from host.core import outbox
from host.core.db import Tx
from host.core.errors import IdempotencyKeyReusedError, TooManyError
from host.core.ids import derived_id
from host.core.limits import check_rate
from host.core.money import Money
from host.core.text import clean_line
from host.wallet.authority import PaymentIntent, PaymentPurpose
from host.wallet.errors import PacketEndedError, PacketNotFoundError, PacketRefusedError
from host.wallet.events import PacketReturned
from host.wallet.model import Place, Purpose, cash_place, packet_place
from host.wallet.people_model import OpenedShare, Packet, PacketKind, PacketStatus
from host.wallet.repository import packet as repository
from host.wallet.service import caps
from host.wallet.service.authorise import spend_confirmation
from host.wallet.service.freeze import way_back
from host.wallet.service.transfers import close_account, open_account, post_transfer

GREETING_LENGTH_MAX = 40
PACKET_SHARES_MAX = 100
PACKET_MINOR_MAX = 500_000
PACKETS_PER_MINUTE_MAX = 10
PACKETS_OPEN_COUNT_MAX = 50
PACKET_TTL_MS = 24 * 3600 * 1000
_SWEEP_ROWS = 100


def check_packet(kind: PacketKind, money: Money, share_count: int) -> None:
    """Refuse what cannot be a red packet."""
    if not 1 <= share_count <= PACKET_SHARES_MAX:
        raise PacketRefusedError("A red packet has 1 to %(limit)s shares.", limit=PACKET_SHARES_MAX)
    if money.amount_minor > PACKET_MINOR_MAX:
        raise PacketRefusedError("This is too much for a red packet. Put in less.")
    if money.amount_minor < share_count:
        raise PacketRefusedError("There is not enough for everybody. Put in more, or share less.")
    if kind is PacketKind.EQUAL and money.amount_minor % share_count:
        raise PacketRefusedError("This sum has no equal shares. Choose another, or try luck.")


def packet_intent(packet_id: str, *, sender_id: str, circle_id: str, money: Money) -> PaymentIntent:
    """Return what the sender is asked to confirm."""
    return PaymentIntent(sender_id, PaymentPurpose.RED_PACKET, packet_id, money, circle_id)


def create_packet(
    tx: Tx,
    packet_id: str,
    *,
    sender_id: str,
    circle_id: str,
    kind: PacketKind,
    money: Money,
    share_count: int,
    greeting: str,
    confirmation_id: str,
    now_ms: int,
) -> Packet:
    """Put money into a red packet, once, as its sender confirmed it."""
    check_rate(tx, f"wallet.packet:{sender_id}", per_minute=PACKETS_PER_MINUTE_MAX, now_ms=now_ms)
    check_packet(kind, money, share_count)
    intent = packet_intent(packet_id, sender_id=sender_id, circle_id=circle_id, money=money)
    spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)
    packet = Packet(
        packet_id,
        sender_id,
        circle_id,
        kind,
        money,
        share_count,
        0,
        0,
        0,
        clean_line(greeting, length_max=GREETING_LENGTH_MAX),
        PacketStatus.OPEN,
        now_ms,
        now_ms + PACKET_TTL_MS,
    )
    earlier = repository.lock_packet(tx, packet_id)
    if earlier is not None:
        return _check_repeat(earlier, packet)
    if repository.count_open(tx, sender_id) >= PACKETS_OPEN_COUNT_MAX:
        raise TooManyError("Too many of your red packets are unopened. Wait until some are empty.")

    repository.insert_packet(tx, packet, draw_shares(kind, money.amount_minor, share_count))
    held = packet_place(packet_id, money.currency)
    cash = cash_place(sender_id, money.currency)
    open_account(tx, held, now_ms=now_ms)
    open_account(tx, cash, now_ms=now_ms)
    _post(
        tx,
        packet,
        "fund",
        (cash, held),
        money.amount_minor,
        purpose=Purpose.PACKET_FUND,
        actor_id=sender_id,
        now_ms=now_ms,
    )
    return packet


def open_packet(tx: Tx, packet_id: str, *, person_id: str, now_ms: int) -> OpenedShare:
    """Give a person the top share; whoever opened it before gets the same answer.

    The caller has made sure that the person may open it.
    """
    packet = repository.lock_packet(tx, packet_id)
    if packet is None:
        raise PacketNotFoundError("You have no red packet with this id.")
    own = repository.find_own(tx, packet_id, person_id)
    if own is not None:
        return own
    if packet.status is PacketStatus.EMPTY:
        raise PacketEndedError("Too late: all of it was opened.", status=str(packet.status))
    if packet.status is PacketStatus.RETURNED or now_ms >= packet.expires_at_ms:
        raise PacketEndedError(
            "Too late: a day has passed, and the rest went back.", status=PacketStatus.RETURNED
        )

    # Above a cap the share stays where it is.  The most that it can be is judged, never what it is:
    # an account that is nearly full would be a pair of scales for the share on top.
    caps.check_can_receive(tx, person_id, largest_share(packet), now_ms=now_ms)
    minor = repository.take_top(
        tx, packet_id, position=packet.opened_count, person_id=person_id, now_ms=now_ms
    )
    cash = cash_place(person_id, packet.money.currency)
    held = packet_place(packet_id, packet.money.currency)
    open_account(tx, cash, now_ms=now_ms)
    _post(
        tx,
        packet,
        person_id,
        (held, cash),
        minor,
        purpose=Purpose.PACKET_OPEN,
        actor_id=person_id,
        now_ms=now_ms,
    )
    packet = replace(
        packet, opened_count=packet.opened_count + 1, opened_minor=packet.opened_minor + minor
    )
    if packet.opened_count == packet.share_count:
        _end(tx, packet, PacketStatus.EMPTY, now_ms=now_ms)
    else:
        repository.save_packet(tx, packet)
    return OpenedShare(person_id, minor, now_ms)


def largest_share(packet: Packet) -> Money:
    """Return the most that the next share can hold, as everybody can work out who has opened."""
    left_count = packet.share_count - packet.opened_count
    if packet.kind is PacketKind.EQUAL:
        return Money(packet.left_minor // left_count, packet.money.currency)
    return Money(packet.left_minor - (left_count - 1), packet.money.currency)


def return_packets(tx: Tx, *, now_ms: int) -> int:
    """Give senders back what nobody took in a day and return how many packets there were."""
    due = repository.lock_due(tx, now_ms=now_ms, limit=_SWEEP_ROWS)
    for packet in due:
        rest, currency = packet.left_minor, packet.money.currency
        # Where the wallet takes nothing now, it is parked and comes later.
        back = way_back(tx, packet.sender_id, currency, now_ms=now_ms)
        held = packet_place(packet.id, currency)
        _post(
            tx,
            packet,
            "return",
            (held, back),
            rest,
            purpose=Purpose.PACKET_RETURN,
            actor_id="platform",
            now_ms=now_ms,
        )
        _end(tx, replace(packet, returned_minor=rest), PacketStatus.RETURNED, now_ms=now_ms)
        told = PacketReturned(packet.id, packet.sender_id, packet.circle_id, rest, currency)
        outbox.publish(tx, told, now_ms=now_ms)
    return len(due)


def find_packet(tx: Tx, packet_id: str) -> Packet | None:
    """Return a packet, whoever asks: the caller judges who may see it."""
    return repository.find_packet(tx, packet_id)


def find_packets(tx: Tx, packet_ids: Collection[str]) -> dict[str, Packet]:
    """Return packets by id, whoever asks: the caller judges who may see them."""
    return repository.find_packets(tx, packet_ids) if packet_ids else {}


def find_opened(tx: Tx, packet: Packet) -> list[OpenedShare]:
    """Return who opened a packet and found what, in that order.

    Who was luckiest is known when nothing is left: before, it would say something about the rest.
    """
    opened = repository.find_opened(tx, packet.id)
    is_draw = packet.kind is PacketKind.LUCKY and packet.share_count > 1
    if not is_draw or packet.status is not PacketStatus.EMPTY:
        return opened
    best = max(opened, key=lambda share: share.amount_minor)
    return [replace(share, is_luckiest=share is best) for share in opened]


def find_own_share(tx: Tx, packet_id: str, person_id: str) -> OpenedShare | None:
    """Return what a person found in a packet."""
    return repository.find_own(tx, packet_id, person_id)


def draw_shares(kind: PacketKind, total_minor: int, count: int) -> list[int]:
    """Return what lies in each share, in the order in which they will be opened.

    Lucky: everybody has one unit; the rest is dealt one after the other, each time between nothing
    and twice the mean of what is left, so that nobody can sweep the table.  The first and the last
    dealt would differ in spread, so the order is shuffled afterwards.
    """
    if kind is PacketKind.EQUAL:
        return [total_minor // count] * count
    shares, rest_minor = [], total_minor - count
    for left in range(count, 1, -1):
        extra = min(secrets.randbelow(2 * rest_minor // left + 1), rest_minor)
        shares.append(1 + extra)
        rest_minor -= extra
    shares.append(1 + rest_minor)
    secrets.SystemRandom().shuffle(shares)
    return shares


def _post(
    tx: Tx,
    packet: Packet,
    step: str,
    sides: tuple[Place, Place],
    minor: int,
    *,
    purpose: Purpose,
    actor_id: str,
    now_ms: int,
) -> None:
    post_transfer(
        tx,
        derived_id("wallet.packet", packet.id, step),
        debit_id=sides[0].id,
        credit_id=sides[1].id,
        money=Money(minor, packet.money.currency),
        purpose=purpose,
        actor_id=actor_id,
        reference=packet.id,
        now_ms=now_ms,
    )


def _end(tx: Tx, packet: Packet, status: PacketStatus, *, now_ms: int) -> None:
    repository.save_packet(tx, replace(packet, status=status, ended_at_ms=now_ms))
    # Its control account is empty now, and whatever believes otherwise is refused from here on.
    close_account(tx, packet_place(packet.id, packet.money.currency).id, now_ms=now_ms)


def _check_repeat(earlier: Packet, packet: Packet) -> Packet:
    same = ("sender_id", "circle_id", "kind", "money", "share_count", "greeting")
    if any(getattr(earlier, name) != getattr(packet, name) for name in same):
        raise IdempotencyKeyReusedError(
            "This key sent something else before, so nothing was sent. Use a new key."
        )
    return earlier
