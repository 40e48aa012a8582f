"""Sending and taking back messages.

One transaction raises the conversation's counter, writes the message and numbers a live event for
each member, so a message that was acknowledged is in everybody's history at one place.
"""

import re
from collections.abc import Mapping

from host.chat import repository
from host.chat.errors import (
    CardUnknownError,
    ClientIdError,
    EmptyMessageError,
    MessageIdReusedError,
    MessageNotFoundError,
    TooLateToRecallError,
)
from host.chat.events import BrandWritten
from host.chat.model import (
    CLIENT_ID_LENGTH_MAX,
    MESSAGES_PER_MINUTE_MAX,
    TEXT_LENGTH_MAX,
    Body,
    Conversation,
    Message,
    SenderKind,
)
from host.chat.service.access import access_conversation, check_may_write
from host.chat.service.conversations import find_or_create_brand
from host.contacts import service as contacts
from host.core import live, outbox
from host.core.cards import CardLoader
from host.core.db import Tx
from host.core.ids import new_id
from host.core.limits import check_rate
from host.core.text import clean_text

_CLIENT_ID = re.compile(rf"[A-Za-z0-9._:-]{{1,{CLIENT_ID_LENGTH_MAX}}}", re.ASCII)


def send_message(
    tx: Tx,
    conversation_id: str,
    *,
    sender_id: str,
    client_id: str,
    text: str,
    card_kind: str | None = None,
    card_id: str | None = None,
    image_id: str | None = None,
    reply_to_seq: int | None = None,
    now_ms: int,
) -> Message:
    """Write a person's message, once.

    ``client_id`` is the sender's own name for it: sending again with the same content returns the
    message that is there, however much later.
    """
    check_client_id(client_id)
    conversation, member = access_conversation(tx, conversation_id, actor_id=sender_id)
    cleaned = clean_text(text, length_max=TEXT_LENGTH_MAX)
    body = Body(cleaned, image_id, card_kind, card_id, None, reply_to_seq)
    if body.is_empty():
        raise EmptyMessageError("There is nothing in this message. Write something first.")
    locked = lock(tx, conversation.id)
    earlier = repository.find_sent(tx, sender_id, client_id)
    if earlier is not None:
        return check_repeat(earlier, body, conversation_id)

    check_may_write(tx, locked, member)
    _check_reply(tx, conversation_id, member.first_seq, reply_to_seq)
    sender = (SenderKind.PERSON, sender_id)
    return write(tx, locked, body, sender=sender, client_id=client_id, now_ms=now_ms)


def post_message(
    tx: Tx,
    conversation_id: str,
    *,
    sender_id: str,
    client_id: str,
    text: str,
    card: tuple[str, str] | None = None,
    image_id: str | None = None,
    reply_to_seq: int | None = None,
    loaders: Mapping[str, CardLoader],
    per_minute_max: int = MESSAGES_PER_MINUTE_MAX,
    now_ms: int,
) -> Message:
    """Write a message that came from outside: within the sender's budget, with a card they see."""
    check_rate(tx, f"chat.send:{sender_id}", per_minute=per_minute_max, now_ms=now_ms)
    if card is not None:
        check_card(tx, *card, actor_id=sender_id, loaders=loaders)
    return send_message(
        tx,
        conversation_id,
        sender_id=sender_id,
        client_id=client_id,
        text=text,
        card_kind=card[0] if card else None,
        card_id=card[1] if card else None,
        image_id=image_id,
        reply_to_seq=reply_to_seq,
        now_ms=now_ms,
    )


def send_notice(
    tx: Tx,
    person_id: str,
    *,
    brand_id: str,
    client_id: str,
    text: str,
    card_kind: str | None = None,
    card_id: str | None = None,
    now_ms: int,
) -> Message:
    """Write what a shop tells a person, once per ``client_id``."""
    check_client_id(client_id)
    conversation = find_or_create_brand(tx, person_id, brand_id=brand_id, now_ms=now_ms)
    body = Body(clean_text(text, length_max=TEXT_LENGTH_MAX), None, card_kind, card_id)
    if body.is_empty():
        raise EmptyMessageError("There is nothing in this message. Write something first.")
    locked = lock(tx, conversation.id)
    earlier = repository.find_sent(tx, brand_id, client_id)
    if earlier is not None:
        return check_repeat(earlier, body, conversation.id)
    sender = (SenderKind.BRAND, brand_id)
    return write(tx, locked, body, sender=sender, client_id=client_id, now_ms=now_ms)


