"""Pages of the chat domain: the list, a conversation, a new chat, what is behind a chat, sharing.

Every page works as plain HTML; ``static/js/chat.js`` makes it live with the same addresses.
"""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from host.chat import money_web, service
from host.chat.model import GROUP_COUNT_MAX, TEXT_LENGTH_MAX, TITLE_LENGTH_MAX, Page
from host.contacts import service as contacts
from host.core.errors import BadInputError
from host.core.ids import new_id
from host.core.media import store_image
from host.core.paging import decode_cursor
from host.core.text import whole_number
from host.core.web import (
    current_person_id,
    deps,
    read_upload,
    render,
    see_other,
    translate,
    wants_fragment,
    wants_json,
)
from host.identity import service as identity

blueprint = Blueprint("chat", __name__)
blueprint.register_blueprint(money_web.blueprint)


@blueprint.get("/chats")
async def list_chats() -> str:
    """Show one's conversations, most recent first."""
    chats = await deps().db.read(
        service.list_conversations,
        actor_id=current_person_id(),
        loaders=deps().card_loaders,
        before=decode_cursor(request.args.get("before", "")),
    )
    return await render(
        "chat/_rows.html" if wants_fragment() else "chat/list.html",
        tab="chats",
        chats=chats,
        next_cursor=service.next_cursor(chats),
        open_id=request.args.get("open", ""),
    )


@blueprint.get("/chats/new")
async def show_new() -> str:
    """Choose one contact for a chat, or several for a group."""
    found = await deps().db.read(contacts.find_contacts, actor_id=current_person_id())
    return await render(
        "chat/new.html",
        tab="chats",
        contacts=found,
        group_id=new_id(),
        title_length_max=TITLE_LENGTH_MAX,
    )


@blueprint.post("/chats/new")
async def post_new() -> ResponseReturnValue:
    """Open the chat with one contact, or begin a group with several."""
    person_id, form = current_person_id(), await request.form
    chosen = form.getlist("person")
    if not chosen:
        raise BadInputError("Nobody is chosen. Choose somebody to chat with.")
    if len(chosen) == 1:
        conversation = await deps().db.write(
            service.open_direct, chosen[0], actor_id=person_id, now_ms=deps().now_ms()
        )
    else:
        conversation = await deps().db.write(
            service.create_group,
            form.get("group_id", ""),
            owner_id=person_id,
            title=form.get("title", ""),
            member_ids=chosen[:GROUP_COUNT_MAX],
            now_ms=deps().now_ms(),
        )
    return see_other(f"/chats/{conversation.id}")


@blueprint.get("/chats/with/<handle>")
async def open_with(handle: str) -> ResponseReturnValue:
    """Lead to the chat with a contact, or to the page where a stranger can be asked.

    The chat is made when there is none; it shows in nobody's list until somebody writes.
    """
    person_id = current_person_id()
    person = await deps().db.read(identity.access_person_by_handle, handle)
    if not await deps().db.read(contacts.are_contacts, person_id, person.id):
        return redirect(f"/contacts/{person.handle}", 303)
    conversation = await deps().db.write(
        service.open_direct, person.id, actor_id=person_id, now_ms=deps().now_ms()
    )
    return redirect(f"/chats/{conversation.id}", 303)


@blueprint.get("/chats/<conversation_id>")
async def show_chat(conversation_id: str) -> str:
    """Show a conversation from its latest messages; before=… shows what came earlier."""
    person_id, before = current_person_id(), _number("before")
    chat = await deps().db.read(
        service.show_conversation,
        conversation_id,
        actor_id=person_id,
        loaders=deps().card_loaders,
    )
    page = await _read_page(conversation_id, before_seq=before)
    if before is None and page.messages:
        await _mark_read(conversation_id, page.messages[-1].seq)
    chats = await deps().db.read(
        service.list_conversations, actor_id=person_id, loaders=deps().card_loaders
    )
    return await render(
        "chat/conversation.html",
        tab="chats",
        chat=chat,
        chats=chats,
        next_cursor=service.next_cursor(chats),
        open_id=chat.id,
        page=page,
        is_part=False,
        chat_id=chat.id,
        unread_after=chat.read_seq if chat.unread_count and before is None else 0,
        client_id=new_id(),
        text_length_max=TEXT_LENGTH_MAX,
    )


