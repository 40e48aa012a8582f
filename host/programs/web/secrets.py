"""The merchant's page of secrets: names are shown, values never again."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service as brands
from host.core.db import Tx
from host.core.web import current_person_id, deps, render, see_other, settings
from host.identity import service as identity
from host.identity.model import Person
from host.programs import service
from host.programs.errors import ProgramNotFoundError
from host.programs.model import SECRET_LENGTH_MAX, Program, Secret

blueprint = Blueprint("secrets", __name__, url_prefix="/m/<handle>/program/<program_id>/secrets")


@blueprint.get("")
async def show_secrets(handle: str, program_id: str) -> str:
    """Show what is kept for a program, and the form to keep more."""
    brand, program, kept, people = await deps().db.read(
        _read_secrets, handle, program_id, actor_id=current_person_id()
    )
    return await render(
        "programs/secrets.html",
        tab="merchant",
        console_tab="program",
        brand=brand,
        program=program,
        secrets=kept,
        people=people,
        secret_length_max=SECRET_LENGTH_MAX,
    )


@blueprint.post("")
async def post_secret(handle: str, program_id: str) -> ResponseReturnValue:
    """Keep a secret, instead of the one of this name."""
    form = await request.form
    await deps().db.write(
        service.put_secret,
        program_id,
        actor_id=current_person_id(),
        name=form.get("name", ""),
        host=form.get("host", ""),
        value=form.get("value", ""),
        secret_key=settings().secret_key,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/program/{program_id}/secrets")


@blueprint.post("/<name>/remove")
async def post_remove(handle: str, program_id: str, name: str) -> ResponseReturnValue:
    """Forget a secret."""
    await deps().db.write(service.remove_secret, program_id, name, actor_id=current_person_id())
    return see_other(f"/m/{handle}/program/{program_id}/secrets")


def _read_secrets(
    tx: Tx, handle: str, program_id: str, *, actor_id: str
) -> tuple[brands.Brand, Program, list[Secret], dict[str, Person]]:
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    program = service.access_program(tx, program_id, actor_id=actor_id)
    if program.brand_id != brand.id:
        raise ProgramNotFoundError("Your brands have no program with this id.")
    kept = service.find_secrets(tx, program.id, actor_id=actor_id)
    people = identity.find_people(tx, [secret.changed_by for secret in kept])
    return brand, program, kept, people
