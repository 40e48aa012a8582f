"""SQL of a brand's side of its chats: everything that was said, by either side."""

from host.chat.model import Conversation, Message
from host.chat.repository import conversation_of, message_of
from host.core.db import Tx

_MESSAGE = (
    "SELECT conversation_id, seq, id, sender_kind, sender_id, client_id, body_digest, text, "
    "image_id, card_kind, card_id, notice, reply_to_seq, sent_at_ms, recalled_at_ms"
    " FROM chat_message"
)


def list_of_brand(tx: Tx, brand_id: str, *, limit: int) -> list[tuple[Conversation, str]]:
    """Return a brand's chats in which a person has written, with that person, latest first."""
    rows = tx.rows(
        "SELECT c.id, c.kind, c.title, c.brand_id, c.last_seq, c.last_at_ms, m.person_id"
        " FROM chat_conversation AS c JOIN chat_member AS m ON m.conversation_id = c.id"
        " WHERE c.brand_id = :brand AND EXISTS (SELECT 1 FROM chat_message AS said"
        " WHERE said.conversation_id = c.id AND said.sender_kind = 'person')"
        " ORDER BY c.last_at_ms DESC, c.id LIMIT :limit",
        brand=brand_id,
        limit=limit,
    )
    return [(conversation_of(row), row["person_id"]) for row in rows]


def find_last(tx: Tx, conversation_id: str, *, limit: int) -> list[Message]:
    """Return the latest messages, oldest first."""
    rows = tx.rows(
        f"{_MESSAGE} WHERE conversation_id = :id ORDER BY seq DESC LIMIT :limit",
        id=conversation_id,
        limit=limit,
    )
    return [message_of(row) for row in reversed(rows)]


def find_person(tx: Tx, conversation_id: str) -> str | None:
    """Return the person of a brand's chat."""
    row = tx.row(
        "SELECT person_id FROM chat_member WHERE conversation_id = :id LIMIT 1", id=conversation_id
    )
    return None if row is None else str(row["person_id"])


def find_written_at_ms(tx: Tx, conversation_id: str) -> int | None:
    """Return when the person has written last."""
    row = tx.row(
        "SELECT MAX(sent_at_ms) AS at_ms FROM chat_message WHERE conversation_id = :id"
        " AND sender_kind = 'person'",
        id=conversation_id,
    )
    return None if row is None else row["at_ms"]
