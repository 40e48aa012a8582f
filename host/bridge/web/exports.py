"""What a program keeps, as a file: for the person whose it is, and for the merchant's team."""

import msgspec
from quart import Blueprint, Response
from quart.typing import ResponseReturnValue

from host.bridge.channel import pages_of
from host.bridge.export import export_documents, export_person
from host.bridge.pairwise import openid
from host.core.errors import NotFoundError
from host.core.web import current_person_id, deps
from host.programs import service as programs

blueprint = Blueprint("exports", __name__)


@blueprint.get("/me/permissions/<program_id>/data.json")
async def show_person_data(program_id: str) -> ResponseReturnValue:
    """Give a person everything that a program keeps for them."""
    program = await deps().db.read(programs.find_program, program_id)
    if program is None:
        raise NotFoundError("There is nothing at this address.")
    person_id = current_person_id()
    store = await pages_of(deps()).stores.get(program.id)
    about = {
        "program": program.id,
        "name": program.name,
        "openid": openid(deps().settings.secret_key, program.id, person_id),
        "exported_at_ms": deps().now_ms(),
    }
    body = msgspec.json.encode(about | await export_person(store, person_id))
    return _file(msgspec.json.format(body, indent=2), f"{program.id}.json", "application/json")


@blueprint.get("/programs/<program_id>/data.jsonl")
async def show_program_data(program_id: str) -> ResponseReturnValue:
    """Give a merchant's team the documents that it may read, a line each."""
    program = await deps().db.read(
        programs.access_program, program_id, actor_id=current_person_id()
    )
    settings = deps().settings
    store = await pages_of(deps()).stores.get(program.id)
    lines = export_documents(
        store, settings.data_dir, secret_key=settings.secret_key, program_id=program.id
    )
    return _file(lines, f"{program.id}.jsonl", "application/jsonl")


def _file(content: object, name: str, content_type: str) -> Response:
    response = Response(content, content_type=content_type)  # type: ignore[arg-type]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
