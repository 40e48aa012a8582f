"""Reading a conversation: pages by place, live cards, and the read marker."""

from collections.abc import Mapping, Sequence

from host.chat import repository
from host.chat.errors import MessageNotFoundError
from host.chat.model import (
    PAGE_ROWS_MAX,
    Conversation,
    Face,
    Kind,
    Member,
    Message,
    Page,
    Quote,
    SenderKind,
    ShownMessage,
)
from host.chat.service.access import access_conversation, find_other
from host.chat.service.faces import find_brand_faces, find_faces
from host.contacts import service as contacts
from host.core import live
from host.core.cards import Card, CardLoader
from host.core.db import Tx

# Messages of one sender closer together than this show name and picture once.
_RUN_MS = 5 * 60 * 1000
_QUOTE_LENGTH_MAX = 120
_UNKNOWN = Face("", "")


def list_messages(
    tx: Tx,
    conversation_id: str,
    *,
    actor_id: str,
    after_seq: int | None = None,
    before_seq: int | None = None,
    limit: int = 50,
    loaders: Mapping[str, CardLoader],
    now_ms: int,
) -> Page:
    """Return the messages after a place, or before one, or the latest; oldest first."""
    conversation, member = access_conversation(tx, conversation_id, actor_id=actor_id)
    count = max(1, min(limit, PAGE_ROWS_MAX))
    end_seq = member.end_seq(conversation)
    if after_seq is not None:
        found = repository.find_after(
            tx,
            conversation_id,
            reader_id=actor_id,
            after_seq=max(after_seq, member.first_seq - 1),
            end_seq=end_seq,
            limit=count + 1,
        )
        has_later, messages = len(found) > count, found[:count]
        has_earlier = after_seq >= member.first_seq
    else:
        found = repository.find_before(
            tx,
            conversation_id,
            reader_id=actor_id,
            first_seq=member.first_seq,
            before_seq=min(before_seq or end_seq + 1, end_seq + 1),
            limit=count + 1,
        )
        has_earlier, messages = len(found) > count, found[:count][::-1]
        has_later = before_seq is not None
    shown = _show(tx, conversation, member, messages, loaders=loaders, now_ms=now_ms)
    return Page(shown, has_earlier, has_later)


def open_page(
    tx: Tx,
    conversation_id: str,
    *,
    actor_id: str,
    loaders: Mapping[str, CardLoader],
    now_ms: int,
) -> Page:
    """Return what a person sees who opens the conversation: the latest, unread ones included."""
    conversation, member = access_conversation(tx, conversation_id, actor_id=actor_id)
    unread = member.end_seq(conversation) - member.read_seq
    return list_messages(
        tx,
        conversation_id,
        actor_id=actor_id,
        limit=max(40, min(unread + 10, PAGE_ROWS_MAX)),
        loaders=loaders,
        now_ms=now_ms,
    )


def show_message(
    tx: Tx,
    conversation_id: str,
    seq: int,
    *,
    actor_id: str,
    loaders: Mapping[str, CardLoader],
    now_ms: int,
) -> ShownMessage:
    """Return one message as it is now."""
    page = list_messages(
        tx,
        conversation_id,
        actor_id=actor_id,
        after_seq=seq - 1,
        limit=1,
        loaders=loaders,
        now_ms=now_ms,
    )
    if not page.messages or page.messages[0].seq != seq:
        raise MessageNotFoundError("There is no such message in this chat.")
    return page.messages[0]


def mark_read(tx: Tx, conversation_id: str, *, actor_id: str, seq: int, now_ms: int) -> None:
    """Move the actor's read marker forward; never back, never past the end."""
    conversation, member = access_conversation(tx, conversation_id, actor_id=actor_id)
    reached = min(seq, member.end_seq(conversation))
    if not repository.raise_read(tx, conversation_id, actor_id, seq=reached):
        return
    told = [actor_id]
    if conversation.kind is Kind.DIRECT:
        told += _who_sees_receipts(tx, conversation_id, actor_id)
    hint: dict[str, str | int | bytes | None] = {
        "conversation_id": conversation_id,
        "person_id": actor_id,
        "seq": reached,
    }
    live.publish(tx, told, "chat.read", hint, now_ms=now_ms)


def _who_sees_receipts(tx: Tx, conversation_id: str, reader_id: str) -> list[str]:
    """Return the other side, unless they are strangers now or the reader blocks them."""
    other = find_other(tx, conversation_id, actor_id=reader_id)
    if other is None or not contacts.are_contacts(tx, reader_id, other.person_id):
        return []
    is_hidden = contacts.has_blocked(tx, other.person_id, actor_id=reader_id)
    return [] if is_hidden else [other.person_id]


