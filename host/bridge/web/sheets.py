"""Questions of mini-programs, drawn by the host: the program sees only the answer."""

from collections.abc import Mapping
from typing import Any

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.bridge import service
from host.bridge.model import Ask
from host.core.web import current_lang, current_person_id, deps, render, see_other
from sdk.contract import CAPABILITIES
from sdk.contract.scopes import SCOPES

blueprint = Blueprint("sheets", __name__)


@blueprint.get("/asks/<ask_id>")
async def show_ask(ask_id: str) -> str:
    """Show a question with the merchant's reason."""
    ask, running, shown = await deps().db.read(
        service.read_sheet, ask_id, actor_id=current_person_id()
    )
    scope = CAPABILITIES[ask.capability].scope_for(ask.args)
    reason = running.reason(scope, current_lang()) if scope else ""
    return await render(
        service.SHEETS[ask.capability].template,
        running=running,
        ask=ask,
        lines=[(SCOPES[scope], reason)] if scope else [],
        post_url=f"/asks/{ask.id}",
        is_opening=False,
        **shown,
    )


@blueprint.post("/asks/<ask_id>")
async def post_ask(ask_id: str) -> ResponseReturnValue:
    """Take the person's answer."""
    fields = (await request.form).to_dict()
    made = await _prepare(ask_id, fields) if fields.get("how") == "give" else {}
    ask = await deps().db.write(
        service.decide,
        ask_id,
        actor_id=current_person_id(),
        fields=fields,
        now_ms=deps().now_ms(),
        made=made,
    )
    return _done(ask)


@blueprint.post("/asks/<ask_id>/close")
async def post_close(ask_id: str) -> ResponseReturnValue:
    """Take it for an answer that the person has put the sheet away."""
    await deps().db.write(
        service.close_ask, ask_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return {"close": True}


async def _prepare(ask_id: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """Make of an answer what has to be ready before it is taken: pictures are read."""
    ask = await deps().db.read(service.access_open_ask, ask_id, actor_id=current_person_id())
    sheet = service.SHEETS.get(ask.capability)
    if sheet is None or sheet.prepare is None:
        return {}
    files = [file for file in (await request.files).getlist("pictures") if file.filename]
    return await sheet.prepare(deps(), ask, fields, files)


def _done(ask: Ask) -> ResponseReturnValue:
    url = service.SHEETS[ask.capability].leads_to(ask) if ask.result["ok"] else ""
    if url:
        return see_other(url)
    if request.headers.get("X-Fragment") == "1":
        return {"close": True}
    return see_other(f"/p/{ask.program_id}")
