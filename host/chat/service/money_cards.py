"""Cards of money in a chat: who got one, and letting open chats read it again."""

from host.chat import repository
from host.chat.model import Conversation, Member
from host.core import live
from host.core.db import Tx


def find_place(
    tx: Tx, conversation_id: str, *, sent: tuple[str, str], reader_id: str
) -> tuple[Conversation, Member] | None:
    """Return the chat and the reader's place in it, if they got the message with the card.

    ``sent`` is who sent it and under which client id.
    """
    conversation = repository.find_conversation(tx, conversation_id)
    member = repository.find_member(tx, conversation_id, reader_id)
    message = repository.find_sent(tx, *sent)
    if conversation is None or member is None or message is None:
        return None
    if not member.first_seq <= message.seq <= member.end_seq(conversation):
        return None
    if reader_id in repository.find_withheld_from(tx, conversation.id, message.seq):
        return None
    return conversation, member


def hint_card(tx: Tx, conversation_id: str, card_id: str, *, now_ms: int) -> None:
    """Let open chats read a card again."""
    members = [member.person_id for member in repository.find_active(tx, conversation_id)]
    live.publish(tx, members, "wallet.card", {"card_id": card_id}, now_ms=now_ms)
