"""The list of a person's conversations, and what stands above one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from host.chat import repository
from host.chat.model import Conversation, Face, Kind, Member, Message, ShownConversation
from host.chat.service.access import access_conversation, why_closed
from host.chat.service.faces import find_brand_faces, find_faces
from host.chat.service.reading import find_cards, find_sender_faces
from host.core.cards import CardLoader
from host.core.db import Tx
from host.core.paging import Cursor, encode_cursor

LIST_ROWS_MAX = 60
# A group without a name is called after some of its members; as many faces make its picture.
_NAMES_COUNT = 4


def count_unread(tx: Tx, person_id: str) -> int:
    """Return how many messages of all conversations wait for the person."""
    return repository.count_unread(tx, person_id)


def list_conversations(
    tx: Tx,
    *,
    actor_id: str,
    loaders: Mapping[str, CardLoader],
    before: Cursor | None = None,
    limit: int = LIST_ROWS_MAX,
) -> list[ShownConversation]:
    """Return the actor's conversations, most recent first."""
    found = repository.find_latest(
        tx, actor_id, before=before, limit=max(1, min(limit, LIST_ROWS_MAX))
    )
    return _show(tx, found, actor_id=actor_id, loaders=loaders)


def next_cursor(shown: Sequence[ShownConversation]) -> str | None:
    """Return where the list goes on after a full page."""
    if len(shown) < LIST_ROWS_MAX:
        return None
    return encode_cursor(shown[-1].moved_at_ms, shown[-1].id)


def show_conversation(
    tx: Tx, conversation_id: str, *, actor_id: str, loaders: Mapping[str, CardLoader]
) -> ShownConversation:
    """Return one conversation as the actor sees it, with why they may not write in it."""
    conversation, member = access_conversation(tx, conversation_id, actor_id=actor_id)
    shown = _show(tx, [(conversation, member)], actor_id=actor_id, loaders=loaders)[0]
    return replace(shown, closed=why_closed(tx, conversation, member))


def _show(
    tx: Tx,
    found: Sequence[tuple[Conversation, Member]],
    *,
    actor_id: str,
    loaders: Mapping[str, CardLoader],
) -> list[ShownConversation]:
    others = {c.id: _find_others(tx, c, actor_id) for c, _ in found}
    named = {chat_id: some[:_NAMES_COUNT] for chat_id, some in others.items()}
    known = find_faces(tx, [p for some in named.values() for p in some], reader_id=actor_id)
    faces = {chat_id: [known[p] for p in some if p in known] for chat_id, some in named.items()}
    brand_ids = [c.brand_id for c, _ in found if c.brand_id]
    brands = find_brand_faces(tx, brand_ids, reader_id=actor_id, loaders=loaders)
    last = {c.id: _find_last(tx, c, member) for c, member in found}
    messages = [message for message in last.values() if message is not None]
    senders = find_sender_faces(tx, messages, reader_id=actor_id, loaders=loaders)
    cards = find_cards(tx, messages, reader_id=actor_id, loaders=loaders)
    return [
        ShownConversation(
            id=c.id,
            kind=c.kind,
            face=_face(c, faces[c.id], brands),
            faces=faces[c.id] if c.kind is Kind.GROUP else [],
            member_count=len(others[c.id]) + (1 if member.is_active else 0),
            unread_count=_count_unread(tx, c, member),
            read_seq=member.read_seq,
            last_seq=member.end_seq(c),
            moved_at_ms=c.last_at_ms,
            last_at_ms=c.last_at_ms if (message := last[c.id]) is None else message.sent_at_ms,
            last=message,
            last_sender=None if message is None else senders.get(message.sender_id),
            last_card=None if message is None else cards.get(_card_key(message)),
            role=member.role,
        )
        for c, member in found
    ]


def _card_key(message: Message) -> tuple[str, str]:
    return (message.body.card_kind or "", message.body.card_id or "")


def _find_others(tx: Tx, conversation: Conversation, actor_id: str) -> list[str]:
    if conversation.kind is Kind.BRAND:
        return []
    members = repository.find_active(tx, conversation.id)
    return [member.person_id for member in members if member.person_id != actor_id]


def _face(conversation: Conversation, others: Sequence[Face], brands: Mapping[str, Face]) -> Face:
    if conversation.kind is Kind.BRAND:
        return brands.get(conversation.brand_id or "", Face(conversation.brand_id or "", ""))
    if conversation.kind is Kind.DIRECT:
        return others[0] if others else Face(conversation.id, "")
    name = conversation.title or ", ".join(face.name for face in others)
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