def write(
    tx: Tx,
    conversation: Conversation,
    body: Body,
    *,
    sender: tuple[SenderKind, str],
    client_id: str,
    now_ms: int,
    withheld_from: str | None = None,
) -> Message:
    """Give a message the next number of a locked conversation and tell everybody who gets it."""
    sender_kind, sender_id = sender
    seq = conversation.last_seq + 1
    message_id = new_id()
    digest = body.digest(message_id, conversation.id)
    message = Message(
        conversation.id, seq, message_id, sender_kind, sender_id, client_id, digest, body, now_ms
    )
    repository.advance(tx, conversation.id, seq=seq, now_ms=now_ms)
    repository.insert_message(tx, message)
    # Whoever writes has seen what came before.
    repository.raise_read(tx, conversation.id, sender_id, seq=seq)
    receivers = _withhold(tx, message, body, withheld_from)
    if conversation.brand_id and sender_kind is SenderKind.PERSON:
        written = BrandWritten(conversation.brand_id, sender_id, conversation.id, seq)
        outbox.publish(tx, written, now_ms=now_ms)
    hint: dict[str, str | int | bytes | None] = {
        "conversation_id": conversation.id,
        "seq": seq,
        "sender_id": sender_id,
        "client_id": client_id,
    }
    live.publish(tx, receivers, "chat.message", hint, now_ms=now_ms)
    return message


def recall_message(
    tx: Tx, conversation_id: str, seq: int, *, actor_id: str, now_ms: int
) -> Message:
    """Take the actor's message back: its place stays, its content is gone everywhere."""
    conversation, member = access_conversation(tx, conversation_id, actor_id=actor_id)
    message = repository.find_message(tx, conversation_id, seq)
    if message is None or message.sender_id != actor_id or seq > member.end_seq(conversation):
        raise MessageNotFoundError("You have no such message in this chat.")
    if message.recalled_at_ms is not None:
        return message
    if not message.may_be_recalled(by_id=actor_id, now_ms=now_ms):
        raise TooLateToRecallError("A message can be taken back for two minutes. It stays.")
    repository.empty_message(tx, conversation_id, seq, now_ms=now_ms)
    withheld = repository.find_withheld_from(tx, conversation_id, seq)
    members = {m.person_id for m in repository.find_active(tx, conversation_id)} | {actor_id}
    live.publish(
        tx,
        members - withheld,
        "chat.recall",
        {"conversation_id": conversation_id, "seq": seq},
        now_ms=now_ms,
    )
    emptied = repository.find_message(tx, conversation_id, seq)
    assert emptied is not None, "its place stays"
    return emptied


def check_card(
    tx: Tx, kind: str, card_id: str, *, actor_id: str, loaders: Mapping[str, CardLoader]
) -> None:
    """Refuse a card of something that does not exist for the actor."""
    loader = loaders.get(kind)
    if loader is None or card_id not in loader(tx, [card_id], actor_id):
        raise CardUnknownError("There is nothing here that you can share. Open it and try again.")


def lock(tx: Tx, conversation_id: str) -> Conversation:
    """Return a conversation and let nobody else number a message in it until the end."""
    locked = repository.lock_conversation(tx, conversation_id)
    assert locked is not None, "conversations are never deleted"
    return locked


def _withhold(tx: Tx, message: Message, body: Body, withheld_from: str | None) -> list[str]:
    """Return who gets a message; remember whom it must not reach."""
    members = [m.person_id for m in repository.find_active(tx, message.conversation_id)]
    if body.notice is not None:
        return members
    if message.sender_kind is SenderKind.BRAND:
        blockers = {withheld_from} if withheld_from else set()
    else:
        blockers = set(contacts.find_blockers(tx, message.sender_id, members))
    for person_id in blockers:
        repository.insert_withheld(tx, message.conversation_id, person_id, seq=message.seq)
    return [person_id for person_id in members if person_id not in blockers]


def check_repeat(earlier: Message, body: Body, conversation_id: str) -> Message:
    """Return the message that is there, or refuse another body under its id."""
    if not earlier.is_same_as(body, conversation_id):
        raise MessageIdReusedError("This id belongs to another message. Use a new id.")
    return earlier


def _check_reply(tx: Tx, conversation_id: str, first_seq: int, seq: int | None) -> None:
    if seq is None:
        return
    if seq < first_seq or repository.find_message(tx, conversation_id, seq) is None:
        raise MessageNotFoundError("The message you answer is not in this chat.")


def check_client_id(client_id: str) -> None:
    """Refuse a name that a client cannot have made with care."""
    if not _CLIENT_ID.fullmatch(client_id):
        raise ClientIdError(
            "A message id has 1 to %(limit)s letters, digits and . _ : - signs. Use a UUID.",
            limit=CLIENT_ID_LENGTH_MAX,
        )
