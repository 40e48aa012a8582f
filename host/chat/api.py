"""JSON of the chat domain."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.chat import money_api, service
from host.chat.model import Message, ShownConversation, ShownMessage
from host.contacts import service as contacts
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.paging import decode_cursor
from host.core.text import whole_number
from host.core.web import current_person_id, decode, deps

blueprint = Blueprint("chat_api", __name__, url_prefix="/api/v1")
blueprint.register_blueprint(money_api.blueprint)

# A place in a conversation: what a 64-bit column holds, with room to add.
_SEQ_MAX = 2**53


class CardRef(msgspec.Struct, forbid_unknown_fields=True):
    """What a card shows: the rest is read when somebody looks."""

    kind: Annotated[str, Meta(max_length=40)]
    id: Annotated[str, Meta(max_length=200)]


class PutMessage(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /conversations/<id>/messages/<client_id>``."""

    text: Annotated[str, Meta(max_length=20_000)] = ""
    card: CardRef | None = None
    reply_to_seq: Annotated[int, Meta(ge=1, le=_SEQ_MAX)] | None = None


class PutRead(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /conversations/<id>/read``."""

    seq: Annotated[int, Meta(ge=0, le=_SEQ_MAX)]


class PutGroup(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /groups/<id>``."""

    member_ids: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=200)]
    title: Annotated[str, Meta(max_length=400)] = ""


@blueprint.get("/unread")
async def show_unread() -> ResponseReturnValue:
    """Return what the badges of the tabs say."""
    return await deps().db.read(_count_unread, current_person_id())


@blueprint.get("/conversations")
async def list_conversations() -> ResponseReturnValue:
    """Return one's conversations, latest first; ``before`` is an earlier answer's ``next``."""
    found = await deps().db.read(
        service.list_conversations,
        actor_id=current_person_id(),
        loaders=deps().card_loaders,
        before=decode_cursor(request.args.get("before", "")),
    )
    conversations = [_conversation(shown) for shown in found]
    return {"conversations": conversations, "next": service.next_cursor(found)}


@blueprint.put("/conversations/direct/<person_id>")
async def put_direct(person_id: str) -> ResponseReturnValue:
    """Return the conversation with a contact."""
    conversation = await deps().db.write(
        service.open_direct, person_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return {"id": conversation.id, "last_seq": conversation.last_seq}


@blueprint.put("/groups/<group_id>")
async def put_group(group_id: str) -> ResponseReturnValue:
    """Begin a group.  Safe to retry: the id in the URL is the caller's."""
    body = decode(PutGroup, await request.get_data())
    group = await deps().db.write(
        service.create_group,
        group_id,
        owner_id=current_person_id(),
        title=body.title,
        member_ids=body.member_ids,
        now_ms=deps().now_ms(),
    )
    return {"id": group.id}, 201


@blueprint.put("/conversations/<conversation_id>/messages/<client_id>")
async def put_message(conversation_id: str, client_id: str) -> ResponseReturnValue:
    """Send a message.  Safe to retry for ever: the sender's id in the URL names it."""
    body = decode(PutMessage, await request.get_data())
    message = await deps().db.write(
        service.post_message,
        conversation_id,
        sender_id=current_person_id(),
        client_id=client_id,
        text=body.text,
        card=(body.card.kind, body.card.id) if body.card else None,
        reply_to_seq=body.reply_to_seq,
        loaders=deps().card_loaders,
        per_minute_max=deps().settings.messages_per_minute_max,
        now_ms=deps().now_ms(),
    )
    return _sent(message), 201


@blueprint.get("/conversations/<conversation_id>/messages")
async def list_messages(conversation_id: str) -> ResponseReturnValue:
    """Return messages after or before a place, or the latest; oldest first.

    Places that are missing in between were never for this reader.
    """
    page = await deps().db.read(
        service.list_messages,
        conversation_id,
        actor_id=current_person_id(),
        after_seq=_number("after"),
        before_seq=_number("before"),
        limit=_number("limit") or 50,
        loaders=deps().card_loaders,
        now_ms=deps().now_ms(),
    )
    return {
        "messages": [_message(shown) for shown in page.messages],
        "has_earlier": page.has_earlier,
        "has_later": page.has_later,
    }


@blueprint.delete("/conversations/<conversation_id>/messages/<int:seq>")
async def delete_message(conversation_id: str, seq: int) -> ResponseReturnValue:
    """Take one's message back."""
    await deps().db.write(
        service.recall_message,
        conversation_id,
        min(seq, _SEQ_MAX),
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return "", 204


@blueprint.put("/conversations/<conversation_id>/read")
async def put_read(conversation_id: str) -> ResponseReturnValue:
    """Move one's read marker forward."""
    body = decode(PutRead, await request.get_data())
    await deps().db.write(
        service.mark_read,
        conversation_id,
        actor_id=current_person_id(),
        seq=body.seq,
        now_ms=deps().now_ms(),
    )
    return "", 204


def _count_unread(tx: Tx, person_id: str) -> dict[str, int]:
    return {"chats": service.count_unread(tx, person_id) + contacts.count_waiting(tx, person_id)}


def _number(name: str) -> int | None:
    """Return a place from the query."""
    text = request.args.get(name)
    if text is None:
        return None
    number = whole_number(text)
    if number is None:
        raise BadInputError("%(name)s must be a whole number from 0.", name=name)
    return number


def _sent(message: Message) -> dict[str, Any]:
    return {
        "conversation_id": message.conversation_id,
        "seq": message.seq,
        "id": message.id,
        "client_id": message.client_id,
        "sent_at_ms": message.sent_at_ms,
    }


def _message(shown: ShownMessage) -> dict[str, Any]:
    message = shown.message
    return _sent(message) | {
        "sender": {"kind": message.sender_kind, "id": message.sender_id, "name": shown.sender.name},
        "text": message.body.text,
        "image_id": message.body.image_id,
        "card": shown.card,
        "notice": message.body.notice,
        "reply_to_seq": message.body.reply_to_seq,
        "recalled_at_ms": message.recalled_at_ms,
        "is_read": shown.is_read,
    }


def _conversation(shown: ShownConversation) -> dict[str, Any]:
    return {
        "id": shown.id,
        "kind": shown.kind,
        "name": shown.face.name,
        "avatar_id": shown.face.avatar_id,
        "unread_count": shown.unread_count,
        "read_seq": shown.read_seq,
        "last_seq": shown.last_seq,
        "last_at_ms": shown.last_at_ms,
        "last_text": shown.last.body.text if shown.last else "",
    }
