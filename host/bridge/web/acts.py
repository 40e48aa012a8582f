"""Sheets that a mini-program sets off and that ask nothing back: to call, to save a picture."""

from quart import Blueprint, request

from host.bridge import service
from host.bridge.model import Running
from host.bridge.seals import check_seal
from host.bridge.service.sheets.device import bare_number
from host.core.web import current_person_id, deps, render, settings

blueprint = Blueprint("acts", __name__)


@blueprint.get("/p/<program_id>/-/call")
async def show_call(program_id: str) -> str:
    """Show a number that a shop offers; the link on it dials, nothing else does."""
    running, number = await _access_sealed(program_id, "call", "number")
    return await render(
        "bridge/call.html", running=running, number=number, bare_number=bare_number(number)
    )


@blueprint.get("/p/<program_id>/-/save")
async def show_save(program_id: str) -> str:
    """Show a picture that a shop offers; the link below it saves it, nothing else does."""
    running, url = await _access_sealed(program_id, "save", "picture")
    return await render("bridge/save.html", running=running, url=url)


async def _access_sealed(program_id: str, name: str, value_name: str) -> tuple[Running, str]:
    """Return the program and the value that its sheet shows, as the host has sealed it."""
    person_id, value = current_person_id(), request.args.get(value_name, "")
    running = await deps().db.read(
        service.access_running,
        program_id,
        viewer_id=person_id,
        version_id=request.args.get("version") or None,
    )
    check_seal(
        settings(),
        request.args.get("seal", ""),
        person_id=person_id,
        program_id=running.program.id,
        name=name,
        values={value_name: value},
    )
    return running, value
