"""The page that holds a mini-program: capsule, name, frame, tab bar; its menu and its consent."""

from collections.abc import Mapping

import msgspec
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.bridge import service
from host.bridge.channel import pages_of
from host.bridge.model import Running
from host.bridge.packages import Ready
from host.core.ids import new_id
from host.core.web import (
    current_lang,
    current_person_id,
    deps,
    render,
    see_other,
)
from sdk.contract.scopes import SCOPES

blueprint = Blueprint("program", __name__)


@blueprint.get("/p/<program_id>")
@blueprint.get("/p/<program_id>/<path:page>")
async def show_program(program_id: str, page: str = "") -> str:
    """Show the frame; the page itself comes over the live channel."""
    running, ready = await _access(program_id)
    return await render(
        "bridge/program.html",
        running=running,
        title=(ready.manifest.window or {}).get("navigation_bar_title_text")
        or running.program.name,
        page=page if page in ready.manifest.pages else ready.manifest.pages[0],
        pages_json=msgspec.json.encode(ready.manifest.pages).decode(),
        version_id=running.version.id if running.is_trial else "",
        tabs=[(tab.page, _word(tab.text)) for tab in ready.manifest.tab_bar],
        frame_name=new_id(),
    )


@blueprint.get("/p/<program_id>/-/menu")
async def show_menu(program_id: str) -> str:
    """Show who is behind the program and what it may know."""
    person_id, (running, _) = current_person_id(), await _access(program_id)
    open_scopes = await deps().db.read(
        service.find_open_scopes, person_id, running.program.id, now_ms=deps().now_ms()
    )
    return await render(
        "bridge/menu.html", running=running, scopes=SCOPES, open_scopes=sorted(open_scopes)
    )


@blueprint.get("/p/<program_id>/-/consent")
async def show_consent(program_id: str) -> str:
    """Ask for what the program cannot do without."""
    running, _ = await _access(program_id)
    return await render(
        "bridge/consent.html",
        running=running,
        lines=[(SCOPES[s], running.reason(s, current_lang())) for s in running.required_scopes],
        post_url=f"/p/{running.program.id}/-/consent{_trial_query(running)}",
        is_opening=True,
    )


@blueprint.post("/p/<program_id>/-/consent")
async def post_consent(program_id: str) -> ResponseReturnValue:
    """Remember that the person allows what the program requires."""
    person_id, (running, _) = current_person_id(), await _access(program_id)
    how = (await request.form).get("how", "")
    if how in ("visit", "always"):
        await deps().db.write(
            service.allow_all,
            person_id,
            running.program.id,
            running.required_scopes,
            how=how,
            now_ms=deps().now_ms(),
        )
        return {"close": True, "allowed": True} if _is_sheet() else see_other(_home(running))
    return {"close": True} if _is_sheet() else see_other("/shops")


async def _access(program_id: str) -> tuple[Running, Ready]:
    running = await deps().db.read(
        service.access_running,
        program_id,
        viewer_id=current_person_id(),
        version_id=request.args.get("version") or None,
    )
    return running, await pages_of(deps()).packages.get(running.version)


def _word(text: Mapping[str, str]) -> str:
    return text.get(current_lang()) or next(iter(text.values()), "")


def _home(running: Running) -> str:
    return f"/p/{running.program.id}{_trial_query(running)}"


def _trial_query(running: Running) -> str:
    return f"?version={running.version.id}" if running.is_trial else ""


def _is_sheet() -> bool:
    return request.headers.get("X-Fragment") == "1"