def _show(
    tx: Tx,
    conversation: Conversation,
    member: Member,
    messages: Sequence[Message],
    *,
    loaders: Mapping[str, CardLoader],
    now_ms: int,
) -> list[ShownMessage]:
    if not messages:
        return []
    reader_id = member.person_id
    previous = _find_previous(tx, member, messages[0])
    quoted = _find_quoted(tx, member, messages)
    faces = find_sender_faces(
        tx, [*messages, *quoted.values()], reader_id=reader_id, loaders=loaders
    )
    cards = find_cards(tx, messages, reader_id=reader_id, loaders=loaders)
    read_by_other = _find_read(tx, conversation, member)
    shown = []
    for message in messages:
        reply = quoted.get(message.body.reply_to_seq or 0)
        shown.append(
            ShownMessage(
                message=message,
                sender=faces.get(message.sender_id, _UNKNOWN),
                is_mine=message.sender_id == reader_id,
                is_first_of_run=_begins_run(previous, message),
                previous_at_ms=None if previous is None else previous.sent_at_ms,
                card=cards.get((message.body.card_kind or "", message.body.card_id or "")),
                quote=None if reply is None else _quote(reply, faces),
                is_read=message.sender_id == reader_id and message.seq in read_by_other,
                may_recall=message.may_be_recalled(by_id=reader_id, now_ms=now_ms),
            )
        )
        previous = message
    return shown


def find_sender_faces(
    tx: Tx, messages: Sequence[Message], *, reader_id: str, loaders: Mapping[str, CardLoader]
) -> dict[str, Face]:
    """Return who wrote some messages."""
    people = [m.sender_id for m in messages if m.sender_kind is SenderKind.PERSON]
    brands = [m.sender_id for m in messages if m.sender_kind is SenderKind.BRAND]
    return find_faces(tx, people, reader_id=reader_id) | find_brand_faces(
        tx, brands, reader_id=reader_id, loaders=loaders
    )


def find_cards(
    tx: Tx, messages: Sequence[Message], *, reader_id: str, loaders: Mapping[str, CardLoader]
) -> dict[tuple[str, str], Card]:
    """Return the cards of some messages as they are for the reader now, one query per kind."""
    ids_by_kind: dict[str, set[str]] = {}
    for message in messages:
        if message.body.card_kind and message.body.card_id:
            ids_by_kind.setdefault(message.body.card_kind, set()).add(message.body.card_id)
    return {
        (kind, card_id): card
        for kind, ids in ids_by_kind.items()
        if kind in loaders
        for card_id, card in loaders[kind](tx, sorted(ids), reader_id).items()
    }


def _find_previous(tx: Tx, member: Member, first: Message) -> Message | None:
    earlier = repository.find_before(
        tx,
        first.conversation_id,
        reader_id=member.person_id,
        first_seq=member.first_seq,
        before_seq=first.seq,
        limit=1,
    )
    return earlier[0] if earlier else None


def _find_quoted(tx: Tx, member: Member, messages: Sequence[Message]) -> dict[int, Message]:
    """Return the messages that some others answer, as far as the reader got them."""
    seqs = sorted({m.body.reply_to_seq for m in messages if m.body.reply_to_seq})
    if not seqs:
        return {}
    withheld = repository.find_withheld(
        tx, member.conversation_id, member.person_id, after_seq=seqs[0] - 1
    )
    wanted = [seq for seq in seqs if seq >= member.first_seq and seq not in withheld]
    return repository.find_messages(tx, member.conversation_id, wanted)


def _find_read(tx: Tx, conversation: Conversation, member: Member) -> range | set[int]:
    """Return the places that the other side of a direct conversation has read."""
    if conversation.kind is not Kind.DIRECT:
        return range(0)
    other = find_other(tx, conversation.id, actor_id=member.person_id)
    if other is None or not contacts.are_contacts(tx, member.person_id, other.person_id):
        return range(0)
    seen = range(1, other.read_seq + 1)
    withheld = repository.find_withheld(tx, conversation.id, other.person_id, after_seq=0)
    return set(seen) - withheld if withheld else seen


def _begins_run(previous: Message | None, message: Message) -> bool:
    if previous is None or previous.body.notice or previous.recalled_at_ms is not None:
        return True
    if previous.sender_id != message.sender_id:
        return True
    return message.sent_at_ms - previous.sent_at_ms > _RUN_MS


def _quote(message: Message, faces: Mapping[str, Face]) -> Quote:
    return Quote(
        seq=message.seq,
        name=faces.get(message.sender_id, _UNKNOWN).name,
        text=message.body.text[:_QUOTE_LENGTH_MAX],
        has_picture=message.body.image_id is not None,
    )
