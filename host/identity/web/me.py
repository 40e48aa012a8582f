"""One's own page: profile, picture, language, devices, password."""

from quart import Blueprint, g, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core.errors import BadInputError
from host.core.media import store_image
from host.core.web import current_person_id, deps, read_upload, render, see_other
from host.identity import service
from host.identity.model import ABOUT_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from host.identity.service import entry
from host.identity.service.names import NAME_GRAPHEMES_MAX

blueprint = Blueprint("me", __name__)


@blueprint.get("/me")
async def show_me() -> str:
    """Show one's own page."""
    me = await deps().db.read(service.access_person, current_person_id())
    return await render("identity/me.html", tab="me", me=me)


@blueprint.get("/me/profile")
async def show_profile_form() -> str:
    """Show the form for name, picture and a line about oneself."""
    me = await deps().db.read(service.access_person, current_person_id())
    return await render(
        "identity/profile_form.html",
        tab="me",
        me=me,
        name_length_max=NAME_GRAPHEMES_MAX,
        about_length_max=ABOUT_LENGTH_MAX,
    )


@blueprint.post("/me/profile")
async def post_profile() -> ResponseReturnValue:
    """Change name and text, and the picture when one was chosen."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    data = await read_upload("avatar")

    await deps().db.write(
        service.change_profile,
        person_id,
        name=form.get("name", ""),
        about=form.get("about", ""),
    )
    if data:
        avatar_id = await store_image(deps(), data, owner_id=person_id)
        await deps().db.write(service.change_avatar, person_id, avatar_id=avatar_id)
    return see_other("/me")


@blueprint.get("/me/devices")
async def list_devices() -> str:
    """Show where one is signed in."""
    devices = await deps().db.read(
        service.find_devices, current_person_id(), now_ms=deps().now_ms()
    )
    return await render("identity/devices.html", tab="me", devices=devices, session_id=g.session_id)


@blueprint.post("/me/devices/<session_id>/revoke")
async def post_revoke(session_id: str) -> ResponseReturnValue:
    """Sign another of one's devices out."""
    await deps().db.write(
        service.revoke_device,
        session_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other("/me/devices")


@blueprint.get("/me/password")
async def show_password_form() -> str:
    """Show the form that changes the password."""
    current_person_id()
    return await render(
        "identity/password_form.html",
        tab="me",
        password_length_min=PASSWORD_LENGTH_MIN,
        password_length_max=PASSWORD_LENGTH_MAX,
    )


@blueprint.post("/me/password")
async def post_password() -> ResponseReturnValue:
    """Change the password; every other device is signed out."""
    person_id = current_person_id()
    form: MultiDict[str, str] = await request.form
    if form.get("new", "") != form.get("again", ""):
        raise BadInputError("The new password was not typed the same twice. Type it again.")
    await entry.change_password(
        deps().db,
        deps().passwords,
        actor_id=person_id,
        session_id=g.session_id,
        current=form.get("current", ""),
        new=form.get("new", ""),
        now_ms=deps().now_ms(),
    )
    return see_other("/me/devices")
