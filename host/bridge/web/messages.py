"""Ending messages: from one of them, or from the list of what one gets."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.bridge import service
from host.core.web import current_person_id, deps, see_other, translate, wants_json

blueprint = Blueprint("messages", __name__)


@blueprint.post("/messages/<message_id>/stop")
async def post_stop_like(message_id: str) -> ResponseReturnValue:
    """Stop what a message is about, with one tap on its card."""
    await deps().db.write(
        service.stop_like, message_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    if wants_json():
        return {"toast": translate("No more of these."), "reload": True}
    return see_other("/me/permissions#messages")


@blueprint.post("/me/permissions/messages/stop")
async def post_stop() -> ResponseReturnValue:
    """Stop a topic of a program."""
    form = await request.form
    await deps().db.write(
        service.stop_topic,
        current_person_id(),
        form.get("program_id", ""),
        form.get("topic", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/me/permissions#messages")
