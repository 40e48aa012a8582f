"""The only ways to a conversation: as somebody who may read it, and as somebody who may write."""

from host.chat import repository
from host.chat.errors import (
    BlockingError,
    ConversationNotFoundError,
    NotContactsError,
    NotMemberError,
)
from host.chat.model import Closed, Conversation, Kind, Member
from host.contacts import service as contacts
from host.core.db import Tx

_MISSING = "You have no chat with this id. Open it from your list."


def access_conversation(
    tx: Tx, conversation_id: str, *, actor_id: str
) -> tuple[Conversation, Member]:
    """Return a conversation that the actor is or was in, and their place in it.

    A stranger's conversation and a missing one give the same error, so that ids cannot be probed.
    """
    conversation = repository.find_conversation(tx, conversation_id)
    if conversation is None:
        raise ConversationNotFoundError(_MISSING)
    member = repository.find_member(tx, conversation_id, actor_id)
    if member is None:
        raise ConversationNotFoundError(_MISSING)
    return conversation, member


def find_other(tx: Tx, conversation_id: str, *, actor_id: str) -> Member | None:
    """Return the other side of a direct conversation."""
    members = repository.find_active(tx, conversation_id)
    return next((member for member in members if member.person_id != actor_id), None)


def why_closed(tx: Tx, conversation: Conversation, member: Member) -> Closed | None:
    """Return why the member may not write here, or None when they may."""
    if not member.is_active:
        return Closed.LEFT
    return (
        _why_closed_direct(tx, conversation, member) if conversation.kind is Kind.DIRECT else None
    )


def _why_closed_direct(tx: Tx, conversation: Conversation, member: Member) -> Closed | None:
    other = find_other(tx, conversation.id, actor_id=member.person_id)
    if other is None:
        return Closed.NOT_CONTACTS
    if contacts.has_blocked(tx, other.person_id, actor_id=member.person_id):
        return Closed.BLOCKING
    if not contacts.are_contacts(tx, member.person_id, other.person_id):
        return Closed.NOT_CONTACTS
    return None


def check_may_write(tx: Tx, conversation: Conversation, member: Member) -> None:
    """Refuse whoever may read but not write.

    That the other side blocks the writer is no reason: it would tell them.  Such a message is
    written and withheld.
    """
    match why_closed(tx, conversation, member):
        case Closed.LEFT:
            raise NotMemberError("You are not in this group any more, so nothing was sent.")
        case Closed.BLOCKING:
            raise BlockingError("You block this person. Unblock them to write.")
        case Closed.NOT_CONTACTS:
            raise NotContactsError(
                "You are not contacts any more. Send a contact request, then write."
            )
        case None:
            return
