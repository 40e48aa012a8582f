"""Sharing a product, an order, a shop or a person to several chats at once."""

from collections.abc import Mapping, Sequence

from host.chat.errors import CardUnknownError, ConversationNotFoundError
from host.chat.model import SHARE_COUNT_MAX, Conversation, Face, Kind, Target
from host.chat.service.access import access_conversation, why_closed
from host.chat.service.conversations import open_direct
from host.chat.service.listing import list_conversations
from host.chat.service.sending import post_message
from host.contacts import service as contacts
from host.core.cards import Card, CardLoader
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.ids import derived_id

_TARGET_COUNT_MAX = 60


def find_card(
    tx: Tx, kind: str, card_id: str, *, actor_id: str, loaders: Mapping[str, CardLoader]
) -> Card:
    """Return the card that the actor is about to share."""
    loader = loaders.get(kind)
    card = loader(tx, [card_id], actor_id).get(card_id) if loader is not None else None
    if card is None:
        raise CardUnknownError("There is nothing here that you can share. Open it and try again.")
    return card


def find_targets(tx: Tx, *, actor_id: str, loaders: Mapping[str, CardLoader]) -> list[Target]:
    """Return whom the actor can share to: recent chats first, then the other contacts."""
    recent = [
        shown
        for shown in list_conversations(tx, actor_id=actor_id, loaders=loaders)
        if shown.kind is not Kind.BRAND
        and why_closed(tx, *access_conversation(tx, shown.id, actor_id=actor_id)) is None
    ]
    known = {c.face.id for c in recent if c.kind is Kind.DIRECT}
    others = [
        Target(
            f"p:{contact.person.id}",
            Face(
                contact.person.id,
                contact.shown_name,
                contact.person.avatar_id,
                contact.person.handle,
            ),
            [],
        )
        for contact in contacts.find_contacts(tx, actor_id=actor_id)
        if contact.person.id not in known
        and not contacts.has_blocked(tx, contact.person.id, actor_id=actor_id)
    ]
    chats = [Target(f"c:{c.id}", c.face, c.faces) for c in recent]
    return (chats + others)[:_TARGET_COUNT_MAX]


def share_card(
    tx: Tx,
    share_id: str,
    *,
    actor_id: str,
    kind: str,
    card_id: str,
    targets: Sequence[str],
    note: str,
    loaders: Mapping[str, CardLoader],
    now_ms: int,
) -> list[Conversation]:
    """Send a card, and a note after it, to each target; all of them or none.

    ``share_id`` names the act: pressing the button twice sends once.
    """
    wanted = sorted(set(targets))
    if not 1 <= len(wanted) <= SHARE_COUNT_MAX:
        raise BadInputError(
            "Choose between 1 and %(limit)s chats to send this to.", limit=SHARE_COUNT_MAX
        )
    reached = []
    for target in wanted:
        conversation = _open_target(tx, target, actor_id=actor_id, now_ms=now_ms)
        post_message(
            tx,
            conversation.id,
            sender_id=actor_id,
            client_id=derived_id("share", share_id, conversation.id),
            text="",
            card=(kind, card_id),
            loaders=loaders,
            now_ms=now_ms,
        )
        if note.strip():
            post_message(
                tx,
                conversation.id,
                sender_id=actor_id,
                client_id=derived_id("share.note", share_id, conversation.id),
                text=note,
                loaders=loaders,
                now_ms=now_ms,
            )
        reached.append(conversation)
    return reached


def _open_target(tx: Tx, key: str, *, actor_id: str, now_ms: int) -> Conversation:
    kind, _, target_id = key.partition(":")
    if kind == "c":
        return access_conversation(tx, target_id, actor_id=actor_id)[0]
    if kind == "p":
        return open_direct(tx, target_id, actor_id=actor_id, now_ms=now_ms)
    raise ConversationNotFoundError("You have no chat with this id. Open it from your list.")
