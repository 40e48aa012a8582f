"""The console's pages about the brand itself: its face, its upload keys, its team."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.brands import service
from host.brands.model import (
    DESCRIPTION_LENGTH_MAX,
    NAME_GRAPHEMES_MAX,
    Brand,
    KeyPurpose,
    UploadKey,
)
from host.core.db import Tx
from host.core.media import store_image
from host.core.web import (
    current_person_id,
    deps,
    read_upload,
    render,
    see_other,
    settings,
)
from host.identity import service as identity

blueprint = Blueprint("console", __name__, url_prefix="/m/<handle>")


@blueprint.get("/brand")
async def show_brand_form(handle: str) -> str:
    """Show the form for what the brand says of itself."""
    return await render(
        "brands/edit.html",
        tab="merchant",
        console_tab="brand",
        brand=await _brand(handle),
        name_length_max=NAME_GRAPHEMES_MAX,
        description_length_max=DESCRIPTION_LENGTH_MAX,
    )


@blueprint.post("/brand")
async def post_brand(handle: str) -> ResponseReturnValue:
    """Change name and text, and the logo when one was chosen."""
    person_id = current_person_id()
    brand = await _brand(handle)
    form = await request.form
    data = await read_upload("logo")
    await deps().db.write(
        service.change_brand,
        brand.id,
        actor_id=person_id,
        name=form.get("name", ""),
        description=form.get("description", ""),
    )
    if data:
        logo_id = await store_image(deps(), data, owner_id=person_id)
        await deps().db.write(service.change_logo, brand.id, actor_id=person_id, logo_id=logo_id)
    return see_other(f"/m/{brand.handle}/brand")


@blueprint.get("/keys")
async def list_keys(handle: str) -> str:
    """Show the brand's open upload keys."""
    return await _show_keys(await _brand(handle), new_key="")


@blueprint.post("/keys")
async def post_key(handle: str) -> ResponseReturnValue:
    """Make a key and show it, this once."""
    brand = await _brand(handle)
    form = await request.form
    purpose = KeyPurpose.SERVER if form.get("purpose") == "server" else KeyPurpose.UPLOAD
    prefix = "hus" if purpose is KeyPurpose.SERVER else "hut"
    secret = f"{prefix}_{identity.new_token()}"
    await deps().db.write(
        service.create_key,
        brand.id,
        actor_id=current_person_id(),
        label=form.get("label", ""),
        secret_hash=identity.hash_token(secret),
        now_ms=deps().now_ms(),
        purpose=purpose,
    )
    return await _show_keys(brand, new_key=secret), 201


@blueprint.post("/keys/<key_id>/revoke")
async def post_revoke(handle: str, key_id: str) -> ResponseReturnValue:
    """Close a key."""
    await deps().db.write(
        service.revoke_key, key_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/keys")


@blueprint.get("/team")
async def list_team(handle: str) -> str:
    """Show who acts for the brand."""
    brand = await _brand(handle)
    person_id = current_person_id()
    members = await deps().db.read(service.find_members, brand.id, actor_id=person_id)
    people = await deps().db.read(identity.find_people, [m.person_id for m in members])
    return await render(
        "brands/team.html",
        tab="merchant",
        console_tab="team",
        brand=brand,
        members=members,
        people=people,
        is_owner=brand.owner_id == person_id,
    )


@blueprint.post("/team")
async def post_member(handle: str) -> ResponseReturnValue:
    """Let another person act for the brand."""
    brand = await _brand(handle)
    form = await request.form
    await deps().db.write(
        service.add_staff,
        brand.id,
        actor_id=current_person_id(),
        handle=form.get("handle", ""),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{brand.handle}/team")


@blueprint.post("/team/<person_id>/remove")
async def post_remove(handle: str, person_id: str) -> ResponseReturnValue:
    """Let a person act for the brand no more."""
    brand = await _brand(handle)
    await deps().db.write(
        service.remove_staff, brand.id, actor_id=current_person_id(), person_id=person_id
    )
    return see_other(f"/m/{brand.handle}/team")


async def _brand(handle: str) -> Brand:
    return await deps().db.read(
        service.access_brand_by_handle, handle, actor_id=current_person_id()
    )


async def _show_keys(brand: Brand, *, new_key: str) -> str:
    keys, makers = await deps().db.read(_read_keys, brand.id, actor_id=current_person_id())
    return await render(
        "brands/keys.html",
        tab="merchant",
        console_tab="keys",
        brand=brand,
        keys=keys,
        makers=makers,
        new_key=new_key,
        host_url=settings().base_url,
    )


def _read_keys(
    tx: Tx, brand_id: str, *, actor_id: str
) -> tuple[list[UploadKey], dict[str, identity.Person]]:
    keys = service.find_keys(tx, brand_id, actor_id=actor_id)
    return keys, identity.find_people(tx, [key.created_by for key in keys])
