"""Pages to register, sign in and sign out, and the choice of language before that."""

from quart import Blueprint, g, make_response, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.core import csrf
from host.core.web import current_address, current_lang, deps, render, see_other
from host.identity import service
from host.identity.model import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from host.identity.service import entry, people
from host.identity.session import (
    current_device,
    current_token_hash,
    session_ttl_ms,
    sign_browser_in,
    sign_browser_out,
)

blueprint = Blueprint("sign_in", __name__)

_LANG_COOKIE_AGE_S = 365 * 24 * 3600


@blueprint.get("/sign-in")
async def show_sign_in() -> ResponseReturnValue:
    """Show the sign-in form."""
    if g.get("person_id") is not None:
        return redirect("/")
    return await render("identity/sign_in.html", next_url=local_path(request.args.get("next", "")))


@blueprint.post("/sign-in")
@csrf.for_anybody
async def post_sign_in() -> ResponseReturnValue:
    """Sign in and go where the person wanted to go."""
    form: MultiDict[str, str] = await request.form
    signed_in = await entry.sign_in_with_password(
        deps().db,
        deps().passwords,
        handle=form.get("handle", ""),
        password=form.get("password", ""),
        address=current_address(),
        device=current_device(),
        ttl_ms=session_ttl_ms(),
        now_ms=deps().now_ms(),
    )
    return await sign_browser_in(see_other(local_path(form.get("next", ""))), signed_in)


@blueprint.get("/register")
async def show_register() -> ResponseReturnValue:
    """Show the form for a new person."""
    if g.get("person_id") is not None:
        return redirect("/")
    return await render(
        "identity/register.html",
        next_url=local_path(request.args.get("next", "")),
        password_length_min=PASSWORD_LENGTH_MIN,
        password_length_max=PASSWORD_LENGTH_MAX,
    )


@blueprint.post("/register")
@csrf.for_anybody
async def post_register() -> ResponseReturnValue:
    """Make a person and sign them in."""
    form: MultiDict[str, str] = await request.form
    signed_in = await entry.register(
        deps().db,
        deps().passwords,
        handle=form.get("handle", ""),
        name=form.get("name", ""),
        password=form.get("password", ""),
        lang=current_lang(),
        address=current_address(),
        device=current_device(),
        ttl_ms=session_ttl_ms(),
        now_ms=deps().now_ms(),
    )
    return await sign_browser_in(see_other(local_path(form.get("next", ""))), signed_in)


@blueprint.post("/sign-out")
async def post_sign_out() -> ResponseReturnValue:
    """Close this browser's session."""
    await deps().db.write(service.sign_out, current_token_hash(), now_ms=deps().now_ms())
    return await sign_browser_out(see_other("/sign-in"))


@blueprint.post("/lang")
@csrf.for_anybody
async def post_lang() -> ResponseReturnValue:
    """Choose the language: in a cookie for this browser, and in the profile of who is signed in."""
    form: MultiDict[str, str] = await request.form
    lang = people.check_lang(form.get("lang", ""))
    if g.get("person_id") is not None:
        await deps().db.write(service.change_lang, g.person_id, lang=lang)
    response = await make_response(see_other(local_path(form.get("next", ""))))
    response.set_cookie(
        "hutong_lang", lang, max_age=_LANG_COOKIE_AGE_S, samesite="Lax", httponly=True
    )
    return response


def local_path(wanted: str) -> str:
    r"""Return ``wanted`` if it is a page of this host, else the front page.

    Browsers read a backslash as a slash and drop tabs and newlines, so ``/\\evil.example`` would
    leave this host.
    """
    is_path = wanted.startswith("/") and not wanted.startswith("//")
    is_plain = wanted.isprintable() and "\\" not in wanted
    return wanted if is_path and is_plain else "/"
