"""Cards of money in a chat, whose members alone may see them."""

from collections.abc import Sequence

from host.chat.service.packets import find_visible
from host.chat.service.splits import find_visible_splits
from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.core.i18n import gettext
from host.identity import service as identity
from host.wallet.cards import request_card
from host.wallet.people_model import Packet, PacketStatus
from host.wallet.service import packets


def packet_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the cards of red packets that were sent where the viewer was."""
    viewer = identity.find_people(tx, [viewer_id]).get(viewer_id)
    lang = viewer.lang if viewer is not None else "en"
    return {
        packet.id: _packet_card(tx, packet, viewer_id, lang)
        for packet in find_visible(tx, ids, reader_id=viewer_id)
    }


def _packet_card(tx: Tx, packet: Packet, viewer_id: str, lang: str) -> Card:
    own = packets.find_own_share(tx, packet.id, viewer_id)
    is_open = packet.status is PacketStatus.OPEN
    if own is not None:
        status = gettext(lang, "You opened it")
    elif packet.status is PacketStatus.EMPTY:
        status = gettext(lang, "Nothing left")
    elif packet.status is PacketStatus.RETURNED:
        status = gettext(lang, "A day has passed")
    else:
        status = gettext(
            lang, "%(done)s of %(all)s opened", done=packet.opened_count, all=packet.share_count
        )
    return Card(
        kind="red_packet",
        id=packet.id,
        title=packet.greeting or gettext(lang, "Best wishes!"),
        status=status,
        tone="sealed" if is_open and own is None else "opened",
        open_url=f"/red-packets/{packet.id}",
    )


def split_cards(tx: Tx, ids: Sequence[str], viewer_id: str) -> dict[str, Card]:
    """Return the cards of bills that are split where the viewer was."""
    viewer = identity.find_people(tx, [viewer_id]).get(viewer_id)
    lang = viewer.lang if viewer is not None else "en"
    found = find_visible_splits(tx, ids, reader_id=viewer_id)
    return {request.id: request_card(request, viewer_id, lang) for request in found}


CARD_LOADERS: dict[str, CardLoader] = {"red_packet": packet_cards, "split": split_cards}
