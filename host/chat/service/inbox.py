"""A brand's side of its chats.  Brands lie above chat: they check who acts for them, and ask here.

A brand answers and does not begin: for two days after the person's last message.
"""

from collections.abc import Mapping

from host.chat import repository, repository_inbox
from host.chat.errors import ConversationNotFoundError, EmptyMessageError, ReplyWindowClosedError
from host.chat.model import (
    PAGE_ROWS_MAX,
    REPLY_WITHIN_MS,
    TEXT_LENGTH_MAX,
    Body,
    Conversation,
    Face,
    InboxChat,
    InboxLine,
    Message,
    SenderKind,
)
from host.chat.service.faces import find_faces
from host.chat.service.reading import find_cards
from host.chat.service.sending import check_client_id, check_repeat, lock, write
from host.core.cards import CardLoader
from host.core.db import Tx
from host.core.text import clean_text

_INBOX_ROWS_MAX = 60
_UNKNOWN = Face("", "")


def list_inbox(tx: Tx, brand_id: str, *, reader_id: str) -> list[InboxLine]:
    """Return the chats of a brand in which a person has written, latest first."""
    found = repository_inbox.list_of_brand(tx, brand_id, limit=_INBOX_ROWS_MAX)
    faces = find_faces(tx, [person_id for _, person_id in found], reader_id=reader_id)
    lines = []
    for conversation, person_id in found:
        last = repository_inbox.find_last(tx, conversation.id, limit=1)[0]
        lines.append(InboxLine(conversation, faces.get(person_id, _UNKNOWN), last))
    return lines


def read_inbox(
    tx: Tx,
    conversation_id: str,
    *,
    brand_id: str,
    reader_id: str,
    loaders: Mapping[str, CardLoader],
    now_ms: int,
) -> InboxChat:
    """Return one chat of a brand as its team sees it: cards are what the reader may see."""
    conversation = _access(tx, conversation_id, brand_id=brand_id)
    person_id = repository_inbox.find_person(tx, conversation_id) or ""
    messages = repository_inbox.find_last(tx, conversation_id, limit=PAGE_ROWS_MAX)
    written_at_ms = repository_inbox.find_written_at_ms(tx, conversation_id)
    closes_at_ms = (written_at_ms or 0) + REPLY_WITHIN_MS
    cards = find_cards(tx, messages, reader_id=reader_id, loaders=loaders)
    faces = find_faces(tx, [person_id], reader_id=reader_id)
    return InboxChat(
        conversation,
        faces.get(person_id, _UNKNOWN),
        [(m, cards.get((m.body.card_kind or "", m.body.card_id or ""))) for m in messages],
        closes_at_ms=closes_at_ms if now_ms < closes_at_ms else None,
    )


def find_inbox_person(tx: Tx, conversation_id: str, *, brand_id: str) -> str:
    """Return the person of a chat of the brand."""
    _access(tx, conversation_id, brand_id=brand_id)
    return repository_inbox.find_person(tx, conversation_id) or ""


def reply_as_brand(
    tx: Tx,
    conversation_id: str,
    *,
    brand_id: str,
    client_id: str,
    text: str,
    is_withheld: bool,
    now_ms: int,
) -> Message:
    """Answer a person, once per ``client_id``, within two days of their last message.

    ``is_withheld``: the person has muted the brand, which must not learn it; the answer is written
    and does not reach them.
    """
    check_client_id(client_id)
    conversation = lock(tx, _access(tx, conversation_id, brand_id=brand_id).id)
    body = Body(clean_text(text, length_max=TEXT_LENGTH_MAX))
    if body.is_empty():
        raise EmptyMessageError("There is nothing in this message. Write something first.")
    earlier = repository.find_sent(tx, brand_id, client_id)
    if earlier is not None:
        return check_repeat(earlier, body, conversation.id)
    written_at_ms = repository_inbox.find_written_at_ms(tx, conversation.id)
    if written_at_ms is None or now_ms - written_at_ms >= REPLY_WITHIN_MS:
        raise ReplyWindowClosedError(
            "A shop answers within 48 hours of the person's last message. Wait until they write."
        )
    sender = (SenderKind.BRAND, brand_id)
    withheld_from = repository_inbox.find_person(tx, conversation.id) if is_withheld else None
    return write(
        tx,
        conversation,
        body,
        sender=sender,
        client_id=client_id,
        now_ms=now_ms,
        withheld_from=withheld_from,
    )


def _access(tx: Tx, conversation_id: str, *, brand_id: str) -> Conversation:
    """Return a chat of the brand; another's looks like a missing one."""
    conversation = repository.find_conversation(tx, conversation_id)
    if conversation is None or conversation.brand_id != brand_id:
        raise ConversationNotFoundError("Your shop has no chat with this id.")
    return conversation