@blueprint.get("/chats/<conversation_id>/messages")
async def list_messages(conversation_id: str) -> str:
    """Return messages as a part of a page: after=…, before=…, or only=… one of them."""
    only = _number("only")
    if only is not None:
        shown = await deps().db.read(
            service.show_message,
            conversation_id,
            only,
            actor_id=current_person_id(),
            loaders=deps().card_loaders,
            now_ms=deps().now_ms(),
        )
        page = Page([shown], has_earlier=False, has_later=False)
    else:
        page = await _read_page(
            conversation_id, after_seq=_number("after"), before_seq=_number("before")
        )
    return await _render_messages(conversation_id, page)


@blueprint.post("/chats/<conversation_id>/messages")
async def post_message(conversation_id: str) -> ResponseReturnValue:
    """Send text or a picture; a script gets the messages after the last one that it has."""
    person_id, form = current_person_id(), await request.form
    data = await read_upload("picture")
    await deps().db.read(service.access_conversation, conversation_id, actor_id=person_id)
    image_id = await store_image(deps(), data, owner_id=person_id) if data else None
    reply_to = form.get("reply_to", "")
    await deps().db.write(
        service.post_message,
        conversation_id,
        sender_id=person_id,
        client_id=form.get("client_id", ""),
        text=form.get("text", ""),
        image_id=image_id,
        reply_to_seq=whole_number(reply_to),
        loaders=deps().card_loaders,
        per_minute_max=deps().settings.messages_per_minute_max,
        now_ms=deps().now_ms(),
    )
    if not wants_fragment():
        return redirect(f"/chats/{conversation_id}#end", 303)
    page = await _read_page(conversation_id, after_seq=_number("after") or 0)
    return await _render_messages(conversation_id, page)


