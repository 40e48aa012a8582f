"""The list of a person's conversations, and what stands above one of them."""

from collections.abc import Mapping, Sequence

from host.chat import repository
from host.chat.model import Conversation, Face, Kind, Member, Message, ShownConversation
from host.chat.service.access import access_conversation, why_closed
from host.chat.service.faces import find_brand_faces, find_faces
from host.chat.service.reading import find_cards, find_sender_faces
from host.core.cards import CardLoader
from host.core.db import Tx

LIST_ROWS_MAX = 60
_GROUP_FACES_COUNT = 4
_NAMES_COUNT = 4


def count_unread(tx: Tx, person_id: str) -> int:
    """Return how many messages of all conversations wait for the person."""
    return repository.count_unread(tx, person_id)


def list_conversations(
    tx: Tx,
    *,
    actor_id: str,
    loaders: Mapping[str, CardLoader],
    before_at_ms: int | None = None,
    limit: int = LIST_ROWS_MAX,
) -> list[ShownConversation]:
    """Return the actor's conversations, most recent first."""
    found = repository.find_latest(
        tx, actor_id, before_at_ms=before_at_ms, limit=max(1, min(limit, LIST_ROWS_MAX))
    )
    return _show(tx, found, actor_id=actor_id, loaders=loaders)


def show_conversation(
    tx: Tx, conversation_id: str, *, actor_id: str, loaders: Mapping[str, CardLoader]
) -> ShownConversation:
    """Return one conversation as the actor sees it."""
    conversation, _ = access_conversation(tx, conversation_id, actor_id=actor_id)
    return _show(tx, [conversation], actor_id=actor_id, loaders=loaders)[0]


def _show(
    tx: Tx,
    conversations: Sequence[Conversation],
    *,
    actor_id: str,
    loaders: Mapping[str, CardLoader],
) -> list[ShownConversation]:
    members = {c.id: repository.find_active(tx, c.id) for c in conversations}
    mine = {c.id: access_conversation(tx, c.id, actor_id=actor_id)[1] for c in conversations}
    people = [m.person_id for c in conversations for m in members[c.id][: _NAMES_COUNT + 1]]
    faces = find_faces(tx, people, reader_id=actor_id)
    brands = find_brand_faces(
        tx, [c.brand_id for c in conversations if c.brand_id], reader_id=actor_id, loaders=loaders
    )
    last = {c.id: _find_last(tx, c, mine[c.id]) for c in conversations}
    messages = [message for message in last.values() if message is not None]
    senders = find_sender_faces(tx, messages, reader_id=actor_id, loaders=loaders)
    cards = find_cards(tx, messages, reader_id=actor_id, loaders=loaders)
    shown = []
    for c in conversations:
        others = [
            faces[m.person_id]
            for m in members[c.id]
            if m.person_id in faces and m.person_id != actor_id
        ]
        message = last[c.id]
        card_key = (message.body.card_kind or "", message.body.card_id or "") if message else None
        shown.append(
            ShownConversation(
                id=c.id,
                kind=c.kind,
                face=_face(c, others, brands),
                faces=others[:_GROUP_FACES_COUNT] if c.kind is Kind.GROUP else [],
                member_count=len(members[c.id]),
                unread_count=_count_unread(tx, c, mine[c.id]),
                read_seq=mine[c.id].read_seq,
                last_seq=mine[c.id].end_seq(c),
                last_at_ms=message.sent_at_ms if message else c.last_at_ms,
                last=message,
                last_sender=senders.get(message.sender_id) if message else None,
                last_card=cards.get(card_key) if card_key else None,
                role=mine[c.id].role,
                closed=why_closed(tx, c, mine[c.id]),
            )
        )
    return shown


def _face(conversation: Conversation, others: Sequence[Face], brands: Mapping[str, Face]) -> Face:
    if conversation.kind is Kind.BRAND:
        return brands.get(conversation.brand_id or "", Face(conversation.brand_id or "", ""))
    if conversation.kind is Kind.DIRECT:
        return others[0] if others else Face(conversation.id, "")
    name = conversation.title or ", ".join(face.name for face in others[:_NAMES_COUNT])
    return Face(conversation.id, name)


def _find_last(tx: Tx, conversation: Conversation, member: Member) -> Message | None:
    latest = repository.find_before(
        tx,
        conversation.id,
        reader_id=member.person_id,
        first_seq=member.first_seq,
        before_seq=member.end_seq(conversation) + 1,
        limit=1,
    )
    return latest[0] if latest else None


def _count_unread(tx: Tx, conversation: Conversation, member: Member) -> int:
    waiting = member.end_seq(conversation) - member.read_seq
    if waiting <= 0:
        return 0
    withheld = repository.find_withheld(
        tx, conversation.id, member.person_id, after_seq=member.read_seq
    )
    return max(0, waiting - len(withheld))