@blueprint.post("/chats/<conversation_id>/messages/<int:seq>/recall")
async def post_recall(conversation_id: str, seq: int) -> ResponseReturnValue:
    """Take one's message back."""
    await deps().db.write(
        service.recall_message,
        conversation_id,
        min(seq, 2**53),
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return {"recalled": seq} if wants_json() else redirect(f"/chats/{conversation_id}", 303)


@blueprint.post("/chats/<conversation_id>/read")
async def post_read(conversation_id: str) -> ResponseReturnValue:
    """Note how far one has read."""
    seq = (await request.form).get("seq", "0")
    await _mark_read(conversation_id, whole_number(seq) or 0)
    return {"read": True}


@blueprint.get("/chats/<conversation_id>/about")
async def show_about(conversation_id: str) -> str:
    """Show who is in a chat and what can be done about it."""
    person_id = current_person_id()
    chat = await deps().db.read(
        service.show_conversation,
        conversation_id,
        actor_id=person_id,
        loaders=deps().card_loaders,
    )
    members = await deps().db.read(service.find_member_faces, conversation_id, actor_id=person_id)
    return await render(
        "chat/about.html",
        tab="chats",
        chat=chat,
        members=members,
        title_length_max=TITLE_LENGTH_MAX,
    )


@blueprint.get("/chats/<conversation_id>/members/new")
async def show_add(conversation_id: str) -> str:
    """Choose contacts to let into a group."""
    person_id = current_person_id()
    members = await deps().db.read(service.find_member_faces, conversation_id, actor_id=person_id)
    present = {member.person_id for member, _ in members}
    found = await deps().db.read(contacts.find_contacts, actor_id=person_id)
    return await render(
        "chat/add.html",
        tab="chats",
        chat_id=conversation_id,
        contacts=[contact for contact in found if contact.person.id not in present],
    )


@blueprint.post("/chats/<conversation_id>/members")
async def post_members(conversation_id: str) -> ResponseReturnValue:
    """Let contacts into a group."""
    await deps().db.write(
        service.add_members,
        conversation_id,
        actor_id=current_person_id(),
        member_ids=(await request.form).getlist("person"),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/chats/{conversation_id}")


@blueprint.post("/chats/<conversation_id>/members/<person_id>/remove")
async def post_remove(conversation_id: str, person_id: str) -> ResponseReturnValue:
    """Put somebody out of a group."""
    await deps().db.write(
        service.remove_member,
        conversation_id,
        person_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/chats/{conversation_id}")


@blueprint.post("/chats/<conversation_id>/rename")
async def post_rename(conversation_id: str) -> ResponseReturnValue:
    """Give a group another name."""
    await deps().db.write(
        service.rename_group,
        conversation_id,
        actor_id=current_person_id(),
        title=(await request.form).get("title", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/chats/{conversation_id}")


@blueprint.post("/chats/<conversation_id>/leave")
async def post_leave(conversation_id: str) -> ResponseReturnValue:
    """Leave a group."""
    await deps().db.write(
        service.leave_group,
        conversation_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other("/chats")


@blueprint.get("/share")
async def show_share() -> str:
    """Choose whom to send something to."""
    person_id = current_person_id()
    kind, card_id = request.args.get("kind", ""), request.args.get("id", "")
    card = await deps().db.read(
        service.find_card, kind, card_id, actor_id=person_id, loaders=deps().card_loaders
    )
    targets = await deps().db.read(
        service.find_targets, actor_id=person_id, loaders=deps().card_loaders
    )
    return await render(
        "chat/share.html", tab="chats", card=card, targets=targets, share_id=new_id()
    )


@blueprint.post("/share")
async def post_share() -> ResponseReturnValue:
    """Send something to the chosen chats."""
    form = await request.form
    reached = await deps().db.write(
        service.share_card,
        form.get("share_id", ""),
        actor_id=current_person_id(),
        kind=form.get("kind", ""),
        card_id=form.get("id", ""),
        targets=form.getlist("to"),
        note=form.get("note", ""),
        loaders=deps().card_loaders,
        now_ms=deps().now_ms(),
    )
    if wants_json():
        return {"close": True, "toast": translate("Sent.")}
    return redirect(f"/chats/{reached[0].id}", 303)


async def _render_messages(conversation_id: str, page: Page) -> str:
    return await render(
        "chat/_messages.html", page=page, chat_id=conversation_id, unread_after=0, is_part=True
    )


async def _read_page(
    conversation_id: str, *, after_seq: int | None = None, before_seq: int | None = None
) -> Page:
    if after_seq is None and before_seq is None:
        return await deps().db.read(
            service.open_page,
            conversation_id,
            actor_id=current_person_id(),
            loaders=deps().card_loaders,
            now_ms=deps().now_ms(),
        )
    return await deps().db.read(
        service.list_messages,
        conversation_id,
        actor_id=current_person_id(),
        after_seq=after_seq,
        before_seq=before_seq,
        limit=60,
        loaders=deps().card_loaders,
        now_ms=deps().now_ms(),
    )


async def _mark_read(conversation_id: str, seq: int) -> None:
    await deps().db.write(
        service.mark_read,
        conversation_id,
        actor_id=current_person_id(),
        seq=min(seq, 2**53),
        now_ms=deps().now_ms(),
    )


def _number(name: str) -> int | None:
    """Return a place from the query."""
    text = request.args.get(name, "")
    if not text:
        return None
    place = whole_number(text)
    if place is None:
        raise BadInputError("%(name)s must be a whole number from 0.", name=name)
    return place
